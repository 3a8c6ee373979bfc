"""Types as descriptions write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypedDict

from protoc.runtime.declarative.packed import Packed
from protoc.runtime.declarative.texts import DigitText, Text
from protoc.runtime.declarative.varying import LONGEST, Varying
from protoc.runtime.declarative.wires import BASES, Binary, Digits, Slice, Wire

_TYPE = re.compile(r"([a-z]+?)(\d*)(le|be)?(?:\[(\d+)\])?")


class Look(TypedDict, total=False):
    """How text, digits and bits look: what `wire_of` takes beside the type."""

    encoding: str
    pad: bytes | None
    left: bool
    trim: str
    decimals: int | None
    lower: bool
    signed: bool
    plus: bool
    bcd: bool


def wire_of(
    type_: str, *, encoding: str = "utf-8", pad: bytes | None = None, left: bool = False,
    trim: str = "", decimals: int | None = None, lower: bool = False, signed: bool = False,
    plus: bool = False, bcd: bool = False, longest: int | None = None,
) -> Wire:  # fmt: skip
    """The wire form of a type as descriptions write it: `u16le`, `hex[2]`, `text`.

    `longest` is the most bytes of a number that tells itself how many it has.
    """
    if type_ in LONGEST:
        return Varying(type_, longest)
    if type_.startswith("base36"):
        type_ = type_.replace("base36", "base", 1)
    type_, _, swapped = type_.partition(" ")
    match = _TYPE.fullmatch(type_)
    if match is None:
        raise ValueError(f"there is no type {type_!r}")
    name, bits, order, count = match.groups()
    fixed = int(count) if count else None

    def number(notation: str) -> Wire:
        return Digits(
            notation, fixed, decimals=decimals, lower=lower, signed=signed, plus=plus, pad=pad,
            left=left,
        )  # fmt: skip

    make: dict[str, Callable[[], Wire]] = {
        "text": lambda: Text(fixed, encoding, pad, left, trim),
        "quoted": lambda: Text(fixed, encoding, pad, left, trim, quoted=True),
        "digits": lambda: DigitText(fixed),
        "bytes": lambda: Wire(fixed),
        "base": lambda: number("base36"),
        "bits": lambda: Slice(fixed or 0, signed, bcd),
        "bcd": lambda: Packed("bcd", fixed, signed),
        "nibbles": lambda: Packed("nibbles", fixed, signed),
    }
    if name in make:
        return make[name]()
    if name in BASES or name == "float":
        return number(name)
    return Binary(int(bits) // 8, name, order == "le", bool(swapped))
