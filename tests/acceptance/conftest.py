"""What the acceptance tests have at hand. Everything started or opened is ended with the test."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Literal

import pytest

from tests.acceptance.player import (
    Device,
    Event,
    Peer,
    Program,
    PtyDevice,
    TcpDevice,
    command,
    description,
    reach,
)


class Stage:
    """Programs, devices and clients of one test."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def device(self, kind: Literal["tcp", "pty"] = "tcp") -> Device:
        device: Device = TcpDevice() if kind == "tcp" else PtyDevice()
        return self._stack.enter_context(closing(device))

    def start(self, *arguments: str | Path) -> Program:
        return self.start_line(command(arguments))

    def start_line(self, line: list[str], extra: Mapping[str, str] | None = None) -> Program:
        return self._stack.enter_context(Program(line, extra))

    def call(self, source: str, device: Device, *arguments: str) -> Program:
        return self.start("call", description(source), "--connect", device.url, *arguments)

    def run(self, source: str, device: Device, *arguments: str) -> Program:
        return self.start("run", description(source), "--connect", device.url, *arguments)

    def simulate(self, source: str, url: str, *arguments: str) -> tuple[Program, Event]:
        program = self.start("simulate", description(source), "--listen", url, *arguments)
        return program, program.wait_for({"event": "listening"})

    def client(self, url: str) -> Peer:
        return self._stack.enter_context(closing(reach(url)))


@pytest.fixture
def stage() -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(stack)


@pytest.fixture(params=["tcp", "pty"])
def device(request: pytest.FixtureRequest, stage: Stage) -> Device:
    """The same case over the network and over a serial line."""
    return stage.device(request.param)
