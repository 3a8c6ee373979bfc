"""Commands and responses as layouts: what stands at each position."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from protoc.compiler.importers.dataminer import (
    completion,
    conversions,
    derived,
    nodes,
    stuffing,
    types,
)
from protoc.compiler.importers.dataminer.context import Context, Missing
from protoc.compiler.importers.dataminer.objects import Message
from protoc.compiler.importers.dataminer.optional import NoList, Stretch, nested, stretches
from protoc.compiler.importers.dataminer.params import SYSTEM_KINDS, Param
from protoc.compiler.importers.dataminer.places import Place, places
from protoc.dsl import tree
from protoc.dsl.source import Span
from protoc.dsl.words import RESERVED


class Layouts(Struct):
    """Builds the layouts of one connector.

    Attributes:
        nested: numbers of responses that only stand inside params.
    """

    context: Context
    nested: frozenset[int] = frozenset()
    _alone: dict[int, tree.Typed | None] = field(default_factory=dict)

    def command(self, message: Message) -> tree.Layout:
        """A command."""
        own = places(self.context, message, sent=True)
        elements = self._coded("command", own, self._elements(own, message, sent=True))
        statements = [e for each in elements for e in each]
        return self._layout("command", message, self.context.names.commands, statements)

    def response(self, message: Message) -> tree.Layout:
        """A response: an event where it may come without being asked for."""
        context = self.context
        own = places(context, message, sent=False)
        elements = self._elements(own, message, sent=False)
        inner = message.id in self.nested
        connection = context.connector.on(message.connection)
        smart = connection is not None and connection.smart
        if smart and message.optional is None and not inner:
            elements = self._coded("response", own, elements)
        parts = self._parts(message, own)
        statements = [element for each in elements for element in each]
        if parts:
            assert message.optional is not None
            statements = list(nested(elements, parts, message.optional.span))
        params = [place.param for place in own]
        if not inner and not smart and not completion.early(params):
            missing = {i for part in parts for i in range(part.start, part.end)}
            statements += self._rest(own, missing, message.span)
        kind = "message" if inner else "event" if smart else "response"
        return self._layout(kind, message, context.names.responses, statements)

    def _layout(
        self, kind: str, message: Message, names: dict[int, str], statements: list[tree.Element]
    ) -> tree.Layout:
        span = message.span
        context = self.context
        links: tuple[tree.Name, ...] = ()
        several = len(context.connector.wired) > 1
        either = message.connection is None and context.connector.spare is not None
        if kind == "event" and several and not either:
            links = (nodes.name(context.names.links[message.connection or 0], span),)
        context.became[id(message.element)] = f"{kind} {names[message.id]}"
        return tree.Layout(
            kind,  # type: ignore[arg-type]
            nodes.name(names[message.id], span),
            message.id,
            links=links,
            body=tree.Block(tuple(statements), span=span),
            span=span,
        )

    def _parts(self, message: Message, own: list[Place]) -> list[Stretch]:
        """What may not be there. Text of any size is there in any case, if only as nothing."""
        if message.optional is None or not message.optional.value.strip():
            return []
        try:
            found = stretches(message.optional.value, len(own))
        except NoList as problem:
            self.context.diagnostics.error(
                "E0809",
                f"this list of optional positions cannot be read: {problem}",
                message.optional.span,
                help="it looks like `0++;4*`: positions from 0, with `+` or `*` behind them",
            )
            return []
        return [
            part
            for part in found
            if own[part.start].param.interprete.sizing not in completion.OPEN
            or self.context.constant(own[part.start].param)
        ]

    def _rest(self, own: Sequence[Place], missing: set[int], span: Span) -> list[tree.Element]:
        """What makes a response wait for the end of its time: it says that nothing follows.

        Data that runs on, or of a size that another param tells, waits by itself.

        Args:
            own: the positions.
            missing: those that may not be there.
            span: of the response.
        """
        for at in reversed(range(len(own))):
            param = own[at].param
            if (
                param.interprete.sizing in completion.OPEN
                or param.interprete.sizing == "other param"
            ):
                return []
            if self.context.constant(param) and at not in missing:
                break
        nothing = nodes.modifier("max", span, nodes.number(0, span))
        return [nodes.field("_", nodes.typed("bytes", span, nothing), span)]

    def _coded(self, kind: str, own: list[Place], elements: stuffing.Elements) -> stuffing.Elements:
        """The elements with the escapes that `Advanced@stuffing` puts between them."""
        connector = self.context.connector
        rule, params = connector.communication.stuffing, [place.param for place in own]
        smart = any(connection.smart for connection in connector.wired)
        if rule is None or not smart or kind not in rule.on:
            return elements
        if stuffing.fits(rule, params):
            return stuffing.stuffed(rule, params, elements)
        view = connector.root.child("Advanced")
        assert view is not None
        what = f"stuffing of a {kind} with checks, with several bytes, or across a param"
        self.context.dropped(view, what, "stuffing")
        return elements

    # ------------------------------------------------------------------ one position

    def _elements(
        self, own: list[Place], message: Message, *, sent: bool
    ) -> list[tuple[tree.Element, ...]]:
        formulas = {
            i: self._formula(own, i, message, sent=sent)
            for i, place in enumerate(own)
            if place.param.kind in ("length", "crc") and not place.empty
        }
        ends = {name for each in formulas.values() if each for name in derived.ends(each)}
        named = [replace(place, measured=place.name in ends) for place in own]
        return [
            (self._derived(named[i], formulas[i]),)
            if i in formulas
            else self._element(named, i, sent=sent)
            for i in range(len(named))
        ]

    def _element(self, own: list[Place], at: int, *, sent: bool) -> tuple[tree.Element, ...]:
        place = own[at]
        param, span = place.param, place.span
        if place.empty:
            return ()
        if self.context.constant(param):
            return (self._constant(place),)
        if param.kind == "dummy":
            size = types.fixed_size(param)
            name = place.name if place.measured else "_"
            return (nodes.field(name, nodes.typed("bytes", span, size=size), span),)
        if place.again:
            return (self._repeated(own, at, sent=sent),)
        return (self._added(param, self._field(own, at, sent=sent)),)

    def _added(self, param: Param, element: tree.Element) -> tree.Element:
        """A group whose bytes have a number added to them on the line."""
        if not types.is_shifted(param):
            return element
        offset = nodes.number(param.interprete.byte_offset, param.span)
        coding = nodes.call("add", param.span, offset)
        body = tree.Block((element,), span=param.span)
        return tree.Coded((coding,), body, span=param.span)

    def _constant(self, place: Place) -> tree.Element:
        if not (place.again or place.narrow or place.name in RESERVED):
            return nodes.bare(place.name, place.span)
        data = types.constant_bytes(place.param)
        if not place.measured:
            return nodes.literal(
                data, place.span, wide=self.context.connector.communication.unicode
            )
        given = nodes.modifier("=", place.span, nodes.octets(data, place.span))
        return nodes.field(
            place.name, nodes.typed("bytes", place.span, given, size=len(data)), place.span
        )

    def _repeated(self, own: list[Place], at: int, *, sent: bool) -> tree.Element:
        """A param once more: a command repeats its bytes, a response may have others there."""
        place = own[at]
        type_ = self._wire(own, at, sent=sent)
        if sent:
            named = nodes.reference(conversions.raw_name(self.context, place.param), place.span)
            type_ = nodes.with_modifiers(type_, nodes.modifier("=", place.span, named))
        return nodes.field(place.name, type_, place.span)

    def _formula(
        self, own: list[Place], at: int, message: Message, *, sent: bool
    ) -> tree.Expression | None:
        """What a length or checksum is in this message; None where it is nothing."""
        param = own[at].param
        standing = [i for i, place in enumerate(own) if not place.empty]
        where = {position: i for i, position in enumerate(standing)}
        names = [own[i].name for i in standing]
        positions: list[int] | None = None
        formula: tree.Expression | None = None
        if not derived.unlisted(param):
            positions = derived.positions_in(self.context, param, len(own), message.span)
        if param.kind == "crc" and positions is not None and at in positions:
            view = types.view_of(self.context, param)
            self.context.simplified(view, "a check does not cover itself: its place is left out")
            positions = [position for position in positions if position != at]
        if positions is not None:
            positions = [where[position] for position in positions if position in where]
        if param.kind == "crc" and positions is not None:
            formula = derived.check(self.context, param, names, positions)
        elif param.kind == "length" and (positions or derived.unlisted(param)):
            lengths = {i for i, n in enumerate(standing) if own[n].param.kind == "length"}
            formula = derived.length(names, positions, lengths, own[at].span)
        hidden = {each.name for each in own if types.is_shifted(each.param)}
        parts = [] if sent else self._parts(message, own)
        hidden |= {own[i].name for part in parts for i in range(part.start, part.end)}
        if formula is not None and not hidden.isdisjoint(derived.ends(formula)):
            view = types.view_of(self.context, param)
            what = "a length or check that begins or ends at what may be missing, or be shifted"
            self.context.dropped(view, what)
            return None
        if formula is not None:
            key = "command" if sent else "response", message.id
            self.context.derived.setdefault(key, set()).add(param.kind)
        return formula

    def _derived(self, place: Place, formula: tree.Expression | None) -> tree.Element:
        """A length or checksum with its formula, where it has one for this message."""
        type_ = types.wire(self.context, place.param)
        if formula is not None:
            type_ = nodes.with_modifiers(type_, nodes.modifier("=", place.span, formula))
        return nodes.field(place.name, type_, place.span)

    def _field(self, own: list[Place], at: int, *, sent: bool) -> tree.Element:
        """A field bound to its param: its bare name where the param's own type is meant."""
        place = own[at]
        param = place.param
        if param.interprete.domain == "high nibble" and types.fixed_size(param) == 1:
            return self._nibble(place)
        type_ = self._wire(own, at, sent=sent)
        also = None if sent else self._also(own, param)
        if also is None and place.name not in RESERVED and type_ == self._declared(param):
            return nodes.bare(place.name, place.span)
        return tree.Field(nodes.name(place.name, place.span), type_, also, span=place.span)

    def _nibble(self, place: Place) -> tree.Field:
        """The upper half of a byte."""
        span = place.span
        modifiers = types.wire(self.context, place.param).modifiers
        half = tree.Bit(nodes.name(place.name, span), None, 7, 4, modifiers, span=span)
        return nodes.field("_", nodes.typed("u8", span, bits=(half,)), span)

    def _also(self, own: list[Place], param: Param) -> tree.Invocation | None:
        if param.kind != "response" or param.of is None:
            return None
        inner = self._inside(param)
        around = {place.param.id for place in own if not self.context.constant(place.param)}
        around |= {n for p in own if p.param.id != param.id for n in self._inside(p.param)}
        if inner & around:
            view = types.view_of(self.context, param)
            what = "a param read again as a response that shares params with what is around it"
            self.context.dropped(view, what)
            return None
        try:
            name = self.context.named("Response", self.context.names.responses, param.of)
        except Missing:
            return None
        return tree.Invocation(nodes.name(name, param.of.span), span=param.of.span)

    def _inside(self, param: Param) -> set[int]:
        """The params that a param is read again as; itself too where it comes round to itself."""
        found: set[int] = set()
        connector, left = self.context.connector, [param]
        while left:
            of = left.pop().of
            response = connector.responses.get(of.id) if of is not None else None
            for each in response.params if response is not None else ():
                inner = connector.params.get(each.id)
                if inner is None or inner.id in found or self.context.constant(inner):
                    continue
                found.add(inner.id)
                left += [inner] if inner.kind == "response" else []
        return found

    def _declared(self, param: Param) -> tree.Typed | None:
        """The type a param has by itself, without what a field does not take from it."""
        if param.id not in self._alone:
            own = None if param.kind in SYSTEM_KINDS else types.wire(self.context, param)
            self._alone[param.id] = own
        return self._alone[param.id]

    def _wire(self, own: list[Place], at: int, *, sent: bool) -> tree.Typed:
        """The type of the field at a position, with where it ends."""
        param = own[at].param
        sizing = param.interprete.sizing
        size: str | None = None
        if sizing == "other param" and param.interprete.until is not None and not sent:
            size = self._sizer(own, at)
        type_ = types.wire(self.context, param, size)
        if own[at].narrow:
            type_ = nodes.with_modifiers(type_, nodes.modifier("cp1252", own[at].span))
        if sent and param.id in self.context.resized:
            return _resized(type_)
        if sent:
            return self._padded(param, type_)
        return nodes.with_modifiers(type_, *self._limit(own, at))

    def _padded(self, param: Param, type_: tree.Typed) -> tree.Typed:
        """A text that is sent is filled up to its size."""
        name = type_.type.name.text if isinstance(type_.type, tree.NamedType) else ""
        if name != "text" or types.fixed_size(param) in (None, 1) or type_.modifiers:
            return type_
        blank = nodes.modifier(
            "pad", param.span, self.context.written(types.fill(param), param.span)
        )
        return nodes.with_modifiers(type_, blank)

    def _sizer(self, own: list[Place], at: int) -> str | None:
        """The field that holds the size of this one."""
        until = own[at].param.interprete.until
        assert until is not None
        for place in own[:at]:
            if place.param.id == until.id:
                return place.name
        view = types.view_of(self.context, own[at].param)
        self.context.dropped(view, "a size in a param that does not stand in front of it")
        return None

    def _limit(self, own: list[Place], at: int) -> list[tree.Modifier]:
        """What is said of where a field ends, when it is not simply the next constant."""
        param, span = own[at].param, own[at].span
        sizing = param.interprete.sizing
        stop = self._stop(own, at) if sizing in completion.OPEN else None
        if stop is None:
            return []
        position, delimiter = stop
        times = param.interprete.times if param.interprete.times > 1 else delimiter.times
        last = sizing == "last next param"
        if not last and times == 1 and self._next_constant(own, at) == position:
            return []
        data = self.context.written(types.constant_bytes(delimiter), span)
        found = [nodes.modifier("until", span, data, flag="last" if last else "")]
        if times > 1:
            found.append(nodes.modifier("times", span, nodes.number(times, span)))
        return found

    def _stop(self, own: list[Place], at: int) -> tuple[int, Param] | None:
        """The constant a field ends at: the one it names, else the next."""
        until = own[at].param.interprete.until
        for position in range(at + 1, len(own)):
            param = own[position].param
            if until is not None and param.id == until.id and self.context.constant(param):
                return position, param
        following = self._next_constant(own, at)
        return None if following is None else (following, own[following].param)

    def _next_constant(self, own: list[Place], at: int) -> int | None:
        return next(
            (i for i in range(at + 1, len(own)) if self.context.constant(own[i].param)), None
        )


def _resized(type_: tree.Typed) -> tree.Typed:
    """A text whose length is changed at run time has the bytes it has."""
    named = type_.type
    if not isinstance(named, tree.NamedType) or named.name.text not in ("text", "bytes"):
        return type_
    return replace(type_, type=replace(named, size=None))
