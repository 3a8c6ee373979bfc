"""Runs the program in this process, as `main` does, and keeps what it printed."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from protoc.cli import main

LAMP = """\
protocol lamp "Lamp"
link tcp client { timeout 100ms; retries 0 }
enum fault { none = 0, hot = 1, "lamp broken" = 2 }
param level : u16 default 40
param limit : float default 7 unit "A"
param model : u8 = 3
param mask  : u8 { arc @7, page @2..0 }
param name  : text
command  ask   { 0x3D; which : u8; version : u8 default 1 }
command  look  { 0x3E; level : u16 }
response answer { 0x4D; which : u8; level : u16 }
response no     { 0x4E; fault : u8 as fault }
event    key    { 0x5D; keys : u8 { stop @7, page @6..4 } }
message  part   { 0x5E; raw : bytes[2]; name : text[3] }
pair ask  = ask -> answer else no
pair tell = look -> none
pair show = ask -> answer
group show { ask(which=1) }
group both { ask(which=1); tell }
on after answer if level > 100 { execute tell }
on start if mask.page == 7 { set limit = model }
"""


@dataclass(frozen=True)
class Ended:
    """What a run leaves behind."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in a folder of its own, in which `lamp.proto` is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    Path("lamp.proto").write_text(LAMP, "utf-8")

    def runner(*arguments: str, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(arguments)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return runner
