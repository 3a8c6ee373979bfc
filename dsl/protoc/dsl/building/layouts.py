"""Messages and what stands in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from msgspec.structs import replace

from protoc.dsl import templates
from protoc.dsl.building.base import Child, Part, end_of, is_token, start_of, value_of
from protoc.dsl.building.types import Types
from protoc.dsl.tree import (
    Arm,
    Bare,
    Block,
    Body,
    Coded,
    Constant,
    Constants,
    Either,
    Element,
    Field,
    If,
    Layout,
    Let,
    Lines,
    Match,
    Optional,
    Repeat,
    Skip,
    String,
    Template,
)

_ELEMENTS = (
    Field, Bare, Constants, Template, Let, If, Match, Repeat, Optional, Either, Coded, Lines, Skip,
)  # fmt: skip


class Layouts(Types):
    """The rules from `layout` to `skip`."""

    def slot(self, children: list[Child]) -> Field | Bare:
        element: Field | Bare = children[0]
        return element

    def layout(self, children: list[Child]) -> Layout:
        kind, name, number, parameters, frames, links, body = children
        return Layout(
            kind=kind.value,
            name=self.name(name),
            id=value_of(number, None),
            parameters=value_of(parameters),
            frames=value_of(frames),
            links=value_of(links),
            body=body,
            span=self.span(children),
        )

    def damaged_layout(self, children: list[Child]) -> Layout:
        """One whose heading could not be read; what stands in it could."""
        kind, name, _, body = children
        self.reading.lost.add(str(name))
        return Layout(kind=kind.value, name=self.name(name), body=body, span=self.span(children))

    def noun(self, children: list[Child]) -> Part:
        return self.part(str(children[0]), children)

    def frames(self, children: list[Child]) -> Part | None:
        return self.part(tuple(children), children) if children else None

    def links(self, children: list[Child]) -> Part | None:
        return self.part(self.names(children), children) if children else None

    # ------------------------------------------------------------------ blocks

    def block(self, children: list[Child]) -> Block:
        self._depths.clear()
        brace = children[-1]
        statements = self._elements(children[1:-1])
        closing = self.closing(brace)
        return Block(statements=statements, closing=closing, span=self.span(children))

    def _elements(self, children: Iterable[Child]) -> tuple[Element, ...]:
        """The statements, with those that were written as one taken apart."""
        found: list[Element] = []
        attach = self.reading.comments.attach
        for child in children:
            if isinstance(child, Part):
                first, *middle, last = child.value
                found += [attach(first), *middle, attach(last)]
            elif isinstance(child, _ELEMENTS):
                found.append(attach(child))
        return tuple(found)

    # ------------------------------------------------------------------ statements

    def field(self, children: list[Child]) -> Field:
        name, typed, also = children
        return Field(
            name=self.name(name), typed=typed, also=value_of(also, None), span=self.span(children)
        )

    def also(self, children: list[Child]) -> Part:
        return self.part(children[0], children)

    def bare(self, children: list[Child]) -> Bare:
        name, arguments, question = children
        return Bare(
            name=self.name(name),
            arguments=value_of(arguments),
            optional=question is not None,
            span=self.span(children),
        )

    def constants(self, children: list[Child]) -> Constants | Template | Part:
        """Alternatives of constants, or a template where a string has slots or doubled braces."""
        tokens = [token for sequence in children for token in sequence.value]
        if not any(is_token(token, "STRING") and _has_braces(token) for token in tokens):
            alternatives = tuple(tuple(map(self._constant, c.value)) for c in children)
            return Constants(alternatives=alternatives, span=self.span(children))
        if len(tokens) == 1:
            return self.template(tokens)
        return self._mixed(children)

    def _constant(self, token: Child) -> Constant:
        return self.constant([token])

    def _mixed(self, sequences: list[Child]) -> Constants | Part:
        """Constants and templates written one behind the other."""
        pieces = [[self._read_piece(token) for token in sequence.value] for sequence in sequences]
        flat = [piece for sequence in pieces for piece in sequence]
        slotted = [piece for piece in flat if isinstance(piece, Template)]
        if not slotted:
            alternatives = tuple(map(tuple, pieces))
            return Constants(
                alternatives=cast("tuple[tuple[Constant, ...], ...]", alternatives),
                span=self.span(sequences),
            )
        if len(sequences) == 1:
            return self._row(flat)
        span = slotted[0].span
        help = 'alternatives of whole templates are written `either "…" or "…"`'
        self.error("E0112", "an alternative cannot hold a field", span.start, span.end, help)
        return Constants(alternatives=(), span=self.span(sequences))

    def _read_piece(self, token: Child) -> Constant | Template:
        """A constant, or a template when there are slots in it."""
        if not is_token(token, "STRING") or not _has_braces(token):
            return self.constant([token])
        template = self.template([token])
        constants = [e for e in template.elements if isinstance(e, Constants)]
        if len(constants) != len(template.elements):
            return template
        value = "".join(cast(String, e.alternatives[0][0]).value for e in constants)
        return String(value=value, span=template.span)

    def _row(self, pieces: list[Constant | Template]) -> Part:
        """Templates and runs of constants between them, one statement each."""
        made: list[Element] = []
        run: list[Constant] = []
        for piece in [*pieces, None]:
            if piece is not None and not isinstance(piece, Template):
                run.append(piece)
                continue
            if run:
                span = run[0].span.to(run[-1].span)
                made.append(Constants(alternatives=(tuple(run),), span=span))
                run = []
            if piece is not None:
                made.append(piece)
        return self.part(made, list(made))

    def sequence(self, children: list[Child]) -> Part:
        """One or more constants; the tokens, since what a brace in them means is not known here."""
        return self.part(list(children), children)

    def template(self, children: list[Child]) -> Template:
        (token,) = children
        return Template(
            text=str(token)[1:-1],
            quote=token[0],
            elements=self._slots(token),
            span=self.span(children),
        )

    def _slots(self, token: Child) -> tuple[Element, ...]:
        """What a template says, read from its text."""
        offset = token.start_pos + 1
        elements: list[Element] = []
        pieces, mistakes = templates.split(token[1:-1])
        for wrong in mistakes:
            self.error("E0110", wrong.message, offset + wrong.start, offset + wrong.end, wrong.help)
        for piece in pieces:
            start, end = offset + piece.start, offset + piece.end
            if piece.is_slot:
                element = self.reading.read_slot(start, end)
                if element is not None:
                    elements.append(element)
                continue
            span = self.place(start, end)
            value = String(value=self.unescaped(piece.text, start), span=span)
            elements.append(Constants(alternatives=((value,),), span=span))
        return tuple(elements)

    def let(self, children: list[Child]) -> Let:
        _, name, value = children
        return Let(name=self.name(name), value=value, span=self.span(children))

    def branch(self, children: list[Child]) -> If:
        _, condition, then, otherwise = children
        node = If(condition=condition, then=then, otherwise=otherwise, span=self.span(children))
        fits = self._bounded(node, otherwise) is node
        return node if fits else replace(node, otherwise=None)

    def otherwise(self, children: list[Child]) -> Block:
        """The block behind `else`; for `else if` one with just that in it."""
        inner = children[0]
        if isinstance(inner, Block):
            return inner
        block = Block(statements=(inner,), span=inner.span)
        self._depths[id(block)] = (block, self._depth(inner))
        return block

    def match(self, children: list[Child]) -> Match:
        _, subject, *arms, _ = children
        return Match(subject=subject, arms=self.attached(arms, Arm), span=self.span(children))

    def arm(self, children: list[Child]) -> Arm:
        values, body = children
        if not isinstance(body, Block):
            span = self.place(start_of(body), end_of(body))
            parts = body.value if isinstance(body, Part) else [body]
            statements = tuple(part for part in parts if isinstance(part, _ELEMENTS))
            body = Block(statements=statements, span=span)
        return Arm(values=values.value, body=body, span=self.span(children))

    def values(self, children: list[Child]) -> Part:
        wild = is_token(children[0], "UNDERSCORE")
        return self.part(() if wild else tuple(children), children)

    def repeat(self, children: list[Child]) -> Repeat:
        _, name, *how, body = children
        return Repeat(name=self.name(name), how=tuple(how), body=body, span=self.span(children))

    def optional(self, children: list[Child]) -> Optional:
        return Optional(body=children[1], span=self.span(children))

    def either(self, children: list[Child]) -> Either:
        alternatives = cast("tuple[Body, ...]", tuple(children[1:]))
        return Either(alternatives=alternatives, span=self.span(children))

    def coded(self, children: list[Child]) -> Coded:
        _, *codings, body = children
        return Coded(codings=tuple(codings), body=body, span=self.span(children))

    def lines(self, children: list[Child]) -> Lines:
        _, end, strict, body = children
        return Lines(
            end=tuple(map(self._constant, end.value)),
            strict=strict is not None,
            body=body,
            span=self.span(children),
        )

    def skip(self, children: list[Child]) -> Skip:
        _, filler, most, send = children
        return Skip(
            filler=filler,
            most=value_of(most, None),
            send=value_of(send, None),
            span=self.span(children),
        )

    def most(self, children: list[Child]) -> Part:
        return self.part(self.whole(children[0]), children)

    send = most


def _has_braces(token: str) -> bool:
    return "{" in token or "}" in token
