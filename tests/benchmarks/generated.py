"""Modules compiled for measuring."""

from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from protoc.compiler.loading import load_module
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source


@cache
def frames() -> ModuleType:
    """The module of frames.proto."""
    return compiled(Path(__file__).with_name("frames.proto").read_text("utf-8"))


def compiled(text: str) -> ModuleType:
    return load_module(compile_source(Source("bench.proto", text)))


def classes(module: ModuleType) -> list[Any]:
    return list(module.PROTOCOL.messages)


def many_responses(count: int) -> str:
    """A description of so many responses, told apart by a code behind unit and size."""
    head = [
        'protocol crowd "Many of a kind"',
        "message frame {",
        "    STX",
        "    unit  : u8",
        "    code  : u16",
        "    data  : body max 16",
        "    check : u8 = sum(unit..)",
        "}",
    ]
    return "\n".join(
        [
            *head,
            *(
                f"response reply_{n} in frame(code={n}) {{ value : u16; kind : u8 }}"
                for n in range(count)
            ),
            "",
        ]
    )


def long_description(lines: int) -> str:
    """A description of about so many lines, a field in each."""
    text = ['protocol long "A long manual"', "enum state { off = 0, on = 1, failed = 2 }"]
    number = 0
    while len(text) < lines - 12:
        text += [
            f"## What the device says under {number}.",
            f"response reply_{number} {{",
            f"    0x02; code : u16 = {number}",
            "    size     : u8 = len(voltage..note)",
            '    voltage  : u16 scale 0.1 unit "V"',
            '    current  : i16 scale 0.01 unit "A"',
            "    state    : u8 as state",
            "    flags    : u8 { hot @0, wet @1, level @7..4 }",
            '    note     : text[8] pad " "',
            '    check    : u16le = crc("CRC-16/MODBUS", ..)',
            "}",
            "",
        ]
        number += 1
    return "\n".join(text) + "\n"
