"""The conversation as the table of the generated module."""

from __future__ import annotations

from collections.abc import Sequence
from tokenize import NAME, generate_tokens

from msgspec import Struct, field

from protoc.compiler import model
from protoc.compiler.backend.actions import given as given_fields
from protoc.compiler.backend.actions import row
from protoc.compiler.backend.annotations import annotation
from protoc.compiler.backend.blanks import blank
from protoc.compiler.backend.code import Call, Code, keyed, laid_out, literal, octets, text, tupled
from protoc.compiler.backend.context import Context
from protoc.compiler.backend.expressions import FUNCTIONS, READABLE, function
from protoc.compiler.backend.layout import form
from protoc.compiler.backend.naming import attribute
from protoc.compiler.backend.values import given, members_of
from protoc.dsl.source import Span


class ConversationView(Struct, frozen=True):
    """The lines of `PROTOCOL: Final = Protocol(…)`, and what they need of the runtime.

    Attributes:
        acts: there are actions in it.
        computes: there are functions of the conversation in it.
    """

    lines: list[str]
    imports: set[str] = field(default_factory=set)
    acts: bool = False
    computes: bool = False


def conversation(protocol: model.Protocol, context: Context) -> ConversationView:
    """The table of a protocol."""
    return _Writer(protocol, context).write()


def conditions(protocol: model.Protocol) -> dict[tuple[str, str], str]:
    """The conditions of the rows, as a reader writes them, by kind and name."""
    rows: dict[str, Sequence[model.Pair | model.Group | model.Timer | model.Trigger]] = {
        "pair": protocol.pairs,
        "group": protocol.groups,
        "timer": protocol.timers,
        "trigger": protocol.triggers,
    }
    return {
        (kind, row.name): READABLE.write(row.when)
        for kind, found in rows.items()
        for row in found
        if row.when is not None
    }


