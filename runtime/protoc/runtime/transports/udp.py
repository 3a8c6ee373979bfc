"""UDP, as client and as server: one datagram is what is received or sent at once."""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from collections import deque

from protoc.runtime.errors import TransportError
from protoc.runtime.transports.admission import Admission
from protoc.runtime.transports.base import (
    LARGEST_BACKLOG,
    LARGEST_READ,
    READ,
    WRITE,
    Closed,
    Endpoint,
    Failed,
    Opened,
    Received,
    TurnedAway,
    in_words,
)
from protoc.runtime.transports.tcp import (
    EVERYWHERE,
    Address,
    bind_locally,
    host_and_port,
    is_numeric,
    look_up,
    split_place,
)

MOST_PEERS = 4096
"""Peers a server remembers; the one silent for longest is forgotten for a new one."""


class _Udp(Endpoint, ABC):
    """What client and server have in common: one socket, and datagrams that wait."""

    def __init__(self, url: str, host: str, port: int) -> None:
        super().__init__(url)
        self._host = host
        self._port = port
        self._address: Address | None = None
        self._socket: socket.socket | None = None
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._unsent = 0
        self.blocks = not is_numeric(host or EVERYWHERE)

    def prepare(self) -> None:
        host = self._host or EVERYWHERE
        self._address = look_up(self.url, host, self._port, socket.SOCK_DGRAM)[0]

    def ready(self, file: int, mask: int) -> None:
        link = self._socket
        if link is None or file != link.fileno():
            return
        if mask & WRITE:
            self._flush(link)
        if mask & READ:
            self._receive(link)

    @abstractmethod
    def _receive(self, link: socket.socket) -> None: ...

    @abstractmethod
    def _write(self, link: socket.socket, connection: int, data: bytes) -> None: ...

    @abstractmethod
    def _end(self, connection: int, reason: str) -> None: ...

    def send(self, connection: int, data: bytes) -> None:
        link = self._socket
        if link is None:
            return
        if self._waiting or not self._goes(link, connection, data):
            if self._unsent + len(data) > LARGEST_BACKLOG:
                self._end(connection, f"the network is stuck: {self._unsent} bytes wait")
                return
            self._waiting.append((connection, data))
            self._unsent += len(data)
            self._watch(link.fileno(), READ | WRITE)

    def _goes(self, link: socket.socket, connection: int, data: bytes) -> bool:
        """Write a datagram; False when it has to wait."""
        try:
            self._write(link, connection, data)
        except BlockingIOError:
            return False
        except ConnectionRefusedError:
            # Nobody listens there, says an answer to an earlier datagram. This one may arrive.
            return True
        except OSError as error:
            self._end(connection, in_words(error))
        return True

    def _flush(self, link: socket.socket) -> None:
        while self._waiting:
            connection, data = self._waiting[0]
            if not self._goes(link, connection, data):
                return
            if self._waiting:  # a failure closes the client and forgets them all
                self._waiting.popleft()
                self._unsent -= len(data)
        if self._socket is not None:
            self._watch(link.fileno(), READ)

    @property
    def unsent(self) -> int:
        return self._unsent

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def close(self) -> None:
        self._waiting.clear()
        self._unsent = 0
        if self._socket is not None:
            self._watch(self._socket.fileno(), 0)
            self._socket.close()
            self._socket = None


