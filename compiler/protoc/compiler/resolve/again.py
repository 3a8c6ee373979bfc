"""Bytes that are read again as fields: `data : bytes also { … }`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.names import Names
from protoc.compiler.resolve.structures import Structures
from protoc.dsl import tree

if TYPE_CHECKING:
    from protoc.compiler.resolve.layouts import Builder
    from protoc.compiler.resolve.place import Place

Again = tree.Block | tree.Invocation


def read_again(builder: Builder, statement: tree.Field, also: Again, place: Place) -> model.Field:
    """The bytes, and what they are read again as; those fields belong to the message as well."""
    found = builder.field(replace(statement, also=None), place)
    if (
        not isinstance(found, model.Field)
        or not isinstance(found.wire, model.Text | model.Raw)
        or not isinstance(found.origin, model.Given)
        or found.name is None
    ):
        raise builder.scope.fail(
            "E0203",
            "only bytes and texts that are yours to give are read again",
            also.span,
            help="give the field a name and the type `bytes` or `text`",
        )
    if found.wire.reversed and not builder.scope.explicit:
        raise builder.scope.fail(
            "E0404",
            "what is reversed is not read again",
            also.span,
            "its fields would stand backwards",
            help="take `reversed` away, and reverse the fields instead",
        )
    nested = _contents(builder, statement, also, place)
    for name in dict.fromkeys(inner.name for inner in nested.record.fields()):
        if name is not None:
            builder.claim(name, statement.name)
    return replace(found, also=nested)


def _contents(builder: Builder, statement: tree.Field, also: Again, place: Place) -> model.Nested:
    """What the bytes are read again as; it fills them."""
    structures = Structures(builder)
    if isinstance(also, tree.Invocation):
        if also.name.text not in builder.scope.layouts:
            raise builder.scope.unknown("message", also.name, builder.scope.layouts)
        type_ = tree.NamedType(also.name, arguments=also.arguments, span=also.span)
        wire = structures.nested(type_, place)
    else:
        names = Names(outer=place.names)
        record = structures.part(statement.name.text, also, names, place.trail, statement.doc)
        scope, span = builder.scope, also.span
        told = tuple(place.names.value(scope, path, span) for path in names.told.values())
        wire = model.Nested(record, None, told)
    # what a connector cannot read again leaves its params as they were
    return replace(wire, size=model.UntilEnd(), lenient=builder.scope.explicit)