class _Writer:
    def __init__(self, protocol: model.Protocol, context: Context) -> None:
        self.protocol = protocol
        self.context = context
        self.imports: set[str] = {"Protocol"}
        self.acts = False
        works = (a for a in protocol.actions() if isinstance(a.verb, model.OnBytes))
        self.on_bytes = {name for action in works for name in action.params()}

    def write(self) -> ConversationView:
        p = self.protocol
        rows: list[Code] = [keyed("name", text(p.name))]
        if p.title:
            rows.append(keyed("title", text(p.title)))
        messages = [self._class(m.name) for m in p.messages if not m.part]
        sections: list[tuple[str, Sequence[Code]]] = [
            ("links", [self._link(link) for link in p.links]),
            ("params", [self._param(param) for param in p.params]),
            ("messages", messages),
            ("pairs", [self._pair(pair) for pair in p.pairs]),
            ("groups", [self._group(group) for group in p.groups]),
            ("timers", [self._timer(timer) for timer in p.timers]),
            ("triggers", [self._trigger(trigger) for trigger in p.triggers]),
            ("hooks", [self._hook(hook) for hook in p.hooks]),
            ("joins", [self._join(join) for join in p.joins]),
        ]
        rows += [keyed(name, tupled(list(found))) for name, found in sections if found]
        if p.explicit:
            rows.append(keyed("explicit", "True"))
        if p.implied:
            rows.append(keyed("implied", "True"))
        if p.assumed:
            assumed = tuple(f"{text(k)}: {text(v)}" for k, v in p.assumed.items())
            rows.append(keyed("assumed", Call("", assumed, "{}")))
        lines = laid_out("PROTOCOL: Final = ", Call("Protocol", tuple(rows)))
        return ConversationView(lines, self.imports, self.acts, _names(lines, FUNCTIONS))

    def _call(self, name: str, /, *arguments: Code, **options: Code | None) -> Call:
        self.imports.add(name)
        named = [keyed(k, v) for k, v in options.items() if v is not None]
        return Call(name, (*arguments, *named))

    def _class(self, message: str) -> str:
        return self.context.classes[f"message {message}"]

    def _link(self, link: model.Link) -> Call:
        return self._call(
            "Link",
            text(link.name),
            text(link.kind),
            role=text(link.role) if link.role != "client" else None,
            port=str(link.port) if link.port else None,
            local_port=str(link.local_port) if link.local_port else None,
            serial=self._serial(link) if link.kind == "serial" else None,
            timeout=repr(link.timeout),
            retries=str(link.retries),
            gap=repr(link.gap) if link.gap else None,
            largest=str(link.largest) if link.largest != 65536 else None,
            server=self._server(link),
            units=self._units(link),
            datagram="True" if link.datagram else None,
            idle=repr(link.idle) if link.idle else None,
            idle_characters=repr(link.idle_characters) if link.idle_characters else None,
            hand_over=str(link.hand_over) if link.hand_over else None,
            peer_header="True" if link.peer_header else None,
            half_duplex="True" if link.half_duplex else None,
            echo=text(link.echo) if link.echo else None,
            bystanders=text(link.bystanders) if link.bystanders else None,
            idle_close=repr(link.idle_close) if link.idle_close else None,
            reconnect=repr(link.reconnect) if link.reconnect else None,
            reconnect_longest=(
                repr(link.reconnect_longest)
                if link.reconnect and link.reconnect_longest != 60.0
                else None
            ),
            **self._talk(link),
            line=_line(link.span),
        )

    def _talk(self, link: model.Link) -> dict[str, Code | None]:
        """How both sides talk over a link."""
        slow: Code | None = None
        if link.slow_poll:
            slow = self._call(
                "SlowPoll",
                repr(link.slow_poll),
                after=repr(link.slow_after) if link.slow_after else None,
                timeouts=str(link.slow_timeouts) if link.slow_timeouts else None,
            )
        return {
            "compose": text(link.compose) if link.compose != "dequeue" else None,
            "where": self._condition(link.where),
            "no_reply": self._condition(link.no_reply),
            "greeting": self._class(link.greeting) if link.greeting else None,
            "late": text(link.late) if link.late != "drop" else None,
            "ignore_equal": "True" if link.ignore_equal else None,
            "offline": repr(link.offline) if link.offline else None,
            "slow_poll": slow,
            "address": text(link.address) if link.address else None,
            "queue": text(link.queue) if link.queue else None,
            "spare_of": text(link.spare_of) if link.spare_of else None,
            "single": "True" if link.single else None,
        }

    def _serial(self, link: model.Link) -> Code:
        """The settings of a port."""
        format_ = link.format or "8N1"
        lines: dict[str, Code | None] = {
            name: str(value == "on")
            for name, value in (("rts", link.rts), ("dtr", link.dtr))
            if value
        }
        if link.flow:
            lines[link.flow] = "True"
        frame = (str(link.baud or 9600), format_[0], text(format_[1]), format_[2:])
        return self._call("Serial", *frame, **lines)

    def _units(self, link: model.Link) -> Code | None:
        """What cuts the stream into units."""
        if link.packet is not None:
            return tupled([self._call("Packets", self._class(link.packet.text))])
        rows: list[Code] = [self._call("Between", octets(a), octets(b)) for a, b in link.frames]
        return tupled(rows) if rows else None

    def _server(self, link: model.Link) -> Code | None:
        """What is said of those who connect."""
        options: dict[str, Code | None] = {
            "max_connections": str(link.max_connections) if link.max_connections else None,
            "allow": tupled([text(each) for each in link.allow]) if link.allow else None,
            "connected": text(attribute(link.connected, frozenset())) if link.connected else None,
            "disconnected": (
                text(attribute(link.disconnected, frozenset())) if link.disconnected else None
            ),
            "reply": text(link.reply) if link.reply != "asker" else None,
        }
        return self._call("Server", **options) if any(options.values()) else None

    def _param(self, param: model.Param) -> Call:
        type_ = annotation(param.wire, param.conversion, self.context)
        default: Code | None = None
        if param.bits is not None:
            assert isinstance(param.wire, model.Bits)
            cls = self.context.classes[param.wire.group or ""]
            default = Call(cls, members_of(param.wire, param.bits, self.context))
        elif param.default is not None:
            default = given(param.default, param.wire, param.conversion, self.context)
        return self._call(
            "Param",
            text(attribute(param.name, frozenset())),
            type_,
            default=default,
            blank=blank(param.wire, param.conversion, param.bounds, self.context),
            unit=text(param.conversion.unit) if param.conversion.unit else None,
            id=str(param.id) if param.id is not None else None,
            constant="True" if param.constant else None,
            save="True" if param.save else None,
            sets=text(attribute(param.sets, frozenset())) if param.sets else None,
            takes=None if param.takes is None else tupled([literal(e) for e in param.takes]),
            hex="True" if param.conversion.hexadecimal else None,
            form=form(param, self.context) if param.name in self.on_bytes else None,
            line=_line(param.span),
        )

    def _condition(self, expression: model.Expression | None) -> Code | None:
        return None if expression is None else function(expression)

    def _pair(self, pair: model.Pair) -> Call:
        steps: list[Code] = []
        for step in pair.steps:
            answers: list[Code] = [
                self._call("Answer", self._class(a.message), many="True" if a.many else None)
                for a in step
            ]
            steps.append(tupled(answers))
        refusals: list[Code] = [self._class(name) for name in pair.refusals]
        return self._call(
            "Pair",
            text(pair.name),
            self._class(pair.command),
            steps=tupled(steps) if steps else None,
            refusals=tupled(refusals) if refusals else None,
            arguments=given_fields(pair.arguments) if pair.arguments else None,
            where=self._condition(pair.where),
            when=self._condition(pair.when),
            timeout=_number(pair.timeout),
            retries=_number(pair.retries),
            gap=_number(pair.gap),
            links=tupled([text(link) for link in pair.links]) if pair.links else None,
            ping="True" if pair.ping else None,
            quiet="True" if pair.quiet else None,
            bytewise=repr(pair.bytewise) if pair.bytewise else None,
            after_idle=repr(pair.after_idle) if pair.after_idle else None,
            id=_number(pair.id),
            line=_line(pair.span),
        )

    def _action(self, verb: model.Verb, when: model.Expression | None = None) -> Call:
        self.acts = True
        return row(verb, self.context, when)

    def _group(self, group: model.Group) -> Call:
        return self._call(
            "Group",
            text(group.name),
            tupled([self._action(item.verb, item.when) for item in group.items]),
            when=self._condition(group.when),
            immediate="True" if group.immediate else None,
            links=tupled([text(link) for link in group.links]) if group.links else None,
            id=_number(group.id),
            line=_line(group.span),
        )

    def _timer(self, timer: model.Timer) -> Call:
        after: Code | None = None
        if timer.after:
            after = tupled([repr(timer.after[0]), repr(timer.after[1])])
        return self._call(
            "Timer",
            text(timer.name),
            repr(timer.every),
            tupled([self._action(target) for target in timer.targets]),
            after=after,
            stopped="True" if timer.stopped else None,
            gap=repr(timer.gap) if timer.gap else None,
            when=self._condition(timer.when),
            id=_number(timer.id),
            line=_line(timer.span),
        )

    def _on(self, on: model.On | None) -> Code:
        if on is None:
            return "None"
        name = attribute(on.name, frozenset()) if on.kind == "param" else on.name
        arguments: list[Code] = [text(on.event)]
        if on.kind:
            arguments += [text(on.kind), *([text(name)] if name else [])]
        return self._call(
            "On",
            *arguments,
            name=text(name) if name and not on.kind else None,
            last="True" if on.last else None,
            after_response="True" if on.after_response else None,
            seconds=repr(on.seconds) if on.seconds else None,
        )

    def _trigger(self, trigger: model.Trigger) -> Call:
        otherwise = [self._action(action.verb, action.when) for action in trigger.otherwise]
        return self._call(
            "Trigger",
            text(trigger.name),
            self._on(trigger.on),
            tupled([self._action(action.verb, action.when) for action in trigger.actions]),
            otherwise=tupled(list(otherwise)) if otherwise else None,
            when=self._condition(trigger.when),
            id=_number(trigger.id),
            line=_line(trigger.span),
        )

    def _join(self, join: model.Join) -> Call:
        return self._call(
            "Join",
            text(attribute(join.name, frozenset())),
            self._class(join.message),
            function(join.value),
            first=function(join.first),
            last=function(join.last),
            line=_line(join.span),
        )

    def _hook(self, hook: model.Hook) -> Call:
        names: list[Code] = [text(parameter.name) for parameter in hook.parameters]
        more: list[Code] = [self._on(event) for event in hook.events[1:]]
        return self._call(
            "Hook",
            text(attribute(hook.name, frozenset())),
            *([tupled(names)] if names else []),
            on=self._on(hook.events[0]) if hook.events else None,
            more=tupled(more) if more else None,
            when=self._condition(hook.when),
            id=_number(hook.id),
            line=_line(hook.span),
        )


def _names(lines: Sequence[str], name: str) -> bool:
    """Whether code uses a name."""
    tokens = generate_tokens(iter([f"{line}\n" for line in lines]).__next__)
    return any(token.type == NAME and token.string == name for token in tokens)


def _number(value: float | None) -> str | None:
    return None if value is None else literal(value)


def _line(span: Span) -> str | None:
    """Where the description says it; nothing for what it takes from another file."""
    return None if span.source.used_as else str(span.line)
