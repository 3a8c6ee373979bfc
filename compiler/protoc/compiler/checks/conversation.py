"""Whether what is executed says what it means."""

from __future__ import annotations

from collections.abc import Iterator

from protoc.compiler import model
from protoc.compiler.resolve.expressions import free_fields
from protoc.compiler.resolve.measures import fixed_size
from protoc.dsl.diagnostics import Diagnostics, Label
from protoc.dsl.source import Span

_BITS_OF_A_BYTE = 10


def executed(protocol: model.Protocol) -> Iterator[tuple[model.Item, Span]]:
    """Everything that triggers, groups and timers execute, and where."""
    for timer in protocol.timers:
        yield from ((target, timer.span) for target in timer.targets)
    for action in protocol.actions():
        if isinstance(action.verb, model.Item):
            yield action.verb, action.span


class _Commands:
    """Finds the command that is sent in the end."""

    def __init__(self, protocol: model.Protocol) -> None:
        self._messages = {message.name: message for message in protocol.messages}
        self._pairs = {pair.name: pair for pair in protocol.pairs}

    def of(self, execute: model.Item) -> tuple[model.Message | None, set[str]]:
        """The command, and the fields its pair gives it."""
        if execute.kind == "pair":
            pair = self._pairs[execute.name]
            return self._messages[pair.command], {name for name, _ in pair.arguments}
        found = self._messages.get(execute.name) if execute.kind == "command" else None
        return found, set()


def blank_fields(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """W0601: a command is sent with fields that nobody gives a value."""
    params = {param.name for param in protocol.params}
    commands = _Commands(protocol)
    for execute, span in executed(protocol):
        command, by_pair = commands.of(execute)
        if command is None:
            continue
        given = {name for name, _ in execute.arguments} | by_pair | params
        blank = [name for name, field in free_fields(command).items() if _asks(field, given)]
        if blank:
            names = " and ".join(f"`{name}`" for name in blank)
            assignments = ", ".join(f"{name}=…" for name in blank)
            diagnostics.warning(
                "W0601",
                f"nothing gives `{command.name}` its {names}",
                span,
                "zeros or blanks are sent",
                labels=(Label(command.span, "the command"),),
                help=f"give {'it' if len(blank) == 1 else 'them'} here: "
                f"`{execute.name}({assignments})`; or by a param of that name, or a `default`",
            )


def _asks(field: model.Field | model.Part, given: set[str]) -> bool:
    """Whether a field has no value of its own. Bits not given are 0, which is what they mean."""
    return (
        isinstance(field, model.Field)
        and isinstance(field.origin, model.Given)
        and not isinstance(field.wire, model.Bits)
        and field.name not in given
    )


def timers_faster_than_the_line(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """W0602: a timer asks for more bytes than the line can carry."""
    rates = [link.baud for link in protocol.links if link.kind == "serial" and link.baud]
    if len(rates) != len(protocol.links) or not rates:
        return
    commands = _Commands(protocol)
    for timer in protocol.timers:
        sent = [commands.of(target)[0] for target in timer.targets]
        size = sum(_least(command) for command in sent if command is not None)
        needed = size * _BITS_OF_A_BYTE / max(rates)
        if timer.every is not None and timer.every < needed:
            diagnostics.warning(
                "W0602",
                "this timer is faster than the line",
                timer.span,
                f"{size} bytes take {needed * 1000:.0f} ms at {max(rates)} baud",
                help="give it a longer period: what is queued already is not queued again",
            )


def answers_over_at_the_timeout(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """W0501: nothing ends an answer but the time that is waited for it."""
    bounded = {link.name for link in protocol.links if link.bounded}
    ended = _ended_by_pauses(protocol)
    for message in protocol.messages:
        if (
            message.open
            and message.name not in ended
            and not (message.links and _opened(message) <= bounded)
        ):
            diagnostics.warning(
                "W0501",
                f"`{message.name}` is over only when its time is",
                message.span,
                "nothing in it, and nothing on its link, says where it ends",
                help="every command it answers takes the whole timeout; say what ends it: a size, "
                "a constant behind it, `end CRLF`, `idle 20ms` or `datagram` of the link, or "
                "`after_idle 20ms` of its pair",
            )


def _opened(message: model.Message) -> set[str]:
    """The links on which nothing in a message says where it ends."""
    return set(message.links if message.open is True else message.open or ()) - {""}


def _ended_by_pauses(protocol: model.Protocol) -> set[str]:
    """The answers of pairs that take what came when nothing more comes, and of no other pair."""
    by_pause, others = set[str](), set[str]()
    for pair in protocol.pairs:
        answers = {answer.message for step in pair.steps for answer in step}
        (by_pause if pair.after_idle else others).update(answers, pair.refusals)
    return by_pause - others


def _least(message: model.Message) -> int:
    return sum(fixed_size(element) or 0 for element in message.elements)
