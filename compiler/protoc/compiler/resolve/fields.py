"""Fields: a type with its modifiers, and who gives the value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.again import read_again
from protoc.compiler.resolve.bits import Located, speaker, whole
from protoc.compiler.resolve.bodies import is_hole, longest_of
from protoc.compiler.resolve.constants import labelled
from protoc.compiler.resolve.counters import counted, is_counter
from protoc.compiler.resolve.defaults import default_of_bits, no_value, value_of_bits
from protoc.compiler.resolve.extents import Drawer
from protoc.compiler.resolve.fitting import (
    Holder,
    constant,
    raw_of_default,
    require,
    unscaled,
)
from protoc.compiler.resolve.measures import OPEN
from protoc.compiler.resolve.scope import Scope
from protoc.compiler.resolve.structures import Structures
from protoc.compiler.resolve.types import Spec, is_builtin, resolve_bit, resolve_typed
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

if TYPE_CHECKING:
    from protoc.compiler.resolve.layouts import Builder
    from protoc.compiler.resolve.place import Place


class Fields(Struct, frozen=True):
    """Builds the fields of one layout."""

    builder: Builder

    @property
    def scope(self) -> Scope:
        """The names of the description."""
        return self.builder.scope

    def param(self, param: model.Param, statement: tree.Bare) -> model.Field:
        """A bare name that is a param: its type, bound to its value."""
        wire = param.wire or model.Text(self.scope.settings_at(param.span).encoding, OPEN)
        origin: model.Origin = model.Given()
        if param.constant:
            assert param.default is not None
            origin = model.Fixed(raw_of_default(self.scope, param))
        elif param.default is not None:
            origin = model.Defaulted(model.Value(param.default))
        elif param.bits is not None:
            origin = model.Defaulted(param.bits)
        self.builder.claim(param.name, statement.name)
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
            return read_again(self.builder, statement, statement.also, place)
        if is_hole(statement):
            return self._hole(statement, place)
        if isinstance(statement.typed.type, tree.ListType):
            return Structures(self.builder).items(statement, statement.typed.type, place)
        named = None if name == "_" else name
        derived = any(modifier.word == "=" for modifier in statement.typed.modifiers)
        if place.wrapper and derived and named is not None:
            key = self.builder.unique(f"{place.wrapper}_{name}")
            return self._valued(statement, key, named, place)
        key = self.builder.key() if named is None else self.builder.unique(name)
        if named is not None:
            self.builder.claim(name, statement.name)
        return self._valued(statement, key, named, place)

    def item(self, statement: tree.Field, place: Place) -> model.Field:
        """What a list repeats."""
        if isinstance(statement.typed.type, tree.ListType):
            return Structures(self.builder).inner_items(statement, statement.typed.type, place)
        return self._valued(statement, f"{statement.name.text}[]", "", place)

    def _valued(
        self, statement: tree.Field, key: str, named: str | None, place: Place
    ) -> model.Field:
        """A field of any type but a list; an item of a list has an empty name."""
        type_ = statement.typed.type
        assert isinstance(type_, tree.NamedType)
        if type_.name.text in self.scope.layouts and not is_builtin(type_.name.text):
            return self._nested(statement, type_, key, named, place)
        spec = resolve_typed(self.scope, statement.typed, statement.name.text, self.builder.name)
        place.pieces.add(key, spec.own)
        size = type_.size
        if size is not None and not isinstance(size, tree.Number):
            self.builder.drawers.append(self._drawer(key, size, "size", place))
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
            called = type_.name.text
            raise self.scope.fail(
                "E0203",
                f"`_` cannot be a message: nobody could give the values of `{called}`",
                statement.span,
                help=f"give it a name, or write `{called}` alone to have its fields here",
            )
        wire = Structures(self.builder).nested(type_, place)
        return model.Field(
            key, named, wire, model.Given(), model.Conversion(), statement.span, statement.doc
        )

    def _hole(self, statement: tree.Field, place: Place) -> model.Element:
        """The hole of a frame: what stands in it, or raw bytes under its name."""
        name = statement.name.text
        longest = longest_of(statement)
        if place.filling is not None:
            inside = place.filling(place.names)
            if any(isinstance(e, model.Field) and e.name == name for e in model.walk(inside)):
                key = self.builder.key()  # its name is that of a field in it
                return model.Region(key, inside, None, statement.span, longest, name)
            key = self.builder.unique(name)
            return model.Region(key, inside, None, statement.span, longest)
        key = self.builder.unique(name)
        self.builder.claim(name, statement.name)
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

    def slice(self, pieces: list[Located], place: Place) -> model.Field:
        """A number made of bits of integers before it: a field of the message."""
        named = [(bit, piece) for _, bit, piece in pieces]
        name = named[0][0].name.text
        self.builder.claim(name, named[0][0])
        whole(self.scope, named)
        wire = model.Slice(tuple((host, piece) for host, _, piece in pieces))
        bit = speaker(self.scope, named)
        spec = resolve_bit(self.scope, bit, wire, self.builder.name)
        return self._made(spec, self.builder.unique(name), name, bit, place)

    def _from_param(
        self, param: model.Param, spec: Spec, statement: tree.Field | tree.Bit
    ) -> model.Origin | None:
        """A field called like a param begins with its value, which must fit here too."""
        label = Label(param.span, "the param and its value")
        into = replace(spec.holder(param.name), labels=(label,))
        if param.bits is not None:
            return self._from_bits(param.bits, spec, statement, into)
        value = param.default
        if value is None:
            return None
        raw = raw_of_default(self.scope, param) if param.conversion.enum else unscaled(value, into)
        require(self.scope, value, raw, statement.name.span, into)
        return model.Defaulted(model.Value(value))

    def _from_bits(
        self, value: model.Object, spec: Spec, statement: tree.Field | tree.Bit, into: Holder
    ) -> model.Origin:
        """A field called like a param of bits has all of those that it begins with."""
        parts = spec.wire.parts if isinstance(spec.wire, model.Bits) else ()
        if not {name for name, _ in value.entries} <= {part.name for part in parts}:
            raise self.scope.fail(
                "E0405",
                f"what `{into.name}` begins with does not fit here",
                statement.name.span,
                "it is an object of other bits",
                labels=into.labels,
                help="give the field the type of the param: its name alone does",
            )
        return model.Defaulted(value)

    def _origin(self, spec: Spec, key: str, named: str | None, place: Place) -> model.Origin:
        """Who gives the value of a field."""
        into = spec.holder(named or "_")
        if named is not None and named in place.fixed:
            return model.Fixed(self._fixed(place.fixed[named], into))
        if spec.value is not None:
            if _is_constant(self.scope, spec.value, spec.conversion):
                return model.Fixed(self._fixed(spec.value, into))
            self.builder.drawers.append(self._drawer(key, spec.value, "value", place))
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
        raw = constant(self.scope, expression, into)[1]
        return float(raw) if isinstance(into.wire, model.Real) else raw


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
