"""Lengths and checksums: positions in a message become ranges over its fields."""

from __future__ import annotations

from collections.abc import Sequence

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.context import Context
from protoc.compiler.importers.dataminer.elements import View
from protoc.compiler.importers.dataminer.params import Crc, Param
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label
from protoc.dsl.source import Span

_CRCS = {
    "crc-ccitt": "CRC-16/CCITT-FALSE",
    "modbus": "CRC-16/MODBUS",
    "crc16": "CRC-16/ARC",
    "crc-16": "CRC-16/ARC",
}
_ARITHMETIC = {
    "sum": "sum",
    "exor": "xor",
    "xor": "xor",
    "lsb after sum": "sum",
    "subtract": "sum",
    "lsb after subtract": "sum",
    "2comp": "sum",
}
_DIGITS_OF_A_WORD = 5
"""As many decimal digits hold any number of two bytes; fewer hold one of a single byte."""
_ASSUMED = ("subtract", "lsb after subtract", "2comp")


def positions_in(context: Context, param: Param, count: int, message: Span) -> list[int] | None:
    """The positions a length or checksum covers in a message of `count` fields.

    None when one of them is outside: the param is made for another layout.
    """
    found = param.positions or ()
    outside = [each for each in found if not 0 <= each.id < count]
    if not outside:
        return [each.id for each in found]
    context.diagnostics.warning(
        "W0812",
        f"position {outside[0].id} is outside of a message of {count} params",
        outside[0].span,
        "counted from 0",
        labels=(Label(message, "in this message it is neither computed nor verified"),),
        help=f"positions in it go from 0 to {count - 1}",
    )
    return None


def length(
    names: Sequence[str], positions: list[int] | None, lengths: set[int], span: Span
) -> tree.Expression | None:
    """The number of bytes at the positions; without any, of all fields that are no lengths."""
    if positions is None:
        positions = [i for i in range(len(names)) if i not in lengths]
    if not positions:
        return None
    ranges = _runs(names, positions, span)
    return nodes.joined("+", (nodes.call("len", span, each) for each in ranges), span)


def check(
    context: Context, param: Param, names: Sequence[str], positions: list[int]
) -> tree.Expression | None:
    """The checksum over the positions; None, and said so, when it cannot be computed."""
    crc = param.crc
    if crc is None or not positions:
        return None
    ranges = _runs(names, positions, crc.span)
    kind = crc.type.word
    if kind in _CRCS:
        title = nodes.string(_CRCS[kind], crc.span)
        return _finished(nodes.call("crc", crc.span, title, *ranges), 0xFFFF, param, crc)
    if kind == "fletcher":
        context.assume("fletcher", "mod255")
        return _finished(nodes.call("fletcher16", crc.span, *ranges), 0xFFFF, param, crc)
    if kind not in _ARITHMETIC:
        view = View(param.element, context.account).child("CRC")
        type_ = view.child("Type") if view is not None else None
        assert type_ is not None
        said = crc.type.value.strip()
        context.dropped(type_, f"the checksum `{said}`: its formula is not published")
        return None
    return _arithmetic(context, param, crc, ranges)


def _arithmetic(
    context: Context, param: Param, crc: Crc, ranges: list[tree.Expression]
) -> tree.Expression | None:
    span, kind = crc.span, crc.type.word
    if crc.byte_offset:
        offset = nodes.number(crc.byte_offset, span)
        ranges = [nodes.call("add", span, each, offset) for each in ranges]
    if crc.group > 1:
        ranges = [_grouped(crc, each) for each in ranges]
        sums = [nodes.call(_ARITHMETIC[kind], span, each) for each in ranges]
        if len(sums) > 1 and _ARITHMETIC[kind] == "xor":
            context.dropped(
                View(param.element, context.account),
                "groups of bytes over fields that are not neighbours, put together by exor",
            )
            return None
        result = nodes.joined("+", sums, span)
    else:
        result = nodes.call(_ARITHMETIC[kind], span, *ranges)
    most = _most(crc) if _ARITHMETIC[kind] == "xor" else None
    if kind in _ASSUMED:
        result = tree.Unary("-", result, span=span)
    if crc.off:
        operator, amount = ("+", crc.off) if crc.off > 0 else ("-", -crc.off)
        result = tree.Binary(operator, result, nodes.number(amount, span), span=span)
        most = None
    if kind.startswith("lsb") or kind == "2comp":
        result, most = _masked(result, 0xFF, span), 0xFF
    return _finished(result, most, param, crc)


