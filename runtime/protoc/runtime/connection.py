"""One connection of a session: what is between the bytes of the line and the messages in them."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from protoc.runtime.dispatch import Candidates
from protoc.runtime.pacing import Pacer
from protoc.runtime.protocol import Link
from protoc.runtime.scheduler import Scheduler
from protoc.runtime.timers import Quiet
from protoc.runtime.units import framer_of


class Connection:
    """One peer: how far both directions are.

    Args:
        number: which one it is.
        peer: how it is called: `host:port`, or a path.
        link: the link it is of.
        candidates: the messages that may come.
        pacer: sends what is said.
        scheduler: where the end of a pause is planned.
        stalled: called when what came is not whole, and nothing more comes.

    Attributes:
        number, peer: as given.
        plain: what comes goes to the framer as it is.
        framer: what finds messages in what it sends.
        sent: bytes sent to it.
        heard_at: when something came last.
        busy_until: when what was sent last has left the wire.
        greeted: commands may be sent: it has said what it has to say first.
    """

    def __init__(
        self,
        number: int,
        peer: str,
        link: Link,
        candidates: Candidates,
        pacer: Pacer,
        scheduler: Scheduler,
        stalled: Callable[[int], None],
    ) -> None:
        self.number = number
        self.peer = peer
        self.framer = framer_of(link, candidates)
        self.sent = 0
        self.heard_at = self.busy_until = float("-inf")
        self.greeted = link.greeting is None
        self._pacer = pacer
        self._stalled = stalled
        self._stall = Quiet(link.pause or link.timeout, scheduler, self._fell_silent)
        self._datagram = link.datagram
        self._character = link.serial.character if link.serial else 0.0
        self._echo = Echo(link.timeout) if link.echo == "discard" else None
        handed_over = bool(link.hand_over or link.peer_header)
        self._hand_over = HandOver(link, peer) if handed_over else None
        self._silence: Quiet | None = None
        self.plain = not (self._echo or self._hand_over or self._datagram)

    def close_when_silent(
        self, seconds: float, scheduler: Scheduler, reached: Callable[[int], None], now: float
    ) -> None:
        """Call something whenever nothing was said for so long, in either direction."""
        self._silence = Quiet(seconds, scheduler, lambda _: reached(self.number))
        self.plain = False
        self._silence.heard(now)

    def hear(self, data: bytes, now: float) -> Iterable[tuple[bytes, bool]]:
        """Bytes came in: the pieces for the framer, which is to be asked after each of them.

        With each, whether nothing more belongs to it.
        """
        self.heard_at = now
        if self._silence is not None:
            self._silence.heard(now)
        if self._echo is not None:
            data = self._echo.strip(data, now)
        if self._hand_over is None:
            return ((data, self._datagram),)
        return self._hand_over.pieces(data)

    def look_again(self, now: float) -> None:
        """The framer was asked: what it could not decide is decided when nothing more comes."""
        if self.framer.pending or self._hand_over is not None:
            self._stall.heard(now)

    def say(self, data: bytes, pace: float, now: float) -> float:
        """Send bytes, with `pace` seconds between two of them; returns when the last is out."""
        end = self._pacer.send(data, pace, now)
        self.sent += len(data)
        if self._silence is not None:
            self._silence.heard(end)
        if self._echo is not None:
            self._echo.expect(data, end)
        if self._character:
            self.busy_until = max(self.busy_until, end) + len(data) * self._character
        else:
            self.busy_until = end
        return end

    @property
    def writing(self) -> bool:
        """Bytes of something that is being sent wait for their time."""
        return self._pacer.pending

    def rest(self) -> None:
        """The connection is gone: there is no pause to wait for."""
        self._pacer.stop()
        self._stall.stop()
        if self._silence is not None:
            self._silence.stop()

    def _fell_silent(self, now: float) -> None:
        self._stall.stop()
        if self._hand_over is not None:
            self._hand_over.end()
        self.framer.finish()
        self._stalled(self.number)


class Echo:
    """What is sent and comes back, because both directions share a pair of wires.

    What differs from it is somebody else's, or was damaged on the way: it is taken as received,
    from the first byte on that could have been the echo of the same bytes.

    Args:
        patience: seconds after which an echo that did not come will not come any more.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._expected: deque[bytes] = deque()
        self._seen = 0  # of the first of them
        self._until = 0.0
        self._mistaken = b""

    def expect(self, data: bytes, now: float) -> None:
        """Something is sent."""
        if now > self._until:
            self._give_up()
        self._expected.append(data)
        self._until = now + self._patience

    def strip(self, data: bytes, now: float) -> bytes:
        """What came, without the echo."""
        if now > self._until:
            self._give_up()
        at = 0
        while self._expected and at < len(data):
            rest = self._expected[0][self._seen : self._seen + len(data) - at]
            if not data.startswith(rest, at):
                self._give_up()
                break
            at += len(rest)
            self._seen += len(rest)
            if self._seen == len(self._expected[0]):
                self._expected.popleft()
                self._seen = 0
        mistaken, self._mistaken = self._mistaken, b""
        return mistaken + data[at:]

    def _give_up(self) -> None:
        """No echo comes any more: what seemed to begin one is somebody's."""
        if self._expected:
            self._mistaken += self._expected[0][: self._seen]
        self._expected.clear()
        self._seen = 0


class HandOver:
    """Cuts what comes into pieces that are looked at for themselves.

    A piece is over when so many bytes are there, at the end of a datagram, or after a pause. With
    `peer_header` each begins with who sent it: for TCP the port (2 bytes), the IPv4 address (4) and
    a number that counts pieces from 0 (8, least significant first), for UDP the address and the
    port.
    """

    def __init__(self, link: Link, peer: str) -> None:
        self._size = link.hand_over
        self._datagram = link.datagram
        self._kind = link.kind if link.peer_header else ""
        host, _, port = peer.rpartition(":")
        self._address = _four_bytes(host.strip("[]"))
        self._port = int(port) if port.isdecimal() else 0
        self._number = 0
        self._taken = 0  # bytes of the piece that is not over

    def pieces(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """What came, as pieces and parts of them; whether each ends one."""
        while data:
            size = self._size - self._taken if self._size else len(data)
            part, data = data[:size], data[size:]
            header = self._header() if not self._taken else b""
            self._taken += len(part)
            over = bool(self._size and self._taken >= self._size)
            over = over or (self._datagram and not data)
            if over:
                self.end()
            yield header + part, over

    def end(self) -> None:
        """The piece is over."""
        if self._taken:
            self._taken = 0
            self._number += 1

    def _header(self) -> bytes:
        if self._kind == "tcp":
            address = struct.pack(">H4s", self._port, self._address)
            return address + struct.pack("<Q", self._number)
        if self._kind == "udp":
            return struct.pack(">4sH", self._address, self._port)
        return b""


def _four_bytes(host: str) -> bytes:
    """An IPv4 address; zeros for what is none."""
    try:
        address: IPv4Address | IPv6Address | None = ip_address(host)
    except ValueError:
        return bytes(4)
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped
    return address.packed if address is not None else bytes(4)