class UdpClient(_Udp):
    """Datagrams to and from one address. It is connected at once: nobody is asked.

    Args:
        url, host, port: where it is.
        local_port: where we are; None for any port.
    """

    prompt = True

    def __init__(self, url: str, host: str, port: int, local_port: int | None = None) -> None:
        super().__init__(url, host, port)
        self._local_port = local_port

    def lead_to(self, place: str) -> None:
        self._host, port = split_place(place)
        self._port = port or self._port
        self.url = f"udp://{host_and_port((self._host, self._port))}"
        self.blocks = not is_numeric(self._host)
        self._address = None

    def _start(self) -> None:
        if self._socket is not None or self._address is None:
            return
        family, address = self._address
        link = socket.socket(family, socket.SOCK_DGRAM)
        try:
            link.setblocking(False)
            bind_locally(link, family, self._local_port)
            link.connect(address)
        except OSError as error:
            link.close()
            self.signals.append(Failed(in_words(error)))
            return
        self._socket = link
        self._watch(link.fileno(), READ)
        self.signals.append(Opened(0, host_and_port(address)))

    def look(self) -> None:
        if self._socket is not None:
            self._receive(self._socket)

    def _receive(self, link: socket.socket) -> None:
        try:
            data = link.recv(LARGEST_READ)
        except (BlockingIOError, ConnectionRefusedError):
            # Refused: the device is not there. That is silence, and the timeout deals with it.
            return
        except OSError as error:
            self._end(0, in_words(error))
            return
        if data:
            self.signals.append(Received(0, data))

    def _write(self, link: socket.socket, connection: int, data: bytes) -> None:
        link.send(data)

    def _end(self, connection: int, reason: str) -> None:
        self.close()
        self.signals.append(Closed(0, reason))


class UdpServer(_Udp):
    """A listening address. Everyone who is heard from is a connection and can be answered."""

    listening = True

    def __init__(self, url: str, host: str, port: int, admission: Admission | None = None) -> None:
        super().__init__(url, host, port)
        self._admission = admission or Admission()
        self._turned_away: dict[object, None] = {}  # told about once, the oldest first
        self._numbers: dict[object, int] = {}
        self._peers: dict[int, tuple[object, ...]] = {}
        self._next_number = 0

    def _start(self) -> None:
        if self._socket is not None or self._address is None:
            return
        family, address = self._address
        link = socket.socket(family, socket.SOCK_DGRAM)
        try:
            link.setblocking(False)
            link.bind(address)
        except OSError as error:
            link.close()
            raise TransportError(f"cannot listen on {self.url}: {in_words(error)}") from error
        self._socket = link
        self.url = f"udp://{host_and_port(link.getsockname())}"
        self._watch(link.fileno(), READ)

    def _receive(self, link: socket.socket) -> None:
        try:
            data, peer = link.recvfrom(LARGEST_READ)
        except (BlockingIOError, ConnectionResetError):
            # Reset: how Windows says that an answer did not arrive. It is nobody's end.
            return
        except OSError as error:
            self.close()
            self.signals.extend(Closed(number, in_words(error)) for number in list(self._peers))
            return
        if data and not self._refused(peer):
            self.signals.append(Received(self._number(peer), data))

    def _refused(self, peer: tuple[object, ...]) -> bool:
        """Whether datagrams of a peer are thrown away; of the first one it is told."""
        refusal = self._admission.refusal(peer, 0)
        if refusal and peer not in self._turned_away:
            if len(self._turned_away) >= MOST_PEERS:
                del self._turned_away[next(iter(self._turned_away))]
            self._turned_away[peer] = None
            self.signals.append(TurnedAway(host_and_port(peer), refusal))
        return bool(refusal)

    def _number(self, peer: tuple[object, ...]) -> int:
        number = self._numbers.pop(peer, None)
        if number is None:
            if len(self._numbers) >= MOST_PEERS or self._admission.full(len(self._numbers)):
                self._end(next(iter(self._numbers.values())), "")
            number = self._next_number
            self._next_number += 1
            self._peers[number] = peer
            self.signals.append(Opened(number, host_and_port(peer)))
        self._numbers[peer] = number  # to the end: the first is the one silent for longest
        return number

    def hang_up(self, connection: int) -> None:
        self._end(connection, "")

    def _write(self, link: socket.socket, connection: int, data: bytes) -> None:
        if connection in self._peers:
            link.sendto(data, self._peers[connection])

    def _end(self, connection: int, reason: str) -> None:
        peer = self._peers.pop(connection, None)
        if peer is not None:
            del self._numbers[peer]
            self.signals.append(Closed(connection, reason))

    def close(self) -> None:
        super().close()
        self._numbers.clear()
        self._peers.clear()
