"""Texts in another language, recognised before any attempt to read them as a description."""

from __future__ import annotations

import re

from msgspec import Struct

from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.source import Source, Span

LONGEST = 4 * 1024 * 1024
"""More characters than anybody describes a device with."""

_BLANK = re.compile(r"(?:\s+|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_SCALAR = (
    r"(?:double|float|bool|string|bytes|u?int(?:32|64)|sint(?:32|64)|s?fixed(?:32|64)"
    r"|map\s*<[^>\n]*>)"
)
_PROTOBUF = re.compile(
    r"""(?: syntax\s*=\s*["']proto[23]["']
          | edition\s*=\s*["']\d+["']
          | package\s+[\w.]+\s*;
          | import\s+(?:public\s+|weak\s+)?["'] )""",
    re.VERBOSE,
)
_PROTOBUF_FIELD = re.compile(
    rf"""(?:[{{;]\s*|^[ \t]*)
         (?: (?:repeated|optional|required)\s+[\w.]+ | {_SCALAR} )
         \s+\w+\s*=\s*\d+\s*[;\[]""",
    re.VERBOSE | re.MULTILINE,
)
_STREAM_SETTING = re.compile(
    r"""^[ \t]*(?: (?:In|Out)?Terminator | Separator | (?:Reply|Read|Write|Lock)Timeout
                 | PollPeriod | MaxInput | ExtraInput )[ \t]*=""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_STREAM_COMMAND = re.compile(r"""[{;][ \t\n]*(?:out|in)[ \t]*["']""")
_COMPILES = "this tool compiles descriptions of devices on a wire: `protoc new NAME` writes one"


class _Refusal(Struct, frozen=True):
    code: str
    message: str
    start: int
    end: int
    help: str


def acceptable(source: Source, diagnostics: Diagnostics) -> bool:
    """Whether a text may be a description at all; if not, what it is instead is reported."""
    refusal = _unreadable(source.text) or _foreign(source.text)
    if refusal is None:
        return True
    span = Span(source, refusal.start, refusal.end)
    diagnostics.error(refusal.code, refusal.message, span, help=refusal.help)
    return False


def nothing_in(source: Source, diagnostics: Diagnostics) -> None:
    """Report that a source holds no declaration."""
    help = "a description begins with `protocol NAME`; `protoc new NAME` writes one"
    diagnostics.error("E0002", "there is nothing in this source", Span(source, 0, 0), help=help)


def _unreadable(text: str) -> _Refusal | None:
    """Too long, or binary."""
    if len(text) > LONGEST:
        help = f"a description has at most {LONGEST // (1024 * 1024)} million characters"
        return _Refusal("E0007", "this source is too long", 0, 0, help)
    binary = re.search(r"[\0\ud800-\udfff\ufffe\uffff]", text)
    if binary is not None:
        message = f"this is not a text: it holds U+{ord(binary.group()):04X}"
        help = "a description is a text file in UTF-8"
        return _Refusal("E0001", message, *binary.span(), help)
    return None


def _foreign(text: str) -> _Refusal | None:
    """XML, Protocol Buffers or a StreamDevice protocol file."""
    blank = _BLANK.match(text)
    start = blank.end() if blank else 0
    if text.startswith("<", start):
        end = text.find(">", start, start + 200) + 1 or start + 1
        help = "`protoc import` turns the connector of a DataMiner element into a description"
        return _Refusal("E0005", "this is XML, not a device description", start, end, help)
    found = _PROTOBUF.match(text, start) or _protobuf_message(text)
    if found:
        message = "this is a Protocol Buffers file, not a device description"
        help = "compile it with the other protoc, Google's; " + _COMPILES
        return _Refusal("E0003", message, *_trimmed(found), help)
    found = _STREAM_SETTING.search(text) or _STREAM_COMMAND.search(text)
    if found:
        message = "this is a protocol file of EPICS StreamDevice, not a device description"
        help = "write its commands as `command` and `response`; " + _COMPILES
        return _Refusal("E0004", message, *_trimmed(found), help)
    return None


def _protobuf_message(text: str) -> re.Match[str] | None:
    if not re.search(r"^[ \t]*(?:message|enum|service)\s+\w+\s*\{", text, re.MULTILINE):
        return None
    return _PROTOBUF_FIELD.search(text)


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """The place of a match without the punctuation and blanks it begins with."""
    lead = re.match(r"[{;\s]*", match.group())
    return match.start() + (lead.end() if lead else 0), match.end()
