"""Actions on what is queued, on timers and on lines."""

from __future__ import annotations

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.acting import Made, Maker
from protoc.compiler.importers.dataminer.elements import Text
from protoc.dsl import tree

_QUEUE: dict[str, tuple[str, ...]] = {
    "execute": (),
    "execute next": ("first",),
    "execute one top": ("first", "once"),
    "execute one now": ("once",),
    "add to execute": ("last",),
    "execute one": ("last", "once"),
    "force execute": ("now",),
}


class OnQueue(Maker, frozen=True):
    """Makes actions on groups, pairs, timers and the protocol itself."""

    def make(self) -> Made:
        """Those on groups, pairs, timers and the protocol."""
        makers = {
            "group": self._group,
            "pair": self._pair,
            "timer": self._timer,
            "protocol": self._protocol,
        }
        return makers[self.action.on.word](self.verb)

    def _group(self, verb: str) -> Made:
        if verb not in _QUEUE:
            return self.unknown()
        names = self.context.names.groups
        targets = [self.context.named("Group", names, each) for each in self.targets("group")]
        return [one for name in targets for one in self.made("execute", name, words=_QUEUE[verb])]

    def _pair(self, verb: str) -> Made:
        span = self.span
        if verb == "timeout" and (source := self.action.reference()) is not None:
            value = nodes.reference(self.context.param_name(source), span)
            names = self.context.names.pairs
            found: Made = []
            for target in self.targets("pair"):
                pair = self.context.named("Pair", names, target)
                found += self.made("set", f"{pair}.timeout", value=value)
            return found
        if verb == "set next":
            return self._set_next()
        return self.unknown()

    def _set_next(self) -> Made:
        if self.around.group is None and self.around.kind != "group":
            self.context.dropped(self.action.view, "`set next` outside of a group")
            return []
        group = self.around.group or self.around.target
        if group is None:
            return self.unknown()
        name = self.context.named("Group", self.context.names.groups, group)
        source = self.action.reference()
        value: tree.Expression = nodes.duration(self.number("value", 0), self.span)
        if source is not None:
            value = nodes.reference(self.context.param_name(source), self.span)
        places = self.action.given.get("on nr", Text("1", self.span)).value.split(";")
        wanted = [place.strip() for place in places if place.strip().isdigit()]
        return [
            one for place in wanted for one in self.made("set", f"{name}.wait_{place}", value=value)
        ]

    def _timer(self, verb: str) -> Made:
        words: tuple[str, ...] = ()
        if verb == "restart timer":
            now = self.action.given.get("reschedule")
            words = ("now",) if now is not None and now.word == "true" else ()
        verbs = {"start": "start", "stop": "stop", "restart timer": "restart"}
        verbs["reschedule"] = "reschedule"
        if verb not in verbs:
            return self.unknown()
        names = self.context.names.timers
        targets = [self.context.named("Timer", names, each) for each in self.targets("timer")]
        return [one for name in targets for one in self.made(verbs[verb], name, words=words)]

    def _protocol(self, verb: str) -> Made:
        if verb == "sleep":
            pause = max(self.number("value", 5000), 15)
            return self.made("sleep", value=nodes.duration(pause, self.span))
        if verb == "stop current group":
            return self.made("leave")
        client = self.action.reference()
        if verb == "close" and client is not None:
            return self.made("close", self.context.param_name(client))
        if verb in ("open", "close"):
            return self._line(verb)
        if verb in ("lock", "unlock", "priority lock", "priority unlock"):
            if verb.startswith("priority"):
                self.context.simplified(self.action.view, "locks have no priority in one program")
            return self._line(verb.split()[-1])
        return self.unknown()

    def _line(self, verb: str) -> Made:
        number = self.number("nr", 0)
        if number not in self.context.names.links:
            self.context.dropped(
                self.action.view, f"connection {number} is no line that is imported"
            )
            return []
        several = len(self.context.names.links) > 1
        return self.made(verb, *([self.context.names.links[number]] if several else []))
