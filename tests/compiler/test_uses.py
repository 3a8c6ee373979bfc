"""`use`: declarations of other files, taken in where the statement stands."""

from pathlib import Path

import pytest

from protoc.compiler.loading import load
from protoc.compiler.pipeline import Compilation, analyse, compile_source
from protoc.dsl.renderers import render
from protoc.dsl.source import Source

COMMON = """\
endian little
enum fault { none = 0, hot = 1 }
param limit : u16 default 300
message frame { 0x7E; kind : u8; size : u8 = len(data); data : body max 8 }
response refused in frame(kind=9) { fault : u8 as fault }
"""
DEVICE = """\
protocol lamp "Lamp"
use common
command  set_level in frame(kind=1) { level : u16; limit }
response level     in frame(kind=2) { level : u16 }
pair level = set_level -> level else refused
"""


def write(folder: Path, **files: str) -> Source:
    """Files of a folder; the description `device` among them is returned."""
    for name, text in files.items():
        (folder / f"{name}.proto").write_text(text, "utf-8")
    return Source.read(folder / "device.proto")


def compiled(folder: Path, **files: str) -> Compilation:
    return compile_source(write(folder, **files))


def codes(compilation: Compilation) -> list[str]:
    return [each.code for each in compilation.diagnostics]


def test_declarations_are_used_as_if_they_stood_here(tmp_path: Path) -> None:
    write(tmp_path, device=DEVICE, common=COMMON)
    lamp = load(tmp_path / "device.proto")
    messages = {each.NAME: each for each in lamp.PROTOCOL.messages}
    assert list(messages) == ["refused", "set_level", "level"]
    assert messages["refused"].decode(bytes.fromhex("7e090101")).fault.name == "HOT"


def test_settings_hold_for_the_file_they_stand_in(tmp_path: Path) -> None:
    """`level` is written in a file without `endian`, the param's type in one that says little."""
    write(tmp_path, device=DEVICE, common=COMMON)
    messages = load(tmp_path / "device.proto").PROTOCOL.messages
    (set_level,) = (each for each in messages if each.NAME == "set_level")
    assert set_level(level=1).encode().hex() == "7e01040001" + "2c01"


def test_protocol_links_and_examples_stay_behind(tmp_path: Path) -> None:
    other = (
        'protocol other "Other"\nlink serial 300 8N1\nframing { timeout 9s }\n'
        'command ping { 0x55 }\nexample { tx x"55" == ping() }\n'
    )
    protocol, _ = analyse(write(tmp_path, device="protocol device\nuse other", other=other))
    assert protocol is not None
    assert (protocol.name, protocol.links, protocol.examples) == ("device", (), ())
    assert [message.name for message in protocol.messages] == ["ping"]


def test_a_file_named_twice_is_taken_once(tmp_path: Path) -> None:
    compilation = compiled(
        tmp_path,
        device="protocol device\nuse left\nuse right\nuse right",
        left='use "common.proto"\nmessage l { 0x01 }',
        right="use common\nmessage r { 0x02 }",
        common="message shared { 0x03 }",
    )
    assert codes(compilation) == []
    assert compilation.protocol is not None
    assert [m.name for m in compilation.protocol.messages] == ["shared", "l", "r"]


def test_paths_count_from_the_file_they_stand_in(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    write(tmp_path / "parts", device="", common="message c { 0x01 }", more="use common")
    assert codes(compiled(tmp_path, device='protocol device\nuse "parts/more.proto"')) == []


def test_the_library_is_there_wherever_the_description_is(tmp_path: Path) -> None:
    compilation = compiled(tmp_path, device='protocol device\nuse "library:pelco_d"')
    assert codes(compilation) == []
    assert "Description: line " in compilation.module
    assert " of library:pelco_d." in compilation.module


def test_a_mistake_is_shown_where_it_is(tmp_path: Path) -> None:
    compilation = compiled(
        tmp_path, device="protocol device\nuse common", common="message m { a : u17 }"
    )
    (mistake,) = compilation.diagnostics
    assert mistake.code == "E0401"
    assert render([mistake], "concise").startswith(f"{tmp_path / 'common.proto'}:1:17: ")


def test_warnings_about_it_are_for_who_checks_it(tmp_path: Path) -> None:
    common = "param idle : u8\nmessage m { 0x01 }"
    assert codes(compiled(tmp_path, device="protocol device\nuse common", common=common)) == []
    assert codes(compiled(tmp_path, device=f"protocol device\n{common}")) == ["W0603"]


def test_a_name_declared_in_both_is_shown_in_both(tmp_path: Path) -> None:
    compilation = compiled(
        tmp_path,
        device="protocol device\nuse common\nmessage m { 0x01 }",
        common="message m { 0x02 }",
    )
    (mistake,) = compilation.diagnostics
    assert mistake.code == "E0201"
    shown = render([mistake])
    assert f"--> {tmp_path / 'device.proto'}:3:9" in shown
    assert f"::: {tmp_path / 'common.proto'}:1:9" in shown


def test_a_circle_is_shown_all_the_way(tmp_path: Path) -> None:
    compilation = compiled(
        tmp_path, device="protocol device\nuse one", one="use two", two='use "./device.proto"'
    )
    (mistake,) = compilation.diagnostics
    assert mistake.code == "E0210"
    assert Path(mistake.span.source.name).name == "two.proto"
    ways = [Path(label.span.source.name).name for label in mistake.labels]
    assert ways == ["device.proto", "one.proto"]


@pytest.mark.parametrize(
    "content, said",
    [(b"\xff\xfe", "is not a text in UTF-8"), (None, "cannot be read: No such file")],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "common.proto").write_bytes(content)
    (mistake,) = compiled(tmp_path, device="protocol device\nuse common").diagnostics
    assert (mistake.code, mistake.span.text) == ("E0209", "common")
    assert said in mistake.message


def test_a_long_chain_is_followed(tmp_path: Path) -> None:
    for i in range(400):
        (tmp_path / f"f{i}.proto").write_text(f"use f{i + 1}\n", "utf-8")
    (tmp_path / "f400.proto").write_text("message m { 0x01 }", "utf-8")
    assert codes(compiled(tmp_path, device="protocol device\nuse f0")) == []


def test_the_hash_is_that_of_all_files(tmp_path: Path) -> None:
    first = compiled(tmp_path, device="protocol device\nuse common", common="message m { 0x01 }")
    second = compiled(tmp_path, device="protocol device\nuse common", common="message m { 0x01 }\n")
    assert first.protocol is not None
    assert second.protocol is not None
    assert first.protocol.digest != second.protocol.digest
