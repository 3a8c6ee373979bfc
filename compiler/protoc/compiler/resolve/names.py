"""What expressions in a layout may name, and what they mean there."""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.expressions import Reader
from protoc.compiler.resolve.kinds import MOST_SHIFTED, is_small
from protoc.compiler.resolve.requested import requested_labels
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label
from protoc.dsl.source import Span

Known = model.Field | model.Part | None
"""What a name in a layout stands for; None for a value it is told, of any type."""


class Names(Struct):
    """The names that expressions in a layout may use.

    Attributes:
        own: the fields so far, and bits that are fields; None for a parameter.
        outer: the names of the layout around a record.
        told: the values a record asks its surroundings for, by the name it has for them.
        joined: those that ways of a branch have; a message may come without those in `absent`.
        uneven: those that ways have in units of their own.
        brought: what a message asks the request and the params for, and where; None in its parts.
    """

    own: dict[str, Known] = field(default_factory=dict)
    outer: Names | None = None
    told: dict[str, tuple[str, ...]] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    uneven: set[str] = field(default_factory=set)
    brought: dict[str, tuple[tuple[str, ...], Span]] | None = None

    def all(self) -> dict[str, Known]:
        """Every name there is, inner ones first."""
        return {**(self.outer.all() if self.outer else {}), **self.own}

    def inside(self) -> Names:
        """The names that one way of a branch begins with."""
        return replace(self, own=dict(self.own), joined=set(self.joined), absent=set(self.absent))

    def key(self, name: str) -> str:
        """The key of the field a name stands for here; empty when it is none."""
        found = self.own.get(name)
        return found.key if isinstance(found, model.Field) and name not in self.joined else ""

    def add(self, element: model.Element) -> None:
        """Make the names of an element known."""
        for inner in model.walk((element,)):
            if isinstance(inner, model.Field) and inner.name is not None:
                self.own[inner.name] = inner
                if isinstance(element, model.Branch):
                    self.joined.add(inner.name)
                    self.uneven |= {inner.name} if inner.conversion.linear else set()
        self.absent |= model.sometimes((element,))

    def value(self, scope: Scope, path: tuple[str, ...], span: Span) -> model.Expression:
        """What a name stands for: a value in its own unit."""
        head = path[0]
        if head not in self.own:
            name = "_".join(path)
            if self.brought is None:
                self.told[name] = path
            else:
                self.brought.setdefault(name, (path, span))
            return model.Told(name)
        found = self.own[head]
        if found is None:
            return model.Told(head)
        if isinstance(found, model.Field) and isinstance(found.origin, model.Computed):
            return self._let(scope, found, found.origin, span)
        if head in self.absent:
            raise scope.fail(
                "E0311",
                f"`{head}` may be absent",
                span,
                "asked for whether it is there or not",
                labels=(Label(found.span, "only sometimes here"),)
                if isinstance(found, model.Field)
                else (),
                help=f"ask where it stands, beside it, or ask `present({head})`",
            )
        target = _at(found, path[1:])
        if head in self.joined:
            if len(path) > 1 or head in self.uneven:
                raise scope.fail(
                    "E0311",
                    f"`{'.'.join(path)}` is not the same in every way of a branch",
                    span,
                    "each way has it, in its own unit or with its own parts",
                    help="ask for it inside of the ways",
                )
            return model.Joined(head)
        own = model.Own((self.key(head) or head, *path[1:]))
        return model.Scaled(own, target.scale, target.offset) if target.linear else own

    def _let(
        self, scope: Scope, field_: model.Field, origin: model.Computed, span: Span
    ) -> model.Expression:
        """The formula that a name stands for."""
        assert isinstance(field_.wire, model.Let)
        if field_.name in self.joined or not field_.wire.certain:
            why = "only some messages have it" if field_.name in self.joined else "it may have none"
            raise scope.fail(
                "E0312",
                f"the value of `{field_.name}` is not certain where it is asked for",
                span,
                why,
                labels=(Label(field_.span, "computed here"),),
                help="ask for what it is computed from",
            )
        return origin.expression


