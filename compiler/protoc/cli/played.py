"""What becomes of the examples of a description, for the tests that are written of them."""

from __future__ import annotations

from contextlib import suppress

from msgspec import structs

from protoc.cli.sources import loaded
from protoc.compiler import model
from protoc.compiler.backend.played import PlayedExample, PlayedLine
from protoc.compiler.pipeline import Compilation
from protoc.runtime.errors import DecodeError, Incomplete
from protoc.runtime.messages import Message
from protoc.runtime.playing import Good, Received, Sent
from protoc.runtime.protocol import Protocol
from protoc.runtime.values import plain_fields


def played(compilation: Compilation) -> list[PlayedExample]:
    """The examples of a description that compiles, each line as its module takes it."""
    assert compilation.protocol is not None
    protocol = loaded(compilation).PROTOCOL
    found = []
    for example in compilation.protocol.examples:
        link = example.link if protocol.links and example.link != protocol.links[0].name else ""
        asked = PlayedLine("tx", b"")
        lines: list[PlayedLine] = []
        for line in example.exchanges:
            if line.word == "idle":
                over = compilation.protocol.is_over(line, example.link)
                asked = PlayedLine("tx", b"") if over else asked
                continue
            lines.append(_played(protocol, line, link, asked))
            asked = lines[-1] if line.word == "tx" else asked
        found.append(PlayedExample(example.title, tuple(lines)))
    return [example for example in found if example.lines]


def _played(protocol: Protocol, line: model.Exchange, link: str, asked: PlayedLine) -> PlayedLine:
    if line.word == "bad":
        return PlayedLine("bad", line.data, link=link, reason=line.reason, way=line.way)
    frame: Good
    if line.word == "tx":
        frame = Sent(line.data, line.message or "", {}, link)
    else:
        frame = Received(
            line.data, line.message or "", {}, link, after=asked.message, request=asked.data
        )
    message = _taken(frame, protocol)
    said = plain_fields(message)
    fields = {name: said[name] for name, _ in line.fields if name in said}
    frame = structs.replace(frame, message=message.NAME)
    after, request = "", b""
    if isinstance(frame, Received):
        after = asked.message if _answered(protocol, asked.message) else ""
        depends = after and (type(message).TOLD or type(message).ECHOES)
        request = asked.data if depends else b""
        frame = structs.replace(frame, after=after, request=request)
    return PlayedLine(
        "tx" if line.word == "tx" else "rx",
        line.data,
        message.NAME,
        fields,
        link,
        after,
        request,
        frame.flipped(protocol),
    )


def _taken(frame: Good, protocol: Protocol) -> Message:
    """What the frame is: the message named, or the first that takes it."""
    for candidate in frame.candidates(protocol):
        if frame.message in ("", candidate.NAME):
            with suppress(DecodeError, Incomplete):
                return candidate.decode(frame.data, frame.link, frame.asked(protocol))
    raise AssertionError(f"an example holds and does not: {frame}")


def _answered(protocol: Protocol, command: str) -> bool:
    """Whether a pair says what answers a command."""
    return any(command == pair.command.NAME and pair.steps for pair in protocol.pairs)
