"""Numbers whose bytes tell how many they are."""

from __future__ import annotations

from typing import Any

from protoc.runtime.declarative.wires import TooLong, Wire

LONGEST = {"varint": 10, "vlq": 10, "ber_length": 9, "u7_15": 2, "u6_14_30_62": 8}
"""The most bytes there are unless said otherwise."""


class Varying(Wire):
    """A number whose first bytes tell how many it has.

    Attributes:
        longest: the most bytes there may be.
        widths: the bits of a number, by how many bytes it has.
    """

    whole = True
    numeric = True
    open = False

    def __init__(self, notation: str, longest: int | None) -> None:
        super().__init__()
        self.notation = notation
        self.grouped = notation in ("varint", "vlq")
        self.longest = longest or LONGEST[notation]
        self.widths = dict(self._widths())

    def _widths(self) -> list[tuple[int, int]]:
        """How many bytes there may be, and how many bits a number has then."""
        if self.grouped:
            return [(size, 7 * size) for size in range(1, self.longest + 1)]
        if self.notation == "ber_length":
            return [(1, 7), *((size, 8 * size - 8) for size in range(2, self.longest + 1))]
        widths = map(int, self.notation[1:].split("_"))
        return [(bits // 8 + 1, bits) for bits in widths if bits < 8 * self.longest]

    def size(self, rest: bytes) -> int:
        """The bytes a number has that begins here; one more than there are where none tells yet.

        Raises:
            TooLong: it has more than it may.
            ValueError: there is no such number; with what is expected.
        """
        if self.grouped:
            ends = [i + 1 for i, octet in enumerate(rest[: self.longest]) if octet < 0x80]
            if not ends and len(rest) >= self.longest:
                raise TooLong
            return ends[0] if ends else len(rest) + 1
        if not rest:
            return 1
        if self.notation == "ber_length":
            if rest[0] == 0x80:
                raise ValueError("a definite length")
            size = 1 if rest[0] < 0x80 else rest[0] - 0x7F
        else:
            tag = 1 if self.notation == "u7_15" else 2
            size = 2 ** (rest[0] >> 8 - tag)
        if size > self.longest:
            raise TooLong
        return size

    def raw(self, data: bytes) -> int:
        if self.grouped:
            groups = data if self.notation == "vlq" else data[::-1]
            return int("".join(f"{octet & 0x7F:07b}" for octet in groups), 2)
        number = int.from_bytes(data, "big")
        return number % (1 << self.widths[len(data)])

    def data(self, raw: Any) -> bytes:
        if not isinstance(raw, int):
            raise TypeError("a whole number")
        fitting = [size for size, bits in self.widths.items() if 0 <= raw < 1 << bits]
        if not fitting:
            raise ValueError(f"0..{(1 << max(self.widths.values())) - 1}")
        size = fitting[0]
        if self.grouped:
            groups = [raw >> 7 * i & 0x7F for i in range(size)]
            marked = [group | 0x80 * (i < size - 1) for i, group in enumerate(groups)]
            last = [group | 0x80 * (i > 0) for i, group in enumerate(groups)]
            return bytes(marked if self.notation == "varint" else last[::-1])
        if self.notation == "ber_length":
            count = b"" if size == 1 else bytes([0x80 + size - 1])
            return count + raw.to_bytes(size - len(count), "big")
        which = list(self.widths).index(size)
        return (raw + (which << self.widths[size])).to_bytes(size, "big")
