"""TCP, as client and as server."""

from __future__ import annotations

import errno
import os
import socket

from protoc.runtime.errors import LocalError, TransportError
from protoc.runtime.transports.admission import Admission
from protoc.runtime.transports.base import (
    LARGEST_READ,
    READ,
    WRITE,
    Closed,
    Endpoint,
    Failed,
    Opened,
    Received,
    Stream,
    TurnedAway,
    in_words,
)

Address = tuple[socket.AddressFamily, tuple[object, ...]]

_UNDER_WAY = (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EINTR)
_NO_FILES_LEFT = (errno.EMFILE, errno.ENFILE)
_ACCEPTED_AT_ONCE = 64

EVERYWHERE = "0.0.0.0"
"""Where a listener listens that names no host."""


def host_and_port(address: tuple[object, ...]) -> str:
    """A socket address as it stands in a URL."""
    host, port = str(address[0]), address[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def split_place(place: str) -> tuple[str, int | None]:
    """The host of `host` or `host:port`, and the port if there is one.

    Raises:
        LocalError: it is neither.
    """
    host, colon, port = place, "", ""
    if place.startswith("["):
        host, bracket, rest = place[1:].partition("]")
        colon, port = rest[:1], rest[1:]
        if not bracket or (rest and colon != ":"):
            host = ""
    elif place.count(":") < 2:  # else it is an IPv6 address without a port
        host, colon, port = place.partition(":")
    number = int(port) if port.isascii() and port.isdigit() else 0
    if not host or set(host) & set(" /?#@") or (colon and not 0 < number < 65536):
        raise LocalError(f"{place!r}: expected host or host:port, for example 10.0.0.7:4001")
    return host, number or None


def is_numeric(host: str) -> bool:
    """The host is an address already: there is no name to look up."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return True
    return False


def bind_locally(link: socket.socket, family: socket.AddressFamily, port: int | None) -> None:
    """Let a socket that is to be connected be at this port of ours.

    Raises:
        OSError: somebody else is.
    """
    if port is not None:
        # Else a line that broke could not come back before the system has forgotten it.
        link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        link.bind(("::" if family == socket.AF_INET6 else EVERYWHERE, port))


def look_up(url: str, host: str, port: int, kind: socket.SocketKind) -> list[Address]:
    """The addresses of a host; waits for the name server when it is a name.

    Raises:
        TransportError: there is none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=kind)
    except (OSError, UnicodeError) as error:
        raise TransportError(f"cannot open {url}: {host}: {in_words(error)}") from error
    return [(socket.AddressFamily(family), address) for family, _, _, _, address in found]


class Conversation:
    """One TCP connection that is established."""

    __slots__ = ("peer", "socket", "stream")

    def __init__(self, link: socket.socket, peer: str, stream: Stream) -> None:
        self.socket = link
        self.peer = peer
        self.stream = stream


