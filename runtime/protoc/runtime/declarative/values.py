"""From raw to value and back: scale, offset, labels, bounds."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

from protoc.runtime.codecs.via import Via
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.messages import Choice, TextChoice

Number = int | float | str
Bounds = tuple[float | None, float | None]


class Meaning:
    """What a raw value means.

    Attributes:
        enum: the labels; `labels` the same by raw value.
        strict: a value without a label is rejected.
        boolean: 0 and 1 stand for False and True.
        bounds: least and largest value; either may be open.
        via: a formula.
    """

    def __init__(
        self,
        scale: Number = 1,
        offset: Number = 0,
        enum: type[Choice | TextChoice] | None = None,
        strict: bool = False,
        boolean: bool = False,
        bounds: Bounds = (None, None),
        whole: bool = True,
        via: Via | None = None,
    ) -> None:
        # `str` first: 0.1 is one tenth here, as it is in the description
        slope, shift = Fraction(str(scale)), Fraction(str(offset))
        self._parts = lcm(slope.denominator, shift.denominator)
        self._factor, self._summand = int(slope * self._parts), int(shift * self._parts)
        self.linear = slope != 1 or shift != 0
        self.enum = enum
        self.labels: dict[Any, Any] | None = None
        if enum is not None:
            self.labels = {raw: m for m in enum for raw in (m.value, *m.also)}
        self.strict = strict
        self.boolean = boolean
        self.bounds = bounds
        self.whole = whole
        self.via = via

    def value(self, raw: Any, name: str, at: int, frame: Frame) -> Any:
        """The value of a raw value."""
        value = raw
        if self.labels is not None:
            if self.strict and raw not in self.labels:
                raise frame.error("value", name, at, "a value with a label", raw)
            value = self.labels.get(raw, raw)
        elif self.boolean:
            if raw not in (0, 1):
                raise frame.error("value", name, at, "0 or 1", raw)
            value = bool(raw)
        elif self.via is not None:
            value = self.via.of(raw)
            if value is None:
                raise frame.error("value", name, at, "what has a value", raw)
        elif self.linear:
            value = raw * self._factor + self._summand
            value = value if self._parts == 1 else value / self._parts
        if not self.inside(value):
            raise frame.error("value", name, at, self.limits(), value)
        return value

    def raw(self, value: Any, name: str, frame: Frame) -> Any:
        """The raw value of a value."""
        try:
            if not self.inside(value):
                raise frame.unfit(name, self.limits(), value)
            if self.strict and self.labels is not None and value not in self.labels:
                raise frame.unfit(name, "a value with a label", value)
            if self.boolean:
                return int(bool(value))
            if self.via is not None:
                return self.via.raw(value, self.whole)
            if not self.linear:
                return value
            raw = value * self._parts - self._summand
            if isinstance(raw, int):
                raw = Fraction(raw, self._factor)
            else:
                raw = raw if self._factor == 1 else raw / self._factor
            return round(raw) if self.whole else float(raw)
        except (TypeError, ValueError, ArithmeticError) as error:
            raise frame.unfit(name, f"a value that fits ({error})", value) from None

    def inside(self, value: Any) -> bool:
        """Whether a value is in range."""
        low, high = self.bounds
        # not `value < low`: what is no number is in no range
        return (low is None or value >= low) and (high is None or value <= high)

    def limits(self) -> str:
        """The range in words."""
        low, high = self.bounds
        return f"{'' if low is None else low}..{'' if high is None else high}"
