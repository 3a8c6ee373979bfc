"""Text: what is taken off on decode, and what belongs to it."""

from __future__ import annotations

import pytest

from protoc.runtime.codecs import read_text
from protoc.runtime.declarative.texts import Text

AT = ("m", "x", 0, 9)


@pytest.mark.parametrize(
    "trim, left",
    [("both", "a b"), ("left", "a b \r\n"), ("right", "\t a b"), ("", "\t a b \r\n")],
)
def test_trim_takes_blanks_off(trim: str, left: str) -> None:
    assert read_text(b"\t a b \r\n", "ascii", *AT, trim=trim) == left


def test_trim_leaves_what_is_no_blank() -> None:
    # a space that does not break, and a file separator
    raw = "\u00a0a\x1c".encode()
    assert read_text(raw, "utf-8", *AT, trim="both") == "\u00a0a\x1c"
    assert Text(None, "utf-8", None, trim="both").value(raw) == "\u00a0a\x1c"
