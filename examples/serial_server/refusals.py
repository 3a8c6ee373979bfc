"""Why a command is not carried out, in words for the person who reads the `E` response."""

from __future__ import annotations

from examples.serial_server.serial_server import Other, Refused

LARGEST_VALUE = 1500
"""Bytes a value may have."""

_WANTED = {
    "C": "nothing, or a text that begins with T, t or 1 to close by force",
    "D": "a number of milliseconds, up to nine digits",
    "G": "the largest number of bytes to get",
    "I": "T or F",
    "L": "nothing",
    "O": "the name of a port",
    "P": "the bytes to send",
    "Q": "nothing",
    "R": "three of T or F, for line settings, delay and separator",
    "S": "baud,dbits,par,sbits, for example 9600,8,N,1",
    "T": "T or F, a character of ASCII, and T or F: active, marker, external",
}
CODES = tuple(_WANTED)
"""The codes that commands have."""

_SHOWN = 40


class Refusal(Exception):
    """A command is not carried out; the reason is what the response says."""

    def response(self) -> Refused:
        """The response, which has room for so many bytes."""
        reason = str(self).encode()[:LARGEST_VALUE]
        return Refused(reason=reason.decode(errors="ignore"))


def of_other(command: Other) -> Refusal:
    """Why a message in the right form is no command."""
    size = len(command.value)
    wanted = _WANTED.get(command.code)
    if wanted is None:
        known = " ".join(CODES)
        return Refusal(f"unknown command {shown(command.code)}, known are {known}")
    if size > LARGEST_VALUE:
        return Refusal(f"the value has {size} bytes, at most {LARGEST_VALUE} may be")
    return Refusal(
        f"{command.code} takes {wanted}; {shown(command.value) if size else 'nothing'} came"
    )


def of_bytes(data: bytes) -> Refusal:
    """Why bytes are no message."""
    return Refusal(
        f"{shown(data)} is no message: expected a command, a comma, four digits of length, "
        "a comma and as many bytes"
    )


def shown(data: bytes | str) -> str:
    """The beginning of what came, fit to be printed."""
    text = data if isinstance(data, str) else data.decode("latin-1")
    start = ascii(text[:_SHOWN])
    return start if len(text) <= _SHOWN else f"{start}…"
