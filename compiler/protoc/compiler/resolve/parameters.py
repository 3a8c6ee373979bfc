"""Frames with parameters: what differs from message to message and is no field.

A parameter is replaced by what the call gives, in the tree, before anything gets a meaning: as a
statement it is constant bytes, in an expression that expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import is_
from typing import Any

from msgspec.structs import replace

from protoc.compiler.resolve.bodies import frame_fields
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label


def instantiated(
    scope: Scope, frame: tree.Layout, call: tree.Invocation
) -> tuple[tree.Layout, tree.Invocation]:
    """A frame as a call means it: without parameters, and the call without their values."""
    if not frame.parameters:
        return frame, call
    _distinct(scope, frame)
    names = {parameter.name.text: parameter for parameter in frame.parameters}
    given: dict[str, tree.Expression] = {}
    others = []
    for argument in _named(frame, call.arguments):
        if argument.name is None or argument.name.text not in names:
            others.append(argument)
            continue
        name = argument.name.text
        if name in given:
            raise scope.fail(
                "E0204", f"`{name}` is given twice", argument.span, help="keep one of them"
            )
        given[name] = argument.value
    for name, parameter in names.items():
        value = given.get(name, parameter.default)
        if value is None:
            raise scope.fail(
                "E0204",
                f"the parameter `{name}` of `{frame.name.text}` is not given",
                call.span,
                labels=(Label(parameter.span, "declared here, without a default"),),
                help=f"give it: `{frame.name.text}({name}=…)`",
            )
        given[name] = value
    body = _replaced(scope, frame.body, given)
    calls = _replaced(scope, frame.frames, given)
    bare = replace(frame, parameters=(), body=body, frames=calls)
    return bare, replace(call, arguments=tuple(others))


def told_by(scope: Scope, layout: tree.Layout, statement: tree.Bare) -> tree.Layout:
    """A message whose fields stand somewhere, as the values behind its name mean it."""
    names = {parameter.name.text for parameter in layout.parameters}
    arguments = _named(layout, statement.arguments)
    for argument in arguments:
        if argument.name is None or argument.name.text not in names:
            raise scope.fail(
                "E0204",
                f"`{layout.name.text}` takes {len(names) or 'no'} values",
                argument.span,
                labels=(Label(layout.name.span, "declared here"),),
                help="take this one away",
            )
    call = tree.Invocation(statement.name, arguments, span=statement.span)
    return instantiated(scope, layout, call)[0]


def _named(layout: tree.Layout, arguments: tuple[tree.Argument, ...]) -> tuple[tree.Argument, ...]:
    """Values without a name are those of the parameters in their order."""
    names = [parameter.name for parameter in layout.parameters]
    return tuple(
        replace(argument, name=names[i]) if argument.name is None and i < len(names) else argument
        for i, argument in enumerate(arguments)
    )


def _distinct(scope: Scope, frame: tree.Layout) -> None:
    """A name is a parameter or a field, and one of them."""
    known: dict[str, tree.Node] = {
        name: node for name, node in frame_fields(frame).items() if isinstance(node, tree.Node)
    }
    for parameter in frame.parameters:
        name = parameter.name.text
        if name in known:
            raise scope.fail(
                "E0201",
                f"`{name}` of `{frame.name.text}` is declared twice",
                parameter.span,
                "a parameter",
                labels=(Label(known[name].span, "declared here, too"),),
                help="rename one of them",
            )
        known[name] = parameter
        if parameter.typed is not None:
            raise scope.fail(
                "E0204",
                f"the parameter `{name}` has a type",
                parameter.span,
                help=f"write `{name}`: what is given for it says what it is",
            )


def _replaced(scope: Scope, node: Any, given: Mapping[str, tree.Expression]) -> Any:
    """The same tree with values in the place of parameters."""
    result = node
    if isinstance(node, tuple):
        new = tuple(_replaced(scope, each, given) for each in node)
        result = node if all(map(is_, new, node)) else new
    elif isinstance(node, tree.Reference) and node.text in given:
        result = given[node.text]
    elif isinstance(node, tree.Bare) and node.name.text in given:
        constant = _octets(scope, node, given[node.name.text])
        result = tree.Constants(((constant,),), span=node.span)
    elif isinstance(node, tree.Node):
        changed = {}
        for name in node.__struct_fields__:
            old = getattr(node, name)
            if isinstance(old, tuple | tree.Node):
                new = _replaced(scope, old, given)
                changed.update({} if new is old else {name: new})
        result = replace(node, **changed) if changed else node
    return result


def _octets(scope: Scope, place: tree.Bare, value: tree.Expression) -> tree.Constant:
    """What stands on the wire where a parameter is a statement of its own."""
    if isinstance(value, tree.String | tree.Octets):
        return value
    if isinstance(value, tree.Number) and value.text[:2] == "0x" and len(value.text) % 2 == 0:
        return tree.Octets(bytes.fromhex(value.text[2:]), value.text, span=value.span)
    raise scope.fail(
        "E0402",
        f"`{value.span.text}` stands for no bytes",
        value.span,
        labels=(Label(place.span, "written here"),),
        help='give a text, or bytes: x"01 02", 0x0102, STX',
    )
