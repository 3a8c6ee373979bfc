"""Checks over runs of bytes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

Data = bytes | bytearray


def xor(data: Data) -> int:
    """Exclusive or of all bytes; 0 for none."""
    # folding halves with big integers is faster than a loop from about 16 bytes on
    size = len(data)
    number = int.from_bytes(data, "big")
    while size > 1:
        half = size >> 1
        bits = half << 3
        low = number & ((1 << bits) - 1)
        number = (number >> bits) ^ (low << 8 if size & 1 else low)
        size -= half
    return number


@cache
def crc(
    width: int, poly: int, init: int, refin: bool, refout: bool, xorout: int
) -> Callable[[Data], int]:
    """A cyclic redundancy check by its Rocksoft parameters.

    Args:
        width: bits of the register, 1 to 64.
        poly: generator polynomial without its highest term.
        init: the register at the start.
        refin: bytes come in reflected.
        refout: the register goes out reflected.
        xorout: what the result is combined with.

    Returns:
        A function from bytes to the check. Source: Williams, A painless guide to CRC error
        detection algorithms; names and check values in the RevEng catalogue.
    """
    fast = _fast(width, poly, init, refin, refout, xorout)
    if fast is not None:
        return lambda data: fast(bytes(data))
    register = _anycrc().CRC(width, poly, init, refin, refout, xorout)
    return lambda data: int(register.calc(bytes(data)))


def _anycrc() -> Any:
    """The library for any parameters, which has no types."""
    return import_module("anycrc")


def _fast(
    width: int, poly: int, init: int, refin: bool, refout: bool, xorout: int
) -> Callable[[bytes], int] | None:
    """The compiled function of the same parameters, when there is one."""
    wanted = (width, poly, init, refin, refout, xorout)
    if width not in (8, 16, 32, 64):
        return None
    for name, m in _anycrc().models.items():
        if (m.width, m.poly, m.init, m.refin, m.refout, m.xorout) == wanted:
            module = import_module(f"fastcrc.crc{width}")
            function = name.split("-", 1)[-1].lower().replace("-", "_")
            found: Callable[[bytes], int] | None = getattr(module, function, None)
            return found
    return None
