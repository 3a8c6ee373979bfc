"""Nodes of the syntax tree, made instead of read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from protoc.dsl import tree
from protoc.dsl.source import Span
from protoc.dsl.words import CONTROLS

_NAMES = {value: name for name, value in CONTROLS.items() if name != "SP"}
_PRINTABLE = re.compile(rb"[\x20-\x7e]+")
_RUNS = re.compile(rb"[\x20-\x7e]+|\r\n|[^\x20-\x7e]")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def name(text: str, span: Span) -> tree.Name:
    """A name."""
    return tree.Name(text, span=span)


def reference(text: str, span: Span) -> tree.Reference:
    """A name in an expression; a dot takes it apart."""
    return tree.Reference(tuple(name(part, span) for part in text.split(".")), span=span)


def number(value: float | Fraction, span: Span) -> tree.Expression:
    """A number; a fraction without end as a quotient."""
    exact = Fraction(value) if isinstance(value, Fraction) else Fraction(repr(value))
    if exact.denominator == 1:
        return tree.Number(int(exact), str(int(exact)), span=span)
    short = float(exact)
    if Fraction(repr(short)) == exact:
        return tree.Number(short, repr(short), span=span)
    top, bottom = number(exact.numerator, span), number(exact.denominator, span)
    return tree.Binary("/", top, bottom, span=span)


def string(value: str, span: Span) -> tree.String:
    """A text."""
    return tree.String(value, span=span)


def octets(data: bytes, span: Span) -> tree.Octets:
    """Bytes."""
    return tree.Octets(data, _NAMES.get(data, ""), span=span)


def constant(data: bytes, span: Span) -> tree.Constant:
    """Constant bytes: a text where they are one."""
    if _PRINTABLE.fullmatch(data):
        return string(data.decode("ascii"), span)
    return octets(data, span)


def sequence(data: bytes, span: Span) -> tuple[tree.Constant, ...]:
    """Constant bytes as texts and control characters, in hexadecimal when that says more."""
    runs = _RUNS.findall(data)
    if all(_PRINTABLE.fullmatch(run) or run in _NAMES for run in runs) and len(runs) <= 4:
        return tuple(constant(run, span) for run in runs)
    return (constant(data, span),)


def literal(data: bytes, span: Span, *, wide: bool = False) -> tree.Constants:
    """Constant bytes as a statement of a layout; as bytes where texts are `wide`."""
    spelt = (octets(data, span),) if wide else sequence(data, span)
    return tree.Constants((spelt,), span=span)


def call(function: str, span: Span, *values: tree.Expression) -> tree.Invocation:
    """A call without names."""
    given = tuple(tree.Argument(None, value, span=span) for value in values)
    return tree.Invocation(name(function, span), given, span=span)


def joined(operator: str, operands: Iterable[tree.Expression], span: Span) -> tree.Expression:
    """Operands grouped from the left."""
    first, *rest = operands
    for each in rest:
        first = tree.Binary(operator, first, each, span=span)
    return first


def modifier(
    word: str, span: Span, *values: tree.Expression, flag: str = "", named: str = ""
) -> tree.Modifier:
    """A modifier behind a type."""
    return tree.Modifier(word, values, flag, name(named, span) if named else None, span=span)


def typed(
    type_: str,
    span: Span,
    *modifiers: tree.Modifier,
    size: int | str | None = None,
    bits: tuple[tree.Bit, ...] | None = None,
) -> tree.Typed:
    """A type with its modifiers; a size is a number of bytes or the name of a field."""
    wanted: tree.Expression | None = None
    if isinstance(size, int):
        wanted = number(size, span)
    elif size is not None:
        wanted = reference(size, span)
    named = tree.NamedType(name(type_, span), wanted, bits=bits, span=span)
    return tree.Typed(named, modifiers, span=span)


def with_modifiers(type_: tree.Typed, *more: tree.Modifier) -> tree.Typed:
    """The same type with more modifiers."""
    return tree.Typed(type_.type, (*type_.modifiers, *more), span=type_.span)


def field(called: str, type_: tree.Typed, span: Span) -> tree.Field:
    """A field of a layout."""
    return tree.Field(name(called, span), type_, span=span)


def bare(called: str, span: Span) -> tree.Bare:
    """A param of that name in a layout."""
    return tree.Bare(name(called, span), span=span)


def duration(milliseconds: float, span: Span) -> tree.Duration:
    """A time in the largest unit it is a whole number of, minutes left out."""
    if milliseconds >= 1000 and milliseconds % 1000 == 0:
        return tree.Duration(milliseconds / 1000, "s", span=span)
    return tree.Duration(float(milliseconds), "ms", span=span)


def setting(word: str, span: Span, *values: tree.Expression, target: str = "") -> tree.LinkSetting:
    """A setting of a link."""
    return tree.LinkSetting(
        name(word, span), values, target=name(target, span) if target else None, span=span
    )


def action(
    verb: str,
    span: Span,
    *targets: str | tree.Invocation,
    value: tree.Expression | None = None,
    words: tuple[str, ...] = (),
    operands: tuple[tuple[str, tuple[tree.Expression, ...]], ...] = (),
    condition: tree.Expression | None = None,
) -> tree.Action:
    """An action on things by their names."""
    named = tuple(
        reference(target, span) if isinstance(target, str) else target for target in targets
    )
    return tree.Action(verb, named, value, words, operands, condition, span=span)


def documentation(text: str) -> str:
    """A text that can stand behind `##`."""
    return " ".join(text.split())
