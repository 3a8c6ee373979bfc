"""Actions on params: what is set, copied, appended, cleared."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.resolve.calls import given
from protoc.compiler.resolve.constants import SECONDS, whole
from protoc.compiler.resolve.expressions import Names, Reader
from protoc.compiler.resolve.operands import (
    Target,
    destination,
    name,
    operands,
    param,
    param_name,
    piece,
)
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree

Verbs = list[model.Verb]


def set_value(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`set p = e`, `set p.bit = e`, `set pair.timeout = e`, `set group.wait_1 = e`."""
    target = action.targets[0]
    path = target.path if isinstance(target, tree.Reference) else (target.name,)
    assert action.value is not None
    if len(path) == 2 and not _is_bit(scope, path[0], path[1]):
        paced = _pace(scope, path[0], path[1], action.value, names)
        if paced is not None:
            return [paced]
    found = param(scope, path[0])
    kind: model.Param | model.Part = found
    if len(path) > 1:
        parts = found.wire.parts if isinstance(found.wire, model.Bits) else ()
        bits = {part.name: part for part in parts if part.name}
        if len(path) > 2 or path[1].text not in bits:
            raise scope.unknown("bit", path[1], bits)
        kind = bits[path[1].text]
    value = given(scope, action.value, kind, names)
    rest = tuple(model.FieldName(part.text) for part in path[1:])
    return [model.Set(model.ParamName(found.name), value, rest)]


def _is_bit(scope: Scope, owner: tree.Name, what: tree.Name) -> bool:
    """Whether a name with a dot is a bit of a param, whatever pair or group has its name too."""
    found = scope.params.get(owner.text)
    parts = found.wire.parts if found is not None and isinstance(found.wire, model.Bits) else ()
    return any(part.name == what.text for part in parts)


def _pace(
    scope: Scope, owner: tree.Name, what: tree.Name, value: tree.Expression, names: Names
) -> model.Verb | None:
    """How long a pair waits, or what stands behind an item of a group."""
    if owner.text in scope.pair_trees and what.text == "timeout":
        return model.SetTimeout(owner.text, _milliseconds(scope, value, names))
    word, _, number = what.text.partition("_")
    if owner.text in scope.groups and word == "wait" and number.isdecimal():
        return model.SetWait(owner.text, int(number), _milliseconds(scope, value, names))
    return None


def _milliseconds(scope: Scope, value: tree.Expression, names: Names) -> model.Expression:
    if isinstance(value, tree.Duration) and value.unit in SECONDS:
        milliseconds = round(value.amount * SECONDS[value.unit] * 1000, 6)
        return model.Value(int(milliseconds) if milliseconds == int(milliseconds) else milliseconds)
    return Reader(scope, names).read(value)


def copy(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`copy a to b`: the content of a param, or the value of a field."""
    target = param_name(scope, destination(scope, action))
    source = action.targets[0]
    head = name(source)
    is_param = head.text in scope.params and names.get(head.text) is scope.params[head.text]
    if is_param and (not isinstance(source, tree.Reference) or len(source.path) == 1):
        reverse = "reversed" in action.words
        return [model.Copy(model.ParamName(head.text), target, reverse, scope.explicit)]
    if action.words:
        raise scope.fail(
            "E0605",
            "only the bytes of a whole param can be reversed",
            source.span,
            help="set a param first, and copy that",
        )
    return [model.Set(target, Reader(scope, names).read(_reference(source)))]


def _reference(target: Target) -> tree.Reference:
    if isinstance(target, tree.Reference):
        return target
    return tree.Reference((target.name,), span=target.span)


def append(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`append a to b`, as bytes, as text, or as hexadecimal digits."""
    digits = operands(action, "hex")
    return [
        model.Append(
            piece(scope, action.targets[0] if action.targets else action.value),
            param_name(scope, destination(scope, action)),
            "reversed" in action.words,
            "text" in action.words,
            whole(scope, digits[0], 1) if digits else 0,
        )
    ]


def clear(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`clear p`; `clear r` for what is remembered of a response, `clear r response` as well."""
    target = action.targets[0]
    text = name(target).text
    framing = "framing" in action.words
    meant = framing or "response" in action.words
    if text in scope.messages and (meant or text not in scope.params):
        return [model.Forget(model.MessageName(text), framing)]
    return [model.Clear(param_name(scope, target), "display" in action.words)]


def resize(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`resize p to n`."""
    (size,) = operands(action, "to")
    target = param_name(scope, action.targets[0], constant=True)
    return [model.Resize(target, Reader(scope, names).read(size))]


def reverse(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`reverse p`."""
    return [model.Reverse(param_name(scope, action.targets[0]))]


def enter(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`enter p`."""
    return [model.Enter(param_name(scope, action.targets[0]))]


def save(scope: Scope, action: tree.Action, names: Names) -> Verbs:
    """`save p`."""
    return [model.Save(param_name(scope, action.targets[0]))]
