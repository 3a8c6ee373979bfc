"""Links and their settings, and the declarations that only name something."""

from __future__ import annotations

from typing import Literal, cast

from protoc.dsl.building.base import Child, Part, value_of
from protoc.dsl.building.types import Types
from protoc.dsl.tree import (
    Declaration,
    Document,
    Enum,
    Framing,
    Invocation,
    Link,
    LinkSetting,
    Param,
    Protocol,
    Range,
    Reference,
    Setting,
    Statement,
    Use,
)


class Links(Types):
    """The rules from `document` to `where`."""

    def document(self, children: list[Child]) -> Document:
        text = self.reading.source.text
        declarations = self.attached(children, Statement)
        return Document(
            declarations=cast("tuple[Declaration, ...]", declarations),
            closing=self.reading.comments.closing(len(text)),
            lost=frozenset(self.reading.lost),
            span=self.place(0, len(text)),
        )

    def protocol(self, children: list[Child]) -> Protocol:
        _, name, title = children
        return Protocol(
            name=self.name(name),
            title=None if title is None else self.string([title]),
            span=self.span(children),
        )

    def use(self, children: list[Child]) -> Use:
        _, target = children
        named = self.string([target]) if target.type == "STRING" else self.name(target)
        return Use(target=named, span=self.span(children))

    def setting(self, children: list[Child]) -> Setting:
        word, *names = children
        known = cast(Literal["endian", "encoding", "steps", "assume"], str(word))
        return Setting(word=known, names=self.names(names), span=self.span(children))

    def enum(self, children: list[Child]) -> Enum:
        _, name, labels = children
        return Enum(name=self.name(name), labels=labels.value, span=self.span(children))

    def param(self, children: list[Child]) -> Param:
        _, name, number, typed = children
        return Param(
            name=self.name(name),
            id=value_of(number, None),
            typed=typed,
            span=self.span(children),
        )

    def id(self, children: list[Child]) -> Part | None:
        if not children:
            return None
        minus, number = children
        return self.part(self.whole(number) * (1 if minus is None else -1), children)

    # ------------------------------------------------------------------ links

    def link(self, children: list[Child]) -> Link:
        _, owner, kind, role, port, baud, form, settings = children
        return Link(
            name=owner,
            kind=self.name(kind.value),
            role=None if role is None else self.name(role.value),
            port=value_of(port, None),
            baud=value_of(baud, None),
            format=value_of(form, None),
            settings=value_of(settings),
            span=self.span(children),
        )

    def owner(self, children: list[Child]) -> Child:
        return self.name(children[0])

    def kind(self, children: list[Child]) -> Part | None:
        return self.part(children[0], children) if children else None

    role = kind

    def port(self, children: list[Child]) -> Part | None:
        return self.part(self.whole(children[0]), children) if children else None

    baud = port

    def format(self, children: list[Child]) -> Part | None:
        return self.part(str(children[0]), children) if children else None

    def framing(self, children: list[Child]) -> Framing:
        return Framing(settings=children[1].value, span=self.span(children))

    # ------------------------------------------------------------------ settings

    def settings(self, children: list[Child]) -> Part:
        return self.part(self.attached(children, LinkSetting), children)

    def plain_setting(self, children: list[Child]) -> LinkSetting:
        word, *values = children
        return LinkSetting(word=self.name(word), values=tuple(values), span=self.span(children))

    where = plain_setting

    def end(self, children: list[Child]) -> LinkSetting:
        word, *sequences = children
        alternatives = tuple(
            tuple(self.constant([token]) for token in sequence.value) for sequence in sequences
        )
        return LinkSetting(
            word=self.name(word), alternatives=alternatives, span=self.span(children)
        )

    def frame_setting(self, children: list[Child]) -> LinkSetting:
        word, cut = children
        if isinstance(cut, Invocation) and not cut.arguments:
            cut = Reference(path=(cut.name,), span=cut.span)
        return LinkSetting(word=self.name(word), values=(cut,), span=self.span(children))

    def stretch(self, children: list[Child]) -> Range:
        first, last = children
        return Range(start=first, end=last, span=self.span(children))

    def handler(self, children: list[Child]) -> LinkSetting:
        word, target = children
        return LinkSetting(word=self.name(word), target=self.name(target), span=self.span(children))
