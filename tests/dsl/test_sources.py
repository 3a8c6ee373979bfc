"""Sources, places in them, and collected diagnostics."""

from pathlib import Path

import pytest

from protoc.dsl.diagnostics import Diagnostics, SourceError
from protoc.dsl.source import Source, Span


def test_positions() -> None:
    source = Source("x", "ab\n\ncd")
    assert [source.position(offset) for offset in (0, 2, 3, 4, 6)] == [
        (1, 1),
        (1, 3),
        (2, 1),
        (3, 1),
        (3, 3),
    ]
    assert [source.line(number) for number in range(5)] == ["", "ab", "", "cd", ""]
    assert [source.start_of(number) for number in (1, 2, 3)] == [0, 3, 4]
    assert source.lines == 3


def test_line_ends_of_another_system_are_no_part_of_lines() -> None:
    assert Source("x", "ab\r\ncd\r\n").line(1) == "ab"


def test_a_byte_order_mark_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "x.proto"
    path.write_bytes(b"\xef\xbb\xbfprotocol p")
    assert Source.read(path).text == "protocol p"


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.proto"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnicodeDecodeError):
        Source.read(path)


def test_diagnostics_come_in_the_order_of_their_places_and_once() -> None:
    source = Source("x", "abc")
    diagnostics = Diagnostics()
    diagnostics.warning("W0101", "later", Span(source, 2, 3))
    assert not diagnostics.has_errors
    diagnostics.error("E0101", "first", Span(source, 0, 1))
    diagnostics.error("E0101", "again", Span(source, 0, 1))
    assert [d.message for d in diagnostics] == ["first", "later"]
    assert diagnostics.has_errors
    assert str(SourceError(diagnostics)) == "x:1:1: E0101: first; x:1:3: W0101: later"
