"""`FIELD=VALUE` on the command line: taken apart, and turned into typed values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from protoc.cli.failures import Failure, UsageFailure


class Assignment(NamedTuple):
    """`name=text`, or `name.part=text`."""

    name: str
    path: tuple[str, ...]
    text: str


def split(arguments: Iterable[str]) -> list[Assignment]:
    """Take `FIELD=VALUE` arguments apart.

    Raises:
        Failure: one has no `=`, or no name.
    """
    found = []
    for argument in arguments:
        name, equals, text = argument.partition("=")
        if not equals or not name.strip():
            raise UsageFailure(
                f"{_printable(argument)!r}: expected FIELD=VALUE, got no {'=' if name else 'name'}"
            )
        first, *path = name.strip().split(".")
        found.append(Assignment(first, tuple(path), text))
    return found


def typed(assignments: Iterable[Assignment], types: Mapping[str, Any], what: str) -> dict[str, Any]:
    """The values of assignments.

    Args:
        assignments: names are those in `types`.
        types: annotation by name.
        what: what has these fields, for the message.

    Raises:
        Failure: a value does not fit; names the field, what fits and what came.
    """
    from protoc.runtime.values import Misfit, from_plain, read

    whole: dict[str, str] = {}
    parts: dict[str, dict[str, Any]] = {}
    for name, path, text in assignments:
        if name in whole or (not path and name in parts):
            raise Failure(f"{what}: `{name}` is given twice")
        if path:
            _put(parts.setdefault(name, {}), path, text, f"{what}: `{name}")
        else:
            whole[name] = text
    values = {}
    for name in (*whole, *parts):
        try:
            if name in whole:
                values[name] = read(whole[name], types[name])
            else:
                values[name] = from_plain(parts[name], types[name])
        except Misfit as misfit:
            raise Failure(f"{what}: {misfit.inside(name)}") from None
    return values


def _put(tree: dict[str, Any], path: tuple[str, ...], text: str, what: str) -> None:
    *way, last = path
    for name in way:
        inner = tree.setdefault(name, {})
        if not isinstance(inner, dict):
            raise Failure(f"{what}.{'.'.join(path)}` is given twice")
        tree = inner
    if last in tree:
        raise Failure(f"{what}.{'.'.join(path)}` is given twice")
    tree[last] = text


def suggestion(name: str, known: Iterable[str], none: str) -> str:
    """What to write instead of a name that is not known."""
    names = list(known)
    close = get_close_matches(name, names, n=3)
    if close:
        return f"did you mean {' or '.join(f'`{each}`' for each in close)}?"
    return f"there are {', '.join(names)}" if names else none


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
