"""What holds for any bytes, cut anywhere."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.runtime.dispatch import Candidates
from protoc.runtime.found import Found
from protoc.runtime.framing import Framer
from protoc.runtime.messages import Message
from tests.runtime.toys import MESSAGES, Ack, Framed, Level, Line, Panel, Twins, decodes

PIECES = [
    Level(channel=1, level=2).encode(),
    Level(channel=2, level=2).encode(),
    Panel(keys=6).encode(),
    Line(text="a{b").encode(),
    b"\x06",
    b"{",
    b"}\r",
    b"\x02\x91",
    b"\x02\x91\x02",
    b"\x02\xa0\x0a",
    b"\x02",
    b"\xff",
    bytes([*Level(channel=1, level=2).encode()[:-1], 0]),
    b"\xc3{",
    b"x" * 30,
]
STREAMS = st.lists(st.sampled_from(PIECES) | st.binary(max_size=4), max_size=25).map(b"".join)
CANDIDATES = st.sampled_from(
    [MESSAGES, MESSAGES[::-1], (*MESSAGES, Twins), (Twins, Line), (Level, Panel), (Line,)]
)


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    chunks, at = [], 0
    for size in sizes:
        chunks.append(data[at : at + size])
        at += size
    return [*chunks, data[at:]]


def reports(framer: Framer, chunks: list[bytes]) -> list[Found]:
    found = []
    for chunk in chunks:
        found += framer.feed(chunk)
    return found + framer.end()


def plain(found: list[Found]) -> list[tuple[object, ...]]:
    return [
        (type(one).__name__, one.offset, one.data, str(getattr(one, "error", ""))) for one in found
    ]


@settings(max_examples=600, deadline=None)
@given(STREAMS, CANDIDATES, st.lists(st.integers(0, 9), max_size=40), st.sampled_from([12, 65536]))
def test_any_chunking_gives_the_same_reports(
    data: bytes, candidates: tuple[type[Message], ...], sizes: list[int], largest: int
) -> None:
    whole = plain(reports(Framer(candidates, largest=largest), [data]))
    assert plain(reports(Framer(candidates, largest=largest), cut(data, sizes))) == whole
    single = [data[i : i + 1] for i in range(len(data))]
    assert plain(reports(Framer(candidates, largest=largest), single)) == whole


@settings(max_examples=300, deadline=None)
@given(STREAMS, CANDIDATES)
def test_each_byte_belongs_to_one_report(
    data: bytes, candidates: tuple[type[Message], ...]
) -> None:
    found = reports(Framer(candidates), [data])
    assert b"".join(one.data for one in found) == data
    at = 0
    for one in found:
        assert one.offset == at
        assert one.data
        at += len(one.data)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(Level, channel=st.integers(0, 255), level=st.integers(0, 255))
        | st.builds(Panel, keys=st.integers(0, 255))
        | st.builds(Ack),
        max_size=20,
    )
)
def test_messages_in_sync_are_all_found(messages: list[Message]) -> None:
    found = reports(Framer(MESSAGES), [b"".join(m.encode() for m in messages)])
    assert [getattr(one, "message", one) for one in found] == messages


# --- cost, counted in tries ---


class Endless(Framed, kw_only=True):
    """A length of two bytes, so that a header alone claims much."""

    NAME: ClassVar[str] = "endless"
    STARTS = (b"\x02",)

    @classmethod
    def decode_prefix(cls, data, at=0, link=""):  # type: ignore[no-untyped-def]
        from protoc.runtime.errors import DecodeError, Incomplete

        decodes[cls.NAME] += 1
        if len(data) < at + 3:
            raise Incomplete(3)
        size = data[at + 1] * 256 + data[at + 2]
        if len(data) < at + size:
            raise Incomplete(max(size, 4))
        decodes["bytes"] += size
        raise DecodeError("crc", cls.NAME, "check", size, 0, 1, size)


HOSTILE: dict[str, tuple[type[Message], bytes]] = {
    "header without trailer": (Line, b"{"),
    "trailer without header": (Line, b"}\r"),
    "near miss": (Level, b"\x02\x91\x02\x02\x91\x02"),
    "endless length": (Endless, b"\x02\x03\x00"),
    "length of the header's own byte": (Endless, b"\x02"),
    "first byte only": (Level, b"\x02"),
    "anything may begin it": (Twins, b"\x01\x02"),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("chunk", [7, 100_000])
def test_cost_grows_with_the_input(name: str, chunk: int) -> None:
    message, piece = HOSTILE[name]
    costs = []
    for size in (12_000, 96_000):
        data = piece * (size // len(piece))
        decodes.clear()
        framer = Framer((message,), largest=1024)
        reports(framer, [data[i : i + chunk] for i in range(0, len(data), chunk)])
        costs.append(decodes.total() + 1000)
    assert costs[1] < costs[0] * 8**1.1


def test_work_inside_rejected_frames_is_bounded() -> None:
    """Each header claims 61 440 bytes; summing them all for each would take 4 000 million."""
    data = b"\x02\xf0\x00" * 70_000
    decodes.clear()
    assert b"".join(one.data for one in reports(Framer((Endless,)), [data])) == data
    assert decodes["bytes"] < 50 * len(data)


def test_a_candidate_is_not_tried_before_its_bytes_are_there() -> None:
    decodes.clear()
    data = Level(channel=1, level=2).encode() * 100 + Line(text="x" * 1000).encode() * 10
    reports(Framer((Level, Line)), [data[i : i + 1] for i in range(len(data))])
    assert decodes["level"] <= 300
    assert decodes["line"] <= 30


def coded(code: int) -> type[Message]:
    starts = (b"{", b"0123456789", b"%c" % (65 + code // 26 % 26), b"%c" % (65 + code % 26))
    space = {"NAME": f"m{code}", "STARTS": (*starts, b"%c" % (65 + code // 676))}
    return type(f"M{code}", (Line,), space, kw_only=True)


def test_a_thousand_candidates_are_told_apart_by_their_constants() -> None:
    kinds = [coded(code) for code in range(1000)]
    candidates = Candidates(kinds)
    for code in (0, 12 * 26 + 11, 999):
        frame = b"{5" + b"".join(kinds[code].STARTS[2:]) + b"}\r"
        assert [c.message for c in candidates.at(frame, 0) if c.fits(frame, 0)] == [kinds[code]]
    assert max(len(candidates.at(b"{5%c%cA}\r" % (a, b), 0)) for a in b"AZ" for b in b"AZ") <= 4


Starts = tuple[bytes, ...]


def telling(starts: list[Starts]) -> list[Starts]:
    """Without what all that begin alike have in common behind bytes that can be anything."""

    def certain(first: Starts) -> Starts:
        return first[: first.index(b"")] if b"" in first else first

    def tells(first: Starts, at: int) -> bool:
        alike = [each for each in starts if certain(each) == certain(first)]
        if not certain(first) and len(alike) < len(starts):
            return True
        return at < len(certain(first)) or any(
            each[at : at + 1] != first[at : at + 1] for each in alike
        )

    return [tuple(s if tells(f, at) else b"" for at, s in enumerate(f)) for f in starts]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(st.binary(max_size=3).map(bytes), max_size=4).map(tuple), min_size=1, max_size=9
    ),
    st.binary(max_size=8),
)
def test_tables_agree_with_the_starts(starts: list[tuple[bytes, ...]], data: bytes) -> None:
    kinds = [
        type(f"K{i}", (Ack,), {"NAME": f"k{i}", "STARTS": each}) for i, each in enumerate(starts)
    ]

    told = {f"k{i}": each for i, each in enumerate(telling(starts))}

    def fits(kind: type[Message], at: int) -> bool:
        return all(not s or b in s for s, b in zip(told[kind.NAME], data[at:], strict=False))

    candidates = Candidates(kinds)
    for at in range(len(data)):
        expected = [kind for kind in kinds if fits(kind, at)]
        found = [c.message for c in candidates.at(data, at) if c.fits(data, at)]
        assert found == expected
        if expected:
            assert candidates.next_start(data, at) == at
