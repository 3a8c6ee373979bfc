"""Params: the values a session remembers, by name; and how far its counters are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from msgspec import UNSET

from protoc.runtime.errors import LocalError
from protoc.runtime.messages import Choice, Counter, Message, TextChoice
from protoc.runtime.protocol import Param

if TYPE_CHECKING:
    from protoc.runtime.declarative.forms import Form


class Change(NamedTuple):
    """A param got another value, or the same one by hand."""

    param: Param
    value: Any
    old: Any


class ParamTable:
    """Values by name, and what counts as a change.

    None stands for no value. `params` are the rows of the description.

    Attributes:
        first: a name that is a param is that, whatever message has a field of the name.
        swapped: params that stand in the places of others: by message, then by place.
    """

    def __init__(self, params: Iterable[Param], *, first: bool = False) -> None:
        self.first = first
        self._params = {param.name: param for param in params}
        self._converted = {name: _conversion(p.type) for name, p in self._params.items()}
        self._values = {
            name: None if param.default is UNSET else param.default
            for name, param in self._params.items()
        }
        self._cleared: set[str] = set()
        self._counters: dict[str, int] = {}
        self._forms: dict[str, Form | None] = {}
        self.swapped: dict[str, dict[int, str]] = {}

    def __iter__(self) -> Iterator[Param]:
        return iter(self._params.values())

    def __contains__(self, name: object) -> bool:
        return name in self._params

    def param(self, name: str) -> Param:
        """The row of a param.

        Raises:
            LocalError: there is none of that name.
        """
        try:
            return self._params[name]
        except KeyError:
            raise LocalError(self._unknown(name)) from None

    def get(self, name: str) -> Any:
        """The value of a param, None when it has none.

        Raises:
            LocalError: there is none of that name.
        """
        try:
            return self._values[name]
        except KeyError:
            raise LocalError(self._unknown(name)) from None

    def value(self, field: str) -> Any:
        """The value of the param a field is bound to, None when there is none."""
        param = self.called(field)
        return None if param is None else self._values[param.name]

    def called(self, field: str) -> Param | None:
        """The param a field is bound to by its name, None when there is none.

        A name that Python keeps for itself has a `_` behind it in the field only.
        """
        return self._params.get(field) or self._params.get(field.removesuffix("_"))

    def form(self, name: str) -> Form | None:
        """What tells the bytes of a param; None when nothing does."""
        if name not in self._forms:
            from protoc.runtime.declarative.forms import Form

            make = self.param(name).form
            self._forms[name] = Form(make()) if make is not None else None
        return self._forms[name]

    def count(self, counter: Counter) -> int:
        """The number a counter has reached."""
        return self._counters.get(counter.name, counter.first)

    def step(self, kind: type[Message]) -> None:
        """A message was made: its counters go on."""
        for counter in kind.COUNTERS.values():
            number = self.count(counter)
            self._counters[counter.name] = number + 1 if number < counter.last else counter.first

    def swap(self, message: str, position: int, param: str) -> None:
        """Let a param stand in a place of a message from now on."""
        self.swapped.setdefault(message, {})[position] = param

    def values(self) -> dict[str, Any]:
        """Every value there is, by name."""
        return {name: value for name, value in self._values.items() if value is not None}

    def set(self, name: str, value: Any, *, by_hand: bool = False) -> Change | None:
        """Give a param a value; returns the change, None when there is none.

        Args:
            name: of the param.
            value: its new value; None forgets it, which is no change.
            by_hand: it is set by the user or a hook, so that an equal value counts as a change.

        Raises:
            LocalError: unknown name, or a constant.
        """
        param = self.param(name)
        if param.constant:
            raise LocalError(f"{name} is a constant: it cannot be set")
        if value is None:
            self.clear(name)
            return None
        value = self._converted[name](value)
        old = self._values[name]
        self._values[name] = value
        if by_hand or old is None or name in self._cleared or old != value:
            self._cleared.discard(name)
            return Change(param, value, old)
        return None

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take over values that were kept, of params that are `save`; that is no change.

        One that does not fit its param any more is passed over.
        """
        for name, param in self._params.items():
            value = saved.get(name) if param.save else None
            if value is not None and _fits(value, param.type):
                self._values[name] = self._converted[name](value)

    def clear(self, name: str) -> None:
        """Forget a value; the next one is a change whatever it is.

        Raises:
            LocalError: unknown name, or a constant.
        """
        if self.param(name).constant:
            raise LocalError(f"{name} is a constant: it cannot be cleared")
        self._values[name] = None
        self._cleared.add(name)

    def _unknown(self, name: str) -> str:
        from difflib import get_close_matches

        close = get_close_matches(name, self._params, n=3)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        return f"there is no param {name}{hint}"


def _fits(value: Any, type_: Any) -> bool:
    """Whether a value is of a type, or of one of several."""
    kinds = tuple(kind for kind in get_args(type_) or (type_,) if isinstance(kind, type))
    return not kinds or isinstance(value, (*kinds, int) if float in kinds else kinds)


def _conversion(type_: Any) -> Callable[[Any], Any]:
    """From what an expression gives to what a param holds: labels, truth, fractions."""
    if type_ is bool:
        return bool
    if type_ is float:
        return lambda value: float(value) if isinstance(value, int) else value
    for each in get_args(type_) or (type_,):
        if isinstance(each, type) and issubclass(each, Choice | TextChoice):
            return each.of
    return lambda value: value


class Params:
    """Base of the generated class whose properties are the params of a device.

    Args:
        get: reads a param by name.
        set: sets one, as a user does.
    """

    def __init__(self, get: Callable[[str], Any], set: Callable[[str, Any], None]) -> None:
        self._read = get
        self._write = set

    def _get(self, name: str) -> Any:
        return self._read(name)

    def _set(self, name: str, value: Any) -> None:
        self._write(name, value)
