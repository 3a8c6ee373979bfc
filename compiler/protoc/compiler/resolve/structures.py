"""What stands on the wire only sometimes, again and again, or as an object of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.bodies import body_of
from protoc.compiler.resolve.constants import octets
from protoc.compiler.resolve.derived import draw
from protoc.compiler.resolve.following import needs_region
from protoc.compiler.resolve.lets import Seen, told
from protoc.compiler.resolve.measures import OPEN, is_open
from protoc.compiler.resolve.names import Names, expression
from protoc.compiler.resolve.scope import Scope
from protoc.compiler.resolve.settling import settle_record
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

if TYPE_CHECKING:
    from protoc.compiler.resolve.layouts import Builder
    from protoc.compiler.resolve.place import Place


class Structures(Struct, frozen=True):
    """Builds the structures of one layout."""

    builder: Builder

    @property
    def scope(self) -> Scope:
        """The names of the description."""
        return self.builder.scope

    # -------------------------------------------------------------- sometimes

    def conditional(self, statement: tree.If, place: Place) -> model.Branch:
        """`if … else …`, nested ones as further arms."""
        arms: list[model.Arm] = []
        following: tree.If | None = statement
        while following is not None:
            when = expression(self.scope, place.names, following.condition)
            arms.append(self._arm(following.then, place, when, arms))
            rest = following.otherwise
            following = None
            if rest is not None and len(rest.statements) == 1:
                only = rest.statements[0]
                following = only if isinstance(only, tree.If) else None
            if following is None:
                arms.append(
                    self._arm(rest, place, None, arms) if rest is not None else model.Arm((), None)
                )
        return self._branch("if", arms, statement, closed=True)

    def match(self, statement: tree.Match, place: Place) -> model.Branch:
        """`match x { … }`: a comparison for each value."""
        arms: list[model.Arm] = []
        subject = statement.subject
        for arm in statement.arms:
            when: model.Expression | None = None
            for value in arm.values:
                equal = tree.Binary("==", subject, value, span=value.span)
                found = expression(self.scope, place.names, equal)
                when = found if when is None else model.Operation("or", (when, found))
            if arms and arms[-1].when is None:
                raise self.scope.fail(
                    "E0203",
                    "nothing comes behind `_`, which takes what is left",
                    arm.span,
                    help="write `_` as the last arm",
                )
            arms.append(self._arm(arm.body, place, when, arms))
        if all(arm.when is None for arm in arms):
            raise self.scope.fail(
                "E0203",
                "nothing is told apart here: no way names a value",
                statement.span,
                help="name the values of each way, `1, 2 => { … }`, or take the `match` away",
            )
        return self._branch("if", arms, statement, closed=True)

    def optional(
        self, body: tree.Body, place: Place, node: tree.Node, key: str = ""
    ) -> model.Branch:
        """`optional { … }`; a field with `?` has a key after its name."""
        arm = self._seen(body, place)
        if not arm.elements:
            raise self.scope.fail(
                "E0203", "this can never be present: it is empty", node.span, help="take it away"
            )
        branch = self._branch("optional", [arm], node, closed=False)
        return replace(branch, key=self.builder.unique(key)) if key else branch

    def either(self, statement: tree.Either, place: Place) -> model.Branch:
        """`either { … } or { … }`."""
        arms = [self._seen(body, place) for body in statement.alternatives]
        return self._branch("either", arms, statement, closed=True)

    def _arm(
        self,
        body: tree.Body,
        place: Place,
        when: model.Expression | None,
        before: list[model.Arm],
    ) -> model.Arm:
        """The elements of one way, gone when those `before` are not and a condition holds."""
        ways = told([arm.when for arm in before if arm.when is not None], when)
        inside = replace(place, ways=(*place.ways, *ways))
        with self.builder.alternative():
            return model.Arm(self.row(body, inside), when)

    def _seen(self, body: tree.Body, place: Place) -> model.Arm:
        """The elements of one way that the bytes tell; its names are known in it."""
        inside = replace(place, ways=(*place.ways, Seen(frozenset(place.names.own))))
        with self.builder.alternative():
            return model.Arm(self.row(body, inside))

    def row(self, body: tree.Body, place: Place) -> tuple[model.Element, ...]:
        """Elements that belong to the message, in an order that only their place tells."""
        inner = replace(place, names=place.names.inside(), block=list(place.block))
        return self.builder.statements(body_of(body), inner)

    def _branch(
        self, how: str, arms: list[model.Arm], node: tree.Node, closed: bool
    ) -> model.Branch:
        self.builder.settle_alternatives()
        key = self.builder.key()
        return model.Branch(key, how, tuple(arms), node.span, closed)  # type: ignore[arg-type]

    # -------------------------------------------------------------- objects

    def nested(self, type_: tree.NamedType, place: Place) -> model.Nested:
        """A message as a field."""
        layout = self.scope.layouts[type_.name.text]
        parameters = [name.text for name, _ in _parameters(layout)]
        names = Names(dict.fromkeys(parameters))
        trail = self.builder.deeper(layout.name.text, place, type_)
        record = self.record(
            layout.name.text, layout, names, trail, tuple(parameters), doc=layout.doc
        )
        told = (place.names.value(self.scope, path, type_.span) for path in names.told.values())
        arguments = (*self._arguments(type_, layout, place), *told)
        return model.Nested(record, _size_of(record), arguments)

    def _arguments(
        self, type_: tree.NamedType, layout: tree.Layout, place: Place
    ) -> tuple[model.Expression, ...]:
        """What a message is told, in the order of its parameters."""
        given: dict[str, tree.Expression] = {}
        parameters = _parameters(layout)
        for i, argument in enumerate(type_.arguments):
            if argument.name is None and i >= len(parameters):
                raise self.scope.fail(
                    "E0204",
                    f"`{layout.name.text}` takes {len(parameters)} values",
                    argument.span,
                    labels=(Label(layout.name.span, "declared here"),),
                    help="take this one away",
                )
            name = parameters[i][0] if argument.name is None else argument.name
            if name.text not in {known.text for known, _ in parameters}:
                raise self.scope.unknown("parameter", name, [known.text for known, _ in parameters])
            given[name.text] = argument.value
        found = []
        for name, default in parameters:
            value = given.get(name.text, default)
            if value is None:
                raise self.scope.fail(
                    "E0204",
                    f"`{layout.name.text}` needs `{name.text}`",
                    type_.span,
                    labels=(Label(name.span, "declared here"),),
                    help=f"write `{layout.name.text}({name.text}=…)`",
                )
            found.append(expression(self.scope, place.names, value))
        return tuple(found)

    def record(
        self,
        name: str,
        layout: tree.Layout | tree.Body,
        names: Names,
        trail: tuple[str, ...],
        parameters: tuple[str, ...] = (),
        doc: str = "",
    ) -> model.Record:
        """Elements with a class of their own."""
        whole = isinstance(layout, tree.Layout)
        builder = self.builder.inner(name)
        elements = builder.record(layout, names, trail)
        elements, sound = draw(self.scope, elements, builder.drawers)
        if sound and not builder.broken:
            elements = settle_record(self.scope, self.builder.layout, elements)
        else:
            self.builder.broken = True
        return model.Record(
            name, elements, layout.span, doc, (*parameters, *names.told), message=whole
        )

    def part(
        self,
        name: str,
        body: tree.Body | tree.Layout,
        names: Names,
        trail: tuple[str, ...],
        doc: str,
    ) -> model.Record:
        """The record that a field of the message is made of."""
        wanted = f"{self.builder.name}_{name}"
        record = self.record(wanted, body, names, trail, doc=doc)
        return replace(record, name=self.scope.part(wanted, record))

    # -------------------------------------------------------------- lists

    def repeat(self, statement: tree.Repeat, place: Place) -> model.Field:
        """`repeat x count n { … }`."""
        name = statement.name.text
        names = Names(outer=place.names)
        record = self.part(name, statement.body, names, place.trail, statement.doc)
        span = statement.span
        told = tuple(place.names.value(self.scope, path, span) for path in names.told.values())
        wire = model.Nested(record, _size_of(record), told)
        item = model.Field(f"{name}[]", "", wire, model.Given(), model.Conversion(), statement.span)
        return self._named(statement.name, self._wire(item, statement.how, place), statement)

    def repeated_line(self, statement: tree.Repeat, place: Place) -> model.Field:
        """`repeat x "…"` among lines: as often as it comes."""
        if statement.how:
            raise self.scope.fail(
                "E0404",
                f"`{statement.how[0].word}` does not belong behind a repeated line",
                statement.how[0].span,
                help="it comes as often as there are lines of its kind",
            )
        items = self.repeat(statement, place)
        assert isinstance(items.wire, model.Items)
        return replace(items, wire=replace(items.wire, size=None))

    def items(self, statement: tree.Field, type_: tree.ListType, place: Place) -> model.Field:
        """`x : [T] count n`."""
        found = self._named(statement.name, self._items(statement, type_, place), statement)
        return self._with_gaps(found) if type_.item.type.optional else found

    def inner_items(self, statement: tree.Field, type_: tree.ListType, place: Place) -> model.Field:
        """A list that is an item of another."""
        span = statement.name.span
        named = replace(statement, name=tree.Name(f"{statement.name.text}[]", span=span))
        wire = self._items(named, type_, place)
        if wire.until or wire.whilst is not None or type_.item.type.optional:
            raise self.scope.fail(
                "E0404",
                "a list in a list ends where its `count` or what separates it from the next says",
                statement.span,
                help="write `[[T] count n]`, or `[[T] sep X] sep Y`, or take `repeat`",
            )
        key = f"{statement.name.text}[]"
        return model.Field(key, "", wire, model.Given(), model.Conversion(), statement.span)

    def _items(self, statement: tree.Field, type_: tree.ListType, place: Place) -> model.Items:
        """What a list repeats, and how it ends; that may stand inside its brackets as well."""
        inner = tree.Field(statement.name, type_.item, span=type_.item.span)
        if isinstance(type_.item.type, tree.ListType):
            return self._wire(self.builder.item(inner, place), statement.typed.modifiers, place)
        for modifier in type_.item.modifiers:
            if modifier.word in ("=", "default"):
                raise self.scope.fail(
                    "E0404",
                    f"`{modifier.word}` does not belong to the items of a list",
                    modifier.span,
                    "the list is given as a whole",
                    help="take it away, or write `repeat items { x : u8 = 3; … }`",
                )
        modifiers = [m for m in type_.item.modifiers if m.word in _HOW]
        typed = replace(
            type_.item,
            type=replace(type_.item.type, optional=False),
            modifiers=tuple(m for m in type_.item.modifiers if m.word not in _HOW),
        )
        item = self.builder.item(replace(inner, typed=typed), place)
        return self._wire(item, (*modifiers, *statement.typed.modifiers), place)

    def _with_gaps(self, field: model.Field) -> model.Field:
        """A list whose items may be absent: what stands around them tells."""
        assert isinstance(field.wire, model.Items)
        wire = field.wire.item.wire
        characters = isinstance(wire, model.Digits) and not wire.packed and not wire.lenient
        if not field.wire.separator or not (characters or is_open(wire)):
            raise self.scope.fail(
                "E0409",
                f"nothing tells whether an item of `{field.name}` is absent",
                field.span,
                help="write `sep` behind the list, and take text, bytes without a size, or digits",
            )
        return replace(field, wire=replace(field.wire, gaps=True))

    def _wire(self, item: model.Field, how: tuple[tree.Modifier, ...], place: Place) -> model.Items:
        """A list of what it repeats and how it ends."""
        untils = [modifier for modifier in how if modifier.word == "until"]
        left = self._once(modifier for modifier in how if modifier.word != "until")
        count = first = whilst = None
        separator = b""
        if (modifier := left.pop("count", None)) is not None:
            count = expression(self.scope, place.names, modifier.values[0])
        if (modifier := left.pop("while", None)) is not None:
            first, whilst = self._whilst(modifier, item, place)
        if (modifier := left.pop("sep", None)) is not None:
            separator = octets(self.scope, modifier.values)  # type: ignore[arg-type]
        marks = [modifier for modifier in untils if modifier.flag != "end"]
        until = tuple(octets(self.scope, mark.values) for mark in marks)  # type: ignore[arg-type]
        or_end = bool(marks) and len(marks) < len(untils)
        if left:
            modifier = next(iter(left.values()))
            raise self.scope.fail(
                "E0404",
                f"`{modifier.word}` does not belong behind a list",
                modifier.span,
                help="lists take `count`, `until`, `while`, `sep`; the rest stands with the type",
            )
        size = None if count or until or whilst else OPEN
        return model.Items(item, size, count, until, first, whilst, separator, or_end=or_end)

    def _named(
        self, name: tree.Name, wire: model.Items, statement: tree.Field | tree.Repeat
    ) -> model.Field:
        """A list as a field."""
        key = self.builder.unique(name.text)
        self.builder.claim(name.text, name)
        return model.Field(
            key,
            name.text,
            wire,
            model.Given(),
            model.Conversion(),
            statement.span,
            statement.doc,
        )

    def _once(self, how: Iterable[tree.Modifier]) -> dict[str, tree.Modifier]:
        """What is said of a list, each word once."""
        found: dict[str, tree.Modifier] = {}
        for modifier in how:
            if modifier.word in found:
                raise self.scope.fail(
                    "E0404",
                    f"`{modifier.word}` stands here twice",
                    modifier.span,
                    labels=(Label(found[modifier.word].span, "the first"),),
                    help="keep one of them; only `until` may be said several times",
                )
            found[modifier.word] = modifier
        return found

    def _whilst(
        self, modifier: tree.Modifier, item: model.Field, place: Place
    ) -> tuple[model.Expression, model.Expression]:
        """Whether there is a first item, and whether another one follows one."""
        (condition,) = modifier.values
        again = expression(self.scope, place.names, condition, item)
        if not any(isinstance(part, model.Previous) for part in model.every(again)):
            raise self.scope.fail(
                "E0409",
                f"nothing tells where `{item.key.removesuffix('[]')}` ends",
                condition.span,
                "does not change from one item to the next",
                help="ask for something of the item before: `while previous & 0x80`",
            )
        known = {f.key: f for f in place.names.own.values() if isinstance(f, model.Field)}
        before = next((known[key] for key in reversed(place.block) if key in known), None)
        if before is None:
            raise self.scope.fail(
                "E0202",
                "there is no `previous` at first",
                condition.span,
                "before the first item it is the field in front of the list",
                help="put a field there which tells whether there is an item",
            )
        return expression(self.scope, place.names, condition, before), again


_HOW = frozenset(("count", "until", "while", "sep", "times"))


def _parameters(layout: tree.Layout) -> list[tuple[tree.Name, tree.Expression | None]]:
    """The parameters of a message with what they are when nobody says."""
    return [(parameter.name, parameter.default) for parameter in layout.parameters]


def _size_of(record: model.Record) -> model.Size | None:
    """Whether somebody else must say where a record ends."""
    return OPEN if needs_region(record.elements) else None
