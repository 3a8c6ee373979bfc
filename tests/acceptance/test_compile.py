"""`protoc compile`: the module it writes, where, and what a user can do with it."""

import fcntl
import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.acceptance import wire
from tests.acceptance.conftest import Stage
from tests.acceptance.player import DESCRIPTIONS, HOUSE, description, environment, protoc, run
from tests.acceptance.samples import DEVICES

SOURCES = sorted(DEVICES)


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the modules of all the descriptions, made once for all the test's workers."""
    run_id = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    base = tmp_path_factory.getbasetemp()
    folder = base.parent / f"modules-{run_id}" if run_id else base / "modules"
    folder.mkdir(exist_ok=True)
    with (folder / "made").open("a+") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        mark.seek(0)
        if not mark.read():
            for source in SOURCES:
                outcome = protoc("compile", description(source), "-o", folder / f"{source}.py")
                if outcome.code:
                    (folder / f"{source}.log").write_text(outcome.everything, "utf-8")
            mark.write("all")
    return folder


def tool(name: str) -> list[str]:
    """A checker that is installed beside this Python."""
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    return [sys.executable, "-m", name]


def python(code: str, *paths: Path | str) -> str:
    """What a program prints that has these folders on its path."""
    path = environment()["PYTHONPATH"]
    extra = {"PYTHONPATH": ":".join([*map(str, paths), path])}
    line = [sys.executable, "-W", "error", "-c", code]
    return run(line, extra=extra).ends(0).text


def test_every_description_compiles(modules: Path) -> None:
    assert {path.stem: path.read_text("utf-8") for path in modules.glob("*.log")} == {}
    assert sorted(path.stem for path in modules.glob("*.py")) == SOURCES


# --- where it goes ---


def test_into_a_folder(tmp_path: Path) -> None:
    protoc("compile", description("pump"), "-d", tmp_path).ends(0)
    assert [path.name for path in tmp_path.iterdir()] == ["pump.py"]


def test_without_a_word_about_it(tmp_path: Path) -> None:
    source = shutil.copy(description("pump"), tmp_path)
    protoc("compile", source, cwd=tmp_path).ends(0)
    assert (tmp_path / "pump.py").is_file()


def test_to_standard_output_only(tmp_path: Path, modules: Path) -> None:
    source = shutil.copy(description("pump"), tmp_path)
    outcome = protoc("compile", source, "--stdout", cwd=tmp_path).ends(0)
    assert outcome.out == (modules / "pump.py").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["pump.proto"]


def test_same_bytes_whenever_and_wherever(tmp_path: Path, modules: Path) -> None:
    """No date, no path, no order of a set: another place and another hash seed change nothing."""
    source = tmp_path / "elsewhere" / "renamed.proto"
    source.parent.mkdir()
    for name in ("pump", "thermostat", "panel"):
        shutil.copy(description(name), source)
        again = protoc("compile", source, "--stdout", cwd=tmp_path, extra={"PYTHONHASHSEED": "7"})
        assert again.ends(0).out == (modules / f"{name}.py").read_bytes()


# --- check ---


def test_check_of_a_fresh_module(tmp_path: Path) -> None:
    target = tmp_path / "tank.py"
    protoc("compile", description("tank"), "-o", target).ends(0)
    before = target.read_bytes(), target.stat().st_mtime_ns
    protoc("compile", description("tank"), "-o", target, "--check").ends(0)
    assert (target.read_bytes(), target.stat().st_mtime_ns) == before


def test_check_of_a_stale_module(tmp_path: Path) -> None:
    source, target = tmp_path / "tank.proto", tmp_path / "tank.py"
    text = description("tank").read_text("utf-8")
    source.write_text(text, "utf-8")
    protoc("compile", source, "-o", target).ends(0)
    before = target.read_bytes()
    source.write_text(text.replace("default 40", "default 41"), "utf-8")
    protoc("compile", source, "-o", target, "--check").ends(1).mentions("tank.py")
    assert target.read_bytes() == before
    target.write_bytes(before + b"# by hand\n")
    source.write_text(text, "utf-8")
    protoc("compile", source, "-o", target, "--check").ends(1)


def test_check_without_a_module(tmp_path: Path) -> None:
    target = tmp_path / "tank.py"
    protoc("compile", description("tank"), "-o", target, "--check").ends(1)
    assert not target.exists()


def test_mistakes_write_nothing(tmp_path: Path) -> None:
    source, target = tmp_path / "wrong.proto", tmp_path / "wrong.py"
    source.write_text("protocol wrong\nevent a { 0x01; value : u7 }\n", "utf-8")
    target.write_text("# as it was\n", "utf-8")
    protoc("compile", source, "-o", target).ends(1).mentions("u7")
    assert target.read_text("utf-8") == "# as it was\n"


# --- what was written ---


def test_all_can_be_imported(modules: Path) -> None:
    code = "; ".join(f"import {source}; print({source}.__doc__ is not None)" for source in SOURCES)
    assert python(code, modules).split() == ["True"] * len(SOURCES)


def test_importing_prints_and_starts_nothing(modules: Path) -> None:
    code = (
        "import pump, threading; assert threading.active_count() == 1, threading.enumerate();"
        "import sys; assert 'lark' not in sys.modules and 'jinja2' not in sys.modules"
    )
    assert python(code, modules) == ""