def _at(known: model.Field | model.Part, path: tuple[str, ...]) -> model.Conversion:
    """From raw to value, of what a path leads to."""
    wire = known.wire if isinstance(known, model.Field) else None
    if path and isinstance(wire, model.Bits):
        return next(part.conversion for part in wire.parts if part.name == path[0])
    # in objects there are values, and no raw ones
    return model.Conversion() if path else known.conversion


class LayoutReader(Reader, frozen=True):
    """Reads expressions over the fields before.

    Attributes:
        previous: what `previous` stands for: an item of a list, or the field in front of it.
        certain: it must have a value, whatever the message holds.
    """

    layout: Names = field(default_factory=Names)
    previous: model.Field | None = None
    certain: bool = True

    def _reference(self, reference: tree.Reference) -> model.Expression:
        head = reference.path[0].text
        if head == "previous" and self.previous is not None:
            return self._previous(self.previous, reference)
        if head in ("true", "false") and len(reference.path) == 1:
            return model.Value(head == "true")
        known = self.names.get(head)
        if isinstance(known, model.Param) and known.constant:
            return model.Value(known.default)
        super()._reference(reference)  # complains about names that are not there
        whole = isinstance(known, model.Param) and isinstance(known.wire, model.Bits)
        if len(reference.path) == 1 and (whole or (head == REQUEST and known is None)):
            raise self.scope.fail(
                "E0605",
                f"`{head}` is no value",
                reference.span,
                help=f"name what is asked of it: `{head}.x`",
            )
        path = tuple(name.text for name in reference.path)
        return self.layout.value(self.scope, path, reference.span)

    def _enum(self, expression: tree.Expression) -> model.Enum | None:
        """The labels a value has; those of a request are looked for in the commands."""
        path = expression.path if isinstance(expression, tree.Reference) else ()
        if len(path) > 1 and path[0].text == REQUEST and self.names.get(REQUEST) is None:
            return requested_labels(self.scope, path[-1].text, path[-1].span)
        return super()._enum(expression)

    def _operation(
        self, operator: str, written: tree.Binary, left: model.Expression, right: model.Expression
    ) -> model.Operation:
        """An operator over operands that it takes as they are."""
        kinds = self.kind(written.left), self.kind(written.right)
        numbers = [kind for kind in kinds if kind in ("whole", "real")]
        wrong = ""
        if operator not in ("and", "or") and "text" in kinds and numbers:
            wrong = f"`{operator}` does not take a text and a number"
        elif operator in ("&", "|", "^", "<<", ">>") and "real" in kinds:
            wrong = f"`{operator}` takes whole numbers"
        divisor = right.value if isinstance(right, model.Value) else None
        if self.certain and operator in ("/", "%") and not divisor:
            raise self.scope.fail(
                "E0605",
                f"`{operator}` is followed by a constant here, and not by 0",
                written.right.span,
                "a message could hold a 0",
                help="multiply the other side instead: `a > 3 * b`",
            )
        grows = operator in ("**", "<<", ">>") and not self._stays_small(written, left, right)
        if self.certain and grows:
            raise self.scope.fail(
                "E0605",
                f"`{operator}` is followed by a small number here",
                written.right.span,
                "a message could hold any",
                help="write a constant of at most 64, or an unsigned field of at most one byte",
            )
        if wrong:
            raise self.scope.fail(
                "E0605", wrong, written.span, help="compare texts with texts, numbers with numbers"
            )
        return model.Operation(operator, (left, right))

    def _stays_small(
        self, written: tree.Binary, base: model.Expression, number: model.Expression
    ) -> bool:
        """Whether what a number raises or moves stays within bounds, whatever a message holds."""
        if not isinstance(number, model.Own):
            return is_small(number, MOST_SHIFTED)
        inside = (part for part in model.every(base) if isinstance(part, model.Operation))
        if any(part.operator == "**" for part in inside):
            return False
        known = self._target(written.right) if isinstance(written.right, tree.Reference) else None
        if isinstance(known, model.Part):
            return not known.signed and known.width <= 8
        wire = known.wire if isinstance(known, model.Field) else None
        if isinstance(wire, model.Integer):
            return not wire.signed and wire.width == 1
        reach = wire.reach if isinstance(wire, model.Slice | model.Digits) else None
        return reach is not None and reach[0] >= 0 and reach[1] <= 255

    def _applied(self, call: tree.Invocation) -> model.Expression:
        """A function over the fields in front."""
        name = call.name.text
        if name not in _FUNCTIONS or len(call.arguments) != 1 or call.arguments[0].name:
            known = ", ".join(f"`{each}(…)`" for each in _FUNCTIONS)
            raise self.scope.fail(
                "E0605",
                f"`{call.span.text}` is nothing that can be computed here",
                call.span,
                help=f"the functions of one value are {known}",
            )
        value = call.arguments[0].value
        if name == "log10":
            return model.Applied(name, self.read(value))
        text = value.text if isinstance(value, tree.Reference) else ""
        known_field = self.layout.own.get(text)
        if not isinstance(known_field, model.Field):
            raise self.scope.unknown("field", call.name, self.layout.own)
        is_list = isinstance(known_field.wire, model.Items)
        if name == "count" and is_list and text not in self.layout.joined:
            return model.Count(known_field.key)
        if name == "present" and text in self.layout.absent:
            return model.Present(text)
        words = "a list of this message" if name == "count" else "a field that may be absent"
        raise self.scope.fail("E0303", f"`{name}` is about {words}", value.span)

    def _previous(self, field_: model.Field, reference: tree.Reference) -> model.Expression:
        """An item of a list, or the field in front of it."""
        path = tuple(name.text for name in reference.path[1:])
        if field_.key.endswith("[]"):
            super()._reference(reference)
            return model.Previous(path)
        if not path and _is_other(field_.wire):
            raise self.scope.fail(
                "E0605",
                f"in front of the first item `previous` is `{field_.key}`, which is no value",
                reference.span,
                "compared as one",
                labels=(Label(field_.span, "in front of the list"),),
                help="put a field like the items in front of the list, or end it in another way",
            )
        beside = self.layout.own.get(path[0]) if path else None
        if isinstance(beside, model.Field) and _share(beside, field_):
            return model.Own((beside.key,))
        super()._reference(reference)
        return model.Own((field_.key, *path))


_FUNCTIONS = ("count", "present", "log10")


def _is_other(wire: model.Wire) -> bool:
    """Whether what a field holds is no single value."""
    return isinstance(wire, model.Items | model.Nested | model.Bits)


def _share(one: model.Field, other: model.Field) -> bool:
    """Whether two fields are bits of the same integer."""
    wires = one.wire, other.wire
    hosts = [{key for key, _ in w.pieces} for w in wires if isinstance(w, model.Slice)]
    return len(hosts) == 2 and bool(hosts[0] & hosts[1])


REQUEST = "request"


def outside(scope: Scope, names: dict[str, Known]) -> dict[str, Known | model.Param]:
    """The names that expressions of a layout may use, those of what is around the message too.

    A field, and a param, may be called `request` as well: then they are meant.
    """
    return {REQUEST: None, **scope.params, **names}


def expression(
    scope: Scope,
    names: Names,
    tree_: tree.Expression,
    previous: model.Field | None = None,
    *,
    certain: bool = True,
) -> model.Expression:
    """An expression over the fields before it; in lists, of what `previous` stands for as well."""
    known = outside(scope, names.all())
    if previous is not None:
        known["previous"] = previous
    return LayoutReader(scope, known, names, previous, certain).read(tree_)
