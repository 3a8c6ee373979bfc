"""What stands behind the verb of an action: params, bytes, words."""

from __future__ import annotations

from protoc.compiler import model
from protoc.compiler.resolve.constants import octets, whole
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label

Target = tree.Invocation | tree.Reference


def call(target: Target) -> tree.Invocation:
    """A target as a call, without arguments when it has no parentheses."""
    if isinstance(target, tree.Invocation):
        return target
    return tree.Invocation(target.path[0], span=target.span)


def name(target: Target) -> tree.Name:
    """The name a target begins with."""
    return target.name if isinstance(target, tree.Invocation) else target.path[0]


def param(scope: Scope, name: tree.Name, *, constant: bool = False) -> model.Param:
    """The param of a name; only where `constant` says so it may be one that never changes."""
    found = scope.params.get(name.text)
    if found is None:
        raise scope.unknown("param", name, scope.params)
    if found.constant and not constant:
        raise scope.fail(
            "E0604",
            f"`{name.text}` is a constant",
            name.span,
            "cannot be changed",
            labels=(Label(found.span, "declared here"),),
            help="declare it with `default` instead of `=`",
        )
    return found


def param_name(scope: Scope, target: Target, *, constant: bool = False) -> model.ParamName:
    """The param a target names, as a whole."""
    if isinstance(target, tree.Reference) and len(target.path) > 1:
        raise scope.fail(
            "E0605",
            "the name of a param is expected here",
            target.span,
            help=f"write `{target.path[0].text}` without what stands behind the dot",
        )
    return model.ParamName(param(scope, name(target), constant=constant).name)


def operands(action: tree.Action, word: str) -> tuple[tree.Expression, ...]:
    """What stands behind a keyed word, nothing when it is not there."""
    return dict(action.operands).get(word, ())


def destination(scope: Scope, action: tree.Action, word: str = "to") -> tree.Reference:
    """The one name behind `to`, `of` or `in`."""
    found = operands(action, word)
    if len(found) == 1 and isinstance(found[0], tree.Reference):
        return found[0]
    raise scope.fail(
        "E0603",
        f"`{action.verb}` needs one name behind `{word}`",
        action.span,
        help=f"write `{word}` and the name of a param",
    )


def piece(scope: Scope, expression: tree.Expression | Target | None) -> model.Content:
    """Bytes written down, or the param that has them."""
    if isinstance(expression, tree.Reference | tree.Invocation):
        return param_name(scope, expression, constant=True)
    assert isinstance(expression, tree.String | tree.Octets)
    return octets(scope, (expression,))


def two_numbers(scope: Scope, action: tree.Action, word: str) -> tuple[int, int] | None:
    """The numbers behind `skip` or `only`: bytes at the start, and at the end."""
    found = operands(action, word)
    if not found:
        return None
    first, second = (whole(scope, each) for each in found)
    return first, second
