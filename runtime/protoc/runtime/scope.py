"""What expressions of a description see, and how they fail without stopping anything."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from protoc.runtime.actions import Expression
from protoc.runtime.errors import LocalError
from protoc.runtime.messages import Message
from protoc.runtime.params import ParamTable

FAULTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    LocalError,
    TypeError,
    ValueError,
    struct.error,
)
"""What a computation on values from the wire may raise."""


class _Nothing:
    """Stands for no value: compared with a number it is false, computed with it is nothing."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other is None or other is self

    def __getattr__(self, name: str) -> _Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __repr__(self) -> str:
        return "nothing"

    def _never(self, other: object) -> bool:
        return False

    def _still(self, other: object = None) -> _Nothing:
        return self

    __lt__ = __le__ = __gt__ = __ge__ = _never
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _still
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _still
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _still
    __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = __pow__ = __rpow__ = _still
    __neg__ = __pos__ = __invert__ = __abs__ = _still


NOTHING = _Nothing()


class Scope:
    """The fields of a message, then the params, as attributes.

    Where the table of params says that they come `first`, it is the other way round.

    A name that is neither, or that Python keeps for itself and the description ends in `_`, is
    looked up as the param without it; what is nowhere raises AttributeError.

    Args:
        params: the params behind.
        own: an object whose attributes come first, or names with their values.
    """

    __slots__ = ("_own", "_params")

    def __init__(
        self, params: ParamTable, own: msgspec.Struct | Mapping[str, Any] | None = None
    ) -> None:
        self._own = own
        self._params = params

    def __getattr__(self, name: str) -> Any:
        own, params = self._own, self._params
        if params.first and (param := params.called(name)) is not None:
            return _seen(params.get(param.name))
        if isinstance(own, msgspec.Struct):
            value = getattr(own, name, params)  # no field holds those
            if value is not params and not hasattr(Message, name):
                return _seen(value)
        elif own is not None and name in own:
            return _seen(own[name])
        param = params.called(name)
        if param is not None:
            return _seen(params.get(param.name))
        raise AttributeError(f"neither a field nor a param is called {name}")


def value_of(expression: Expression, scope: Scope) -> Any:
    """Compute; no value is None.

    Raises:
        any of FAULTS: values do not fit the expression.
    """
    value = expression(scope)
    return None if value is NOTHING else value


def holds(condition: Expression | None, scope: Scope, failed: Callable[[Exception], None]) -> bool:
    """Whether a condition is there and true; one that cannot be computed is false.

    Args:
        condition: None always holds.
        scope: what it sees.
        failed: told why it could not be computed.
    """
    if condition is None:
        return True
    try:
        return bool(condition(scope))
    except FAULTS as error:
        failed(error)
        return False


def _seen(value: Any) -> Any:
    return NOTHING if value is None else value
