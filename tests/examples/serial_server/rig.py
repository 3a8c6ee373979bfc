"""A server with pseudo-terminals for its ports, remote hosts on them, and clients that come."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty
from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import signature
from typing import Self

from examples.serial_server.port import Port
from examples.serial_server.server import Server
from protoc.runtime.protocol import Serial

PATIENCE = 10.0
"""Seconds after which a test gives up waiting."""


class Host:
    """The remote host of a port: what is on the far side of a pseudo-terminal."""

    def __init__(self) -> None:
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        os.set_blocking(self._far, False)
        self.device = os.ttyname(self._near)

    async def hears(self, size: int) -> bytes:
        """The next bytes that come."""
        data = b""
        async with asyncio.timeout(PATIENCE):
            while len(data) < size:
                data += await self._piece(size - len(data))
        return data

    def hears_all(self) -> bytes:
        """What has come already."""
        data = b""
        while True:
            try:
                data += os.read(self._far, 65536)
            except BlockingIOError:
                return data

    async def _piece(self, size: int) -> bytes:
        loop = asyncio.get_running_loop()
        await self._ready(loop.add_reader, loop.remove_reader)
        return os.read(self._far, min(size, 65536))

    async def _ready(self, add: Callable[..., object], remove: Callable[..., object]) -> None:
        ready = asyncio.Event()
        add(self._far, ready.set)
        try:
            await ready.wait()
        finally:
            remove(self._far)

    async def says(self, data: bytes) -> None:
        """Send bytes, as fast as they are taken."""
        view = memoryview(data)
        async with asyncio.timeout(PATIENCE):
            while view:
                with contextlib.suppress(BlockingIOError):
                    view = view[os.write(self._far, view) :]
                    continue
                loop = asyncio.get_running_loop()
                await self._ready(loop.add_writer, loop.remove_writer)

    @property
    def silent(self) -> bool:
        """Nothing has come that was not heard."""
        try:
            return not os.read(self._far, 1)
        except BlockingIOError:
            return True

    def close(self) -> None:
        """Go away; may be called again."""
        for file in (self._far, self._near):
            with contextlib.suppress(OSError):
                os.close(file)
        self._far = self._near = -1


class Client:
    """Somebody who speaks the protocol by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, message: str | bytes) -> str:
        """Send something and return the one response to it."""
        self.say(message)
        return await self.hears()

    async def asks(self, code: str, value: str = "") -> str:
        """Send a command with its length counted."""
        return await self.ask(f"{code},{len(value):04},{value}")

    def say(self, message: str | bytes) -> None:
        """Send something."""
        self._writer.write(message.encode("latin-1") if isinstance(message, str) else message)

    async def flush(self) -> None:
        """Have what was said leave as a packet of its own."""
        await self._writer.drain()
        await asyncio.sleep(0)

    async def hears(self) -> str:
        """The next response, byte for byte."""
        async with asyncio.timeout(PATIENCE):
            head = await self._reader.readexactly(7)
            assert head[1:2] == head[6:7] == b","
            return (head + await self._reader.readexactly(int(head[2:6]))).decode("latin-1")

    async def awaits(self, size: int) -> None:
        """Wait until so many bytes have come from the host."""
        async with asyncio.timeout(PATIENCE):
            while int((await self.asks("Q"))[7:].split(",")[0]) < size:
                pass

    async def hang_up(self) -> None:
        """Go, in order."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    def say_no_more(self) -> None:
        """Close the way there; the way back stays open."""
        self._writer.write_eof()

    def vanish(self) -> None:
        """Go without a word."""
        self._writer.transport.abort()


class Rig:
    """A server, and the hosts on its ports by name."""

    def __init__(self, *names: str) -> None:
        self.hosts = {name: Host() for name in names}
        self.host = next(iter(self.hosts.values()))
        self._clients: list[Client] = []

    async def __aenter__(self) -> Self:
        ports = [Port(name, host.device, Serial()) for name, host in self.hosts.items()]
        self.server = await Server(ports).__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            await client.hang_up()
        await self.server.__aexit__()
        for host in self.hosts.values():
            host.close()

    async def client(self, port: str = "") -> Client:
        """A new client, with a port open."""
        address, _, number = self.server.url.removeprefix("tcp://").rpartition(":")
        client = Client(*await asyncio.open_connection(address, int(number)))
        self._clients.append(client)
        if port:
            assert await client.asks("O", port) == "O,0010,9600,8,N,1"
        return client

    async def free(self, port: str) -> bool:
        """Whether a port can be had; afterwards nobody has it."""
        client = await self.client()
        had = (await client.asks("O", port)).startswith("O,") and await client.asks("C", "T")
        await client.hang_up()
        return bool(had)


def rigged(*names: str) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., None]]:
    """A test that is given a rig with ports of these names, `one` when there are none."""

    def decorate(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
        async def play(**arguments: object) -> None:
            async with Rig(*(names or ("one",))) as rig:
                await test(rig, **arguments)

        @wraps(test)
        def run(**arguments: object) -> None:
            asyncio.run(play(**arguments))

        # What pytest gives it is everything but the rig.
        whole = signature(test)
        given = whole.replace(parameters=list(whole.parameters.values())[1:])
        run.__signature__ = given  # type: ignore[attr-defined]
        return run

    return decorate
