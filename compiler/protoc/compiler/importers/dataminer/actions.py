"""Actions of a connector as actions of the language."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.context import Context, Missing
from protoc.compiler.importers.dataminer.elements import Reference, Text
from protoc.compiler.importers.dataminer.objects import Action
from protoc.compiler.importers.dataminer.params import Param
from protoc.compiler.importers.dataminer.values import octets, pattern
from protoc.dsl import tree
from protoc.dsl.source import Span

Made = list[tree.Action]


class Around(Struct, frozen=True):
    """What an action stands in.

    Attributes:
        kind: the kind of object whose event runs it, empty without one.
        target: that object, None for each of its kind.
        group: the group it stands in.
    """

    kind: str = ""
    target: Reference | None = None
    group: Reference | None = None


_COMMAND = {"make": ("make", ()), "length": ("fill", ("length",)), "crc": ("fill", ("crc",))}
_RESPONSE = {"read": ("read", ()), "length": ("check", ("length",)), "crc": ("check", ("crc",))}
_QUEUE: dict[str, tuple[str, ...]] = {
    "execute": (),
    "execute next": ("first",),
    "execute one top": ("first", "once"),
    "execute one now": ("once",),
    "add to execute": ("last",),
    "execute one": ("last", "once"),
    "force execute": ("now",),
}
_ARITHMETIC = {"increment": "+", "multiply": "*", "pow": "**"}
_OTHER_DOMAINS = {
    "parameter": (
        "set",
        "set with wait",
        "set and get with wait",
        "normalize",
        "aggregate",
        "set info",
        "read",
    ),
    "group": ("set", "set with wait"),
    "protocol": ("read file", "merge", "swap column", "wmi", "create element"),
}


def imported(context: Context, reference: Reference, around: Around) -> Made:
    """What stands for the action of that number; nothing, and said so, when nothing does."""
    found = context.connector.actions.get(reference.id)
    if found is None:
        context.missing("Action", reference)
        return []
    try:
        condition = context.condition(found.condition)
        made = _Maker(context, found, around, condition).make()
    except Missing:
        return []
    if made:
        context.became.setdefault(id(found.element), f"`{made[0].verb}` where it is run")
    return made


class _Maker(Struct, frozen=True):
    context: Context
    action: Action
    around: Around
    condition: tree.Expression | None

    @property
    def span(self) -> Span:
        return self.action.type.span

    def make(self) -> Made:
        kind, verb = self.action.on.word, self.action.type.word
        makers: dict[str, Callable[[str], Made]] = {
            "command": self._command,
            "response": self._response,
            "parameter": self._param,
            "group": self._group,
            "pair": self._pair,
            "timer": self._timer,
            "protocol": self._protocol,
        }
        if kind not in makers:
            return self._unknown()
        return makers[kind](verb)

    def _unknown(self) -> Made:
        action = self.action
        on, verb = action.on.value.strip(), action.type.value.strip()
        other = action.type.word in _OTHER_DOMAINS.get(action.on.word, ())
        reason = "belongs to tables, SNMP or the platform" if other else "is not known"
        self.context.dropped(action.view, f"the action `{verb}` on `{on}` {reason}")
        return []

    def _made(
        self,
        verb: str,
        *targets: str,
        value: tree.Expression | None = None,
        words: tuple[str, ...] = (),
        operands: tuple[tuple[str, tuple[tree.Expression, ...]], ...] = (),
    ) -> Made:
        return [
            nodes.action(
                verb,
                self.span,
                *targets,
                value=value,
                words=words,
                operands=operands,
                condition=self.condition,
            )
        ]

    def _targets(self, kind: str) -> tuple[Reference, ...]:
        """What an action works on: what it names, else what its trigger is about."""
        if self.action.targets:
            return self.action.targets
        if self.around.kind == kind and self.around.target is not None:
            return (self.around.target,)
        if kind == "group" and self.around.group is not None:
            return (self.around.group,)
        self.context.dropped(
            self.action.view, f"this action names no {kind}, and nothing that runs it does"
        )
        raise Missing(0)

    def _number(self, name: str, default: int) -> int:
        found = self.action.number(name)
        return default if found is None else found

    # ------------------------------------------------------------------ commands, responses

    def _here(self, kind: str) -> bool:
        """Whether it works on the message at hand."""
        around, targets = self.around, self.action.targets
        if around.kind != kind:
            self.context.dropped(
                self.action.view, f"an action on the bytes of a {kind} outside of its triggers"
            )
            return False
        own = around.target
        if targets and own is not None and own.id not in {target.id for target in targets}:
            self.context.dropped(self.action.view, f"an action on another {kind} than its trigger")
            return False
        return True

    def _command(self, verb: str) -> Made:
        if verb == "replace":
            return self._swap()
        if verb in _COMMAND and self._here("command"):
            word, words = _COMMAND[verb]
            return self._made(word, words=words)
        return self._bytes(verb, "command")

    def _response(self, verb: str) -> Made:
        if verb in ("clear", "clear length info"):
            return self._forget(verb)
        if verb == "replace":
            self.context.dropped(self.action.view, "another param in the place of one that comes")
            return []
        if verb in _RESPONSE:
            word, words = _RESPONSE[verb]
            return self._made(word, words=words) if self._here("response") else []
        return self._bytes(verb, "response")

    def _bytes(self, verb: str, kind: str) -> Made:
        if verb == "replace data":
            return self._replace_data(None) if self._here(kind) else []
        if verb in ("stuffing", "read stuffing"):
            return self._stuffing("unstuff" if verb[0] == "r" else "stuff", kind)
        return [] if verb in _COMMAND else self._unknown()

    def _forget(self, verb: str) -> Made:
        words = ("framing",) if verb == "clear length info" else ()
        names = self.context.names.responses
        found: Made = []
        for target in self._targets("response"):
            name = self.context.named("Response", names, target)
            shared = not words and name in self.context.names.params.values()
            found += self._made("clear", name, words=("response",) if shared else words)
        return found

    def _swap(self) -> Made:
        source = self.action.reference()
        names = self.context.names.commands
        if source is None:
            return self._unknown()
        holder = self.context.param(source)
        found: Made = []
        for target in self._targets("command"):
            name = self.context.named("Command", names, target)
            for param, condition in self._held(holder):
                operands = (
                    ("for", (nodes.reference(param, self.span),)),
                    ("of", (nodes.reference(name, self.span),)),
                )
                position = nodes.number(self._number("nr", 0), self.span)
                maker = replace(self, condition=condition)
                found += maker._made("swap", value=position, operands=operands)
        return found

    def _held(self, holder: Param) -> list[tuple[str, tree.Expression | None]]:
        """The params whose numbers a param may hold, each with when it does."""
        names, interprete = self.context.names.params, holder.interprete
        texts = [each.value.value for each in holder.discreets]
        if interprete.default is not None:
            texts.append(interprete.default.value)
        elif interprete.value is not None:
            texts.append(interprete.value.decode("latin-1"))
        numbers = dict.fromkeys(int(t) for t in texts if t.strip().isdigit() and int(t) in names)
        if not numbers:
            self.context.simplified(self.action.view, "the param itself stands in the place")
            return [(names[holder.id], self.condition)]
        if len(numbers) == 1:
            return [(names[number], self.condition) for number in numbers]
        subject = nodes.reference(names[holder.id], self.span)
        return [(names[number], self._and(holder, subject, number)) for number in numbers]

    def _and(self, holder: Param, subject: tree.Expression, number: int) -> tree.Expression:
        """The condition of the action, and that a param holds a number."""
        held: tree.Expression = nodes.number(number, self.span)
        if holder.text:
            held = nodes.string(str(number), self.span)
        equal = tree.Binary("==", subject, held, span=self.span)
        if self.condition is None:
            return equal
        return tree.Binary("and", self.condition, equal, span=self.span)

    def _window(self, word: str) -> tuple[tuple[str, tuple[tree.Expression, ...]], ...]:
        ends = (self._number("startoffset", 0), self._number("endoffset", 0))
        if word == "skip" and ends == (0, 0):
            return ()
        return ((word, tuple(nodes.number(end, self.span) for end in ends)),)

    def _replace_data(self, param: str | None) -> Made:
        given = self.action.given.get("options", Text("", self.span))
        parts = [part.strip() for part in given.value.split(";")]
        inverted = "use_offset" in [part.lower() for part in parts[2:]]
        pairs = [[pattern(each) for each in part.split("-")] for part in parts[:2]]
        wrong = len(pairs) < 2 or len(pairs[0]) != len(pairs[1])
        if wrong or any(each is None for part in pairs for each in part) or b"" in pairs[0]:
            self.context.simplified(self.action.view, "replaces nothing: its options do not match")
            return []
        where = self._window("only" if inverted else "skip")
        if param is not None:
            where += (("in", (nodes.reference(param, self.span),)),)
        found: Made = []
        for old, new in zip(*pairs, strict=True):
            assert old is not None
            assert new is not None
            by = (("by", (nodes.octets(new, self.span),)),)
            found += self._made("replace", value=nodes.octets(old, self.span), operands=by + where)
        return found

    def _stuffing(self, verb: str, kind: str) -> Made:
        if not self._here(kind):
            return []
        given = self.action.given
        marker = octets(given["value"].value) if "value" in given else b""
        if not marker:
            return self._unknown()
        allowed = octets(given["allowed"].value) if "allowed" in given else b""
        operands = self._window("skip")
        if allowed:
            operands = (("unless", (nodes.octets(allowed, self.span),)), *operands)
        return self._made(verb, value=nodes.octets(marker, self.span), operands=operands)

    # ------------------------------------------------------------------ params

    def _param(self, verb: str) -> Made:
        if verb in _OTHER_DOMAINS["parameter"]:
            return self._unknown()
        found: Made = []
        for target in self._targets("parameter"):
            found += self._on_param(verb, target, self.context.param_name(target))
        return found

    def _on_param(self, verb: str, target: Reference, name: str) -> Made:
        span = self.span
        simple = {
            "clear": ("clear", ()),
            "clear on display": ("clear", ("display",)),
            "save": ("save", ()),
            "go": ("enter", ()),
            "reverse": ("reverse", ()),
        }
        if verb in simple:
            constant = self.context.constant(self.context.param(target))
            if constant and verb in ("go", "save", "clear on display"):
                self.context.simplified(self.action.view, "a constant stays as it is")
                return []
            word, words = simple[verb]
            return self._made(word, name, words=words)
        if verb in _ARITHMETIC:
            value = tree.Binary(
                _ARITHMETIC[verb], nodes.reference(name, span), self._amount(), span=span
            )
            return self._made("set", name, value=value)
        if verb in ("copy", "copy reverse", "append", "append data"):
            return self._moved(verb, name)
        if verb == "change length" and (size := self.action.reference()) is not None:
            to = nodes.reference(self.context.param_name(size), span)
            return self._made("resize", name, operands=(("to", (to,)),))
        if verb == "replace data":
            return self._replace_data(name)
        if verb == "run actions":
            return self._hooks(target)
        return self._unknown()

    def _amount(self) -> tree.Expression:
        source = self.action.reference()
        if source is not None:
            return nodes.reference(self.context.param_name(source), self.span)
        amount = self.action.view.decimal(self.action.given.get("value"))
        return nodes.number(1 if amount is None else amount, self.span)

    def _moved(self, verb: str, name: str) -> Made:
        source = self.action.reference()
        if source is None:
            if self.around.kind != "parameter" or self.around.target is None:
                return self._unknown()
            source = self.around.target
        from_ = self.context.param_name(source)
        words: tuple[str, ...] = ("reversed",) if verb == "copy reverse" else ()
        operands: tuple[tuple[str, tuple[tree.Expression, ...]], ...] = ()
        given = self.action.given.get("options")
        if verb == "append" and given is not None and given.word.startswith("hex"):
            size = given.word.partition("-")[2]
            operands = (("hex", (nodes.number(int(size) if size.isdigit() else 1, self.span),)),)
        elif verb == "append":
            words = ("text",)
        to = ("to", (nodes.reference(name, self.span),))
        return self._made(verb.split()[0], from_, words=words, operands=(*operands, to))

    def _hooks(self, target: Reference) -> Made:
        hooks = self.context.names.hooks
        found: Made = []
        for number, qaction in self.context.connector.qactions.items():
            if any(each.id == target.id for each in qaction.triggers):
                found += self._made("run", hooks[number])
        if not found:
            self.context.simplified(self.action.view, "no QAction is run by this param")
        return found

    # ------------------------------------------------------------------ queue, pairs, timers

    def _group(self, verb: str) -> Made:
        if verb not in _QUEUE:
            return self._unknown()
        names = self.context.names.groups
        targets = [self.context.named("Group", names, each) for each in self._targets("group")]
        return [one for name in targets for one in self._made("execute", name, words=_QUEUE[verb])]

    def _pair(self, verb: str) -> Made:
        span = self.span
        if verb == "timeout" and (source := self.action.reference()) is not None:
            value = nodes.reference(self.context.param_name(source), span)
            names = self.context.names.pairs
            found: Made = []
            for target in self._targets("pair"):
                pair = self.context.named("Pair", names, target)
                found += self._made("set", f"{pair}.timeout", value=value)
            return found
        if verb == "set next":
            return self._set_next()
        return self._unknown()

    def _set_next(self) -> Made:
        if self.around.group is None and self.around.kind != "group":
            self.context.dropped(self.action.view, "`set next` outside of a group")
            return []
        group = self.around.group or self.around.target
        if group is None:
            return self._unknown()
        name = self.context.named("Group", self.context.names.groups, group)
        source = self.action.reference()
        value: tree.Expression = nodes.duration(self._number("value", 0), self.span)
        if source is not None:
            value = nodes.reference(self.context.param_name(source), self.span)
        places = self.action.given.get("on nr", Text("1", self.span)).value.split(";")
        wanted = [place.strip() for place in places if place.strip().isdigit()]
        return [
            one
            for place in wanted
            for one in self._made("set", f"{name}.wait_{place}", value=value)
        ]

    def _timer(self, verb: str) -> Made:
        words: tuple[str, ...] = ()
        if verb == "restart timer":
            now = self.action.given.get("reschedule")
            words = ("now",) if now is not None and now.word == "true" else ()
        verbs = {"start": "start", "stop": "stop", "restart timer": "restart"}
        verbs["reschedule"] = "reschedule"
        if verb not in verbs:
            return self._unknown()
        names = self.context.names.timers
        targets = [self.context.named("Timer", names, each) for each in self._targets("timer")]
        return [one for name in targets for one in self._made(verbs[verb], name, words=words)]

    # ------------------------------------------------------------------ protocol

    def _protocol(self, verb: str) -> Made:
        if verb == "sleep":
            pause = max(self._number("value", 5000), 15)
            return self._made("sleep", value=nodes.duration(pause, self.span))
        if verb == "stop current group":
            return self._made("leave")
        client = self.action.reference()
        if verb == "close" and client is not None:
            return self._made("close", self.context.param_name(client))
        if verb in ("open", "close"):
            return self._line(verb)
        if verb in ("lock", "unlock", "priority lock", "priority unlock"):
            if verb.startswith("priority"):
                self.context.simplified(self.action.view, "locks have no priority in one program")
            return self._line(verb.split()[-1])
        return self._unknown()

    def _line(self, verb: str) -> Made:
        number = self._number("nr", 0)
        if number not in self.context.names.links:
            self.context.dropped(
                self.action.view, f"connection {number} is no line that is imported"
            )
            return []
        several = len(self.context.names.links) > 1
        return self._made(verb, *([self.context.names.links[number]] if several else []))
