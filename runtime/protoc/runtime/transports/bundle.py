"""Several endpoints as one, for a conversation that goes over all of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from protoc.runtime.transports.base import Endpoint, Signal, Watch


class Bundle(Endpoint):
    """Endpoints whose connections are numbered so that none is confused with another.

    Of n parts, connection c of part i is number c * n + i: what is at the other end of two parts
    that connect is 0 and 1.

    Args:
        parts: the endpoints; from then on they belong to the bundle.
    """

    def __init__(self, parts: Sequence[Endpoint]) -> None:
        super().__init__(", ".join(part.url for part in parts))
        self._parts = tuple(parts)
        self._files: dict[int, Endpoint] = {}
        self.blocks = any(part.blocks for part in parts)
        self.listening = any(part.listening for part in parts)
        self.prompt = all(part.prompt for part in parts)
        for number, part in enumerate(parts):
            part.signals = _Lane(self.signals, number, len(parts))

    @property
    def parts(self) -> tuple[Endpoint, ...]:
        return self._parts

    def watch_for(self, part: Endpoint, watch: Watch) -> Watch:
        def watched(file: int, mask: int) -> None:
            if mask:
                self._files[file] = part
            watch(file, mask)

        return watched

    def prepare(self) -> None:
        for part in self._parts:
            part.prepare()

    def _start(self) -> None:
        for part in self._parts:
            part.start(self.watch_for(part, self._watch))

    def ready(self, file: int, mask: int) -> None:
        self._files[file].ready(file, mask)

    def send(self, connection: int, data: bytes) -> None:
        number, part = divmod(connection, len(self._parts))
        self._parts[part].send(number, data)

    def hang_up(self, connection: int) -> None:
        number, part = divmod(connection, len(self._parts))
        self._parts[part].hang_up(number)

    def look(self) -> None:
        for part in self._parts:
            part.look()

    @property
    def unsent(self) -> int:
        return sum(part.unsent for part in self._parts)

    @property
    def is_open(self) -> bool:
        return any(part.is_open for part in self._parts)

    def close(self) -> None:
        for part in self._parts:
            part.close()


class _Lane(deque[Signal]):
    """Where a part tells what happens: in the signals of the whole, under the numbers of those."""

    def __init__(self, whole: deque[Signal], part: int, parts: int) -> None:
        super().__init__()
        self._whole = whole
        self._part = part
        self._parts = parts

    def append(self, signal: Signal, /) -> None:
        number = signal.connection * self._parts + self._part
        self._whole.append(signal._replace(connection=number))

    def extend(self, signals: Iterable[Signal], /) -> None:
        for signal in signals:
            self.append(signal)

    def clear(self) -> None:
        """Forget what happened on this part, and on no other."""
        others = [each for each in self._whole if each.connection % self._parts != self._part]
        self._whole.clear()
        self._whole.extend(others)
