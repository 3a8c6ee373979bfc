"""Derived values in the codecs: the calls that compute checks, cut to what their field holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.backend.code import (
    WIDTH,
    Call,
    Code,
    Function,
    Lines,
    bracketed,
    chained,
    octets,
)
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.expressions import ECHO, Writer
from protoc.compiler.backend.written import told_bytes

_ANY = model.Digits("dec", model.WhileFits())
"""The form of a number of any size."""
_DIGESTS = {"md5": 128, "sha1": 160, "sha256": 256}


class Computer(Struct, frozen=True):
    """Writes the statements that compute derived values.

    Attributes:
        lines: where they go.
        writer: for everything but checks.
        covered: the bytes of an extent.
        fresh: a variable that nothing else has.
        owner: what knows the name of the message.
    """

    lines: Lines
    context: Context
    writer: Writer
    covered: Callable[[model.Extent | model.Plain], str]
    fresh: Callable[[str], str]
    owner: Literal["self", "cls"]

    def assign(self, name: str, expression: model.Expression, wire: model.Wire) -> None:
        """`name = expression`, as the field of a wire form holds it."""
        rows = self._inline.rows(expression)
        longest = max(map(len, rows)) + self.lines.indent + 4
        flat = f"{name} = {cut(' '.join(rows), wire, expression)}"
        # the formatter breaks what stands in brackets at either end rather than at an operator
        at_ends = len(rows) == 2 and (rows[0].startswith("(") or rows[-1].endswith(")"))
        broken = longest <= WIDTH and len(rows) > 1 and not at_ends
        if len(flat) + self.lines.indent <= WIDTH or (broken and not isinstance(wire, model.Raw)):
            self.lines.derived(name, rows, lambda value: cut(value, wire, expression))
        elif isinstance(wire, model.Raw):
            number = self.fresh("number")
            self.assign(number, expression, _ANY)
            value = cut(number, wire, expression)
            if len(f"{name} = {value}") + self.lines.indent > WIDTH:
                mask, _, written = value[1:].partition(")")
                self.lines.again(number, mask)
                value = f"{number}{written}"
            self.lines.add(f"{name} = {value}")
        elif isinstance(expression, model.Checksum):
            self._check(name, expression)
            self.lines.again(name, cut(name, wire, expression))
        else:
            rows = self._apart(expression).rows(expression)
            self.lines.derived(name, rows, lambda value: cut(value, wire, expression))

    def short(self, wanted: str, expression: model.Expression) -> str:
        """The expression where it is short, else a variable that holds it."""
        flat = self._inline.write(expression)
        if len(f"{wanted} = {flat}") + self.lines.indent <= WIDTH:
            return flat
        name = self.fresh(wanted)
        self.assign(name, expression, _ANY)
        return name

    @property
    def _inline(self) -> Writer:
        return replace(self.writer, checksum=lambda check: str(self._call(check)))

    def _apart(self, expression: model.Expression) -> Writer:
        """A writer for which every check is a variable, computed beforehand."""
        known: dict[model.Checksum, str] = {}
        for check in model.checksums(expression):
            if check not in known:
                known[check] = self.fresh("checked")
                self._check(known[check], check)
        return replace(self.writer, checksum=lambda check: known[check])

    def _check(self, name: str, check: model.Checksum) -> None:
        """A statement of its own for a check."""
        self.lines.add(f"{name} = ", self._call(check))

    def _call(self, check: model.Checksum) -> Call:
        """The call that computes a check."""
        head, more = function(check, self.context)
        return Call(head, (chained([self._piece(piece) for piece in check.data]), *more))

    def _piece(self, piece: model.Octets) -> str:
        if isinstance(piece, model.Extent | model.Plain):
            return self.covered(piece)
        if isinstance(piece, model.Added):
            return f"{self.context.use('added')}({self._piece(piece.data)}, {piece.number})"
        if isinstance(piece, model.Said):
            value = self.writer.told(model.Told(piece.name))
            return told_bytes(piece, value, self.context, f"{self.owner}.NAME")
        assert isinstance(piece.value, bytes)
        return octets(piece.value)


def function(check: model.Checksum, context: Context) -> tuple[str, tuple[str, ...]]:
    """The function that computes a check, and its arguments behind the bytes."""
    algorithm = check.algorithm
    if isinstance(algorithm, model.Crc):
        return context.crc(algorithm), ()
    if isinstance(algorithm, model.Fletcher):
        usual = 256 if algorithm.name == "fletcher8" else 255
        more = () if algorithm.modulus == usual else (str(algorithm.modulus),)
        return context.use(algorithm.name), more
    if check.words is not None:
        name = "word_sum" if algorithm == "sum" else "word_xor"
        return context.use(name), (str(check.words.size), f'"{check.words.form}"')
    return context.use("byte_sum" if algorithm == "sum" else algorithm), ()


def cut(value: str, wire: model.Wire, expression: model.Expression, *, always: bool = False) -> str:
    """A derived number cut to the width of a binary field; lengths must fit as they are."""
    if isinstance(wire, model.Raw) and not isinstance(expression, model.Own):
        assert isinstance(wire.size, model.FixedSize)
        width = wire.size.bytes
        masked = _masked(value, width * 8, expression)
        return f'{bracketed(masked)}.to_bytes({width}, "big")'
    integer = wire.integer if isinstance(wire, model.Bits) else wire
    if not (always or model.checksums(expression)):
        return value
    if isinstance(integer, model.Slice) and not integer.decimal:
        bits, signed = integer.width, integer.signed
    elif isinstance(integer, model.Integer):
        bits, signed = integer.width * 8, integer.signed
    else:
        return value
    masked = _masked(value, bits, expression, signed)
    if masked == value or not signed:
        return masked
    sign = f"0x{1 << bits - 1:X}"
    return f"({masked} ^ {sign}) - {sign}"


def fixed(number: str, wire: model.Wire) -> str:
    """A number known when compiling as a field of a wire form holds it."""
    if not isinstance(wire, model.Raw):
        return number
    assert isinstance(wire.size, model.FixedSize)
    return octets(int(number).to_bytes(wire.size.bytes, "big"))


def echoed(expression: model.Expression, wire: model.Wire) -> Code:
    """What an answer repeats of its request, as a function of both; arithmetic is cut to fit."""
    rows = ECHO.rows(expression)
    if isinstance(wire, model.Integer) and isinstance(expression, model.Operation):
        rows = (cut(ECHO.write(expression), wire, expression, always=True),)
    return Function("lambda request, message: ", rows)


def _masked(value: str, bits: int, expression: model.Expression, signed: bool = False) -> str:
    most = largest(expression)
    if most is not None and most < 1 << bits - signed:
        return value
    return f"{bracketed(value)} & 0x{(1 << bits) - 1:X}"


def largest(expression: model.Expression) -> int | None:
    """The most an expression can be, when it cannot be negative; None when that is not known."""
    if isinstance(expression, model.Value):
        value = expression.value
        return value if isinstance(value, int) and value >= 0 else None
    if isinstance(expression, model.Replaced):
        return (1 << expression.width * 8) - 1
    if isinstance(expression, model.Checksum):
        return _largest_check(expression)
    if isinstance(expression, model.Operation) and len(expression.operands) == 2:
        return _largest_of(expression.operator, *expression.operands)
    return None


def _largest_of(operator: str, left: model.Expression, right: model.Expression) -> int | None:
    a, b = largest(left), largest(right)
    if operator == "&" and (a is not None or b is not None):
        return min(each for each in (a, b) if each is not None)
    if operator == "%" and isinstance(right, model.Value):
        return None if b is None else b - 1
    if a is None or b is None:
        return None
    if operator in ("|", "^"):
        return (1 << max(a, b).bit_length()) - 1
    return {"+": a + b, "*": a * b, "/": a, ">>": a >> b if b < _FAR else 0}.get(operator)


_FAR = 1 << 16


def _largest_check(check: model.Checksum) -> int | None:
    algorithm = check.algorithm
    if isinstance(algorithm, model.Crc):
        return (1 << algorithm.width) - 1
    if isinstance(algorithm, model.Fletcher):
        return (algorithm.modulus - 1) * 0x101
    if algorithm == "sum":
        return None
    if algorithm == "xor":
        digits = 4 if check.words and check.words.form == "hex" else 8
        return (1 << digits * (check.words.size if check.words else 1)) - 1
    return (1 << _DIGESTS[algorithm]) - 1
