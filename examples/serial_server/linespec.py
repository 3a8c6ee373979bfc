"""How a line is, in the messages of the protocol and for the ports of the runtime."""

from __future__ import annotations

from typing import Literal, cast

from examples.serial_server.serial_server import Opened, Parity, SetParams, StopBits
from protoc.runtime.protocol import Serial


def settings_of(line: SetParams | Opened) -> Serial:
    """The settings that a message tells."""
    parity = cast(Literal["N", "E", "O", "M", "S"], line.par.value)
    return Serial(line.baud, line.dbits, parity, float(line.sbits.value))


def opened(settings: Serial) -> Opened:
    """The message that tells settings."""
    return Opened(
        baud=settings.baudrate,
        dbits=settings.bytesize,
        par=Parity(settings.parity),
        sbits=StopBits(f"{settings.stopbits:g}"),
    )
