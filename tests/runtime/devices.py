"""What happens at the device, as somebody who stands there does it."""

from protoc.runtime import Simulator, TransportError
from tests.runtime.lamp import Keys


def press(sim: Simulator, keys: int) -> None:
    """Keys are pressed at the lamp, as soon as somebody is there to be told."""
    while True:
        try:
            sim.send(Keys(pressed=keys))
        except TransportError:  # it is connected at this end, and not yet accepted at the other
            continue
        return
