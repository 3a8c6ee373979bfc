"""The README as a new user follows it: every file written, every command run, in order."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PORT = "tcp://127.0.0.1:8899"

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"in `(\w+\.\w+)`")


class Block(NamedTuple):
    """A fenced block; `file` is the last file named between it and the one before."""

    language: str
    text: str
    file: str | None


def blocks() -> Iterator[Block]:
    end = 0
    for found in BLOCK.finditer(README):
        files = FILE.findall(README[end : found.start()])
        yield Block(found[1], found[2], files[-1] if files else None)
        end = found.end()


def commands(text: str) -> Iterator[tuple[str, str]]:
    """What stands behind each `$`, and what must be printed."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


class Shell:
    """A terminal in a folder of its own, with the installed program on its path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        scripts = str(Path(sys.executable).parent)
        self.environment = os.environ | {
            "PATH": scripts + os.pathsep + os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
        }
        self.url = PORT
        self.running: list[subprocess.Popen[str]] = []

    def run(self, command: str) -> str:
        """What it printed; on another port than the text says."""
        result = subprocess.run(
            ["sh", "-c", command.replace(PORT, self.url)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        return result.stdout

    def listen(self, command: str) -> None:
        """Leave it running, on a port that is free."""
        process = subprocess.Popen(
            ["sh", "-c", "exec " + command.replace(PORT, "tcp://127.0.0.1:0")],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self.running.append(process)
        assert process.stdout is not None
        self.url = json.loads(process.stdout.readline())["url"]

    def close(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=10)
            assert process.returncode == 0


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    try:
        yield shell
    finally:
        shell.close()


def test_the_tour(shell: Shell) -> None:
    asked = 0
    for block in blocks():
        if block.language in ("proto", "python"):
            assert block.file is not None
            (shell.folder / block.file).write_text(block.text.replace(PORT, shell.url), "utf-8")
        if block.language == "console":
            for command, expected in commands(block.text):
                asked += 1
                if " simulate " in command:
                    shell.listen(command)
                else:
                    printed = shell.run(command).replace(shell.url[6:], PORT[6:])
                    assert printed == expected, command
    assert asked > 8


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_make_knows_its_commands() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
