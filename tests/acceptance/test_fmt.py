"""`protoc fmt`: one canonical form, in which nothing is lost."""

import re
import shutil
from pathlib import Path

import pytest

from tests.acceptance import wire
from tests.acceptance.player import description, protoc
from tests.acceptance.samples import DEVICES

UNTIDY = """\
# before everything
protocol   untidy    "Badly   spaced"    # behind the protocol

## Says what it is.
enum fault{none=0,hot=1,"lamp broken"=2}   # behind an enum


event   report{0x3C;   level:u16   scale 0.1
      # between two fields
   fault : u8 as fault ; check:u8=sum( .. )}      # behind an event

link tcp client{timeout 300ms;retries 2}
## Asks.
command ask {0x3D ; which:u8 default 1;check : u8 = sum(..) }
pair ask   =   ask
   -> report   # the answer
example "one" {
rx x"3C 00 0A 01 47"==report(level=1, fault="hot")   # behind an example
}
# after everything
"""
COMMENTS = re.findall(r"##? (.+)$", UNTIDY, re.MULTILINE)


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    path = tmp_path / "untidy.proto"
    path.write_text(UNTIDY, "utf-8")
    return path


def test_to_standard_output_leaves_the_file(untidy: Path) -> None:
    outcome = protoc("fmt", untidy, "--stdout").ends(0)
    assert untidy.read_text("utf-8") == UNTIDY
    assert outcome.text != UNTIDY
    assert 'protocol untidy "Badly   spaced"' in outcome.text


def test_in_place_is_the_same_as_to_standard_output(untidy: Path) -> None:
    shown = protoc("fmt", untidy, "--stdout").ends(0).text
    protoc("fmt", untidy).ends(0)
    assert untidy.read_text("utf-8") == shown


def test_twice_is_once(untidy: Path) -> None:
    protoc("fmt", untidy).ends(0)
    once = untidy.read_bytes()
    protoc("fmt", untidy, "--check").ends(0)
    protoc("fmt", untidy).ends(0)
    assert untidy.read_bytes() == once


def test_check_writes_nothing(untidy: Path) -> None:
    protoc("fmt", untidy, "--check").ends(1).mentions("untidy.proto")
    assert untidy.read_text("utf-8") == UNTIDY


def test_every_comment_survives_once_and_in_order(untidy: Path) -> None:
    text = protoc("fmt", untidy, "--stdout").ends(0).text
    at = [text.find(comment) for comment in COMMENTS]
    assert all(text.count(comment) == 1 for comment in COMMENTS), text
    assert at == sorted(at), text


def test_documentation_stays_documentation(untidy: Path) -> None:
    text = protoc("fmt", untidy, "--stdout").ends(0).text
    assert re.search(r"^## Says what it is\.\n\s*enum fault", text, re.MULTILINE), text
    assert re.search(r"^## Asks\.\n\s*command\s+ask", text, re.MULTILINE), text


def test_meaning_survives(untidy: Path) -> None:
    frame = wire.summed(b"\x3c\x00\x0a\x01").hex()
    before = protoc("decode", untidy, "--hex", frame).ends(0).out
    protoc("fmt", untidy).ends(0)
    assert protoc("decode", untidy, "--hex", frame).ends(0).out == before


@pytest.fixture(scope="module")
def formatted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all the descriptions, formatted in one run."""
    folder = tmp_path_factory.mktemp("formatted")
    copies = [shutil.copy(description(source), folder) for source in sorted(DEVICES)]
    protoc("fmt", *copies).ends(0)
    return folder


def test_described_devices_are_stable(formatted: Path) -> None:
    protoc("fmt", *sorted(formatted.iterdir()), "--check").ends(0)


@pytest.mark.parametrize("source", sorted(DEVICES))
def test_described_device_keeps_comments_and_meaning(source: str, formatted: Path) -> None:
    path = formatted / f"{source}.proto"
    text = path.read_text("utf-8")
    comments = re.findall(r"(?<!\S)##? (.+)$", description(source).read_text("utf-8"), re.MULTILINE)
    assert all(comment in text for comment in comments), text
    known = DEVICES[source].received[0]
    events = protoc("decode", path, "--hex", known.frame.hex()).ends(0).events
    assert [event["name"] for event in events] == [known.message]


def test_several_at_once(untidy: Path, tmp_path: Path) -> None:
    tidy = tmp_path / "tidy.proto"
    tidy.write_text(protoc("fmt", untidy, "--stdout").ends(0).text, "utf-8")
    protoc("fmt", tidy, untidy, "--check").ends(1).mentions("untidy.proto")
    protoc("fmt", tidy, untidy).ends(0)
    assert tidy.read_bytes() == untidy.read_bytes()


def test_what_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "broken.proto"
    path.write_text("protocol p\nevent a {{ 0x01\n", "utf-8")
    before = path.read_bytes()
    protoc("fmt", path).ends(1).mentions("broken.proto")
    assert path.read_bytes() == before