def test_no_linter_finds_anything(modules: Path) -> None:
    ruff = tool("ruff")
    run([*ruff, "check", "--isolated", "--no-cache", str(modules)]).ends(0)
    run([*ruff, "format", "--check", "--isolated", "--no-cache", str(modules)]).ends(0)


def test_mypy_finds_nothing(modules: Path, tmp_path: Path) -> None:
    roots = [str(HOUSE / root) for root in ("dsl", "compiler", "runtime", "grammars")]
    options = ["--strict", "--namespace-packages", "--explicit-package-bases"]
    where = ["--config-file=", "--cache-dir", str(tmp_path / "cache"), "--no-error-summary"]
    files = [str(path) for path in sorted(modules.glob("*.py"))]
    assert files
    extra = {"MYPYPATH": ":".join([*roots, str(modules)])}
    run([*tool("mypy"), *options, *where, *files], extra=extra, cwd=tmp_path, limit=110).ends(0)


def test_pyright_finds_nothing(modules: Path, tmp_path: Path) -> None:
    roots = [str(HOUSE / root) for root in ("dsl", "compiler", "runtime", "grammars")]
    config = tmp_path / "pyrightconfig.json"
    config.write_text(
        f'{{"typeCheckingMode": "strict", "include": ["{modules}"], "pythonVersion": "3.11",'
        f' "extraPaths": {str([*roots, str(modules)]).replace(chr(39), chr(34))}}}',
        "utf-8",
    )
    line = [*tool("pyright"), "--project", str(config), "--pythonpath", sys.executable]
    run(line, cwd=tmp_path, limit=110).ends(0)


def test_it_can_be_read(modules: Path) -> None:
    """Every declared message is a class that cites the lines it comes from."""
    text = (modules / "pump.py").read_text("utf-8")
    for name in ("SetFlow", "GetFlow", "Halt", "Flow", "Refused", "Leak"):
        assert f"class {name}(" in text
    assert "class Pump" in text
    assert str(DESCRIPTIONS) not in text
    assert "Dosing pump" in text


# --- what one can do with it ---


def test_messages_of_the_module(modules: Path) -> None:
    code = """
from pump import Flow, GetFlow, Refusal, Refused
ask = GetFlow(unit=5, channel=2)
print(ask.encode().hex())
print(GetFlow.decode(ask.encode()) == ask)
print(GetFlow.construct.parse(ask.encode()) == ask, GetFlow.construct.build(ask) == ask.encode())
print(Flow(unit=5, channel=2, flow=50).encode().hex())
print(Refused(unit=1, reason=Refusal.BUSY).encode().hex())
try:
    GetFlow(unit=5)
except TypeError:
    print("channel is needed")
"""
    assert python(code, modules).split("\n")[:-1] == [
        wire.pump(5, 0x02, b"\x02").hex(),
        "True",
        "True True",
        wire.pump(5, 0x82, b"\x02\x01\xf4").hex(),
        wire.pump(1, 0xFF, b"\x01").hex(),
        "channel is needed",
    ]


TALK = """
import sys
from shutter import Fault, Shutter
with Shutter.open(sys.argv[1]) as shutter:
    print(shutter.place(unit=5, slat=3).height, flush=True)
    try:
        shutter.move(unit=5, slat=3, height=12.5)
    except Exception as error:
        print(type(error).__name__, flush=True)
    try:
        shutter.place(unit=6, slat=1)
    except Exception as error:
        print(type(error).__name__, flush=True)
"""

TALK_ASYNC = """
import asyncio, sys
from shutter import Shutter
async def main():
    async with Shutter.connect(sys.argv[1]) as shutter:
        print((await shutter.place(unit=5, slat=3)).height, flush=True)
        try:
            await shutter.move(unit=5, slat=3, height=12.5)
        except Exception as error:
            print(type(error).__name__, flush=True)
        try:
            await shutter.place(unit=6, slat=1)
        except Exception as error:
            print(type(error).__name__, flush=True)
asyncio.run(main())
"""


@pytest.mark.parametrize("kind", ["tcp", "pty"])
@pytest.mark.parametrize("code", [TALK, TALK_ASYNC], ids=["blocking", "asyncio"])
def test_driver_of_the_module(modules: Path, stage: Stage, code: str, kind: str) -> None:
    """An answer, a refusal and silence, as the method's value and two kinds of exception."""
    device = stage.device("tcp" if kind == "tcp" else "pty")
    line = [sys.executable, "-W", "error", "-c", code, device.url]
    program = stage.start_line(line, {"PYTHONPATH": f"{modules}:{environment()['PYTHONPATH']}"})
    peer = device.accept()
    peer.expect(wire.shutter(5, 0x21, b"\x03"))
    peer.send(wire.shutter(5, 0xA1, b"\x03\x01\xf4"))
    peer.expect(wire.shutter(5, 0x20, b"\x03\x00\x7d"))
    peer.send(wire.shutter(5, 0xEE, b"\x01"))
    for _ in range(3):
        peer.expect(wire.shutter(6, 0x21, b"\x01"))
    lines = program.ended().ends(0).text.split()
    assert lines[:2] == ["50.0", "Refused"]
    assert "imeout" in lines[2]
