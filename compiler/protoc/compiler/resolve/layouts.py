"""Messages: frames unfolded, fields resolved, sizes settled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from protoc.compiler import model
from protoc.compiler.resolve.again import read_again
from protoc.compiler.resolve.bits import Located, Pieces, speaker, whole
from protoc.compiler.resolve.bodies import (
    body_of,
    frame_fields,
    has_hole,
    is_hole,
    longest_of,
    names_of,
)
from protoc.compiler.resolve.codings import coded, filler
from protoc.compiler.resolve.constants import labelled, octets
from protoc.compiler.resolve.counters import counted, is_counter
from protoc.compiler.resolve.defaults import default_of_bits, no_value, value_of_bits
from protoc.compiler.resolve.extents import Drawer
from protoc.compiler.resolve.fitting import (
    Holder,
    constant,
    constant_bytes,
    raw_of_default,
    require,
    unscaled,
)
from protoc.compiler.resolve.lines import Lines
from protoc.compiler.resolve.names import Names
from protoc.compiler.resolve.parameters import instantiated
from protoc.compiler.resolve.scope import Scope, Unresolved, named_arguments
from protoc.compiler.resolve.structures import Structures
from protoc.compiler.resolve.types import (
    OPEN,
    Spec,
    is_builtin,
    resolve_bit,
    resolve_typed,
)
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

_DEEPEST = 24
_MOST_STATEMENTS = 5000


@dataclass
class Place:
    """Where statements stand.

    Attributes:
        fixed: what the frame's call gives for its fields.
        filling: builds the elements that fill the hole; None for raw bytes.
        trail: names of the layouts around, to find one that stands inside itself.
        block: keys of the elements of this layout so far; ranges do not leave it.
        names: what expressions may name here.
        pieces: values made of bits, some of which may be still to come.
        wrapper: name of the wrapper of a link, whose derived fields leave their names to others.
    """

    fixed: dict[str, tree.Expression]
    filling: Callable[[Names], tuple[model.Element, ...]] | None
    trail: tuple[str, ...]
    block: list[str] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    pieces: Pieces = field(default_factory=Pieces)
    wrapper: str = ""


@dataclass
class Builder:
    """Builds the elements of one message, or of a record in it.

    Attributes:
        name: of the class the elements belong to.
        broken: a part of it cannot be given a meaning.
        keys: of the fields so far.
    """

    scope: Scope
    layout: tree.Layout
    name: str
    drawers: list[Drawer] = field(default_factory=list)
    broken: bool = False
    keys: set[str] = field(default_factory=set)
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
            return whole(Names())
        return self._unfold(wrapper, Place({}, whole, (), wrapper=wrapper.name.text))

    def inner(self, name: str) -> Builder:
        """The builder of a record inside."""
        return Builder(self.scope, self.layout, name, _visited=self._visited)

    def record(
        self, statements: tuple[tree.Element, ...], names: Names, trail: tuple[str, ...]
    ) -> tuple[model.Element, ...]:
        """The elements of a record, derived values not yet drawn, sizes not settled."""
        return self.statements(statements, Place({}, None, trail, names=names))

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
            raise self.scope.unsupported("a message with parameters", layout.parameters[0].span)
        trail = self.deeper(name, place, layout.name)

        def own(names: Names) -> tuple[model.Element, ...]:
            """The elements of this layout, where the frame has a hole for them."""
            here = replace(place, trail=trail, names=names, block=[])
            return self.statements(body_of(layout.body), here)

        if not layout.frames:
            return own(place.names)
        filling = None if layout.body is None else own
        rows: list[tuple[model.Element, ...]] = []
        for written in layout.frames:
            frame, call = instantiated(self.scope, self._frame(written), written)
            fixed = named_arguments(self.scope, call, frame_fields(frame))
            with self.alternative():
                rows.append(self._unfold(frame, Place(fixed, filling, trail)))
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
            found.append(self._slice(pieces, place))
            self.place(found[-1], place)
        return tuple(found)

    def place(self, element: model.Element, place: Place) -> None:
        """Make an element known to those behind it."""
        if not isinstance(element, model.Filler):
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
        raise self.scope.unsupported("`let`", statement.span)

    def _constants(self, statement: tree.Constants) -> model.Constant:
        alternatives = tuple(octets(self.scope, a) for a in statement.alternatives)
        if not all(alternatives):
            raise self.scope.fail(
                "E0402", "a constant needs at least one byte", statement.span, help="take it away"
            )
        return model.Constant(self.key(), alternatives, statement.span)

    def _bare(self, statement: tree.Bare, place: Place) -> tuple[model.Element, ...]:
        name = statement.name.text
        if statement.optional:
            raise self.scope.unsupported("a field that may be absent", statement.span)
        if name in self.scope.params:
            data = constant_bytes(self.scope, self.scope.params[name])
            if data:
                return (self._named_constant(name, data, statement, place),)
            param = self._param(self.scope.params[name], statement)
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
        return self.statements(body_of(other.body), inner)

    def _named_constant(
        self, name: str, data: bytes, statement: tree.Bare, place: Place
    ) -> model.Constant:
        """A constant that ranges can name: it ends fields in front of it as any other does."""
        self.claim(name, statement.name)
        constant = model.Constant(self.unique(name), (data,), statement.span)
        place.block.append(constant.key)
        return constant

    def _param(self, param: model.Param, statement: tree.Bare) -> model.Field:
        """A bare name that is a param: its type, bound to its value."""
        wire = param.wire or model.Text(self.scope.settings_at(param.span).encoding, OPEN)
        origin: model.Origin = model.Given()
        if param.constant:
            assert param.default is not None
            origin = model.Fixed(raw_of_default(self.scope, param))
        elif param.default is not None:
            origin = model.Defaulted(model.Value(param.default))
        self.claim(param.name, statement.name)
        return model.Field(
            param.name,
            param.name,
            wire,
            origin,
            param.conversion,
            statement.span,
            param.doc,
            not param.constant,
            param.bounds,
        )

    def field(self, statement: tree.Field, place: Place) -> model.Element:
        """A field of any type."""
        name = statement.name.text
        if statement.also is not None:
            return read_again(self, statement, statement.also, place)
        if is_hole(statement):
            return self._hole(statement, place)
        if isinstance(statement.typed.type, tree.ListType):
            return Structures(self).items(statement, statement.typed.type, place)
        named = None if name == "_" else name
        derived = any(modifier.word == "=" for modifier in statement.typed.modifiers)
        if place.wrapper and derived and named is not None:
            key = self.unique(f"{place.wrapper}_{name}")
            return self._valued(statement, key, named, place)
        key = self.key() if named is None else self.unique(name)
        if named is not None:
            self.claim(name, statement.name)
        return self._valued(statement, key, named, place)

    def item(self, statement: tree.Field, place: Place) -> model.Field:
        """What a list repeats."""
        if isinstance(statement.typed.type, tree.ListType):
            raise self.scope.unsupported("a list of lists", statement.span)
        if statement.typed.type.optional:
            raise self.scope.unsupported("an item that may be absent", statement.span)
        return self._valued(statement, f"{statement.name.text}[]", "", place)

    def _valued(
        self, statement: tree.Field, key: str, named: str | None, place: Place
    ) -> model.Field:
        """A field of any type but a list; an item of a list has an empty name."""
        type_ = statement.typed.type
        assert isinstance(type_, tree.NamedType)
        if type_.name.text in self.scope.layouts and not is_builtin(type_.name.text):
            return self._nested(statement, type_, key, named, place)
        spec = resolve_typed(self.scope, statement.typed, statement.name.text, self.name)
        place.pieces.add(key, spec.own)
        size = type_.size
        if size is not None and not isinstance(size, tree.Number):
            self.drawers.append(self._drawer(key, size, "size", place))
        return self._made(spec, key, named, statement, place)

    def _made(
        self,
        spec: Spec,
        key: str,
        named: str | None,
        statement: tree.Field | tree.Bit,
        place: Place,
    ) -> model.Field:
        """A field, with who gives its value."""
        origin = self._origin(spec, key, named, place)
        bound = (
            named in self.scope.params
            and key == named
            and isinstance(origin, model.Given | model.Defaulted)
        )
        if bound and spec.default is None:
            param = self.scope.params[statement.name.text]
            origin = self._from_param(param, spec, statement) or origin
        return model.Field(
            key,
            named,
            spec.wire,
            origin,
            spec.conversion,
            statement.span,
            statement.doc,
            bound,
            None if spec.lenient else spec.bounds,
            spec.longest,
            spec.forbidden,
            spec.pattern,
        )

    def _drawer(
        self, key: str, value: tree.Expression, role: Literal["value", "size"], place: Place
    ) -> Drawer:
        return Drawer(key, value, role, place.block, len(place.block), place.names)

    def _nested(
        self,
        statement: tree.Field,
        type_: tree.NamedType,
        key: str,
        named: str | None,
        place: Place,
    ) -> model.Field:
        """A message as a field."""
        if statement.typed.modifiers:
            modifier = statement.typed.modifiers[0]
            raise self.scope.fail(
                "E0404",
                f"`{modifier.word}` does not belong behind a message",
                modifier.span,
                help="write it behind the fields of the message",
            )
        if named is None:
            raise self.scope.unsupported("a message without a name of its own", statement.span)
        wire = Structures(self).nested(type_, place)
        return model.Field(
            key, named, wire, model.Given(), model.Conversion(), statement.span, statement.doc
        )

    def _hole(self, statement: tree.Field, place: Place) -> model.Element:
        """The hole of a frame: what stands in it, or raw bytes under its name."""
        name = statement.name.text
        longest = longest_of(statement)
        key = self.unique(name)
        if place.filling is not None:
            inside = place.filling(place.names)
            return model.Region(key, inside, None, statement.span, longest)
        self.claim(name, statement.name)
        return model.Field(
            key,
            name,
            model.Raw(OPEN),
            model.Given(),
            model.Conversion(),
            statement.span,
            statement.doc,
            longest=longest,
        )

    def _slice(self, pieces: list[Located], place: Place) -> model.Field:
        """A number made of bits of integers before it: a field of the message."""
        named = [(bit, piece) for _, bit, piece in pieces]
        name = named[0][0].name.text
        self.claim(name, named[0][0])
        whole(self.scope, named)
        wire = model.Slice(tuple((host, piece) for host, _, piece in pieces))
        bit = speaker(self.scope, named)
        spec = resolve_bit(self.scope, bit, wire, self.name)
        return self._made(spec, self.unique(name), name, bit, place)

    def _from_param(
        self, param: model.Param, spec: Spec, statement: tree.Field | tree.Bit
    ) -> model.Origin | None:
        """A field called like a param begins with its value, which must fit here too."""
        value = param.default
        if value is None:
            return None
        label = Label(param.span, "the param and its value")
        into = replace(spec.holder(param.name), labels=(label,))
        raw = raw_of_default(self.scope, param) if param.conversion.enum else unscaled(value, into)
        require(self.scope, value, raw, statement.name.span, into)
        return model.Defaulted(model.Value(value))

    def _origin(self, spec: Spec, key: str, named: str | None, place: Place) -> model.Origin:
        """Who gives the value of a field."""
        into = spec.holder(named or "_")
        if named is not None and named in place.fixed:
            return model.Fixed(self._fixed(place.fixed[named], into))
        if spec.value is not None:
            if _is_constant(self.scope, spec.value, spec.conversion):
                return model.Fixed(self._fixed(spec.value, into))
            self.drawers.append(self._drawer(key, spec.value, "value", place))
            return model.Derived(model.Value(0), "value")
        if spec.default is not None and is_counter(spec.default):
            return counted(self.scope, spec.default, into, place.trail[-1])
        if spec.default is not None:
            if isinstance(spec.wire, model.Bits):
                return model.Defaulted(default_of_bits(self.scope, spec.wire, into, spec.default))
            enum = self.scope.enums.get(spec.conversion.enum or "")
            value = constant(self.scope, spec.default, into)[0]
            return model.Defaulted(model.Value(labelled(enum, value)))
        if isinstance(spec.wire, model.Slice):
            return model.Defaulted(model.Value(value_of_bits(self.scope, spec.default, into)))
        if named is None and not isinstance(spec.wire, model.Bits):
            return model.Reserved()
        return model.Given()

    def _fixed(self, expression: tree.Expression, into: Holder) -> int | float | str | bytes:
        if isinstance(into.wire, model.Bits):
            raise no_value(self.scope, into, expression)
        return constant(self.scope, expression, into)[1]

    def key(self) -> str:
        self._count += 1
        return f"#{self._count}"

    def claim(self, name: str, node: tree.Node) -> None:
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


def _is_constant(scope: Scope, expression: tree.Expression, conversion: model.Conversion) -> bool:
    if isinstance(expression, tree.Number | tree.String | tree.Octets):
        return True
    if isinstance(expression, tree.Unary):
        return _is_constant(scope, expression.operand, conversion)
    if isinstance(expression, tree.Binary):
        sides = (expression.left, expression.right)
        return all(_is_constant(scope, side, conversion) for side in sides)
    if isinstance(expression, tree.Reference) and len(expression.path) == 1:
        name = expression.path[0].text
        enum = scope.enums.get(conversion.enum or "")
        if enum is not None and any(label.name == name for label in enum.labels):
            return True
        return name in ("true", "false") or (name in scope.params and scope.params[name].constant)
    return False
