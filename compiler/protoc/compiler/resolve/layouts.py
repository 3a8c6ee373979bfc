"""Messages: frames unfolded, fields resolved, sizes settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from protoc.compiler import model
from protoc.compiler.resolve.bodies import (
    body_of,
    frame_fields,
    has_hole,
    is_hole,
    longest_of,
    names_of,
)
from protoc.compiler.resolve.constants import labelled, octets
from protoc.compiler.resolve.derived import Drawer, draw
from protoc.compiler.resolve.fitting import (
    Holder,
    constant,
    fixed_bits,
    raw_of_default,
    require,
    unscaled,
)
from protoc.compiler.resolve.scope import Scope, Unresolved, named_arguments
from protoc.compiler.resolve.sizes import settle
from protoc.compiler.resolve.types import OPEN, Spec, resolve_typed
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

_DEEPEST = 24
_MOST_STATEMENTS = 5000
_WORDS: dict[type[tree.Element], str] = {
    tree.Let: "`let`",
    tree.If: "`if`",
    tree.Match: "`match`",
    tree.Repeat: "`repeat`",
    tree.Optional: "`optional`",
    tree.Either: "`either`",
    tree.Coded: "`coded`",
    tree.Lines: "`lines`",
    tree.Skip: "`skip`",
}


def resolve_layout(
    scope: Scope, layout: tree.Layout, parts: set[str], awaited: set[str]
) -> model.Message:
    """The message a layout describes.

    Args:
        scope: the names around.
        layout: what is written.
        parts: the names of those that only stand in others.
        awaited: the names of those that answer a command, and so end at its timeout at the latest.
    """
    builder = _Builder(scope, layout)
    elements = builder.build()
    links = _links(scope, layout)
    ends = tuple((link.name, link.ends) for link in links)
    part = layout.name.text in parts
    if any(alternatives for _, alternatives in ends) and not part:
        elements = (*elements, model.LinkEnd("#end", ends, layout.name.span))
    elements, whole = draw(scope, elements, builder.drawers)
    is_open = False
    if whole and not builder.broken and not part:
        bounded = (bool(links) and all(link.bounded for link in links)) or (
            layout.kind == "response" and layout.name.text in awaited
        )
        elements, is_open = settle(scope, layout, elements, bounded=bounded)
    return model.Message(
        kind=layout.kind,
        name=layout.name.text,
        elements=elements,
        links=tuple(link.name for link in links),
        span=layout.name.span,
        doc=layout.doc,
        id=layout.id,
        part=part,
        open=is_open,
    )


def _links(scope: Scope, layout: tree.Layout) -> list[model.Link]:
    if not layout.links:
        return list(scope.links.values())
    found = []
    for name in layout.links:
        if name.text in scope.links:
            found.append(scope.links[name.text])
        else:
            scope.unknown("link", name, scope.links)
    return found


@dataclass
class _Place:
    """Where statements stand.

    Attributes:
        fixed: what the frame's call gives for its fields.
        filling: the elements that fill the hole; None for raw bytes.
        trail: names of the layouts around, to find one that stands inside itself.
        block: keys of the elements of this layout so far; ranges do not leave it.
    """

    fixed: dict[str, tree.Expression]
    filling: tuple[model.Element, ...] | None
    trail: tuple[str, ...]
    block: list[str] = field(default_factory=list)


@dataclass
class _Builder:
    """Builds the elements of one message.

    Attributes:
        broken: a part of it cannot be given a meaning.
    """

    scope: Scope
    layout: tree.Layout
    drawers: list[Drawer] = field(default_factory=list)
    broken: bool = False
    _names: dict[str, tree.Node] = field(default_factory=dict)
    _count: int = 0
    _visited: int = 0

    def build(self) -> tuple[model.Element, ...]:
        """The elements in wire order, derived values not yet drawn, sizes not settled."""
        return self._unfold(self.layout, _Place({}, None, ()))

    def _unfold(self, layout: tree.Layout, place: _Place) -> tuple[model.Element, ...]:
        """The elements of a layout, its frames around it."""
        name = layout.name.text
        if layout.parameters:
            raise self.scope.unsupported("a message with parameters", layout.parameters[0].span)
        trail = self._deeper(name, place, layout.name)
        own = replace(place, trail=trail)
        inner = self._statements(body_of(layout.body), own)
        if not layout.frames:
            return inner
        call, *others = layout.frames
        if others:
            raise self.scope.unsupported("a choice of frames", others[0].span)
        frame = self._frame(call)
        fixed = named_arguments(self.scope, call, frame_fields(frame))
        filling = None if layout.body is None else inner
        return self._unfold(frame, _Place(fixed, filling, trail))

    def _deeper(self, name: str, place: _Place, node: tree.Node) -> tuple[str, ...]:
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

    def _statements(
        self, statements: Iterable[tree.Element], place: _Place
    ) -> tuple[model.Element, ...]:
        elements: list[model.Element] = []
        for statement in statements:
            try:
                elements.extend(self._statement(statement, place))
            except Unresolved:
                self.broken = True
                self.scope.broken.update(names_of(statement))
        return tuple(elements)

    def _statement(self, statement: tree.Element, place: _Place) -> tuple[model.Element, ...]:
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
            return self._statements(statement.elements, place)
        if isinstance(statement, tree.Bare):
            return self._bare(statement, place)
        if isinstance(statement, tree.Constants):
            element: model.Element = self._constants(statement)
        elif isinstance(statement, tree.Field):
            element = self._field(statement, place)
        else:
            raise self.scope.unsupported(_WORDS[type(statement)], statement.span)
        place.block.append(element.key)
        return (element,)

    def _constants(self, statement: tree.Constants) -> model.Constant:
        alternatives = tuple(octets(self.scope, a) for a in statement.alternatives)
        if not all(alternatives):
            raise self.scope.fail(
                "E0402", "a constant needs at least one byte", statement.span, help="take it away"
            )
        return model.Constant(self._key(), alternatives, statement.span)

    def _bare(self, statement: tree.Bare, place: _Place) -> tuple[model.Element, ...]:
        name = statement.name.text
        if statement.optional:
            raise self.scope.unsupported("a field that may be absent", statement.span)
        if name in self.scope.params:
            place.block.append(name)
            return (self._param(self.scope.params[name], statement),)
        other = self.scope.layouts.get(name)
        if other is None:
            raise self.scope.unknown(
                "param or message", statement.name, [*self.scope.params, *self.scope.layouts]
            )
        trail = self._deeper(name, place, statement)
        inner = replace(place, fixed={}, filling=None, trail=trail)
        return self._statements(body_of(other.body), inner)

    def _param(self, param: model.Param, statement: tree.Bare) -> model.Field:
        """A bare name that is a param: its type, bound to its value."""
        wire = param.wire or model.Text(self.scope.encoding, OPEN)
        origin: model.Origin = model.Given()
        if param.constant:
            assert param.default is not None
            origin = model.Fixed(raw_of_default(self.scope, param))
        elif param.default is not None:
            origin = model.Defaulted(model.Value(param.default))
        self._claim(param.name, statement.name)
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

    def _field(self, statement: tree.Field, place: _Place) -> model.Element:
        name = statement.name.text
        if statement.also is not None:
            raise self.scope.unsupported("`also`", statement.span)
        if is_hole(statement):
            return self._hole(statement, place)
        spec = resolve_typed(self.scope, statement.typed, name, self.layout.name.text)
        named = None if name == "_" else name
        key = self._key() if named is None else name
        if named is not None:
            self._claim(name, statement.name)
        if isinstance(spec.wire, model.Bits) and named is None:
            spec = replace(spec, wire=self._own_bits(spec.wire, statement, place.fixed))
        origin = self._origin(spec, key, named, place)
        bound = named in self.scope.params and isinstance(origin, model.Given | model.Defaulted)
        if bound and isinstance(origin, model.Given):
            origin = self._from_param(self.scope.params[name], spec, statement)
        size = (
            statement.typed.type.size if isinstance(statement.typed.type, tree.NamedType) else None
        )
        if size is not None and not isinstance(size, tree.Number):
            self.drawers.append(Drawer(key, size, "size", place.block, len(place.block)))
        return model.Field(
            key,
            named,
            spec.wire,
            origin,
            spec.conversion,
            statement.span,
            statement.doc,
            bound,
            spec.bounds,
            spec.longest,
            spec.forbidden,
        )

    def _hole(self, statement: tree.Field, place: _Place) -> model.Element:
        """The hole of a frame: what stands in it, or raw bytes under its name."""
        name = statement.name.text
        longest = longest_of(statement)
        if place.filling is not None:
            return model.Region(name, place.filling, None, statement.span, longest)
        self._claim(name, statement.name)
        return model.Field(
            name,
            name,
            model.Raw(OPEN),
            model.Given(),
            model.Conversion(),
            statement.span,
            statement.doc,
            longest=longest,
        )

    def _own_bits(
        self, wire: model.Bits, statement: tree.Field, fixed: dict[str, tree.Expression]
    ) -> model.Bits:
        """Bits that belong to the message: their names are fields, a frame's call may fix them."""
        parts = []
        for part in wire.parts:
            if part.name is not None:
                self._claim(part.name, statement)
                if part.name in fixed:
                    part = replace(part, fixed=fixed_bits(self.scope, part, fixed[part.name]))
            parts.append(part)
        return replace(wire, parts=tuple(parts))

    def _from_param(self, param: model.Param, spec: Spec, statement: tree.Field) -> model.Origin:
        """A field called like a param begins with its value, which must fit here too."""
        value = param.default
        if value is None:
            return model.Given()
        label = Label(param.span, "the param and its value")
        into = replace(spec.holder(param.name), labels=(label,))
        raw = raw_of_default(self.scope, param) if param.conversion.enum else unscaled(value, into)
        require(self.scope, value, raw, statement.name.span, into)
        return model.Defaulted(model.Value(value))

    def _origin(self, spec: Spec, key: str, named: str | None, place: _Place) -> model.Origin:
        """Who gives the value of a field."""
        into = spec.holder(named or "_")
        if named is not None and named in place.fixed:
            return model.Fixed(self._fixed(place.fixed[named], into))
        if spec.value is not None:
            if _is_constant(self.scope, spec.value, spec.conversion):
                return model.Fixed(self._fixed(spec.value, into))
            self.drawers.append(Drawer(key, spec.value, "value", place.block, len(place.block)))
            return model.Derived(model.Value(0), "value")
        if spec.default is not None:
            if isinstance(spec.wire, model.Bits):
                instead = "bits not given are 0"
                raise self.scope.unsupported("a default of bits", spec.default.span, instead)
            enum = self.scope.enums.get(spec.conversion.enum or "")
            value = constant(self.scope, spec.default, into)[0]
            return model.Defaulted(model.Value(labelled(enum, value)))
        if named is None and not isinstance(spec.wire, model.Bits):
            return model.Reserved()
        return model.Given()

    def _fixed(self, expression: tree.Expression, into: Holder) -> int | float | str | bytes:
        if isinstance(into.wire, model.Bits):
            raise self.scope.fail(
                "E0411",
                f"`{into.name}` is a group of bits",
                expression.span,
                "one value for all of them",
                help="fix each of the bits: `name @7..4 = 8`",
            )
        return constant(self.scope, expression, into)[1]

    def _key(self) -> str:
        self._count += 1
        return f"#{self._count}"

    def _claim(self, name: str, node: tree.Node) -> None:
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
