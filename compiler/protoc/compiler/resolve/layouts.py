"""Messages: frames unfolded, fields resolved, sizes settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct, field
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.bits import Pieces
from protoc.compiler.resolve.bodies import body_of, frame_fields, has_hole, names_of
from protoc.compiler.resolve.codings import coded, filler
from protoc.compiler.resolve.constants import octets
from protoc.compiler.resolve.extents import Drawer
from protoc.compiler.resolve.fields import Fields
from protoc.compiler.resolve.fitting import constant_bytes
from protoc.compiler.resolve.lets import let
from protoc.compiler.resolve.lines import Lines
from protoc.compiler.resolve.names import Names
from protoc.compiler.resolve.outside import brought
from protoc.compiler.resolve.parameters import instantiated, told_by
from protoc.compiler.resolve.place import Place
from protoc.compiler.resolve.scope import Scope, Unresolved, named_arguments
from protoc.compiler.resolve.structures import Structures
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label
from protoc.dsl.source import Span

_DEEPEST = 24
_MOST_STATEMENTS = 5000


class Builder(Struct):
    """Builds the elements of one message, or of a record in it.

    Attributes:
        name: of the class the elements belong to.
        broken: a part of it cannot be given a meaning.
        keys: of the fields so far.
        brought: what it asks the request and the params for, and where.
    """

    scope: Scope
    layout: tree.Layout
    name: str
    drawers: list[Drawer] = field(default_factory=list)
    broken: bool = False
    keys: set[str] = field(default_factory=set)
    brought: dict[str, tuple[tuple[str, ...], Span]] = field(default_factory=dict)
    _names: dict[str, tree.Node] = field(default_factory=dict)
    _claimed: list[dict[str, tree.Node]] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)
    _count: int = 0
    _visited: int = 0

    def build(self, wrapper: tree.Layout | None = None) -> tuple[model.Element, ...]:
        """The elements in wire order, derived values not yet drawn, sizes not settled."""

        def whole(names: Names) -> tuple[model.Element, ...]:
            """The message and its frames, where the wrapper has a hole for them."""
            own = replace(names, own=dict(names.own))
            return self._unfold(self.layout, Place({}, None, trail, names=own))

        trail = () if wrapper is None else (wrapper.name.text,)
        if wrapper is None:
            return whole(Names(brought=self.brought))
        names = Names(brought=self.brought)
        return self._unfold(wrapper, Place({}, whole, (), names=names, wrapper=wrapper.name.text))

    def outside(self) -> tuple[model.Field, ...]:
        """What the message depends on and what is not in its bytes, as fields of it."""
        found = []
        for name, (path, span) in self.brought.items():
            if name in self._names:
                raise self.scope.fail(
                    "E0201",
                    f"there are two values named `{name}` in `{self.layout.name.text}`",
                    self._names[name].span,
                    "a field",
                    labels=(Label(span, "told from outside of the message"),),
                    help="rename the field",
                )
            found.append(brought(self.scope, name, path, span))
        return tuple(found)

    def inner(self, name: str) -> Builder:
        """The builder of a record inside."""
        return Builder(self.scope, self.layout, name, _visited=self._visited)

    def record(
        self, layout: tree.Layout | tree.Body, names: Names, trail: tuple[str, ...]
    ) -> tuple[model.Element, ...]:
        """The elements of a record, derived values not yet drawn, sizes not settled."""
        place = Place({}, None, trail, names=names)
        if isinstance(layout, tree.Layout):
            return self.framed(layout, place)
        return self.statements(body_of(layout), place)

    @contextmanager
    def alternative(self) -> Iterator[None]:
        """What is declared inside may be declared again by other ways of the same branch."""
        before = dict(self._names)
        yield
        self._claimed.append(self._names)
        self._names = before

    def unique(self, name: str) -> str:
        """The key of a named field: its name, numbered where other ways of a branch have it."""
        key, n = name, 2
        while key in self._used:
            key, n = f"{name}~{n}", n + 1
        self._used.add(key)
        return key

    def settle_alternatives(self) -> None:
        """All ways of a branch are there: what any of them declared is taken."""
        for names in self._claimed:
            self._names.update(names)
        self._claimed.clear()

    def _unfold(self, layout: tree.Layout, place: Place) -> tuple[model.Element, ...]:
        """The elements of a layout, its frames around it."""
        name = layout.name.text
        if layout.parameters:
            raise self.scope.fail(
                "E0204",
                f"nothing tells `{name}` what `{layout.parameters[0].name.text}` is",
                layout.parameters[0].span,
                "it is on the wire by itself",
                help="name it in another message, which gives a value: "
                f"`x : {name}({layout.parameters[0].name.text}=…)`",
            )
        trail = self.deeper(name, place, layout.name)
        return self.framed(layout, replace(place, trail=trail))

    def framed(self, layout: tree.Layout, place: Place) -> tuple[model.Element, ...]:
        """What stands in a layout, its frames around it."""
        trail = place.trail

        def own(names: Names) -> tuple[model.Element, ...]:
            """The elements of this layout, where the frame has a hole for them."""
            here = place
            if names is not place.names:
                known = replace(names, own={**place.names.own, **names.own})
                here = replace(place, names=known, block=[])
            return self.statements(body_of(layout.body), here)

        if not layout.frames:
            return own(place.names)
        filling = None if layout.body is None else own
        rows: list[tuple[model.Element, ...]] = []
        for written in layout.frames:
            frame, call = instantiated(self.scope, self._frame(written), written)
            fixed = named_arguments(self.scope, call, frame_fields(frame))
            with self.alternative():
                names = Names(told=place.names.told, brought=place.names.brought)
                rows.append(self._unfold(frame, Place(fixed, filling, trail, names=names)))
        self.settle_alternatives()
        if len(rows) == 1:
            return rows[0]
        arms = tuple(model.Arm(row) for row in rows)
        return (model.Branch(self.key(), "frames", arms, layout.name.span, closed=True),)

    def deeper(self, name: str, place: Place, node: tree.Node) -> tuple[str, ...]:
        """The trail one layout further in."""
        if name in place.trail:
            raise self.scope.fail(
                "E0203",
                f"`{name}` stands inside itself",
                node.span,
                help="a message cannot be its own frame, or a part of itself",
            )
        if len(place.trail) >= _DEEPEST:
            raise self.scope.fail(
                "E0203",
                f"more than {_DEEPEST} messages stand inside each other",
                node.span,
                help="write the inner ones out",
            )
        return (*place.trail, name)

    def _frame(self, call: tree.Invocation) -> tree.Layout:
        frame = self.scope.layouts.get(call.name.text)
        if frame is None:
            raise self.scope.unknown("message", call.name, self.scope.layouts)
        if not has_hole(frame):
            raise self.scope.fail(
                "E0203",
                f"`{frame.name.text}` has no `body` to stand in",
                call.name.span,
                labels=(Label(frame.name.span, "declared here"),),
                help="give one of its fields the type `body`",
            )
        return frame

    def statements(
        self, statements: Iterable[tree.Element], place: Place
    ) -> tuple[model.Element, ...]:
        elements: list[model.Element] = []
        statements = tuple(statements)
        place = replace(place, pieces=Pieces.of(statements))
        around = zip((None, *statements), (*statements[1:], None), strict=False)
        for statement, (before, behind) in zip(statements, around, strict=False):
            try:
                if isinstance(statement, tree.Coded):
                    elements += coded(self, statement, place, before, behind)
                else:
                    elements.extend(self._statement(statement, place))
            except Unresolved:
                self.broken = True
                self.scope.broken.update(names_of(statement))
        return tuple(elements)

    def _statement(self, statement: tree.Element, place: Place) -> tuple[model.Element, ...]:
        self._visited += 1
        if self._visited > _MOST_STATEMENTS:
            name = self.layout.name
            raise self.scope.fail(
                "E0410",
                f"`{name.text}` has more than {_MOST_STATEMENTS} elements",
                name.span,
                help="describe a part of it as `bytes`",
            )
        if isinstance(statement, tree.Template):
            return self.statements(statement.elements, place)
        if isinstance(statement, tree.Bare) and not statement.optional:
            return self._bare(statement, place)
        element = self._element(statement, place)
        self.place(element, place)
        found = [element]
        for pieces in place.pieces.complete():
            found.append(Fields(self).slice(pieces, place))
            self.place(found[-1], place)
        return tuple(found)

    def place(self, element: model.Element, place: Place) -> None:
        """Make an element known to those behind it."""
        if not isinstance(element, model.Filler) and not model.unwritten(element):
            place.block.append(element.key)  # ranges neither begin nor end with a filler
        place.names.add(element)
        if isinstance(element, model.Field):
            self.keys.add(element.key)

    def _element(self, statement: tree.Element, place: Place) -> model.Element:
        if isinstance(statement, tree.Constants):
            return self._constants(statement)
        structures = Structures(self)
        if isinstance(statement, tree.Bare):
            bare = replace(statement, optional=False)
            return structures.optional(_alone(bare), place, statement, f"{bare.name.text}?")
        if isinstance(statement, tree.Field) and statement.typed.type.optional:
            type_ = replace(statement.typed.type, optional=False)
            present = replace(statement, typed=replace(statement.typed, type=type_))
            key = f"{statement.name.text}?"
            return structures.optional(_alone(present), place, statement, key)
        if isinstance(statement, tree.Field):
            return self.field(statement, place)
        if isinstance(statement, tree.If):
            return structures.conditional(statement, place)
        if isinstance(statement, tree.Match):
            return structures.match(statement, place)
        if isinstance(statement, tree.Optional):
            return structures.optional(statement.body, place, statement)
        if isinstance(statement, tree.Either):
            return structures.either(statement, place)
        if isinstance(statement, tree.Repeat):
            return structures.repeat(statement, place)
        if isinstance(statement, tree.Lines):
            return Lines(self, statement).build(place)
        if isinstance(statement, tree.Skip):
            return filler(self, statement)
        assert isinstance(statement, tree.Let)
        return let(self, statement, place)

    def _constants(self, statement: tree.Constants) -> model.Constant:
        alternatives = tuple(octets(self.scope, a) for a in statement.alternatives)
        if not all(alternatives):
            raise self.scope.fail(
                "E0402", "a constant needs at least one byte", statement.span, help="take it away"
            )
        return model.Constant(self.key(), alternatives, statement.span)

    def _bare(self, statement: tree.Bare, place: Place) -> tuple[model.Element, ...]:
        name = statement.name.text
        if name in self.scope.params:
            data = constant_bytes(self.scope, self.scope.params[name])
            if data:
                return (self._named_constant(name, data, statement, place),)
            param = Fields(self).param(self.scope.params[name], statement)
            field_ = replace(param, key=self.unique(name))
            self.place(field_, place)
            return (field_,)
        other = self.scope.layouts.get(name)
        if other is None:
            raise self.scope.unknown(
                "param or message", statement.name, [*self.scope.params, *self.scope.layouts]
            )
        trail = self.deeper(name, place, statement)
        inner = replace(place, fixed={}, filling=None, trail=trail)
        elements = self.framed(told_by(self.scope, other, statement), inner)
        for element in elements if other.frames else ():
            self.place(element, place)
        return elements

    def _named_constant(
        self, name: str, data: bytes, statement: tree.Bare, place: Place
    ) -> model.Constant:
        """A constant that ranges can name: it ends fields in front of it as any other does."""
        self.claim(name, statement.name)
        constant = model.Constant(self.unique(name), (data,), statement.span)
        place.block.append(constant.key)
        return constant

    def field(self, statement: tree.Field, place: Place) -> model.Element:
        """A field of any type."""
        return Fields(self).field(statement, place)

    def item(self, statement: tree.Field, place: Place) -> model.Field:
        """What a list repeats."""
        return Fields(self).item(statement, place)

    def key(self) -> str:
        """A key for what has no name."""
        self._count += 1
        return f"#{self._count}"

    def claim(self, name: str, node: tree.Node) -> None:
        """Take a name, which only one field may have."""
        if name in self._names:
            # what stands in a frame is built before the frame
            first, second = sorted((self._names[name], node), key=lambda n: n.span.start)
            raise self.scope.fail(
                "E0201",
                f"there are two fields named `{name}` in `{self.layout.name.text}`",
                second.span,
                "declared again",
                labels=(Label(first.span, "first declared here"),),
                help="rename one of them; fields of a frame count as fields of what stands in it",
            )
        self._names[name] = node


def _alone(statement: tree.Element) -> tree.Block:
    """A block of one statement."""
    return tree.Block((statement,), span=statement.span)
