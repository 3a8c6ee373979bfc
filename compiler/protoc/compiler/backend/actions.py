"""Actions as rows of the generated table: a call of the class of the same name."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.backend.code import Call, Code, keyed, literal, octets, text, tupled
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.expressions import function
from protoc.compiler.backend.naming import attribute


def row(verb: model.Verb, context: Context, when: model.Expression | None = None) -> Call:
    """A verb with its attributes, those without a default by their places."""
    names, defaults = verb.__struct_fields__, verb.__struct_defaults__
    needed = len(names) - len(defaults)
    arguments = [_code(getattr(verb, name), context) for name in names[:needed]]
    for name, default in zip(names[needed:], defaults, strict=True):
        value = getattr(verb, name)
        if value != default:
            arguments.append(keyed(name, _code(value, context)))
    if when is not None:
        arguments.append(keyed("when", function(when)))
    return Call(f"do.{type(verb).__name__}", tuple(arguments))


def given(arguments: model.Arguments) -> Call:
    """Fields by name, as a call gives them."""
    return Call("", tuple(f"{text(attribute(n))}: {function(v)}" for n, v in arguments), "{}")


def _code(value: object, context: Context) -> Code:
    """A value of the model as Python."""
    if isinstance(value, model.MessageName):
        return context.classes[f"message {value}"]
    if isinstance(value, model.ParamName | model.HookName):
        return text(attribute(value, frozenset()))
    if isinstance(value, model.FieldName):
        return text(attribute(value))
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bytes):
        return octets(value)
    if isinstance(value, model.Expression):
        return function(value)
    if isinstance(value, tuple):
        if all(isinstance(each, tuple) for each in value):
            return given(value)
        return tupled([_code(each, context) for each in value])
    return literal(value)
