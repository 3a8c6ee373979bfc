"""Text on the wire."""

from __future__ import annotations

from typing import Any

from protoc.runtime.declarative.wires import Wire

_BLANKS = " \t\n\v\f\r"


class Text(Wire):
    """Text in an encoding, perhaps filled up, perhaps in double quotes, doubled inside."""

    def __init__(
        self, fixed: int | None, encoding: str, pad: bytes | None, left: bool = False,
        trim: str = "", quoted: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(fixed)
        self.quoted = quoted
        self.open = not quoted
        self.encoding = encoding
        self.pad = pad
        self.left = left
        self.trim = trim

    def length(self, rest: bytes) -> int | None:
        """How many bytes belong to text in quotes; None when the last quote may be missing."""
        at = 1
        while at < len(rest):
            if rest[at : at + 1] != b'"':
                at += 1
            elif rest[at + 1 : at + 2] == b'"':
                at += 2
            else:
                return at + 1
        return None

    def value(self, data: bytes) -> str:
        """The text that bytes stand for."""
        if self.pad is not None and not any(self.pad) and not self.left:
            unit = len(self.pad)
            pieces = [data[at : at + unit] for at in range(0, len(data), unit)]
            data = data[: unit * pieces.index(self.pad)] if self.pad in pieces else data
        text = data.decode(self.encoding)
        if self.pad is not None:
            filler = self.pad.decode(self.encoding)
            while self.left and text.startswith(filler):
                text = text.removeprefix(filler)
            while not self.left and text.endswith(filler):
                text = text.removesuffix(filler)
        if self.quoted:
            text = _unquoted(text)
        if self.trim in ("both", "left"):
            text = text.lstrip(_BLANKS)
        return text.rstrip(_BLANKS) if self.trim in ("both", "right") else text

    def data(self, raw: Any) -> bytes:
        if not isinstance(raw, str):
            raise TypeError("text")
        try:
            text = '"' + raw.replace('"', '""') + '"' if self.quoted else raw
            data = text.encode(self.encoding)
        except UnicodeEncodeError:
            raise ValueError(f"characters of {self.encoding}") from None
        missing = (self.fixed or 0) - len(data)
        if self.pad and missing > 0:
            filling = self.pad * (missing // len(self.pad))
            data = filling + data if self.left else data + filling
        return data


def _unquoted(text: str) -> str:
    """What stands in quotes."""
    inner = text[1:-1].replace('""', "")
    if len(text) < 2 or text[0] != '"' or text[-1] != '"' or '"' in inner:
        raise ValueError("text in quotes")
    return text[1:-1].replace('""', '"')


class DigitText(Text):
    """Text of hexadecimal digits, two in a byte."""

    def __init__(self, fixed: int | None) -> None:
        super().__init__(fixed, "digits", None)

    def value(self, data: bytes) -> str:
        return data.hex().upper()

    def data(self, raw: Any) -> bytes:
        if not isinstance(raw, str):
            raise TypeError("text")
        if len(raw) % 2 or not set(raw) <= set("0123456789ABCDEFabcdef"):
            raise ValueError("hexadecimal digits, two a byte")
        return bytes.fromhex(raw)
