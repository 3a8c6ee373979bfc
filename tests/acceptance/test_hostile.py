"""Whatever comes in, on the wire or from disk, there is an answer and never a traceback."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.player import (
    Outcome,
    command,
    description,
    environment,
    garbage,
    listing,
    named,
    protoc,
)
from tests.acceptance.samples import DEVICES

SOURCES = sorted(DEVICES)


# --- bytes ---


def assert_accounted_for(outcome: Outcome, size: int) -> None:
    """Messages stand one behind the other, and no byte is passed over without a word."""
    events = outcome.events
    end = 0
    for event in named(events, "message"):
        assert event["offset"] >= end, f"{event} overlaps the one before"
        end = event["offset"] + event["size"]
    told = bytearray(size)
    for event in events:
        if event["event"] in {"message", "garbage", "rejected", "incomplete"}:
            start, stop = event["offset"], event["offset"] + event["size"]
            assert 0 <= start < stop <= size, event
            told[start:stop] = b"\x01" * (stop - start)
    missing = [index for index in range(size) if not told[index]]
    assert not missing, f"nothing is said of the bytes at {missing[:20]}\n{listing(events[:20])}"
    assert outcome.code == int(len(named(events, "message")) != len(scanned(outcome)))


def scanned(outcome: Outcome) -> list[str]:
    kinds = ("message", "garbage", "rejected", "incomplete")
    return [event["event"] for event in outcome.events if event["event"] in kinds]


def mutated(source: str, number: random.Random) -> bytes:
    """Frames of the device with bytes changed, dropped, doubled and thrown in."""
    known = DEVICES[source].received
    stream = bytearray()
    for _ in range(40):
        stream += number.choice(known).frame
    for _ in range(60):
        at = number.randrange(len(stream))
        action = number.randrange(4)
        if action == 0:
            stream[at] = number.randrange(256)
        elif action == 1:
            del stream[at : at + number.randrange(4)]
        elif action == 2:
            stream[at:at] = stream[at : at + number.randrange(9)]
        else:
            stream[at:at] = number.randbytes(number.randrange(3))
    return bytes(stream)


@pytest.mark.parametrize("source", SOURCES)
def test_bytes_by_chance_and_damaged_frames(source: str) -> None:
    number = random.Random(source)
    data = number.randbytes(1200) + mutated(source, number) + number.randbytes(300)
    outcome = protoc("decode", description(source), stdin=data).ends(0, 1)
    assert_accounted_for(outcome, len(data))


@pytest.mark.parametrize("source", ["figures", "panel", "pump", "switchbox"])
def test_commands_by_chance(source: str) -> None:
    data = random.Random(f"sent {source}").randbytes(1500)
    protoc("decode", description(source), "--sent", stdin=data).ends(0, 1)


ENDLESS = {
    "starts": ("pump", b"\xa5\x5a" * 16384),
    "one start": ("pump", b"\xa5" * 32768),
    "frames that never end": ("scale", b"\x02" + b"01w" + b"0" * 32768),
    "starts of text": ("booster", b"{" * 32768),
    "a line that never ends": ("switchbox", b"ID " + b"x" * 32768),
    "half lines": ("switchbox", b"LAB 01 " * 4096),
    "names that never end": ("badge", b"\x14" * 32768),
    "sizes of everything": ("badge", b"\x12\xff" * 16384),
}


@pytest.mark.parametrize("source, data", ENDLESS.values(), ids=list(ENDLESS))
def test_stream_without_an_end(source: str, data: bytes) -> None:
    """It is worked off in bounded time."""
    protoc("decode", description(source), stdin=data, limit=40).ends(1)


def test_noise_by_the_megabyte() -> None:
    data = bytes(1_000_000)
    outcome = protoc("decode", description("pump"), stdin=data, limit=40).ends(1)
    assert sum(len(text) // 2 for _, text in garbage(outcome.events)) == len(data)


# --- descriptions ---

GOOD = description("shutter").read_text("utf-8")
START = "protocol p\n"
BAD_SOURCES: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \t\r\n\n",
    "only a comment": b"# nothing else\n",
    "bytes by chance": random.Random(1).randbytes(4000),
    "zeros": bytes(4000),
    "a zero inside": GOOD.replace("slat", "sl\0at", 1).encode(),
    "no text": b"protocol p\nevent a { \xff\xfe\xfd }\n",
    "a program": Path(sys.executable).read_bytes()[:20000],
    "an endless line": b"protocol p " + b"x" * 1_000_000,
    "an endless string": b'protocol p "' + b"x" * 1_000_000,
    "an endless word": b"protocol p\n" + b"x" * 1_000_000 + b"\n",
    "open braces": (START + "event a { " * 5000).encode(),
    "deep blocks": (START + "event a " + "{ optional " * 3000 + "}" * 3000).encode(),
    "an endless number": (START + "event a { x : u8 = " + "9" * 10000 + " }").encode(),
    "a power": (START + "event a { 0x01; x : u8 = 9 ** 9 ** 9 }").encode(),
    "a shift": (START + "event a { 0x01; x : u8 = 1 << 99999999999 }").encode(),
    "a division": (START + "event a { 0x01; x : u8 = 1 / 0; y : u8 = 1 % 0 }").encode(),
    "a huge bit": (START + "event a { 0x01; x : u8 { y @99999999999 } }").encode(),
    "a huge width": (START + "event a { 0x01; x : u99999999999 }").encode(),
    "a frame in itself": (START + "message a in a { x : u8; d : body }").encode(),
    "frames in a ring": (
        START + "message a in b { x : u8; d : body }\nmessage b in a { y : u8; e : body }\n"
    ).encode(),
    "a part in itself": (START + "event a { 0x01; again : a }").encode(),
    "a length of itself": (START + "event a { 0x01; n : u8 = m; m : u8 = n }").encode(),
    "lonely signs": b"| -> else or then where",
    "a backslash": b'protocol p\nevent a "\\',
    "bad hexadecimal": b'protocol p\nevent a { x"0" x"GG"; y : u8 }\n',
    "a bad link": b"protocol p\nlink serial 99999999999999999999 9X9 { timeout -5ms }\n",
    "only words": b"lorem ipsum dolor sit amet\n" * 2000,
}


@pytest.mark.parametrize("data", BAD_SOURCES.values(), ids=list(BAD_SOURCES))
def test_bad_description(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.proto"
    path.write_bytes(data)
    protoc("check", path, limit=40).ends(1).mentions("bad.proto")


# Whether these are mistakes may be argued about.
ODD_SOURCES: dict[str, bytes] = {
    "utf-16": GOOD.encode("utf-16"),
    "deep brackets": (
        START + "event a { x : u8 = " + "(" * 5000 + "1" + ")" * 5000 + " }"
    ).encode(),
    "deep signs": (START + "event a { x : u8 = " + "-" * 20000 + "1 }").encode(),
    "an endless sum": (START + "event a { x : u8 = 1" + " + 1" * 50000 + " }").encode(),
    "a huge size": (START + "event a { 0x01; x : text[99999999999999] }").encode(),
    "a bad escape": b'protocol p\nlink tcp client { end LF }\nevent a "\\xZZ\\u12"\n',
}


@pytest.mark.parametrize("data", ODD_SOURCES.values(), ids=list(ODD_SOURCES))
def test_odd_description(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "odd.proto"
    path.write_bytes(data)
    protoc("check", path, limit=40).ends(0, 1)


@pytest.mark.parametrize("name", ["bytes by chance", "a zero inside", "open braces", "no text"])
def test_bad_description_elsewhere(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.proto"
    path.write_bytes(BAD_SOURCES[name])
    for arguments in (
        ["compile", str(path), "--stdout"],
        ["fmt", str(path)],
        ["decode", str(path), "--hex", "00"],
        ["encode", str(path), "a"],
    ):
        protoc(*arguments).ends(1)
    assert path.read_bytes() == BAD_SOURCES[name]
    assert [each.name for each in tmp_path.iterdir()] == ["bad.proto"]


GOOD_SOURCES = {
    "lines end in CR LF": GOOD.replace("\n", "\r\n").encode(),
    "byte order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "no newline at the end": GOOD.rstrip("\n").encode(),
    "tabs": GOOD.replace("    ", "\t").encode(),
    "blank lines everywhere": GOOD.replace("\n", "\n\n\n").encode(),
    "another language in comments": (GOOD + "# жалюзи ⚙ 卷帘\n").encode(),
}


@pytest.mark.parametrize("data", GOOD_SOURCES.values(), ids=list(GOOD_SOURCES))
def test_unusual_but_good(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "shutter.proto"
    path.write_bytes(data)
    outcome = protoc("encode", path, "look", "unit=5", "slat=3").ends(0)
    assert outcome.text.strip() == "01052101032a"


def test_unusual_but_good_is_formatted_and_still_good(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.proto" for name in GOOD_SOURCES]
    for path, data in zip(paths, GOOD_SOURCES.values(), strict=True):
        path.write_bytes(data)
    protoc("fmt", *paths).ends(0)
    protoc("fmt", "--check", *paths).ends(0)
    protoc("check", *paths).ends(0)


def test_name_of_the_file_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "ein Gerät mit Namen 'x' {y}.txt"
    path.write_text(GOOD, "utf-8")
    protoc("encode", path, "look", "unit=5", "slat=3").ends(0)


# --- values ---


@pytest.mark.parametrize(
    "value",
    ["", " ", "=", "{", "[1,", "nan", "inf", "1e400", "9" * 5000, "0x", "--1", "\udcff", "\n"],
    ids=lambda value: repr(value)[:12],
)
def test_strange_values(value: str) -> None:
    outcome = protoc("encode", description("pump"), "get_flow", "unit=1", f"channel={value}")
    outcome.ends(1, 2).mentions("channel")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "1e39"])
def test_strange_numbers(value: str) -> None:
    """What a float cannot be is refused by name; what it can be is sent."""
    given = [f"{name}=0" for name in "abcdefghy"]
    outcome = protoc("encode", description("figures"), "store", *given, f"x={value}").ends(0, 1)
    if outcome.code == 1:
        outcome.mentions("x")


# --- files and streams ---


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    for arguments in (
        ["check"],
        ["compile"],
        ["fmt"],
        ["decode", str(description("pump")), "--file"],
        ["compile", str(description("pump")), "-o"],
    ):
        protoc(*arguments, tmp_path).ends(1, 2)
    assert list(tmp_path.iterdir()) == []


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    """The second opens but fails when it is read, whoever reads it."""
    locked = tmp_path / "locked.proto"
    locked.write_text(GOOD, "utf-8")
    locked.chmod(0)
    protoc("check", locked).ends(*((0,) if os.access(locked, os.R_OK) else (1, 2)))
    protoc("check", "/proc/self/mem").ends(1, 2)
    protoc("decode", description("pump"), "--file", "/proc/self/mem").ends(1, 2)


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("mine", "utf-8")
    for where in (
        ["-o", str(tmp_path / "nowhere" / "deep" / "x.py")],
        ["-o", "/proc/x.py"],
        ["-o", str(occupied / "x.py")],
        ["-d", str(occupied)],
    ):
        outcome = protoc("compile", description("pump"), *where).ends(0, 1, 2)
        assert outcome.code or (tmp_path / "nowhere" / "deep" / "x.py").is_file()
    assert occupied.read_text("utf-8") == "mine"


def test_reader_that_goes_away(tmp_path: Path) -> None:
    """As in `protoc decode … | head -1`."""
    capture = tmp_path / "capture"
    capture.write_bytes(DEVICES["tank"].received[0].frame * 20000)
    with subprocess.Popen(
        command(["decode", description("tank"), "--file", capture]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read().decode()
        process.wait(40)
    assert "Traceback" not in said
    assert process.returncode != 70


def test_output_that_knows_only_ascii() -> None:
    known = DEVICES["badge"].received[1]
    outcome = protoc(
        "decode",
        description("badge"),
        "--hex",
        known.frame.hex(),
        extra={"PYTHONIOENCODING": "ascii"},
    ).ends(0)
    assert outcome.events[0]["fields"]["name"] == "Zoë"
