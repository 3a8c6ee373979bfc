"""Pairs, groups, timers, triggers and their actions, hooks, joins, examples."""

from __future__ import annotations

from typing import Literal, cast

from protoc.dsl.building.base import Child, Part, is_token, value_of
from protoc.dsl.building.types import Types
from protoc.dsl.tree import (
    Action,
    Actions,
    Answer,
    Duration,
    Event,
    Example,
    Expression,
    Frame,
    Group,
    Hook,
    Invocation,
    Join,
    Option,
    Pair,
    Reference,
    Timer,
    Trigger,
)
from protoc.dsl.words import REASONS

_KEYS = frozenset(("by", "unless", "skip", "only", "hex", "in", "for", "of", "to"))
"""Words of an action that take operands."""


class Conversation(Types):
    """The rules from `pair` to `reason`."""

    def pair(self, children: list[Child]) -> Pair:
        _, name, number, command, steps, refusals, *options = children
        return Pair(
            name=self.name(name),
            id=value_of(number, None),
            command=command,
            steps=steps.value,
            refusals=value_of(refusals),
            options=tuple(one for option in options for one in option.value),
            span=self.span(children),
        )

    def steps(self, children: list[Child]) -> Part:
        silent = is_token(children[0], "NONE")
        return self.part(() if silent else tuple(step.value for step in children), children)

    def step(self, children: list[Child]) -> Part:
        return self.part(tuple(children), children)

    def answer(self, children: list[Child]) -> Answer:
        name, star = children
        return Answer(name=self.name(name), many=star is not None, span=self.span(children))

    def refusals(self, children: list[Child]) -> Part:
        part: Part = children[0]
        return part

    def option(self, children: list[Child]) -> Part:
        word, *values = children
        if word.type == "ON":
            values = [self.path([link]) for link in values]
        elif is_token(values[0] if values else None, "DURATION"):
            values = [self.duration(values)]
        span = self.span(children)
        made = [Option(word=str(word), value=value, span=span) for value in values or [None]]
        return self.part(made, children)

    # ------------------------------------------------------------------ groups and timers

    def group(self, children: list[Child]) -> Group:
        _, name, number, immediate, link, condition, actions = children
        return Group(
            name=self.name(name),
            id=value_of(number, None),
            immediate=immediate is not None,
            link=link,
            condition=condition,
            actions=actions,
            span=self.span(children),
        )

    def immediate(self, children: list[Child]) -> Child:
        return children[0] if children else None

    stopped = immediate
    condition = immediate
    gap = immediate
    until = immediate

    def on_link(self, children: list[Child]) -> Child:
        return self.name(children[0]) if children else None

    def timer(self, children: list[Child]) -> Timer:
        _, name, number, period, delay, stopped, targets, gap, condition = children
        return Timer(
            name=None if name is None else self.name(name),
            id=value_of(number, None),
            every=period if isinstance(period, Duration) else None,
            after=value_of(delay, None),
            stopped=stopped is not None,
            targets=targets.value,
            gap=gap,
            condition=condition,
            span=self.span(children),
        )

    def delay(self, children: list[Child]) -> Part | None:
        if not children:
            return None
        low, high = children
        return self.part((low, low if high is None else high), children)

    def calls(self, children: list[Child]) -> Part:
        return self.part(tuple(children), children)

    # ------------------------------------------------------------------ triggers

    def trigger(self, children: list[Child]) -> Trigger:
        _, name, number, event, condition, actions, otherwise = children
        return Trigger(
            name=self.name(name),
            id=value_of(number, None),
            event=event,
            condition=condition,
            actions=actions,
            otherwise=otherwise,
            span=self.span(children),
        )

    def free_trigger(self, children: list[Child]) -> Trigger:
        event, condition, actions, otherwise = children
        return Trigger(
            name=None,
            id=None,
            event=event,
            condition=condition,
            actions=actions,
            otherwise=otherwise,
            span=self.span(children),
        )

    def else_actions(self, children: list[Child]) -> Actions:
        actions: Actions = children[0]
        return actions

    def event(self, children: list[Child]) -> Event:
        _, word, *rest = children
        made: dict[str, Child] = {}
        for child in rest:
            if isinstance(child, Part) and isinstance(child.value, dict):
                made |= child.value
            elif isinstance(child, Part):
                made["after_response"] = True
            elif is_token(child, "LAST"):
                made["last"] = True
            elif child is not None:
                made["value"] = child
        return Event(word=str(word), **made, span=self.span(children))

    def object(self, children: list[Child]) -> Part:
        first, second = children
        if is_token(first, "EACH"):
            return self.part({"each": True, "kind": str(second)}, children)
        if second is None:
            return self.part({"name": self.name(first)}, children)
        return self.part({"kind": str(first), "name": self.name(second)}, children)

    def after_response(self, children: list[Child]) -> Part:
        return self.part(True, children)

    def join(self, children: list[Child]) -> Join:
        _, name, path, first, last = children
        return Join(
            name=self.name(name), path=path, first=first, last=last, span=self.span(children)
        )

    def hook(self, children: list[Child]) -> Hook:
        _, name, number, parameters, *events, condition = children
        return Hook(
            name=self.name(name),
            id=value_of(number, None),
            parameters=value_of(parameters),
            events=tuple(events),
            condition=condition,
            span=self.span(children),
        )

    # ------------------------------------------------------------------ actions

    def actions(self, children: list[Child]) -> Actions:
        return Actions(
            actions=self.attached(children, Action),
            closing=self.closing(children[-1]),
            span=self.span(children),
        )

    def action(self, children: list[Child]) -> Action:
        """A verb and what stands behind it."""
        *phrase, condition = children
        phrase = [child for child in phrase if child is not None]
        span = self.span([*phrase, condition])
        if not isinstance(phrase[0], str):
            kinds, target = phrase[0].value if isinstance(phrase[0], Part) else ((), phrase[0])
            return Action("item", (target,), words=kinds, condition=condition, span=span)
        verb, *rest = phrase
        return Action(verb=str(verb), **_operands(verb, rest), condition=condition, span=span)

    def item(self, children: list[Child]) -> Part:
        """A target and what it is."""
        kind, target = children
        return self.part(((str(kind),), target), children)

    # ------------------------------------------------------------------ examples

    def example(self, children: list[Child]) -> Example:
        _, title, link, *frames, brace = children
        return Example(
            title=None if title is None else self.string([title]),
            link=link,
            frames=self.attached(frames, Frame),
            closing=self.closing(brace),
            span=self.span(children),
        )

    def frame(self, children: list[Child]) -> Frame:
        way = children.pop(1) if children[1] in ("tx", "rx") else ""
        word, sequence, *rest = children
        known = cast(Literal["tx", "rx", "bad", "idle"], str(word))
        span = self.span(children)
        if isinstance(sequence, Duration):
            return Frame(word=known, pause=sequence, span=span)
        behind = rest[0] if rest else None
        return Frame(
            word=known,
            constants=tuple(self.constant([token]) for token in sequence.value),
            message=behind if isinstance(behind, Invocation) else None,
            reason=behind.value if isinstance(behind, Part) else "",
            way=cast(Literal["tx", "rx", ""], str(way)),
            span=span,
        )

    def expected(self, children: list[Child]) -> Invocation:
        call: Invocation = children[0]
        return call

    def reason(self, children: list[Child]) -> Part:
        part = self.part(" ".join(children), children)
        if part.value not in REASONS:
            listed = ", ".join(f"`{reason}`" for reason in REASONS)
            message = f"`{part.value}` is no reason to reject a frame"
            self.error("E0113", message, part.start, part.end, f"use one of {listed}")
        return part


def _operands(verb: str, rest: list[Child]) -> dict[str, Child]:
    """Sort what stands behind a verb into targets, value, words and operands.

    A word that takes operands gathers what follows up to the next word. Before the first of them
    a reference or a call is a target, anything else the value.
    """
    targets: list[Invocation | Reference] = []
    words: list[str] = []
    keyed: list[tuple[str, tuple[Expression, ...]]] = []
    value: Expression | None = None
    for child in rest:
        if isinstance(child, str):
            if child in _KEYS:
                keyed.append((str(child), ()))
            elif child not in ("=", ","):
                words.append(str(child))
        elif keyed:
            word, before = keyed[-1]
            keyed[-1] = (word, (*before, child))
        elif isinstance(child, (Reference, Invocation)) and not _is_value(verb, targets):
            targets.append(child)
        else:
            value = child
    return {
        "targets": tuple(targets),
        "value": value,
        "words": tuple(words),
        "operands": tuple(keyed),
    }


def _is_value(verb: str, targets: list[Invocation | Reference]) -> bool:
    """Whether a reference here is a value: a time, or what is assigned to the target."""
    return verb in ("wait", "sleep") or (verb == "set" and bool(targets))
