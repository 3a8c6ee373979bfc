"""The lines of `example` blocks, run through the generated module in both directions.

A `tx` or `rx` line must be taken for its message before any other, decode to the fields given and,
when they say all there is to say, be what the message encodes to. A `bad` line must be rejected.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.naming import attribute
from protoc.compiler.example_values import difference, shown, value_of
from protoc.dsl.diagnostics import Diagnostics

_TOWARDS = ("command", "message")
_FROM = ("response", "event", "message")


def check_examples(protocol: model.Protocol, module: ModuleType, diagnostics: Diagnostics) -> None:
    """Run every example of a protocol; what does not hold becomes a diagnostic at its line."""
    checker = _Checker(protocol, module.PROTOCOL, diagnostics)
    for example in protocol.examples:
        asked: Any = None
        for exchange in example.exchanges:
            if exchange.word == "bad":
                checker.bad(exchange, example.link)
            elif exchange.word == "idle":
                asked = None if protocol.is_over(exchange, example.link) else asked
            else:
                taken = checker.good(exchange, example.link, asked)
                asked = taken if exchange.word == "tx" else asked


class _Try(Struct, frozen=True):
    """What one message made of the bytes: itself, or the error."""

    name: str
    message: Any = None
    end: int = 0
    error: Any = None

    @property
    def cut_off(self) -> bool:
        """More bytes would be needed to tell."""
        return self.error is not None and not hasattr(self.error, "reason")

    @property
    def depth(self) -> int:
        """How many bytes were explained before it failed."""
        return int(getattr(self.error, "offset", 0))


class _TooLong(Struct, frozen=True):
    """The error of a message that is longer than the link allows."""

    expected: str
    got: int
    offset: int
    reason: str = "too long"
    field: str = ""


class _Checker:
    def __init__(self, protocol: model.Protocol, table: Any, diagnostics: Diagnostics) -> None:
        self._protocol = protocol
        self._largest = {link.name: link.largest for link in protocol.links}
        self._classes: dict[str, Any] = {cls.NAME: cls for cls in table.messages}
        self._diagnostics = diagnostics

    # --- lines that must decode --------------------------------------------------------------

    def good(self, line: model.Exchange, link: str, asked: Any) -> Any:
        """A `tx` or `rx` line; returns the message it is, None when it is none.

        Args:
            line: the line.
            link: the link it is about.
            asked: the command before it, whose answers are tried first.
        """
        tries = [
            self._try(name, line.data, link, asked) for name in self._order(line.word, asked, link)
        ]
        whole = next((each for each in tries if each.error is None), None)
        own = next((each for each in tries if each.name == line.message), None)
        if own is None and line.message is not None:
            own = self._try(line.message, line.data, link, asked)
            self._wrong_way(line)
        elif whole is None or (own is not None and own.error is not None):
            self._undecoded(line, own or _deepest(tries), whole)
        elif own is not None and whole.name != own.name:
            self._taken_for_another(line, whole)
        elif whole.end < len(line.data):
            self._something_behind(line, whole)
        elif own is not None:
            self._fields(line, own.message, link, asked)
        return own.message if own is not None else whole.message if whole is not None else None

    def _order(self, word: str, asked: Any, link: str) -> list[str]:
        """Who is asked first, as in a conversation: the answers of the pair, then all others.

        What is on other links only is not asked.
        """
        kinds = _TOWARDS if word == "tx" else _FROM
        answers = [
            name
            for pair in self._protocol.pairs
            if word == "rx" and asked is not None and pair.command == asked.NAME
            for name in (*(a.message for step in pair.steps for a in step), *pair.refusals)
        ]
        if answers:
            kinds = ("event", "message", "response")
        others = [n for kind in kinds for n, cls in self._classes.items() if kind == cls.KIND]
        found = dict.fromkeys([*answers, *others])
        return [n for n in found if not link or link in (self._classes[n].LINKS or (link,))]

    def _try(self, name: str, data: bytes, link: str, asked: Any = None) -> _Try:
        try:
            message, end = self._classes[name].answering(asked)(data, 0, link)
        except Exception as error:
            if not (hasattr(error, "reason") or hasattr(error, "needed")):
                raise
            return _Try(name, error=error)
        largest = self._largest.get(link)
        if largest is not None and end > largest:
            return _Try(name, error=_TooLong(f"at most {largest} bytes", end, largest))
        return _Try(name, message, end)

    def _wrong_way(self, line: model.Exchange) -> None:
        assert line.message is not None
        kind = self._classes[line.message].KIND
        way, other = ("to", "rx") if line.word == "tx" else ("from", "tx")
        self._error(
            "E0701",
            f"`{line.message}` is a {kind}, which is not sent {way} the device",
            line,
            f"`{line.word}` is what is sent {way} the device",
            f"begin the line with `{other}`",
        )

    def _undecoded(self, line: model.Exchange, tried: _Try | None, whole: _Try | None) -> None:
        name = line.message or (tried.name if tried else "")
        message = f"this is not `{name}`" if line.message else "no message takes these bytes"
        if tried is None:
            self._error("E0701", message, line, "", "declare the message these bytes are")
            return
        label = _why(tried.error)
        if tried.name != name or not line.message:
            label = f"as `{tried.name}`: {label}"
        help = _cut_short(tried.error) or "change the bytes or the description, whichever is wrong"
        if whole is not None:
            help = f"these bytes are `{whole.name}`; {help}"
        self._error("E0701", message, line, label, help)

    def _taken_for_another(self, line: model.Exchange, taken: _Try) -> None:
        help = "tell the two apart by a constant, or declare the more general one last"
        wanted = self._classes[line.message or ""]
        if (wanted.KIND, taken.message.KIND) == ("message", "event"):
            help = "events are tried before messages: declare both as `event`, or as `message`"
        if wanted.KIND == "response" != taken.message.KIND:
            help = (
                f"`{line.message}` answers nothing here and is tried after what comes unasked: "
                "name it in the pair, or declare it as an `event`"
            )
        self._error(
            "E0701",
            f"these bytes are taken for `{taken.name}`, not `{line.message}`",
            line,
            f"`{taken.name}` is tried first, and its {taken.end} bytes hold",
            help,
        )

    def _something_behind(self, line: model.Exchange, whole: _Try) -> None:
        rest = line.data[whole.end :]
        self._error(
            "E0701",
            f"`{whole.name}` ends before these bytes do",
            line,
            f"it has {whole.end} bytes; behind it stands {shown(rest)}",
            "take away what does not belong to it, or begin another line with it",
        )

    # --- fields and the way back -------------------------------------------------------------

    def _fields(self, line: model.Exchange, decoded: Any, link: str, asked: Any) -> None:
        """The fields must be those given, and encode to the bytes."""
        for name, expression in line.fields:
            given, got = value_of(expression), getattr(decoded, attribute(name))
            part = difference(name, given, got)
            if part is not None:
                path, wanted, found = part
                self._error(
                    "E0703",
                    f"`{path}` is {shown(found)}, not {shown(wanted)}",
                    line,
                    f"these bytes say `{path}={shown(found)}`",
                    "change the value, or the bytes",
                )
                return
        self._encoding(line, decoded, link, asked)

    def _encoding(self, line: model.Exchange, decoded: Any, link: str, asked: Any) -> None:
        given = {attribute(name) for name, _ in line.fields}
        needed = set(type(decoded).BLANK)
        complete = line.word == "tx" and needed <= given
        made = decoded
        if complete:  # what is not given has its default
            made = type(decoded)(**{name: getattr(decoded, name) for name in given})
        try:
            data = made.encode(link)
        except ValueError as error:
            self._error(
                "E0704",
                f"`{line.message}` cannot be encoded from these fields",
                line,
                str(error),
                "give values that fit",
            )
            return
        if data == line.data or (not complete and self._same(decoded, data, link, asked)):
            return
        at = next(
            (i for i, (a, b) in enumerate(zip(data, line.data, strict=False)) if a != b),
            min(len(data), len(line.data)),
        )
        there = f"{line.data[at]:02x}" if at < len(line.data) else "nothing"
        self._error(
            "E0704",
            f"`{line.message}` with these fields is other bytes",
            line,
            f"byte {at} is {there} here and {data[at : at + 1].hex() or 'nothing'} when encoded",
            f'it is encoded as x"{data.hex(" ").upper()}"; '
            "give the fields that differ from their defaults, or change the bytes",
        )

    def _same(self, decoded: Any, data: bytes, link: str, asked: Any) -> bool:
        """Whether other bytes mean the same: another end of the line, other capitals."""
        again = self._try(type(decoded).NAME, data, link, asked)
        return again.error is None and bool(again.message == decoded)

    # --- lines that must be rejected ---------------------------------------------------------

    def bad(self, line: model.Exchange, link: str) -> None:
        """A `bad` line: nothing may take it in its direction, or in either."""
        verdicts = []
        for word in (line.way,) if line.way else ("rx", "tx"):
            tries = [self._try(name, line.data, link) for name in self._order(word, None, link)]
            whole = next((each for each in tries if each.error is None), None)
            if whole is not None:
                other = "tx" if word == "rx" else "rx"
                self._error(
                    "E0705",
                    f"this is accepted as `{whole.name}`",
                    line,
                    f"all of its {whole.end} bytes hold",
                    f"write `{word}` or, if it is bad the other way only, `bad {other}`",
                )
                return
            if (deepest := _deepest(tries)) is not None:
                verdicts.append(deepest)
        if not line.reason or any(_reason(each) == line.reason for each in verdicts):
            return
        best = _deepest(verdicts)
        if best is None:
            return
        self._error(
            "E0705",
            f"this is rejected, but not for `{line.reason}`",
            line,
            f"as `{best.name}`: {_why(best.error)}",
            f"write `{_reason(best)}`" if _reason(best) else "give all bytes of the frame",
        )

    def _error(self, code: str, message: str, line: model.Exchange, label: str, help: str) -> None:
        self._diagnostics.error(code, message, line.span, label, help=help)


def _deepest(tries: Iterable[_Try]) -> _Try | None:
    """The one that explained most bytes; of equals the first.

    One that is only cut off explained more than one that failed at its first byte.
    """
    return max(tries, key=lambda each: (each.depth > 0, each.cut_off, each.depth), default=None)


def _reason(tried: _Try) -> str:
    return "" if tried.cut_off else str(tried.error.reason)


def _cut_short(error: Any) -> str:
    """What to write where a check in text is only the last digits of the one computed."""
    if getattr(error, "reason", "") != "crc":
        return ""
    expected, got = error.expected, error.got
    if type(expected) is not int or type(got) is not int or expected <= got:
        return ""
    for sign, modulus in (("% 100", 100), ("& 0xFF", 1 << 8), ("& 0xFFFF", 1 << 16)):
        if expected % modulus == got:
            return f"a check in text must fit; its last digits are `… {sign}` of it"
    return ""


def _why(error: Any) -> str:
    """Where and why bytes were rejected."""
    if not hasattr(error, "reason"):
        return str(error)
    field = f"`{error.field}`" if error.field else ""
    where = f"byte {error.offset}" + (f", {field}" if field else "")
    expected, got = (
        f"{shown(each)} (0x{each:02X})"
        if error.reason == "crc" and type(each) is int
        else shown(each)
        for each in (error.expected, error.got)
    )
    return f"{where}: {error.reason}: expected {expected}, got {got}"
