"""The conversation of a module as boxes and arrows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from protoc.cli.sources import loaded
from protoc.compiler.backend.conversation import conditions
from protoc.compiler.pipeline import Compilation
from protoc.runtime import actions as do
from protoc.runtime.actions import Action
from protoc.runtime.protocol import Group, Hook, On, Pair, Protocol, Timer, Trigger

Kind = Literal["event", "timer", "trigger", "group", "pair", "message", "param", "hook", "link"]


class Box(Struct, frozen=True):
    """One thing that something sets in motion, or that sets something in motion.

    Attributes:
        kind, name: what it is.
        words: what stands below the name: what cannot be an arrow.
        line: where the description says it; 0 for nowhere.
    """

    kind: Kind
    name: str
    words: tuple[str, ...] = ()
    line: int = 0


class Arrow(Struct, frozen=True):
    """What the first of two boxes does to the second; `otherwise` when its condition fails."""

    source: Box
    target: Box
    words: str = ""
    otherwise: bool = False


class Flow(Struct, frozen=True):
    """Boxes in the order of the description, and the arrows between them."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


Conditions = Mapping[tuple[str, str], str]
"""The conditions of rows, by what they are and their names: the table has them as functions."""


def flow_of(compilation: Compilation) -> Flow:
    """Read the conversation of a description that compiles.

    Messages and params are boxes only when something happens because of them, or when they are
    what happens.
    """
    assert compilation.protocol is not None
    return _Reader(loaded(compilation).PROTOCOL, conditions(compilation.protocol)).read()


class _Reader:
    def __init__(self, protocol: Protocol, conditions: Conditions) -> None:
        self.protocol = protocol
        self.conditions = conditions
        self.boxes: dict[tuple[Kind, str], Box] = {}
        self.arrows: dict[Arrow, None] = {}
        events = [trigger.on for trigger in protocol.triggers if trigger.on]
        events += [event for hook in protocol.hooks for event in hook.events]
        self.watched = {on.name for on in events if on.kind == "param" and on.name}

    def read(self) -> Flow:
        p = self.protocol
        rows: tuple[_Row, ...] = (*p.timers, *p.triggers, *p.groups, *p.pairs, *p.hooks)
        for row in rows:
            box = _box(row)
            condition = self.conditions.get((box.kind, box.name))
            if condition:
                box = replace(box, words=(f"if {condition}", *box.words))
            self.boxes[box.kind, box.name] = box
        for timer in p.timers:
            self._timer(timer)
        for trigger in p.triggers:
            self._trigger(trigger)
        for group in p.groups:
            self._items(self.boxes["group", group.name], group.items)
        for hook in p.hooks:
            for event in hook.events:
                self._add(self._source(event), self.boxes["hook", hook.name], _event(event))
        self._handed_on()
        for pair in p.pairs:
            self._pair(pair)
        return Flow(tuple(self.boxes.values()), tuple(self.arrows))

    def _at(self, kind: Kind, name: str) -> Box:
        return self.boxes.setdefault((kind, name), Box(kind, name))

    def _add(self, source: Box, target: Box, words: str = "", otherwise: bool = False) -> None:
        self.arrows[Arrow(source, target, words, otherwise)] = None

    # --- what sets something in motion -------------------------------------------------------

    def _timer(self, timer: Timer) -> None:
        box = self.boxes["timer", timer.name]
        for target in timer.targets:
            self._add(box, self._at(_kind(target), target.name), _queued(target))

    def _trigger(self, trigger: Trigger) -> None:
        box = self.boxes["trigger", trigger.name]
        if trigger.on:
            self._add(self._source(trigger.on), box, _event(trigger.on))
        for action in trigger.actions:
            self._act(box, action, "", False)
        for action in trigger.otherwise:
            self._act(box, action, "", True)

    def _source(self, on: On) -> Box:
        """What an event is one of."""
        if on.kind in ("pair", "group", "timer", "param", "message", "link") and on.name:
            kind: Kind = on.kind  # type: ignore[assignment]
            return self._at(kind, on.name)
        if on.kind:
            return self._at("event", f"each {on.kind}")
        return self._at("event", _plain(on))

    def _handed_on(self) -> None:
        """Params that are told by others, and by the messages that hold them."""
        for param in self.protocol.params:
            if param.sets:
                self._add(self._at("param", param.name), self._at("param", param.sets), "sets")
        for join in self.protocol.joins:
            piece = self._at("message", join.message.NAME)
            self._add(piece, self._at("param", join.name), "joins")
        for message in self.protocol.messages:
            for name in message.PARAMS:
                if name in self.watched and message.KIND != "command":
                    self._add(self._at("message", message.NAME), self._at("param", name), "sets")

    def _pair(self, pair: Pair) -> None:
        """Its messages, as far as they are boxes."""
        box = self.boxes["pair", pair.name]
        answers = [answer.message for step in pair.steps for answer in step]
        said = [(pair.command, "sends")]
        said += [(answer, "answer") for answer in answers]
        said += [(refusal, "refusal") for refusal in pair.refusals]
        for message, words in said:
            found = self.boxes.get(("message", message.NAME))
            if found is not None:
                self._add(box, found, words)

    # --- what happens ------------------------------------------------------------------------

    def _items(self, box: Box, items: Iterable[Action]) -> None:
        """What a group does, numbered."""
        for number, wait, item in _counted(items):
            self._act(box, item, f"{number}{wait}", False)

    def _act(self, box: Box, action: Action, words: str, otherwise: bool) -> None:
        target = self._target(action)
        if target is None:
            return
        if isinstance(action, do.Execute):
            words = f"{words} {_queued(action)}"
        elif not isinstance(action, do.Item):
            words = f"{words} {action.told()[0]}"
        condition = " if" if action.when else ""
        self._add(box, target, f"{words}{condition}".strip(), otherwise)

    def _target(self, action: Action) -> Box | None:
        """What an action works on, when that is a box."""
        match action:
            case do.Item():
                return self._at(_kind(action), action.name)
            case do.Send(message=message):
                return self._at("message", message.NAME)
            case do.Run(hook=hook):
                return self._at("hook", hook)
            case do.Do(trigger=trigger):
                return self._at("trigger", trigger)
            case do.Time(timer=timer):
                return self._at("timer", timer)
            case do.Line(link=link):
                return self._at("link", link or "link")
            case _:
                param = getattr(action, "param", "")
                return self._at("param", param) if param in self.watched else None


