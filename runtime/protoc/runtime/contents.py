"""What actions do to the content of params: as values where they can, as bytes where they must."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

import msgspec

from protoc.runtime.actions import Append, Copy, Replace
from protoc.runtime.errors import LocalError
from protoc.runtime.params import ParamTable

Held = TypeVar("Held", str, bytes)

LARGEST = 1 << 24
"""The most bytes or characters that actions make of a param."""


class Contents:
    """The params as texts, numbers and bytes.

    Every method returns the new value of a param and leaves it to the caller to set it.
    """

    def __init__(self, params: ParamTable) -> None:
        self._params = params

    def data(self, source: str | bytes) -> bytes:
        """The bytes of a param, or those given; none while it has no value.

        Raises:
            LocalError: nothing tells what its bytes are.
            EncodeError: its value does not fit its own type.
        """
        if isinstance(source, bytes):
            return source
        value = self._params.get(source)
        if value is None:
            return b""
        form = self._params.form(source)
        if form is not None:
            return form.data(value)
        if isinstance(value, str):
            return value.encode()
        if isinstance(value, bytes):
            return value
        raise LocalError(f"nothing tells what the bytes of {source} are")

    def of(self, param: str, data: bytes) -> Any:
        """The value of a param that has these bytes.

        Raises:
            DecodeError: they are no value of its type.
        """
        form = self._params.form(param)
        if form is not None:
            return form.value(data)
        return data if self._params.param(param).type is bytes else data.decode()

    def copied(self, action: Copy) -> Any:
        """The content of the source, as the other param can hold it."""
        value = self._params.get(action.source)
        if value is None:
            return None
        if action.until_nul and isinstance(value, str):
            value = value.partition("\0")[0]
        elif action.until_nul and isinstance(value, bytes):
            value = value.partition(b"\0")[0]
        if action.reversed and isinstance(value, str | bytes):
            value = value[::-1]
        elif action.reversed or not _holds(self._params.param(action.param).type, value):
            data = self.data(action.source) if not isinstance(value, bytes) else value
            return self.of(action.param, data[::-1] if action.reversed else data)
        return value

    def appended(self, action: Append) -> Any:
        """The content of a param with more behind it."""
        if action.text or action.hex:
            before = self._params.get(action.param)
            text = ("" if before is None else str(before)) + self._shown(action)
            return self._held(action.param, text)
        piece = self.data(action.source)
        data = self.data(action.param) + (piece[::-1] if action.reversed else piece)
        return self.of(action.param, self._held(action.param, data))

    def _held(self, param: str, content: Held) -> Held:
        """What a param can hold, whatever was put behind it how often."""
        if len(content) > LARGEST:
            raise LocalError(f"{param} has at most {LARGEST} bytes")
        return content

    def _shown(self, action: Append) -> str:
        """What is appended as text: the value as users see it, or its bytes as digits."""
        if action.hex:
            data = self.data(action.source)
            return (data[::-1] if action.reversed else data).hex(" ", -action.hex).upper()
        source = action.source
        value = source.decode() if isinstance(source, bytes) else self._params.get(source)
        text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        return text[::-1] if action.reversed else text

    def reversed(self, param: str) -> Any:
        """The content of a param with its bytes in reverse order."""
        return self.of(param, self.data(param)[::-1])

    def resized(self, param: str, size: int) -> Any:
        """The content of a param cut or filled up to a size; numbers keep their value.

        Raises:
            LocalError: no param has so many bytes.
        """
        if not 0 <= size <= LARGEST:
            raise LocalError(f"{param} has 0 to {LARGEST} bytes, not {size}")
        value = self._params.get(param)
        if isinstance(value, str):
            return value[:size].ljust(size)
        return value[:size].ljust(size, b" ") if isinstance(value, bytes) else value

    def replaced(self, action: Replace) -> Any:
        """The content of a param with bytes replaced."""
        data = replace(
            self.data(action.param), self.data(action.old), self.data(action.new), action
        )
        return self.of(action.param, data)

    def with_part(self, param: str, path: tuple[str, ...], value: Any) -> msgspec.Struct:
        """An object of bits with one of them changed.

        Raises:
            LocalError: there is no such part.
        """
        row = self._params.param(param)
        whole = self._params.get(param)
        if whole is None:
            whole = row.blank if row.blank is not None else row.type()
        return _with_part(whole, path, value)


def replace(data: bytes, old: bytes, new: bytes, action: Replace) -> bytes:
    """Bytes with every `old` in the window of the action replaced."""
    if action.only is not None:
        head, tail = action.only
        if len(data) < head + tail:
            return data
        end = len(data) - tail
        return data[:head].replace(old, new) + data[head:end] + data[end:].replace(old, new)
    head, tail = action.skip
    if len(data) < head + tail:
        return data
    end = len(data) - tail
    return data[:head] + data[head:end].replace(old, new) + data[end:]


def _holds(type_: Any, value: Any) -> bool:
    """Whether a value can be one of a type as it is."""
    kinds = tuple(kind for kind in get_args(type_) or (type_,) if isinstance(kind, type))
    if not kinds:
        return True
    return isinstance(value, kinds) or (float in kinds and isinstance(value, int))


def _with_part(whole: msgspec.Struct, path: tuple[str, ...], value: Any) -> msgspec.Struct:
    first, *rest = path
    if rest:
        value = _with_part(getattr(whole, first), tuple(rest), value)
    if first not in whole.__struct_fields__:
        raise LocalError(f"there is no {first} in it")
    return msgspec.structs.replace(whole, **{first: value})
