"""Values as people and programs write them: text and JSON to typed values and back.

What a value may be is told by its annotation: that of a field of a generated class, or
`Param.type`. Names are those of the description.
"""

from __future__ import annotations

import json
import keyword
import math
import types
from collections.abc import Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn, TypeGuard, Union, cast, get_args, get_origin

import msgspec

from protoc.runtime.errors import LocalError
from protoc.runtime.messages import Choice, Message, Part, TextChoice

_NOTHING = type(None)
_YES = ("true", "yes", "on", "1")
_NO = ("false", "no", "off", "0")
_LONGEST_SHOWN = 60


class Misfit(LocalError, ValueError):
    """A value that is not of the kind asked for.

    Attributes:
        path: which part of it, empty for the whole.
        expected: what fits, in words.
        got: what was given.
    """

    def __init__(self, expected: str, got: object, path: str = "") -> None:
        self.path = path
        self.expected = expected
        self.got = got
        super().__init__(f"{path + ': ' if path else ''}expected {expected}, got {shown(got)}")

    def inside(self, name: str) -> Misfit:
        """The same, seen from what holds it."""
        return Misfit(self.expected, self.got, f"{name}.{self.path}" if self.path else name)


class FieldType(NamedTuple):
    """A field of a class.

    Attributes:
        name: in the description; `attribute` in Python.
        type: its annotation.
        required: it has no default.
    """

    name: str
    attribute: str
    type: Any
    required: bool


def fields_of(owner: type[msgspec.Struct]) -> tuple[FieldType, ...]:
    """The fields of a generated class in wire order."""
    return tuple(
        FieldType(described(field.name), field.name, field.type, field.required)
        for field in msgspec.structs.fields(owner)
    )


def described(attribute: str) -> str:
    """The name in the description of a Python attribute: Python's own words have a `_` behind."""
    name = attribute.removesuffix("_")
    if name != attribute and (keyword.iskeyword(name) or hasattr(Message, name) or name in _OWN):
        return name
    return attribute


_OWN = ("self", "cls", "bool", "bytes", "float", "int", "list", "str")


# ------------------------------------------------------------------ from text


def read(text: str, kind: Any) -> Any:
    """The value that a text stands for: `0x1f`, `12.3`, `stand by`, `02 1a`, `{"ready": 1}`.

    Raises:
        Misfit: it stands for none of that kind.
    """
    alternatives = _alternatives(kind)
    for each in alternatives:
        if isinstance(each, type) and issubclass(each, Choice | TextChoice):
            return _choice(text, each, alternatives)
        if each is str:
            return text
        if each is bytes:
            return _bytes(text)
        if get_origin(each) is list or _is_struct(each):
            return from_plain(_json(text, each), kind)
    return from_plain(text, kind)


def from_plain(value: Any, kind: Any) -> Any:
    """The typed value of plain data: numbers, texts, lists, objects.

    Raises:
        Misfit: it is not of that kind.
    """
    alternatives = _alternatives(kind)
    if value is None and _NOTHING in _types(kind):
        return None
    choices = [each for each in alternatives if _is_choice(each)]
    for each in choices[:-1]:
        # a name in several ways of a message may have an enumeration in each
        with suppress(Misfit):
            return _choice(value, each, ())
    if choices:
        return _choice(value, choices[-1], alternatives)
    last: Misfit | None = None
    # of a number and a text, each takes its own
    for each in sorted(alternatives, key=lambda each: each is not type(value)):
        try:
            return _one(value, each)
        except Misfit as misfit:
            last = last or misfit
    raise last or Misfit(describe(kind), value)


def describe(kind: Any) -> str:
    """What fits, in words."""
    for each in _alternatives(kind):
        if _is_choice(each):
            labels = ", ".join(member.label for member in each)
            return f"one of {labels}" + (", or a number" if issubclass(each, Choice) else "")
        if get_origin(each) is list:
            return "a list"
        if _is_struct(each):
            names = ", ".join(field.name for field in fields_of(each))
            return f"an object of {names}"
        if each in _WORDS:
            return _WORDS[each]
    return "a value"


_WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    bytes: "bytes in hexadecimal",
}


def _types(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (types.UnionType, Union) else (kind,)


def _alternatives(kind: Any) -> tuple[Any, ...]:
    return tuple(each for each in _types(kind) if each is not _NOTHING)


def _is_struct(kind: Any) -> TypeGuard[type[msgspec.Struct]]:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _one(value: Any, kind: Any) -> Any:
    if get_origin(kind) is list:
        return _list(value, kind)
    if _is_struct(kind):
        return _object(value, kind)
    if kind is bool:
        return _bool(value)
    if kind is int:
        return _int(value)
    if kind is float:
        return _float(value)
    if kind is bytes:
        return _bytes(value)
    if kind is str:
        if isinstance(value, str):
            return value
        raise Misfit(_WORDS[str], value)
    return value


def _int(value: Any) -> int:
    if isinstance(value, str):
        for base in (0, 10):  # leading zeros are no reason to refuse a number
            with suppress(ValueError):
                return int(value.strip(), base)
    elif isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    raise Misfit(_WORDS[int], value)


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Misfit(_WORDS[float], value)
    try:
        found = _real(value) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError):
        raise Misfit(_WORDS[float], value) from None
    if isinstance(value, str) and math.isinf(found) and "inf" not in value.lower():
        raise Misfit("a number of at most 1.8e308", value)
    return found


