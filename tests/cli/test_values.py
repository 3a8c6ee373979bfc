"""Text and plain data to typed values, and back."""

from typing import Any

import pytest

from protoc.runtime.messages import Choice, Message, Part, TextChoice
from protoc.runtime.values import Misfit, described, fields_of, from_plain, plain_fields, read


class Power(Choice):
    OFF = 0, "off"
    STAND_BY = 2, "stand by"


class Relay(TextChoice):
    OPEN = "OPEN", "open"


class Keys(Part):
    stop: int = 0
    level: float = 0.0


class Report(Message, kw_only=True):
    NAME = "report"
    class_: int
    power: Power | int
    keys: Keys
    raw: bytes
    note: str | None = None


READ: list[tuple[str, Any, Any]] = [
    ("12", int, 12),
    ("0x1F", int, 31),
    ("0b101", int, 5),
    ("0o17", int, 15),
    ("007", int, 7),
    (" -3 ", int, -3),
    ("12.5", float, 12.5),
    ("12", float, 12.0),
    ("0x10", float, 16.0),
    ("inf", float, float("inf")),
    ("on", bool, True),
    ("0", bool, False),
    ("", str, ""),
    ("a=b", str, "a=b"),
    ("12", str | None, "12"),
    ("02 1a", bytes, b"\x02\x1a"),
    ("0x021A", bytes, b"\x02\x1a"),
    ("", bytes, b""),
    ("stand by", Power | int, Power.STAND_BY),
    ("2", Power | int, Power.STAND_BY),
    ("0x33", Power | int, 0x33),
    ("open", Relay | str, Relay.OPEN),
    ("OPEN", Relay | str, Relay.OPEN),
    ("AJAR", Relay | str, "AJAR"),
    ('{"stop": 1, "level": 2}', Keys, Keys(stop=1, level=2.0)),
    ("{stop=0x1}", Keys, Keys(stop=1)),
    ("[1, 2]", list[int], [1, 2]),
]


@pytest.mark.parametrize("text, kind, value", READ)
def test_text_is_read(text: str, kind: Any, value: Any) -> None:
    found = read(text, kind)
    assert found == value
    assert type(found) is type(value)


REFUSED: list[tuple[str, Any, str]] = [
    ("five", int, "a whole number"),
    ("1.5", int, "a whole number"),
    ("9" * 5000, int, "a whole number"),
    ("", int, "a whole number"),
    ("1e400", float, "at most 1.8e308"),
    ("much", float, "a number"),
    ("maybe", bool, "true or false"),
    ("xyz", bytes, "hexadecimal"),
    ("012", bytes, "hexadecimal"),
    ("stand", Power | int, "did you mean stand by?"),
    ("3", Power, "one of off, stand by"),
    ("ajar", Relay, "one of open"),
    ("1", Keys, "an object of stop, level"),
    ("{stop}", Keys, "an object of stop, level"),
    ("[1,", list[int], "a list"),
    ("[" * 100000, list[int], "a list"),
]


@pytest.mark.parametrize("text, kind, words", REFUSED)
def test_text_that_does_not_fit(text: str, kind: Any, words: str) -> None:
    with pytest.raises(Misfit) as caught:
        read(text, kind)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 250


def test_refusal_names_the_part() -> None:
    with pytest.raises(Misfit, match=r"stop: expected a whole number, got high") as caught:
        from_plain({"stop": "high"}, Keys)
    assert str(caught.value.inside("keys")).startswith("keys.stop: ")


def test_unknown_part() -> None:
    with pytest.raises(Misfit, match="expected one of stop, level, got stpo"):
        from_plain({"stpo": 1}, Keys)


def test_plain_fields_of_a_message() -> None:
    report = Report(class_=1, power=Power.STAND_BY, keys=Keys(1, float("nan")), raw=b"\xab")
    assert plain_fields(report) == {
        "class": 1,
        "power": "stand by",
        "keys": {"stop": 1, "level": "nan"},
        "raw": "ab",
    }


def test_names_are_those_of_the_description() -> None:
    assert next(field.name for field in fields_of(Report)) == "class"
    assert [described(name) for name in ("encode_", "size_", "self_")] == [
        "encode",
        "size_",
        "self",
    ]


def test_hexadecimal_numbers_are_shown_and_read_back() -> None:
    class Register(Message, kw_only=True):
        HEX = ("address", "words")
        address: int
        words: list[int]
        count: int

    plain = plain_fields(Register(address=0x1F, words=[255, 0], count=2))
    assert plain == {"address": "0x1f", "words": ["0xff", "0x0"], "count": 2}
