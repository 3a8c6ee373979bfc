"""Words that mean something: control characters, and what cannot be used as a bare name."""

from __future__ import annotations

_ASCII = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI "
    "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US SP"
)

CONTROLS: dict[str, bytes] = {
    **{name: bytes([code]) for code, name in enumerate(_ASCII.split())},
    "DEL": b"\x7f",
    "CRLF": b"\r\n",
}
"""Names of constant bytes; reserved in capitals, except before `:` and behind a noun."""

_STATEMENTS = "if match repeat optional either coded lines skip let"
_VERBS = (
    "make read leave fill check set wait sleep execute send run do copy append clear stuff unstuff "
    "replace swap resize reverse enter save start stop reschedule restart open close lock unlock"
)

STATEMENTS = frozenset(_STATEMENTS.split())
"""Words a statement of a layout begins with; a bare name cannot be one of them."""

VERBS = frozenset(_VERBS.split())
"""Words an action begins with; what a group names cannot be one of them."""

OPERATORS = frozenset(("and", "or", "not"))

RESERVED = frozenset(CONTROLS) | STATEMENTS | OPERATORS
"""Words that cannot stand bare in a layout or in an expression."""

REASONS = ("crc", "length", "constant", "value", "too long", "optional")
"""Why a frame is rejected, behind `bad` in an example."""
