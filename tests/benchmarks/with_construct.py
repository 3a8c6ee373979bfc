"""The four frames in plain construct, the way its documentation shows."""

from functools import reduce
from operator import xor
from typing import Any

import construct as c
from fastcrc import crc16


def _decimal(size: int, scale: int = 1) -> Any:
    def write(value: Any, _: object) -> bytes:
        return b"%0*d" % (size, round(value * scale))

    return c.ExprAdapter(
        c.Bytes(size),
        lambda raw, _: int(raw) / scale if scale > 1 else int(raw),
        write,
    )


def _hex(size: int) -> Any:
    return c.ExprAdapter(
        c.Bytes(size), lambda raw, _: int(raw, 16), lambda value, _: b"%0*X" % (size, value)
    )


def _checked(body: Any, check: Any, function: Any, *tail: Any) -> Any:
    return c.Struct(
        "body" / c.RawCopy(body), "check" / c.Checksum(check, function, c.this.body.data), *tail
    )


SAMPLE: Any = _checked(
    c.Struct(
        c.Const(b"\xaa\x55"),
        "unit" / c.Int8ub,
        "flags"
        / c.BitStruct(
            "alarm" / c.BitsInteger(1),
            "level" / c.BitsInteger(3),
            "mode" / c.BitsInteger(4),
            c.Padding(7),
            "ready" / c.BitsInteger(1),
        ),
        "a" / c.Int16sb,
        "b" / c.Int16sb,
        "c" / c.Int16sb,
        "d" / c.Int16sb,
        "counter" / c.Int16ub,
    ),
    c.Int16ul,
    crc16.modbus,
)

BLOCK: Any = c.Struct(
    c.Const(b"\x7e"),
    "body"
    / c.RawCopy(
        c.Struct(
            "kind" / c.Int8ub,
            "sequence" / c.Int8ub,
            "payload" / c.Prefixed(c.Int16ub, c.GreedyBytes),
        )
    ),
    "check" / c.Checksum(c.Int16ub, crc16.xmodem, c.this.body.data),
)

READING: Any = _checked(
    c.Struct(
        c.Const(b"{"),
        "address" / _decimal(2),
        c.Const(b"RS"),
        "mode" / _decimal(1),
        "current" / _decimal(4, 100),
        "heat" / _decimal(4, 10),
    ),
    _hex(2),
    lambda data: reduce(xor, data),
    c.Const(b"}\r"),
)

LINE: Any = c.Struct(
    c.Const(b"C,"),
    "size" / c.Rebuild(_decimal(4), lambda this: len(this.value.encode())),
    c.Const(b","),
    "value" / c.PaddedString(c.this.size, "utf8"),
)

SAMPLE_VALUE = {
    "unit": 5,
    "flags": {"alarm": 1, "level": 5, "mode": 9, "ready": 1},
    "a": -100,
    "b": 200,
    "c": -300,
    "d": 400,
    "counter": 54321,
}
VALUES: dict[str, dict[str, Any]] = {
    "sample": {"body": {"value": SAMPLE_VALUE}},
    "block": {"body": {"value": {"kind": 3, "sequence": 77, "payload": bytes(range(64))}}},
    "reading": {"body": {"value": {"address": 5, "mode": 2, "current": 12.34, "heat": 41.5}}},
    "line": {"value": "hello, world"},
}
CONSTRUCTS: dict[str, Any] = {
    "sample": SAMPLE,
    "block": BLOCK,
    "reading": READING,
    "line": LINE,
}