def _real(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float(int(text, 0))


def _bool(value: Any) -> bool:
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _YES + _NO:
            return word in _YES
    elif isinstance(value, int) and value in (0, 1):
        return bool(value)
    raise Misfit(_WORDS[bool], value)


def _bytes(value: Any) -> bytes:
    if isinstance(value, str):
        with suppress(ValueError):
            return bytes.fromhex("".join(value.split()).removeprefix("0x"))
    elif isinstance(value, bytes | bytearray):
        return bytes(value)
    raise Misfit(_WORDS[bytes], value)


def _is_choice(kind: Any) -> TypeGuard[type[Choice | TextChoice]]:
    return isinstance(kind, type) and issubclass(kind, Choice | TextChoice)


def _choice(value: Any, kind: type[Choice | TextChoice], alternatives: tuple[Any, ...]) -> Any:
    """A label, or a raw value; one without a label stays plain where that is allowed."""
    members: list[Any] = list(kind)
    for member in members:
        if value == member.label:
            return member
    raw = value
    if issubclass(kind, Choice):
        try:
            raw = _int(value)
        except Misfit:
            _refuse_label(value, kind)
    for member in members:
        if raw == member.value:
            return member
    if int in alternatives or (str in alternatives and isinstance(raw, str)):
        return raw
    _refuse_label(value, kind)


def _refuse_label(value: Any, kind: type[Choice | TextChoice]) -> NoReturn:
    members: list[Any] = list(kind)
    labels = [member.label for member in members]
    close = get_close_matches(value, labels, n=1) if isinstance(value, str) else []
    hint = f" (did you mean {close[0]}?)" if close else ""
    raise Misfit(f"{describe(kind)}{hint}", value)


def _list(value: Any, kind: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Misfit("a list", value)
    (of,) = get_args(kind) or (Any,)
    found: list[Any] = []
    for index, each in enumerate(cast(Sequence[Any], value)):
        try:
            found.append(from_plain(each, of))
        except Misfit as misfit:
            raise misfit.inside(str(index)) from None
    return found


def _object(value: Any, kind: type[msgspec.Struct]) -> msgspec.Struct:
    if not isinstance(value, Mapping):
        raise Misfit(describe(kind), value)
    known = {field.name: field for field in fields_of(kind)}
    given: dict[str, Any] = {}
    for name, part in cast(Mapping[str, Any], value).items():
        if name not in known:
            raise Misfit(f"one of {', '.join(known)}", name)
        try:
            given[known[name].attribute] = from_plain(part, known[name].type)
        except Misfit as misfit:
            raise misfit.inside(name) from None
    for field in known.values():
        if field.required and field.attribute not in given:
            raise Misfit(describe(field.type), "nothing", field.name)
    return kind(**given)


def _json(text: str, kind: Any) -> Any:
    """JSON, or an object in the spelling of the language: `{blackout=1, page=5}`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        inner = text.strip()
        if not (inner.startswith("{") and inner.endswith("}")):
            raise Misfit(describe(kind), text) from None
    found: dict[str, Any] = {}
    for entry in filter(None, (each.strip() for each in inner[1:-1].split(","))):
        name, equals, value = entry.partition("=")
        if not equals:
            raise Misfit(describe(kind), text)
        found[name.strip()] = value.strip()
    return found


# ------------------------------------------------------------------ to plain data


def to_plain(value: Any) -> Any:
    """A value as JSON has it: labels, hexadecimal bytes, objects of bits.

    Numbers that JSON cannot hold are text: `nan`, `inf`, `-inf`.
    """
    if isinstance(value, Choice | TextChoice):
        return value.label
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(cast(bytes, value)).hex()
    if isinstance(value, msgspec.Struct):
        return plain_fields(value)
    if isinstance(value, list | tuple):
        return [to_plain(each) for each in cast(Sequence[Any], value)]
    return value


def plain_fields(owner: Message | Part | msgspec.Struct) -> dict[str, Any]:
    """The fields of a message; those that are absent are left out."""
    shown: tuple[str, ...] = getattr(owner, "HEX", ())
    return {
        described(name): hexadecimal(value) if name in shown else to_plain(value)
        for name in owner.__struct_fields__
        if (value := getattr(owner, name)) is not None and value is not msgspec.UNSET
    }


def hexadecimal(value: Any) -> Any:
    """A number, or each of a list, in hexadecimal digits: `0x1f`; None as it is."""
    if value is None or isinstance(value, int):
        return None if value is None else hex(value)
    return [hexadecimal(each) for each in cast(Sequence[Any], value)]


def shown(value: object) -> str:
    """A value in a sentence, short enough to be read."""
    text = value if isinstance(value, str) else None
    if text is None:
        try:
            text = json.dumps(to_plain(value), ensure_ascii=False)
        except (TypeError, ValueError):
            text = repr(value)
    elif not text or text != text.strip() or not text.isprintable():
        text = ascii(text)
    if len(text) > _LONGEST_SHOWN:
        return f"{text[:_LONGEST_SHOWN]}… ({len(text)} characters)"
    return text