class _Tcp(Endpoint):
    """What client and server have in common: the connections that are established."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._conversations: dict[int, Conversation] = {}
        self._files: dict[int, Stream] = {}

    def _begin(self, number: int, link: socket.socket, peer: str) -> None:
        # A command is one small write that must not wait for the answer to the one before.
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = Stream(number, link.fileno(), link.recv, link.send, self._watch)
        self._conversations[number] = Conversation(link, peer, stream)
        self._files[stream.file] = stream
        self.signals.append(Opened(number, peer))

    def _converse(self, file: int, mask: int) -> None:
        stream = self._files.get(file)
        if stream is None:
            return
        try:
            if mask & WRITE:
                stream.flush()
            if mask & READ:
                data = stream.read(LARGEST_READ)
                if not data:
                    self._end(stream.number, "")
                    return
                self.signals.append(Received(stream.number, data))
        except BlockingIOError:
            return
        except OSError as error:
            self._end(stream.number, in_words(error))

    def _end(self, number: int, reason: str) -> None:
        conversation = self._conversations.pop(number)
        del self._files[conversation.stream.file]
        self._watch(conversation.stream.file, 0)
        conversation.socket.close()
        self.signals.append(Closed(number, reason))

    def send(self, connection: int, data: bytes) -> None:
        conversation = self._conversations.get(connection)
        if conversation is None:
            return
        try:
            conversation.stream.send(data)
        except OSError as error:
            self._end(connection, in_words(error))

    def hang_up(self, connection: int) -> None:
        if connection in self._conversations:
            self._end(connection, "")

    @property
    def unsent(self) -> int:
        return sum(each.stream.unsent for each in self._conversations.values())

    def close(self) -> None:
        for conversation in self._conversations.values():
            self._watch(conversation.stream.file, 0)
            conversation.socket.close()
        self._conversations.clear()
        self._files.clear()


class TcpClient(_Tcp):
    """A connection to a server; the addresses of a name are tried one after the other.

    Args:
        url, host, port: where it is.
        local_port: where we are; None for any port.
    """

    prompt = True

    def __init__(self, url: str, host: str, port: int, local_port: int | None = None) -> None:
        super().__init__(url)
        self._local_port = local_port
        self._host = host
        self._port = port
        self._addresses: list[Address] = []
        self._left: list[Address] = []
        self._trying: socket.socket | None = None
        self._trying_address: tuple[object, ...] = ()
        self.blocks = not is_numeric(host)

    def lead_to(self, place: str) -> None:
        self._host, port = split_place(place)
        self._port = port or self._port
        self.url = f"tcp://{host_and_port((self._host, self._port))}"
        self.blocks = not is_numeric(self._host)
        self._addresses = []

    def prepare(self) -> None:
        self._addresses = look_up(self.url, self._host, self._port, socket.SOCK_STREAM)

    def _start(self) -> None:
        if not self.is_open:
            self._left = self._addresses[::-1]
            self._try_next("no address")

    def _try_next(self, reason: str) -> None:
        while self._left:
            family, address = self._left.pop()
            self._trying_address = address
            link = self._trying = socket.socket(family, socket.SOCK_STREAM)
            link.setblocking(False)
            try:
                bind_locally(link, family, self._local_port)
                result = link.connect_ex(address)
            except OSError as error:
                result = error.errno or errno.EIO
            if result in (0, *_UNDER_WAY):
                # One that is there at once becomes writable at once.
                self._watch(link.fileno(), WRITE)
                return
            reason = os.strerror(result)
            self._give_up_trying()
        self.signals.append(Failed(reason))

    def _give_up_trying(self) -> None:
        if self._trying is not None:
            self._watch(self._trying.fileno(), 0)
            self._trying.close()
            self._trying = None

    def ready(self, file: int, mask: int) -> None:
        link = self._trying
        if link is None:
            self._converse(file, mask)
            return
        result = link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if result:
            self._give_up_trying()
            self._try_next(os.strerror(result))
            return
        self._trying = None
        self._begin(0, link, host_and_port(self._trying_address))

    def look(self) -> None:
        for file in tuple(self._files):
            self._converse(file, READ)

    @property
    def is_open(self) -> bool:
        return self._trying is not None or bool(self._conversations)

    def close(self) -> None:
        self._give_up_trying()
        super().close()


class TcpServer(_Tcp):
    """A listening address; everyone who connects gets a number and keeps it."""

    listening = True

    def __init__(self, url: str, host: str, port: int, admission: Admission | None = None) -> None:
        super().__init__(url)
        self._host = host
        self._port = port
        self._admission = admission or Admission()
        self._listener: socket.socket | None = None
        self._address: Address | None = None
        self._next_number = 0
        # Given up for a moment when the process has no files left: see `_turn_away`.
        self._spare: int | None = None
        self.blocks = not is_numeric(host or EVERYWHERE)

    def prepare(self) -> None:
        host = self._host or EVERYWHERE
        self._address = look_up(self.url, host, self._port, socket.SOCK_STREAM)[0]

    def _start(self) -> None:
        if self._listener is not None or self._address is None:
            return
        family, address = self._address
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name == "posix":  # elsewhere this lets two programs share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setblocking(False)
            listener.bind(address)
            listener.listen(1024)
        except OSError as error:
            listener.close()
            raise TransportError(f"cannot listen on {self.url}: {in_words(error)}") from error
        self._listener = listener
        self._spare = os.open(os.devnull, os.O_RDONLY)
        self.url = f"tcp://{host_and_port(listener.getsockname())}"
        self._watch(listener.fileno(), READ)

    def ready(self, file: int, mask: int) -> None:
        if self._listener is not None and file == self._listener.fileno():
            self._accept(self._listener)
        else:
            self._converse(file, mask)

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                link, address = listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _NO_FILES_LEFT:
                    self._turn_away(listener)
                    return
                continue  # it was reset while it waited
            refusal = self._admission.refusal(address, len(self._conversations))
            if refusal:
                link.close()
                self.signals.append(TurnedAway(host_and_port(address), refusal))
                continue
            link.setblocking(False)
            try:
                self._begin(self._next_number, link, host_and_port(address))
            except OSError:
                link.close()
                continue
            self._next_number += 1

    def _turn_away(self, listener: socket.socket) -> None:
        """Close one waiting connection, else the listener stays ready and spins for nothing."""
        if self._spare is None:
            return
        os.close(self._spare)
        self._spare = None
        try:
            link, _ = listener.accept()
            link.close()
            self._spare = os.open(os.devnull, os.O_RDONLY)
        except OSError:
            return

    @property
    def is_open(self) -> bool:
        return self._listener is not None

    def close(self) -> None:
        super().close()
        if self._listener is not None:
            self._watch(self._listener.fileno(), 0)
            self._listener.close()
            self._listener = None
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None