def _most(crc: Crc) -> int:
    """The largest number that one unit may be: a byte, or a group of them."""
    if crc.group == 1:
        return 0xFF
    return int((256 if crc.group_binary else 16) ** crc.group) - 1


def _grouped(crc: Crc, data: tree.Expression) -> tree.Expression:
    """Bytes taken n at a time: as digits, or as a little-endian number."""
    span = crc.span
    word = "little" if crc.group_binary else "hex"
    size = nodes.number(crc.group, span)
    return nodes.call("group", span, data, size, nodes.reference(word, span))


def _finished(result: tree.Expression, most: int | None, param: Param, crc: Crc) -> tree.Expression:
    """Modulo, the total offset, the complement; what does not fit is cut off.

    Numbers in bytes are cut off by themselves, digits are not.

    Args:
        result: what was computed.
        most: the largest it may be; None when it may be anything.
        param: the check.
        crc: how it is computed.
    """
    span = crc.span
    if crc.mod:
        result = tree.Binary("%", result, nodes.number(crc.mod, span), span=span)
        most = crc.mod - 1
    if crc.total:
        operator = "|" if crc.total_or else "+"
        result = tree.Binary(operator, result, nodes.number(crc.total, span), span=span)
        most = None if most is None else most + crc.total
    if crc.complement:
        result = tree.Unary("~", result, span=span)
        most = None
    digits, base = param.interprete.length, param.interprete.base
    if param.interprete.raw not in ("numeric text", "text") or not digits:
        return result
    if crc.complement and base == 10:
        result, most = _masked(result, 0xFF if digits < _DIGITS_OF_A_WORD else 0xFFFF, span), None
    if most is not None and most < base**digits:
        return result
    if base in (2, 8, 16):
        return _masked(result, base**digits - 1, span)
    return tree.Binary("%", result, nodes.number(base**digits, span), span=span)


def _masked(value: tree.Expression, mask: int, span: Span) -> tree.Expression:
    return tree.Binary("&", value, tree.Number(mask, f"0x{mask:X}", span=span), span=span)


def _runs(names: Sequence[str], positions: list[int], span: Span) -> list[tree.Expression]:
    """Ranges over the names of fields at positions, in the order listed."""
    runs: list[list[int]] = []
    for position in positions:
        if runs and position == runs[-1][-1] + 1:
            runs[-1].append(position)
        else:
            runs.append([position])
    return [_range(names, run, span) for run in runs]


def _range(names: Sequence[str], run: list[int], span: Span) -> tree.Expression:
    first, last = (nodes.reference(names[i], span) for i in (run[0], run[-1]))
    return first if len(run) == 1 else tree.Range(first, last, span=span)


def unlisted(param: Param) -> bool:
    """Whether a length counts everything but lengths."""
    return param.kind == "length" and param.positions is None


def ends(formula: tree.Expression) -> set[str]:
    """The fields at which the ranges of a formula begin and end."""
    if isinstance(formula, tree.Reference):
        return {formula.path[0].text}
    inner: list[tree.Expression | None] = []
    if isinstance(formula, tree.Range):
        inner = [formula.start, formula.end]
    elif isinstance(formula, tree.Binary):
        inner = [formula.left, formula.right]
    elif isinstance(formula, tree.Unary):
        inner = [formula.operand]
    elif isinstance(formula, tree.Invocation):
        inner = [argument.value for argument in formula.arguments]
    return {name for each in inner if each is not None for name in ends(each)}
