"""What generated codecs are made of: numbers, text and delimiters, from bytes and to bytes.

`read_*` and `scan_*` take what was received and raise `DecodeError` or `Incomplete`; `write_*` take
a value and raise `EncodeError`. Their arguments `message`, `field` and `offset` are for the error.
"""

from __future__ import annotations

from operator import index

from protoc.runtime.codecs.again import agree, composed
from protoc.runtime.codecs.delimiters import Delimiter, Occurrence
from protoc.runtime.codecs.digits import (
    DIGITS_1,
    DIGITS_2,
    HEX_DIGITS_1,
    HEX_DIGITS_2,
    HEX_NUMBERS_1,
    HEX_NUMBERS_2,
    NUMBERS_1,
    NUMBERS_2,
    read_base36,
    read_bin,
    read_dec,
    read_float,
    read_hex,
    read_int,
    read_oct,
    scan_base36,
    scan_bin,
    scan_dec,
    scan_float,
    scan_hex,
    scan_int,
    scan_oct,
    write_base36,
    write_bin,
    write_dec,
    write_float,
    write_hex,
    write_int,
    write_oct,
)
from protoc.runtime.codecs.echoes import echoes
from protoc.runtime.codecs.fillers import Filler
from protoc.runtime.codecs.fitting import UNFIT, nearest, unfit
from protoc.runtime.codecs.lets import COMPUTED, agreed, computed, lets
from protoc.runtime.codecs.lines import LineEnd
from protoc.runtime.codecs.packed import (
    read_bcd,
    read_decimal,
    read_nibbles,
    write_bcd,
    write_digits,
    write_nibbles,
)
from protoc.runtime.codecs.regions import WITHIN, among, missing, short
from protoc.runtime.codecs.starts import (
    ANY,
    BASE36,
    BIN,
    DEC,
    FLOAT,
    HEX,
    INT,
    OCT,
    OneOf,
    starts,
)
from protoc.runtime.codecs.text import (
    like,
    not_text,
    read_text,
    scan_quoted,
    write_bytes,
    write_text,
)
from protoc.runtime.codecs.via import Via, exp10, log10

__all__ = [
    "ANY",
    "BASE36",
    "BIN",
    "COMPUTED",
    "DEC",
    "DIGITS_1",
    "DIGITS_2",
    "FLOAT",
    "HEX",
    "HEX_DIGITS_1",
    "HEX_DIGITS_2",
    "HEX_NUMBERS_1",
    "HEX_NUMBERS_2",
    "INT",
    "NUMBERS_1",
    "NUMBERS_2",
    "OCT",
    "UNFIT",
    "WITHIN",
    "Delimiter",
    "Filler",
    "LineEnd",
    "Occurrence",
    "OneOf",
    "Via",
    "agree",
    "agreed",
    "among",
    "composed",
    "computed",
    "echoes",
    "exp10",
    "index",
    "lets",
    "like",
    "log10",
    "missing",
    "nearest",
    "not_text",
    "read_base36",
    "read_bcd",
    "read_bin",
    "read_dec",
    "read_decimal",
    "read_float",
    "read_hex",
    "read_int",
    "read_nibbles",
    "read_oct",
    "read_text",
    "scan_base36",
    "scan_bin",
    "scan_dec",
    "scan_float",
    "scan_hex",
    "scan_int",
    "scan_oct",
    "scan_quoted",
    "short",
    "starts",
    "unfit",
    "write_base36",
    "write_bcd",
    "write_bin",
    "write_bytes",
    "write_dec",
    "write_digits",
    "write_float",
    "write_hex",
    "write_int",
    "write_nibbles",
    "write_oct",
    "write_text",
]
