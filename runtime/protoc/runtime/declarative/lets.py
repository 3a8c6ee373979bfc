"""Values without bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any

from protoc.runtime.codecs.lets import same, worth
from protoc.runtime.declarative.base import Element
from protoc.runtime.declarative.fields import attribute
from protoc.runtime.declarative.forms import Form
from protoc.runtime.declarative.frame import Frame


class Told(Element):
    """A value that the message depends on and that is not in its bytes.

    Args:
        name: as in the class.
        form: how its bytes look where it comes from, for checks that cover them.
    """

    fixed = 0

    def __init__(self, name: str, form: Element | None = None) -> None:
        super().__init__(None)
        self.label = name
        self.form = None if form is None else Form(form)

    def names(self) -> set[str]:
        return {self.label}

    def read(self, stream: IO[bytes], frame: Frame) -> None:
        """Nothing stands here."""
        self._tell(frame)

    def values(self, frame: Frame) -> dict[str, Any]:
        return {self.label: frame.told[self.label]}

    def prepare(self, message: Any, frame: Frame) -> None:
        frame.told[self.label] = attribute(message, self.label)
        self._tell(frame)

    def _tell(self, frame: Frame) -> None:
        if self.form is not None:
            frame.forms[self.label] = self.form.data

    def write(self, frame: Frame) -> bytes:
        return b""


class Let(Element):
    """A value that is computed from those in front.

    Args:
        name: as in the description.
        value: how it is computed; what has no value, a division by 0, is None.
    """

    fixed = 0

    def __init__(self, name: str, value: Callable[[Frame], Any]) -> None:
        super().__init__(None)
        self.label = name
        self.value = value

    def names(self) -> set[str]:
        return {self.label}

    def always(self) -> set[str]:
        return set()

    def lets(self) -> set[str]:
        return {self.label}

    def read(self, stream: IO[bytes], frame: Frame) -> None:
        """Nothing stands here."""

    def values(self, frame: Frame) -> dict[str, Any]:
        return {self.label: worth(self.value, frame)}

    def prepare(self, message: Any, frame: Frame) -> None:
        frame.raws[self.key] = attribute(message, self.label)

    def write(self, frame: Frame) -> bytes:
        return b""

    def agree(self, frame: Frame) -> None:
        given, there = frame.raws[self.key], worth(self.value, frame)
        if not same(given, there):
            words = "nothing" if there is None else f"{there!r}, which is computed"
            raise frame.unfit(self.label, words, given)
