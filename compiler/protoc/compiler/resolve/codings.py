"""Codings and fillers: what stands on the wire and is not what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.catalogue import catalogued
from protoc.compiler.resolve.constants import octets, whole
from protoc.compiler.resolve.measures import OPEN
from protoc.compiler.resolve.scope import Scope, suggestion
from protoc.dsl import tree
from protoc.dsl.source import Span

if TYPE_CHECKING:
    from protoc.compiler.resolve.layouts import Builder
    from protoc.compiler.resolve.place import Place

_END, _ESC, _DLE = 0xC0, 0xDB, 0x10
_WAYS = {
    "escape": "escape(0x7D, xor=0x20, of=0x7D..0x7E), or escape(0x7D, 0x7E -> 0x5E, 0x7D -> 0x5D)",
    "double": 'double(DLE), double("*")',
    "dle": "dle",
    "slip": "slip",
    "cobs": "cobs",
    "blocks": 'blocks(16, "CRC-16/DNP", first=8)',
    "hex": "hex, hex(lower)",
    "base64": "base64",
    "add": "add(0x33)",
    "xor": 'xor(0x5A), xor(x"5A C3")',
    "stuff": 'stuff(x"FF FF FD", 0xFD)',
    "truncate": "truncate, truncate(keep=1)",
}


class Marks(Struct, frozen=True):
    """What stands around coded bytes, where the coding says so.

    Attributes:
        begin: in front of them.
        end: behind them.
        idle: the end may stand in front any number of times and means nothing there.
    """

    begin: bytes = b""
    end: bytes = b""
    idle: bool = False

    def are_written(
        self, before: tree.Element | None, behind: tree.Element | None, scope: Scope
    ) -> tuple[bool, bool]:
        """Whether the marks stand in front and behind as constants already."""
        first, last = _constant(before, scope), _constant(behind, scope)
        if self.end == bytes((_DLE, 3)):
            ended = last[:1] == self.end[:1] and len(last) > 1
            return ended or first.endswith(self.begin), ended
        return False, bool(last) and last.startswith(self.end)


MARKS = {
    "slip": Marks(end=bytes([_END]), idle=True),
    "cobs": Marks(end=b"\0", idle=True),
    "dle": Marks(begin=bytes((_DLE, 2)), end=bytes((_DLE, 3))),
}


def coded(
    builder: Builder,
    statement: tree.Coded,
    place: Place,
    before: tree.Element | None,
    behind: tree.Element | None,
) -> tuple[model.Element, ...]:
    """What a `coded` block stands for: the coded bytes, and the marks its coding has around them.

    Args:
        builder: of the layout around.
        statement: what is written.
        place: where; ranges do not leave the block.
        before: the statement in front of it.
        behind: the statement that follows.
    """
    scope, span = builder.scope, statement.codings[0].span
    codings = tuple(_coding(scope, call) for call in statement.codings)
    elements = builder.statements(statement.body.statements, replace(place, block=[]))
    if not elements and not builder.broken:
        raise scope.fail(
            "E0412", "there is nothing to code", statement.span, help="take the block away"
        )
    marks = MARKS.get(statement.codings[0].name.text, Marks())
    begun, ended = marks.are_written(before, behind, scope)
    found: list[model.Element] = []
    if marks.idle:
        found.append(model.Filler(builder.key(), marks.end, None, 0, span))
    elif marks.begin and not begun:
        found.append(model.Constant(builder.key(), (marks.begin,), span))
    found.append(model.Coded(builder.key(), codings, elements, OPEN, statement.span))
    if marks.end and not ended:
        found.append(model.Constant(builder.key(), (marks.end,), span))
    for element in found:
        builder.place(element, place)
    return tuple(found)


_MOST_SENT = 1 << 16


def filler(builder: Builder, statement: tree.Skip) -> model.Filler:
    """Bytes that are passed over."""
    scope, send = builder.scope, statement.send or 0
    repeated = octets(scope, (statement.filler,))
    if not repeated:
        raise scope.fail(
            "E0402", "a filler needs at least one byte", statement.span, help="take it away"
        )
    if send > _MOST_SENT:
        raise scope.fail(
            "E0205",
            f"no message begins with {send} fillers",
            statement.span,
            help=f"send at most {_MOST_SENT}",
        )
    if statement.most is not None and send > statement.most:
        raise scope.fail(
            "E0405",
            f"{send} are written, and only {statement.most} are read",
            statement.span,
            help=f"write `max {send}`, or send less of them",
        )
    return model.Filler(builder.key(), repeated, statement.most, send, statement.span)


def _constant(statement: tree.Element | None, scope: Scope) -> bytes:
    """The bytes of a statement that is a constant; none for any other."""
    if not isinstance(statement, tree.Constants):
        return b""
    return octets(scope, statement.alternatives[0])


def _coding(scope: Scope, call: tree.Invocation) -> model.Coding:
    name = call.name.text
    if name not in _WAYS:
        raise scope.fail(
            "E0412",
            f"there is no coding `{name}`",
            call.name.span,
            help=suggestion(name, _WAYS, "coding"),
        )
    given = _Arguments(scope, call)
    found = _MAKERS[name](given)
    given.used_up()
    return found


def _double(given: _Arguments) -> model.Escape:
    """A byte that is written twice."""
    mark = given.byte("mark")
    return model.Escape(mark, ((mark, mark),))


def _truncated(given: _Arguments) -> model.Truncated:
    """Zeros at the end left out."""
    keep = given.number("keep", 0)
    if keep < 0:
        raise given.wrong("no fewer than 0 bytes can be kept")
    return model.Truncated(keep)


def _escape(given: _Arguments) -> model.Escape:
    """A mark, and what stands behind it: pairs, or bytes changed by `xor`."""
    mark = given.byte("mark")
    table = dict(given.pairs())
    key = given.number("xor", 0)
    for octet in given.set("of"):
        table.setdefault(octet, octet ^ key)
    if not table:
        raise given.wrong("which bytes must not occur is not said")
    table.setdefault(mark, mark ^ key)
    if len(set(table.values())) < len(table):
        raise given.wrong("two bytes would be written the same")
    if not all(0 <= code <= 255 for code in table.values()):
        raise given.wrong("a byte is 0 to 255")
    return model.Escape(mark, tuple(sorted(table.items())))


def _blocks(given: _Arguments) -> model.Blocks:
    """How many bytes a block has, and the check behind it."""
    size, check = given.number("n"), given.octets("crc").decode("utf-8", "replace")
    first = given.number("first", size)
    crc = catalogued(check)
    if crc is None:
        raise given.wrong(f"the catalogue has no CRC named `{check}`")
    if min(size, first) < 1:
        raise given.wrong("a block has at least one byte")
    little = given.flag("little") or (not given.flag("big") and given.little)
    return model.Blocks(size, first, crc, little)


class _Arguments:
    """The arguments of one coding, taken one after the other, by place or by name."""

    def __init__(self, scope: Scope, call: tree.Invocation) -> None:
        self._scope = scope
        self._call = call
        self._left = list(call.arguments)

    @property
    def little(self) -> bool:
        """Whether the lowest byte stands first where it is written."""
        return self._scope.settings_at(self._call.span).little

    def wrong(self, what: str, span: Span | None = None) -> Exception:
        """A mistake, and how it is written right."""
        name = self._call.name.text
        return self._scope.fail(
            "E0412", what, span or self._call.span, help=f"`{name}` is written {_WAYS[name]}"
        )

    def used_up(self) -> None:
        """Complain about what nobody has asked for."""
        if self._left:
            name = self._call.name.text
            raise self.wrong(f"`{name}` does not understand this", self._left[0].span)

    def _take(self, name: str, by_place: bool = True) -> tree.Expression | None:
        for argument in self._left:
            called = argument.name.text if argument.name is not None else ""
            is_next = by_place and not called and not isinstance(argument.value, tree.Substitution)
            if called == name or is_next:
                self._left.remove(argument)
                return argument.value
        return None

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        value = self._take(name, by_place=default is None)
        if value is None and default is not None:
            return default
        if value is None:
            raise self.wrong(f"`{self._call.name.text}` needs a number")
        if isinstance(value, tree.Octets):
            return int.from_bytes(value.value, "big")
        return whole(self._scope, value, -255)

    def octets(self, name: str) -> bytes:
        """One byte, or several as `x"…"` or text."""
        value = self._take(name)
        if value is None:
            raise self.wrong(f"`{self._call.name.text}` needs a byte")
        return self._octets(value)

    def byte(self, name: str) -> int:
        """A single byte."""
        found = self.octets(name)
        if len(found) != 1:
            raise self.wrong("a single byte is expected here")
        return found[0]

    def _octets(self, value: tree.Expression) -> bytes:
        if isinstance(value, tree.Octets) and value.value:
            return value.value
        if isinstance(value, tree.String) and value.value:
            return value.value.encode()
        number = whole(self._scope, value)
        if not 0 <= number <= 255:
            raise self.wrong("a byte is 0 to 255", value.span)
        return bytes([number])

    def flag(self, name: str) -> bool:
        """A word that stands there or does not."""
        for argument in self._left:
            if isinstance(argument.value, tree.Reference) and argument.value.text == name:
                self._left.remove(argument)
                return True
        return False

    def pairs(self) -> list[tuple[int, int]]:
        """Each byte and what stands for it."""
        found = []
        for argument in list(self._left):
            if isinstance(argument.value, tree.Substitution):
                self._left.remove(argument)
                old, new = (self._octets(v) for v in (argument.value.old, argument.value.new))
                if len(old) != 1 or len(new) != 1:
                    raise self.wrong("one byte stands for one byte", argument.span)
                found.append((old[0], new[0]))
        return found

    def set(self, name: str) -> bytes:
        """Several bytes: `0xF8..0xFF`, `x"02 03 10"`, one, or a list of these."""
        value = self._take(name, by_place=False)
        return b"" if value is None else self._set(value)

    def _set(self, value: tree.Expression) -> bytes:
        if isinstance(value, tree.ListLiteral):
            return b"".join(map(self._set, value.items))
        if isinstance(value, tree.Range) and value.start is not None and value.end is not None:
            first, last = self._octets(value.start), self._octets(value.end)
            if len(first) != 1 or len(last) != 1 or first > last:
                raise self.wrong("a range of bytes goes from the least to the largest", value.span)
            return bytes(range(first[0], last[0] + 1))
        return self._octets(value)


_MAKERS: dict[str, Callable[[_Arguments], model.Coding]] = {
    "escape": _escape,
    "double": _double,
    "dle": lambda _: model.Escape(_DLE, ((_DLE, _DLE),)),
    "slip": lambda _: model.Escape(_ESC, ((_END, 0xDC), (_ESC, 0xDD))),
    "cobs": lambda _: model.Cobs(),
    "blocks": _blocks,
    "hex": lambda given: model.HexDigits(given.flag("lower")),
    "base64": lambda _: model.Base64(),
    "add": lambda given: model.EachAdded(given.number("k") % 256),
    "xor": lambda given: model.EachXored(given.octets("k")),
    "stuff": lambda given: model.Stuffed(given.octets("x"), given.byte("by")),
    "truncate": _truncated,
}
"""Each takes its arguments."""
