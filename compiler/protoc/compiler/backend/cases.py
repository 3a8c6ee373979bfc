"""Ways that one value tells apart: a `match` in the description is one in Python."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from protoc.compiler import model
from protoc.compiler.backend.code import WIDTH, Lines, unbracketed


@contextmanager
def heads(
    lines: Lines,
    conditions: Sequence[model.Expression | None],
    write: Callable[[model.Expression], str],
) -> Generator[list[str]]:
    """The head of the block of each way that has a condition, and then that of what is left.

    Where they all ask for the same value these are cases, and stand inside of a `match`.

    Args:
        lines: where they will stand.
        conditions: of each way; None for what is left.
        write: writes expressions.
    """
    found = _cases(conditions, write)
    if found is not None:
        subject, patterns = found
        cases = [f"case {pattern}:" for pattern in patterns]
        if lines.indent + 4 + max(map(len, cases)) <= WIDTH:
            with lines.block(f"match {subject}:"):
                yield cases
            return
    tests = [unbracketed(write(condition)) for condition in conditions if condition is not None]
    words = ["if", *("elif" for _ in tests[1:])]
    yield [*(f"{word} {test}:" for word, test in zip(words, tests, strict=True)), "else:"]


def _cases(
    conditions: Sequence[model.Expression | None], write: Callable[[model.Expression], str]
) -> tuple[str, list[str]] | None:
    """What is compared, and the pattern of each way; None where they ask for different values."""
    told = [comparisons_of(condition) for condition in conditions if condition is not None]
    subjects = {subject for comparisons in told for subject, _ in comparisons}
    if len(subjects) != 1 or len(told) < 2 or not all(told):
        return None
    patterns = [" | ".join(write(value) for _, value in comparisons) for comparisons in told]
    return unbracketed(write(subjects.pop())), [*patterns, "_"]


def comparisons_of(condition: model.Expression) -> list[tuple[model.Expression, model.Value]]:
    """The values one of which something must be, each with that; none where more is asked."""
    if not isinstance(condition, model.Operation):
        return []
    if condition.operator == "or":
        ways = [comparisons_of(operand) for operand in condition.operands]
        return [each for way in ways for each in way] if all(ways) else []
    left, right = condition.operands[0], condition.operands[-1]
    if condition.operator != "==" or not isinstance(right, model.Value):
        return []
    plain = isinstance(right.value, int | str | bytes) and not isinstance(right.value, bool)
    return [(left, right)] if plain else []
