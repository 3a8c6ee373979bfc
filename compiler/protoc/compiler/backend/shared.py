"""An integer that several values share, each with some of its bits."""

from __future__ import annotations

from msgspec import Struct, field

from protoc.compiler import model
from protoc.compiler.backend.code import bracketed
from protoc.compiler.resolve.fitting import raw_limits


class Shared(Struct):
    """What is put together, and what must hold of the values.

    A value that goes in as it is needs no look when it is too large for the integer, or below 0.

    Attributes:
        width: bits of the integer; it is written as one that is at least 0.
        terms: each with the position of its lowest bit.
        beyond: conditions none of which may hold; what is left above the bits of a value counts.
    """

    width: int
    terms: list[tuple[int, str]] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    _constant: int = 0

    def constant(self, value: int, pieces: tuple[model.Piece, ...]) -> None:
        """Bits that are always the same."""
        for piece in pieces:
            self._constant |= (value >> piece.shift & piece.mask) << piece.low

    def value(
        self,
        raw: str,
        wire: model.Slice,
        pieces: tuple[model.Piece, ...],
        checked: bool = True,
        *,
        boolean: bool = False,
        within: bool = False,
    ) -> None:
        """A value that may be anything its bits can hold, or only 0 or 1.

        `pieces` are those in this integer; `checked` when it is looked at here, `within` when it is
        known to be in the limits.
        """
        if checked and not within:
            self._limited(raw, wire, pieces, boolean)
        if checked and wire.holes:
            self.beyond.append(f"{bracketed(raw)} & {wire.holes}")
        for piece in pieces:
            held = f'int(f"{{{raw}:d}}", 16)' if wire.decimal else raw
            if wire.signed or piece.width < wire.width:
                shifted = f"{bracketed(held)} >> {piece.shift}" if piece.shift else bracketed(held)
                held = f"{shifted} & {piece.mask}"
            self.terms.append(
                (piece.low, f"{bracketed(held)} << {piece.low}" if piece.low else held)
            )

    def _limited(
        self, raw: str, wire: model.Slice, pieces: tuple[model.Piece, ...], boolean: bool
    ) -> None:
        """Look at the limits of a value, where nothing else does."""
        low, high = (0, 1) if boolean else raw_limits(wire)
        if raw.isdigit() and low <= int(raw) <= high:
            return
        if wire.width > pieces[0].width or low or wire.decimal:
            self.beyond.append(f"not {low} <= {_compared(raw)} <= {high}")
        elif pieces[0].low + wire.width < self.width or boolean:
            # below 0 it spoils the bits above, and the integer
            self.beyond.append(f"{_compared(raw)} > {high}")

    def rows(self) -> list[str]:
        """The terms from the highest bits down, constant ones last."""
        rows = [term for _, term in sorted(self.terms, key=lambda term: -term[0])]
        return [*rows, str(self._constant)] if self._constant or not rows else rows


def _compared(raw: str) -> str:
    """A value between comparisons."""
    return f"({raw})" if raw.startswith("not ") else raw
