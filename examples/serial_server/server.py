"""The server: it listens, and serves each client in a task of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from typing import Self

from examples.serial_server.answering import Answering
from examples.serial_server.port import Port
from examples.serial_server.reading import Reading

_PIECE = 65536  # bytes of one client that are looked at before others have their turn
_BATCH = 32  # commands that are carried out before the ports have their turn
_WAITING_CLIENTS = 1024
_log = logging.getLogger(__name__)


class Server:
    """Lends ports to whoever connects. Used as an asynchronous context manager.

    Args:
        ports: what there is to lend.
        host, port: where to listen; port 0 picks a free one.

    Attributes:
        url: where it listens.
    """

    def __init__(
        self, ports: list[Port], host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.url = ""
        self._ports = {each.name: each for each in ports}
        self._address = host, port
        self._listener: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        host, port = self._address
        self._listener = await asyncio.start_server(
            self._welcome, host or None, port, limit=_PIECE, backlog=_WAITING_CLIENTS
        )
        name, number, *_ = self._listener.sockets[0].getsockname()
        self.url = (
            f"tcp://[{name}]:{number}" if ":" in name else f"tcp://{name}:{number}"
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listener is not None:
            self._listener.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    def _welcome(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        _notice_when_gone(writer.get_extra_info("socket"))
        task = asyncio.create_task(_attend(reader, writer, Answering(self._ports)))
        self._clients.add(task)
        task.add_done_callback(self._clients.discard)


async def _attend(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answering: Answering
) -> None:
    """Look after a client from its first to its last byte."""
    try:
        await _serve(reader, writer, answering)
    except (ConnectionError, TimeoutError):  # it is gone
        pass
    except asyncio.CancelledError:
        writer.transport.abort()  # who does not read must not hold up the end
        raise
    except Exception:  # noqa: BLE001 - the others are served on
        _log.exception("a client's command failed")
    finally:
        await answering.gone()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answering: Answering
) -> None:
    """Answer what comes until the client hangs up."""
    reading = Reading()
    while True:
        while await _answer_some(reading, writer, answering):
            await writer.drain()
            await asyncio.sleep(0)
        await writer.drain()
        try:
            async with asyncio.timeout(reading.patience):
                data = await reader.read(_PIECE)
        except TimeoutError:
            reading.silence()
            continue
        if not data:
            return
        reading.push(data)


async def _answer_some(
    reading: Reading, writer: asyncio.StreamWriter, answering: Answering
) -> bool:
    """Answer a batch of commands; whether there may be more."""
    answers: list[bytes] = []
    for _ in range(_BATCH):
        command = reading.next()
        if command is None:
            break
        answers.append((await answering.answer(command)).encode())
    if answers:
        writer.write(b"".join(answers))
    return len(answers) == _BATCH


def _notice_when_gone(connection: socket.socket) -> None:
    """Have the system find out when a client is gone that does not say goodbye."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", 30),
        ("TCP_KEEPINTVL", 10),
        ("TCP_KEEPCNT", 3),
    ):
        if option := getattr(socket, name, None):
            connection.setsockopt(socket.IPPROTO_TCP, option, value)
