"""Tells what happens as a person would like to read it, and keeps count of what went wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from textwrap import wrap

from examples.amplifier.frames import drawing, said
from protoc.compiler import model
from protoc.runtime import (
    AttemptFailed,
    Event,
    FrameRejected,
    MessageSeen,
    ParamChanged,
)

WIDTH = 80
_COLOURS = {"title": "1", "sent": "36", "received": "32", "wrong": "31", "quiet": "2"}


class Teller:
    """Prints; in colour on a terminal.

    Attributes:
        failures: what was expected and did not happen.
    """

    def __init__(self, protocol: model.Protocol) -> None:
        self.failures: list[str] = []
        self._messages = {message.name: message for message in protocol.messages}
        self._units = {param.name: param.conversion.unit for param in protocol.params}
        self._colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def _line(self, text: str = "", style: str = "", indent: int = 0) -> None:
        if self._colour and style:
            text = f"\x1b[{_COLOURS[style]}m{text}\x1b[0m"
        print(f"{' ' * indent}{text}".rstrip())

    def title(self, text: str) -> None:
        """Begin a scene."""
        self._line()
        self._line(text, "title")
        self._line("─" * len(text), "quiet")

    def say(self, text: str) -> None:
        """Explain what comes."""
        self._line()
        for line in wrap(text, WIDTH):
            self._line(line)

    def expect(self, fulfilled: bool, text: str) -> None:
        """Something that must be so."""
        if not fulfilled:
            self.failures.append(text)
        mark = "✓" if fulfilled else "✗ not so:"
        for at, line in enumerate(wrap(f"{mark} {text}", WIDTH - 2)):
            self._line(line, "" if fulfilled else "wrong", 2 if at == 0 else 4)

    def events(self, events: Iterable[Event], brief: bool = False) -> None:
        """What a device reported; frames without their fields when `brief`."""
        for event in events:
            self.event(event, brief)

    def event(self, event: Event, brief: bool = False) -> None:
        """One thing that happened."""
        if isinstance(event, MessageSeen):
            self._frame(event, brief)
        elif isinstance(event, ParamChanged):
            unit = self._units[event.name]
            old = "unknown" if event.old is None else said(event.old)
            self._line(f"• {event.name}: {old} → {said(event.value, unit)}", indent=2)
        elif isinstance(event, FrameRejected):
            self._line(f"✗ {'rejected':<12} {event.data.hex(' ').upper()}", "wrong", 2)
            self._line(str(event.error), "wrong", 4)
        elif isinstance(event, AttemptFailed):
            then = "that was the last attempt" if event.last else "sending it again"
            self._line(
                f"• {event.pair}: attempt {event.attempt} failed, {then}", indent=2
            )

    def end(self) -> None:
        """Sum up."""
        wrong = len(self.failures)
        self._line()
        if wrong:
            self._line(
                f"{wrong} thing{'s' * (wrong > 1)} did not go as expected.", "wrong"
            )
        else:
            self._line("Everything went as expected.", "title")

    def _frame(self, event: MessageSeen, brief: bool) -> None:
        arrow = "→" if event.direction == "sent" else "←"
        name = event.message.NAME
        lines = drawing(self._messages[name], event.message, event.data)
        if brief:
            self._line(f"{arrow} {name:<12} {lines[0]}", event.direction, 2)
            return
        self._line(f"{arrow} {name}", event.direction, 2)
        for at, line in enumerate(lines):
            self._line(line, "quiet" if at == 1 else "", 4)
