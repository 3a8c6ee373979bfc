"""Durations as they are written: a number with a unit."""

from __future__ import annotations

import math
import re

import click

_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(ms|s|min|h)")


class Duration(click.ParamType[float]):
    """`500ms`, `5s`, `2min`: a number of seconds."""

    name = "DURATION"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        found = _DURATION.fullmatch(str(value).strip())
        if found is not None:
            seconds = float(found[1]) * _UNITS[found[2]]
            if math.isfinite(seconds):
                return seconds
        self.fail(f"expected a number with a unit (500ms, 5s, 2min), got {value!r}", param, ctx)
