"""Values known when compiling, and whether they fit what they are given to."""

from __future__ import annotations

import math
import struct
from fractions import Fraction

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.resolve.constants import Plain, octets, plain
from protoc.compiler.resolve.scope import Scope
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label
from protoc.dsl.source import Span

Raw = int | float | str | bytes
Bounds = tuple[float | None, float | None]

_SHOWN = 24


class Holder(Struct, frozen=True):
    """What a value is given to: a field, a param, or bits of one.

    Attributes:
        name: what diagnostics call it.
        labels: places to point at as well.
    """

    name: str
    wire: model.Wire
    conversion: model.Conversion
    bounds: Bounds | None = None
    labels: tuple[Label, ...] = ()


def holder(target: model.Field | model.Param | model.Part) -> Holder | None:
    """What takes the values of a field, a param or bits; None for a param that takes anything."""
    if isinstance(target, model.Part):
        wire: model.Wire | None = bits_as_number(target)
    else:
        wire = target.wire
    if wire is None:
        return None
    return Holder(target.name or "_", wire, target.conversion, target.bounds)


def bits_as_number(part: model.Part) -> model.Slice:
    """The bits of a part as a number of their own."""
    return model.Slice(tuple(("", piece) for piece in part.pieces), part.signed, part.decimal)


def constant(scope: Scope, expression: tree.Expression, into: Holder) -> tuple[Plain, Raw]:
    """The value of a constant expression as the user sees it, and as it is on the wire.

    Raises:
        Unresolved: it is no constant, or does not fit.
    """
    enum = scope.enums.get(into.conversion.enum or "")
    value = plain(scope, expression, enum)
    if isinstance(expression, tree.String) and isinstance(into.wire, model.Raw):
        value = octets(scope, (expression,))
    if isinstance(value, bytes) and isinstance(into.wire, model.Integer | model.Slice):
        value = int.from_bytes(value, "big")
    raw = value if enum is not None else unscaled(value, into)
    require(scope, value, raw, expression.span, into)
    return value, int(raw) if isinstance(raw, bool) else raw


def constant_bits(scope: Scope, expression: tree.Expression, into: Holder) -> int:
    """The raw value that bits must hold."""
    if isinstance(expression, tree.Invocation):
        raise scope.fail(
            "E0205",
            "a constant is expected here",
            expression.span,
            "what is computed belongs to the message, not to an object",
            help="name the bit and not the group, `_ : u8 { wide @0 = present(x) }`: "
            "then it is a field of the message",
        )
    raw = constant(scope, expression, into)[1]
    assert isinstance(raw, int)
    assert isinstance(into.wire, model.Slice)
    return into.wire.bits(raw)


def unscaled(value: Plain, into: Holder) -> Plain:
    """A number without its scale and offset."""
    conversion = into.conversion
    if not conversion.linear or not isinstance(value, int | float):
        return value
    exact = (Fraction(str(value)) - conversion.offset) / conversion.scale
    real = isinstance(into.wire, model.Real) or (
        isinstance(into.wire, model.Digits) and into.wire.notation == "float"
    )
    return _real(exact) if real else round(exact)


