"""One client's side of the server: every command is answered by one response."""

from __future__ import annotations

from collections.abc import Mapping

from examples.serial_server.linespec import opened, settings_of
from examples.serial_server.port import Port, Separation
from examples.serial_server.reading import Unreadable
from examples.serial_server.refusals import Refusal, of_bytes, of_other, shown
from examples.serial_server.serial_server import (
    Accepted,
    Buffers,
    Close,
    Closed,
    Delay,
    Delayed,
    Echo,
    Echoed,
    Get,
    Got,
    Open,
    Other,
    ParamsSet,
    PortList,
    Ports,
    Put,
    Query,
    Reset,
    Separated,
    Separator,
    SetParams,
    Truth,
    WasReset,
)
from protoc.runtime import Message


class Answering:
    """Carries out what a client commands.

    Args:
        ports: what there is to lend, by name.
    """

    def __init__(self, ports: Mapping[str, Port]) -> None:
        self._ports = ports
        self._lent: Port | None = None

    async def answer(self, command: Message | Unreadable) -> Message:
        """Carry out a command; the response says how that went."""
        try:
            return await self._carry_out(command)
        except Refusal as refusal:
            return refusal.response()

    async def gone(self) -> None:
        """The client is gone: what it had is free."""
        if self._lent is not None:
            port, self._lent = self._lent, None
            await port.close()

    async def _carry_out(self, command: Message | Unreadable) -> Message:
        match command:
            case Put():
                self._port().put(command.data)
                return Accepted()
            case Get():
                return Got(data=self._port().get(command.limit))
            case Query():
                port = self._port()
                return Buffers(input=port.input, output=port.output, buffsize=port.size)
            case PortList():
                return Ports(names=list(self._ports))
            case Open():
                return await self._open(command.port)
            case Close():
                return await self._close(command.force or "")
            case Unreadable():
                raise of_bytes(command.data)
            case Other():
                raise of_other(command)
            case _:
                return self._set_up(self._port(), command)

    def _set_up(self, port: Port, command: Message) -> Message:
        match command:
            case SetParams():
                port.configure(settings_of(command))
                return ParamsSet()
            case Delay():
                port.set_delay(command.milliseconds / 1000)
                return Delayed()
            case Echo():
                port.set_echo(command.mode is Truth.YES)
                return Echoed()
            case Separator():
                port.separation = Separation(
                    command.active is Truth.YES,
                    command.marker.encode("ascii"),
                    command.external is Truth.YES,
                )
                return Separated()
            case Reset():
                _reset(port, command)
                return WasReset()
            case _:
                raise AssertionError(command)

    def _port(self) -> Port:
        if self._lent is None:
            raise Refusal("no port is open")
        return self._lent

    async def _open(self, name: str) -> Message:
        if self._lent is not None:
            raise Refusal(f"{self._lent.name} is open: close it first")
        port = self._ports.get(name)
        if port is None:
            known = ", ".join(self._ports)
            raise Refusal(f"there is no port {shown(name)}, there are {known}")
        await port.open()
        self._lent = port
        return opened(port.settings)

    async def _close(self, force: str) -> Message:
        port = self._port()
        if force[:1] not in ("T", "t", "1"):
            _require_empty(port)
        self._lent = None
        await port.close()
        return Closed()


def _require_empty(port: Port) -> None:
    came, left = port.input, port.output
    if came or left:
        raise Refusal(
            f"{came} bytes are in the input buffer, {left} in the output buffer"
        )


def _reset(port: Port, command: Reset) -> None:
    if command.linespec is Truth.YES:
        port.restore()
    if command.delay is Truth.YES:
        port.set_delay(0)
    if command.separator is Truth.YES:
        port.separation = Separation()