_Row = Timer | Trigger | Group | Pair | Hook


def _box(row: _Row) -> Box:
    """The box of a row of the table."""
    match row:
        case Timer():
            often = "as often as it can" if row.every is None else f"every {row.every:g}s"
            words = (often, *["waits for start"][: row.stopped])
            return Box("timer", row.name, words, row.line)
        case Trigger():
            deeds = [_deed(action) for action in row.actions]
            deeds += [_deed(action, "else") for action in row.otherwise]
            return Box("trigger", row.name, tuple(dict.fromkeys(filter(None, deeds))), row.line)
        case Group():
            counted = _counted(row.items)
            deeds = [_deed(item, f"{number}{wait}") for number, wait, item in counted]
            words = (*["at once"][: row.immediate], *filter(None, deeds))
            return Box("group", row.name, words, row.line)
        case Pair():
            return Box("pair", row.name, (_talk(row),), row.line)
        case _:
            return Box("hook", row.name, (), row.line)


def _deed(action: Action, before: str = "") -> str:
    """An action on something that is no box."""
    shown = do.Item | do.Send | do.Run | do.Do | do.Time | do.Line
    if isinstance(action, shown):
        return ""
    return " ".join(filter(None, (before, *action.told(), "if" * bool(action.when))))


def _counted(items: Iterable[Action]) -> Iterator[tuple[int, str, Action]]:
    """The items of a group from 1 on, and how long each waits behind the one before."""
    number, wait = 1, ""
    for item in items:
        if isinstance(item, do.Pause):
            wait = f" after {item.seconds:g}s"
            continue
        yield number, wait, item
        number, wait = number + 1, ""


def _talk(pair: Pair) -> str:
    steps = [
        " | ".join(answer.message.NAME + "*" * answer.many for answer in step)
        for step in pair.steps
    ]
    refusals = " | ".join(refusal.NAME for refusal in pair.refusals)
    words = f"{pair.command.NAME} → {' then '.join(steps) or 'none'}"
    return f"{words} else {refusals}" if refusals else words


def _kind(item: do.Item) -> Kind:
    return "message" if item.kind == "command" else item.kind


def _queued(target: do.Execute) -> str:
    words = ["queues"]
    words += [target.priority] if target.priority != "normal" else []
    words += ["once"] if target.once else []
    return " ".join(words)


def _event(on: On) -> str:
    words = [on.event] if on.kind else []
    words += ["after response"] * on.after_response + ["last"] * on.last
    return " ".join(words)


def _plain(on: On) -> str:
    if on.event == "idle":
        return f"idle {on.seconds:g}s"
    return f"{on.event} {on.name}".strip()
