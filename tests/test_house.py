"""The house rules that no single module can see: who imports whom, what ships, how big a file is.

docs/architecture.md says why; a rule that has outlived its reason is changed there and here.
"""

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
SOURCE_ROOTS = ("dsl", "compiler", "runtime", "grammars")
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = [contract["id"] for contract in PROJECT["tool"]["importlinter"]["contracts"]]
LONGEST_SOURCE = 600
LONGEST_TEMPLATE = 50


def files(pattern: str, *tops: str) -> Iterator[Path]:
    """Every file below the given folders that fits the pattern, as a path from the top."""
    for top in tops:
        for path in sorted((HOUSE / top).rglob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(HOUSE)


def line_count(path: Path) -> int:
    return len((HOUSE / path).read_text(encoding="utf-8").splitlines())


# --- who may import whom ---


@pytest.mark.parametrize("contract", CONTRACTS)
def test_import_contract_is_kept(contract: str) -> None:
    """The contracts are in pyproject.toml; a broken one is shown with the offending lines."""
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [linter, "--no-cache", "--no-logo", "--contract", contract],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


# --- one namespace, four roots ---


@pytest.mark.parametrize("root", SOURCE_ROOTS)
def test_protoc_is_a_namespace_package(root: str) -> None:
    """An `__init__.py` in one root would hide the other three."""
    assert not (HOUSE / root / "protoc" / "__init__.py").exists()


@pytest.mark.parametrize("root", SOURCE_ROOTS)
def test_every_package_is_marked_as_typed(root: str) -> None:
    """A namespace package has no marker of its own, so each package in it carries one."""
    packages = [path.parent for path in (HOUSE / root / "protoc").glob("*/__init__.py")]
    assert packages
    assert [package.name for package in packages if not (package / "py.typed").is_file()] == []


# --- what ships ---


def test_wheel_ships_every_source_file(tmp_path: Path) -> None:
    """Grammars, templates and descriptions are read at run time: each must be in the wheel."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path],
        cwd=HOUSE,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("protoc/")}
    written = {
        path.relative_to(root).as_posix() for root in SOURCE_ROOTS for path in files("*", root)
    }
    assert shipped == written


# --- sizes and leftovers ---


def is_generated(path: Path) -> bool:
    """Modules that the compiler writes are as long as their devices."""
    return path.with_suffix(".proto").exists() or "golden" in path.parts


def test_no_source_file_is_too_long_to_read() -> None:
    too_long = {
        str(path): lines
        for path in files("*.py", *SOURCE_ROOTS, "examples", "tests")
        if not is_generated(path) and (lines := line_count(path)) > LONGEST_SOURCE
    }
    assert too_long == {}


def test_shipped_descriptions_are_in_canonical_form() -> None:
    shipped = [str(path) for path in files("*.proto", "grammars", "examples")]
    assert shipped
    subprocess.run([sys.executable, "-m", "protoc", "fmt", "--check", *shipped], check=True)


def test_no_template_is_too_long_to_read() -> None:
    """A long template is one that decides; decisions are made in backend/view."""
    too_long = {
        str(path): lines
        for path in files("*.j2", *SOURCE_ROOTS)
        if (lines := line_count(path)) > LONGEST_TEMPLATE
    }
    assert too_long == {}


def test_nothing_is_left_for_later() -> None:
    """What is not done is an issue, not a mark in the source."""
    mark = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    left = [
        f"{path}:{number}: {line.strip()}"
        for pattern in ("*.py", "*.j2", "*.lark", "*.proto")
        for path in files(pattern, *SOURCE_ROOTS, "examples", "tests")
        for number, line in enumerate((HOUSE / path).read_text(encoding="utf-8").splitlines(), 1)
        if mark.search(line)
    ]
    assert left == []
