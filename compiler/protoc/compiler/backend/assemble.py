"""Putting a frame together: what is constant joined when compiling, numbers through one struct."""

from __future__ import annotations

from msgspec import Struct, field

from protoc.compiler.backend.code import WIDTH, Call, Code, bracketed, octets
from protoc.compiler.backend.context import Context


class Piece(Struct, frozen=True):
    """A part of the frame: constant bytes, an argument of a struct, or an expression of its own.

    Attributes:
        code: of the struct; empty for an expression that gives bytes.
        format: of `%`, for a number that is written as digits.
        little: byte order of a number of several bytes.
        constant: the bytes, when they are known.
    """

    expression: Code = ""
    code: str = ""
    format: str = ""
    little: bool | None = None
    constant: bytes | None = None

    @property
    def packs(self) -> bool:
        """Whether it can stand in a struct."""
        return self.constant is not None or bool(self.code)


class Assembly(Struct):
    """Pieces on their way into the frame."""

    pieces: list[Piece] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """One more piece."""
        self.pieces.append(piece)

    def constant(self, data: bytes) -> None:
        """Bytes that are known."""
        if data:
            self.pieces.append(Piece(constant=data))

    def take(self, context: Context, indent: int) -> Code:
        """One expression for all pieces so far, which are then gone."""
        return joined(self.parts(context), indent)

    def parts(self, context: Context) -> list[Code]:
        """The expressions for all pieces so far, which are then gone."""
        parts: list[Code] = []
        i = 0
        while i < len(self.pieces):
            if (j := self._text(i)) > i:
                parts.append(_formatted(self.pieces[i:j]))
                i = j
                continue
            j, little = self._run(i)
            alone = self.pieces[i].expression
            parts.append(_packed(self.pieces[i:j], little, context) if j > i else alone)
            i = max(j, i + 1)
        self.pieces.clear()
        return parts

    def _text(self, i: int) -> int:
        """Where the pieces end that one format can hold, which has digits in it; `i` for none."""
        j = i
        while j < len(self.pieces) and not self.pieces[j].code:
            j += 1
        return j if any(piece.format for piece in self.pieces[i:j]) else i

    def _run(self, i: int) -> tuple[int, bool | None]:
        """Where the pieces end that one struct can hold, and its byte order."""
        order: bool | None = None
        j = i
        while j < len(self.pieces) and self.pieces[j].packs:
            little = self.pieces[j].little
            if little is not None and order is not None and little != order:
                break
            order = order if little is None else little
            j += 1
        return j, order


def _packed(run: list[Piece], little: bool | None, context: Context) -> Code:
    """Constants alone as bytes, with numbers through one struct."""
    merged: list[Piece] = []
    for piece in run:
        last = merged[-1].constant if merged else None
        if piece.constant is not None and last is not None:
            merged[-1] = Piece(constant=last + piece.constant)
        else:
            merged.append(piece)
    first = merged[0].constant
    if len(merged) == 1 and first is not None:
        return octets(first)
    codes, arguments = "", []
    for piece in merged:
        if piece.constant is None:
            codes += piece.code
            arguments.append(piece.expression)
        elif len(piece.constant) == 1:
            codes += "B"
            arguments.append(f"0x{piece.constant[0]:02X}")
        else:
            codes += f"{len(piece.constant)}s"
            arguments.append(octets(piece.constant))
    struct = context.struct(("<" if little else ">") + codes)
    return Call(f"{struct}.pack", tuple(arguments))


def _formatted(pieces: list[Piece]) -> Code:
    """One `%` for digits, with the constants and the bytes around them."""
    format_, arguments = b"", []
    for piece in pieces:
        if piece.constant is not None:
            format_ += piece.constant.replace(b"%", b"%%")
        else:
            format_ += (piece.format or "%b").encode()
            arguments.append(piece.expression)
    if len(arguments) == 1:
        return f"{octets(format_)} % {bracketed(str(arguments[0]))}"
    return Call(f"{octets(format_)} % ", tuple(arguments))


def joined(parts: list[Code], indent: int) -> Code:
    """Several expressions that give bytes as one."""
    if len(parts) < 2:
        return parts[0] if parts else 'b""'
    flat = " + ".join(str(part) for part in parts)
    if len(flat) + indent + 10 <= WIDTH:
        return flat
    return Call('b"".join', (Call("", tuple(parts)),))
