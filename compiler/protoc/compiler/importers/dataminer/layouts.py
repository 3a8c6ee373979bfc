"""Commands and responses as layouts: what stands at each position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

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
from protoc.compiler.importers.dataminer.optional import NoList, nested, stretches
from protoc.compiler.importers.dataminer.params import SYSTEM_KINDS, Param
from protoc.dsl import tree
from protoc.dsl.source import Span
from protoc.dsl.words import RESERVED


@dataclass(frozen=True)
class Place:
    """One position of a message.

    Attributes:
        name: how ranges call it.
        again: the same param stands at another position, which has its name: the first of a
            command; the last of a response, since that is what the param holds in the end.
    """

    param: Param
    span: Span
    name: str
    again: bool


def places(context: Context, message: Message, *, sent: bool) -> list[Place]:
    """The positions of a message; params that do not exist are said and left out."""
    known: list[tuple[Param, Span]] = []
    for reference in message.params:
        try:
            known.append((context.param(reference), reference.span))
        except Missing:
            continue
    found: list[Place] = []
    taken: set[str] = set()
    # who comes first has the name
    for param, span in known if sent else reversed(known):
        name = conversions.raw_name(context, param)
        spelt, number = name, 2
        while spelt in taken:
            spelt, number = f"{name}_{number}", number + 1
        again = name in taken
        taken.add(spelt)
        found.append(Place(param, span, spelt, again))
    return found if sent else found[::-1]


@dataclass
class Layouts:
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
        statements = self._optional(message, elements)
        params = [place.param for place in own]
        if not inner and not smart and not completion.early(params):
            statements += self._rest(own, message.span)
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

    def _optional(
        self, message: Message, elements: list[tuple[tree.Element, ...]]
    ) -> list[tree.Element]:
        if message.optional is None or not message.optional.value.strip():
            return [element for each in elements for element in each]
        try:
            found = stretches(message.optional.value, len(elements))
        except NoList as problem:
            self.context.diagnostics.error(
                "E0809",
                f"this list of optional positions cannot be read: {problem}",
                message.optional.span,
                help="it looks like `0++;4*`: positions from 0, with `+` or `*` behind them",
            )
            return []
        return list(nested(elements, found, message.optional.span))

    def _rest(self, own: Sequence[Place], span: Span) -> list[tree.Element]:
        """What makes a response wait for the end of its time: it says that nothing follows.

        Data that runs on, or of a size that another param tells, waits by itself.
        """
        last = own[-1].param.interprete.sizing
        if last in completion.OPEN or last == "other param":
            return []
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
        return [self._element(own, i, message, sent=sent) for i in range(len(own))]

    def _element(
        self, own: list[Place], at: int, message: Message, *, sent: bool
    ) -> tuple[tree.Element, ...]:
        place = own[at]
        param, span = place.param, place.span
        if types.fixed_size(param) == 0:
            return ()
        if self.context.constant(param):
            return (self._constant(place),)
        if param.kind == "dummy":
            size = types.fixed_size(param)
            return (nodes.field("_", nodes.typed("bytes", span, size=size), span),)
        if param.kind in ("length", "crc"):
            return (self._derived(own, at, message, sent=sent),)
        if param.kind in ("read bit", "write bit"):
            return ()
        if place.again:
            return (self._repeated(own, at, sent=sent),)
        return (self._added(param, self._field(own, at, message, sent=sent)),)

    def _added(self, param: Param, element: tree.Element) -> tree.Element:
        """A group whose bytes have a number added to them on the line."""
        if not types.is_shifted(param):
            return element
        offset = nodes.number(param.interprete.byte_offset, param.span)
        coding = nodes.call("add", param.span, offset)
        body = tree.Block((element,), span=param.span)
        return tree.Coded((coding,), body, span=param.span)

    def _constant(self, place: Place) -> tree.Element:
        if place.again or place.name in RESERVED:
            return nodes.literal(types.constant_bytes(place.param), place.span)
        return nodes.bare(place.name, place.span)

    def _repeated(self, own: list[Place], at: int, *, sent: bool) -> tree.Element:
        """A param once more: a command repeats its bytes, a response may have others there."""
        place = own[at]
        type_ = self._wire(own, at, sent=sent)
        if sent:
            named = nodes.reference(conversions.raw_name(self.context, place.param), place.span)
            type_ = nodes.with_modifiers(type_, nodes.modifier("=", place.span, named))
        return nodes.field(place.name, type_, place.span)

    def _derived(self, own: list[Place], at: int, message: Message, *, sent: bool) -> tree.Element:
        """A length or checksum with its formula, where it has one for this message."""
        place = own[at]
        param = place.param
        names = [each.name for each in own]
        positions: list[int] | None = None
        formula: tree.Expression | None = None
        if not derived.unlisted(param):
            positions = derived.positions_in(self.context, param, len(own), message.span)
        if param.kind == "crc" and positions is not None and at in positions:
            view = types.view_of(self.context, param)
            self.context.simplified(view, "a check does not cover itself: its place is left out")
            positions = [position for position in positions if position != at]
        if param.kind == "crc" and positions is not None:
            formula = derived.check(self.context, param, names, positions)
        elif param.kind == "length" and (positions is not None or derived.unlisted(param)):
            lengths = {i for i, each in enumerate(own) if each.param.kind == "length"}
            formula = derived.length(names, positions, lengths, place.span)
        type_ = types.wire(self.context, param)
        shifted = {each.name for each in own if types.is_shifted(each.param)}
        if formula is not None and not shifted.isdisjoint(derived.ends(formula)):
            view = types.view_of(self.context, param)
            what = "a length or check that begins or ends at a group with a `ByteOffset`"
            self.context.dropped(view, what)
            formula = None
        if formula is not None:
            key = "command" if sent else "response", message.id
            self.context.derived.setdefault(key, set()).add(param.kind)
            type_ = nodes.with_modifiers(type_, nodes.modifier("=", place.span, formula))
        return nodes.field(place.name, type_, place.span)

    def _field(self, own: list[Place], at: int, message: Message, *, sent: bool) -> tree.Element:
        """A field bound to its param: its bare name where the param's own type is meant."""
        place = own[at]
        param = place.param
        if param.interprete.domain == "high nibble" and types.fixed_size(param) == 1:
            return self._nibble(place)
        type_ = self._wire(own, at, sent=sent)
        also = self._also(param)
        if also is None and place.name not in RESERVED and type_ == self._declared(param):
            return nodes.bare(place.name, place.span)
        return tree.Field(nodes.name(place.name, place.span), type_, also, span=place.span)

    def _nibble(self, place: Place) -> tree.Field:
        """The upper half of a byte."""
        span = place.span
        modifiers = types.wire(self.context, place.param).modifiers
        half = tree.Bit(nodes.name(place.name, span), None, 7, 4, modifiers, span=span)
        return nodes.field("_", nodes.typed("u8", span, bits=(half,)), span)

    def _also(self, param: Param) -> tree.Invocation | None:
        if param.kind != "response" or param.of is None:
            return None
        try:
            name = self.context.named("Response", self.context.names.responses, param.of)
        except Missing:
            return None
        return tree.Invocation(nodes.name(name, param.of.span), span=param.of.span)

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
        if sent and param.id in self.context.resized:
            return self._resized(param, type_)
        if sent:
            return self._padded(param, type_)
        return nodes.with_modifiers(type_, *self._limit(own, at))

    def _resized(self, param: Param, type_: tree.Typed) -> tree.Typed:
        """A text whose length is changed at run time has the bytes it has."""
        named = type_.type
        if not isinstance(named, tree.NamedType) or named.name.text not in ("text", "bytes"):
            return type_
        return replace(type_, type=replace(named, size=None))

    def _padded(self, param: Param, type_: tree.Typed) -> tree.Typed:
        """A text that is sent is filled up to its size."""
        name = type_.type.name.text if isinstance(type_.type, tree.NamedType) else ""
        if name != "text" or types.fixed_size(param) in (None, 1) or type_.modifiers:
            return type_
        blank = nodes.modifier("pad", param.span, nodes.constant(types.fill(param), param.span))
        return nodes.with_modifiers(type_, blank)

    def _sizer(self, own: list[Place], at: int) -> str | None:
        """The field that holds the size of this one."""
        until = own[at].param.interprete.until
        assert until is not None
        for place in own[:at]:
            if place.param.id == until.id:
                return place.name
        try:
            return self.context.param_name(until)
        except Missing:
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
        data = nodes.constant(types.constant_bytes(delimiter), span)
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
