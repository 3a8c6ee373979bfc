"""Codings: how a stretch of bytes looks on the wire where it is not written as it is.

Each is a pair of functions that undo each other, and tells which coded bytes a plain one came
from, so that errors name both places.
"""

from protoc.runtime.codings.base import Chain, Coding, Miscoded
from protoc.runtime.codings.blocks import Blocks
from protoc.runtime.codings.cobs import Cobs
from protoc.runtime.codings.escapes import Escape
from protoc.runtime.codings.octets import Add, Truncate, Xor
from protoc.runtime.codings.stuffing import Stuff
from protoc.runtime.codings.texts import Base64, Hex

__all__ = [
    "Add",
    "Base64",
    "Blocks",
    "Chain",
    "Cobs",
    "Coding",
    "Escape",
    "Hex",
    "Miscoded",
    "Stuff",
    "Truncate",
    "Xor",
]
