"""The description of the server and the module that is checked in beside it."""

from pathlib import Path

import pytest

from examples.serial_server import serial_server as module
from examples.serial_server.refusals import LARGEST_VALUE
from protoc.cli import main as protoc
from protoc.compiler import library
from protoc.compiler.loading import load_module
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from protoc.runtime import DecodeError, EncodeError

FOLDER = Path(module.__file__).parent
DESCRIPTION = str(FOLDER / "serial_server.proto")


def test_the_description_is_without_blame(capsys: pytest.CaptureFixture[str]) -> None:
    assert protoc(["check", DESCRIPTION]) == 0
    assert capsys.readouterr() == ("", "")


def test_the_messages_are_those_of_the_library_and_one_more() -> None:
    entry = compile_source(Source("serialport_java.proto", library.text("serialport_java")))
    known = [message.NAME for message in load_module(entry).PROTOCOL.messages]
    assert [message.NAME for message in module.PROTOCOL.messages] == [*known, "other"]


def test_a_value_has_at_most_1500_bytes_in_either_direction() -> None:
    longest = bytes(LARGEST_VALUE)
    assert module.Put.decode(b"P,1500," + longest) == module.Put(data=longest)
    assert module.Got(data=longest).encode() == b"G,1500," + longest
    with pytest.raises(EncodeError, match="at most 1500 bytes"):
        module.Put(data=longest + b"x").encode()
    with pytest.raises(DecodeError) as caught:
        module.Got.decode(b"G,1501," + longest + b"x")
    assert caught.value.reason == "too long"