def _real(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        return math.inf


def raw_of_default(scope: Scope, param: model.Param) -> Raw:
    """The value a param begins with, as it is on the wire."""
    assert param.default is not None
    enum = scope.enums.get(param.conversion.enum or "")
    for label in enum.labels if enum else ():
        if label.name == param.default:
            return label.values[0]
    into = holder(param)
    raw = unscaled(param.default, into) if into is not None else param.default
    return int(raw) if isinstance(raw, bool) else raw


def require(scope: Scope, value: Plain, raw: Plain, span: Span, into: Holder) -> None:
    """Raise unless a value fits: `value` as the user sees it, `raw` as it is on the wire."""
    enum = scope.enums.get(into.conversion.enum or "")
    reason = misfit(raw, into)
    if reason is None and enum is None:
        reason = _outside(value, into.bounds)
    labels = enum.labels if enum is not None and into.conversion.strict else None
    if reason is None and labels is not None and not any(raw in label.values for label in labels):
        reason = "no label stands for it, and it is `strict`"
    if reason is not None:
        raise scope.fail(
            "E0405",
            f"{shown(value)} does not fit in `{into.name}`",
            span,
            reason,
            labels=into.labels,
            help="write a value that fits, or change the type",
        )


def _outside(value: Plain, bounds: Bounds | None) -> str | None:
    if bounds is None or isinstance(value, str | bytes):
        return None
    least, most = bounds
    if (least is None or least <= value) and (most is None or value <= most):
        return None
    low, high = "" if least is None else f"{least}", "" if most is None else f"{most}"
    return f"its range is {low}..{high}"


def misfit(raw: Plain, into: Holder) -> str | None:
    """Why a raw value cannot be written; None when it can."""
    wire = into.wire
    if into.conversion.boolean and raw not in (0, 1):
        return "it is true or false"
    if isinstance(wire, model.Integer | model.Slice):
        return _no_integer(raw, into)
    if isinstance(wire, model.Real):
        return _no_real(raw, wire)
    if isinstance(wire, model.Digits):
        return _no_digits(raw, wire)
    if isinstance(wire, model.Text):
        return _no_text(raw, wire)
    if isinstance(wire, model.Bits):
        return "it is an object of bits"
    assert isinstance(wire, model.Raw)
    if not isinstance(raw, bytes):
        return 'it holds bytes: x"01 02"'
    if isinstance(wire.size, model.FixedSize) and len(raw) != wire.size.bytes:
        return f"it has {wire.size.bytes} bytes, this {len(raw)}"
    return None


def _no_integer(raw: Plain, into: Holder) -> str | None:
    low, high = raw_limits(into.wire)
    if isinstance(raw, str | bytes):
        return "it holds a number"
    if not isinstance(raw, int):
        return "it holds whole numbers"
    if not low <= raw <= high:
        return _holds(into, low, high)
    if isinstance(into.wire, model.Slice) and (missing := raw & into.wire.holes):
        return f"its bit {missing.bit_length() - 1} stands nowhere"
    return None


def _holds(into: Holder, low: int, high: int) -> str:
    """The limits of a field in its own unit."""
    scale, offset = into.conversion.scale, into.conversion.offset
    ends = sorted((low * scale + offset, high * scale + offset))
    least, most = (int(e) if e.denominator == 1 else float(e) for e in ends)
    return f"it holds {least} to {most}"


def raw_limits(wire: model.Wire) -> tuple[int, int]:
    """The least and the largest raw number of an integer or of bits."""
    assert isinstance(wire, model.Integer | model.Slice)
    if isinstance(wire, model.Slice):
        return wire.reach
    bits = wire.width * 8
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if wire.signed else (0, (1 << bits) - 1)


def _no_real(raw: Plain, wire: model.Real) -> str | None:
    if isinstance(raw, str | bytes):
        return "it holds a number"
    try:
        struct.pack(">f" if wire.width == 4 else ">d", raw)
    except (OverflowError, struct.error):
        return f"it is too large for {wire.width} bytes"
    return None if math.isfinite(raw) else f"it is too large for {wire.width} bytes"


def _no_digits(raw: Plain, wire: model.Digits) -> str | None:
    if isinstance(raw, str | bytes):
        return "it holds a number"
    if wire.notation == "float":
        if not math.isfinite(raw):
            return "it is too large"
        text = str(raw) if wire.decimals is None else f"{raw:.{wire.decimals}f}"
    else:
        if not isinstance(raw, int):
            return "it holds whole numbers"
        if raw < 0 and not wire.negative:
            return "it has no sign"
        if (wire.packed or wire.signed) and wire.reach is not None:
            low, high = wire.reach
            return None if low <= raw <= high else f"it holds {low} to {high}"
        text = _digits(raw, wire.base)
    if isinstance(wire.size, model.FixedSize) and len(text) > wire.size.bytes:
        return f"it has {wire.size.bytes} digits, this takes {len(text)}"
    return None


def _digits(value: int, base: int) -> str:
    """Any digits, as many as the number has."""
    if base == 10:
        return str(value)
    count = 1
    while value >= base:
        value //= base
        count += 1
    return "0" * count


def _no_text(raw: Plain, wire: model.Text) -> str | None:
    if isinstance(raw, bytes):
        data = raw
    elif isinstance(raw, str):
        try:
            data = wire.encode(raw)
        except UnicodeEncodeError as error:
            return f"`{raw[error.start]}` does not exist in {wire.encoding}"
        except ValueError:
            return "it holds hexadecimal digits, two in each byte"
    else:
        return "it holds text in quotes"
    if isinstance(wire.size, model.FixedSize):
        exactly = wire.encoding == model.DIGITS
        if len(data) > wire.size.bytes or (exactly and len(data) < wire.size.bytes):
            return f"it has {wire.size.bytes} bytes, this {len(data)}"
    return None


def shown(value: Plain) -> str:
    """A value in a message, cut short when it is long."""
    if isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, bytes):
        text = f'x"{value.hex(" ").upper()}"'
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def constant_bytes(scope: Scope, param: model.Param) -> bytes:
    """The bytes of a param that is a constant text or constant bytes; else none."""
    wire = param.wire
    if not param.constant or not isinstance(wire, model.Text | model.Raw):
        return b""
    raw = raw_of_default(scope, param)
    if isinstance(raw, str) and isinstance(wire, model.Text) and wire.pad is None:
        return raw.encode(wire.encoding)
    return raw if isinstance(raw, bytes) else b""
