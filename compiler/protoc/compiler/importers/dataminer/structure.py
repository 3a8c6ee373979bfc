"""What is suspicious in the structure of a connector although it can be imported.

The numbers 4701 to 4705 are those under which the platform's own validator reports the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protoc.compiler.importers.dataminer.completion import OPEN, early
from protoc.compiler.importers.dataminer.connector import Connector
from protoc.compiler.importers.dataminer.context import Context
from protoc.compiler.importers.dataminer.elements import Reference
from protoc.compiler.importers.dataminer.objects import Message, Trigger
from protoc.compiler.importers.dataminer.params import Param
from protoc.compiler.importers.dataminer.types import fixed_size
from protoc.dsl.diagnostics import Label
from protoc.dsl.source import Span

_ASSUMED = {
    "subtract": "the two's complement of the sum, in the width of the field",
    "lsb after subtract": "the two's complement of the sum, its lowest byte",
    "2comp": "the two's complement of the sum, its lowest byte",
    "crc16": "CRC-16/ARC",
    "crc-16": "CRC-16/ARC",
    "crc-ccitt": "CRC-16/CCITT-FALSE",
    "fletcher": "Fletcher-16 modulo 255",
}


def inspect(context: Context) -> None:
    """Warn of what is suspicious."""
    inspector = _Inspector(context)
    connector = context.connector
    for response in connector.responses.values():
        inspector.response(response)
    for command in connector.commands.values():
        inspector.command(command)
    inspector.pairs()
    inspector.catch_all()
    inspector.framing()
    inspector.doubled()
    for param in connector.params.values():
        inspector.param(param)


class _Inspector:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._connector = context.connector
        self._before_response = _Steps(context.connector, "response", "before")
        self._before_command = _Steps(context.connector, "command", "before")

    def _warn(
        self, code: str, message: str, span: Span, label: str, help: str, *labels: Label
    ) -> None:
        self._context.diagnostics.warning(code, message, span, label, labels=labels, help=help)

    def _params(self, message: Message) -> list[tuple[Param, Span]]:
        known = self._connector.params
        return [(known[each.id], each.span) for each in message.params if each.id in known]

    # ------------------------------------------------------------------ messages

    def response(self, response: Message) -> None:
        """The fields of a response, what fills them, and when it is taken."""
        own = self._params(response)
        params = [param for param, _ in own]
        self._delimiters(own)
        steps = self._before_response(response.id)
        if any(param.interprete.sizing in OPEN for param in params) and "read" not in steps:
            self._unread(response, own)
        checks = (("crc", "W0810", "checksum"), ("length", "W0811", "length"))
        for kind, code, noun in checks:
            if any(param.kind == kind for param in params) and kind not in steps:
                self._warn(
                    code,
                    f"nothing verifies the {noun} of response {response.id}",
                    response.span,
                    f"no `{kind}` action runs before it",
                    f"add the action `{kind}` to a trigger before this response",
                )
        smart = (line := self._context.connector.on(response.connection)) and line.smart
        inner = response.id in _nested(self._connector)
        if params and not smart and not inner and not early(params):
            self._warn(
                "W0807",
                f"response {response.id} is taken only when its time is up",
                response.span,
                "nothing tells where it ends (4705)",
                "end it with a param of type trailer, or put a length of a fixed size into it",
            )

    def _unread(self, response: Message, own: Sequence[tuple[Param, Span]]) -> None:
        span = next(span for param, span in own if param.interprete.sizing in OPEN)
        self._warn(
            "W0809",
            f"nothing reads the fields of response {response.id}",
            span,
            "its size varies",
            "add the action `read` to a trigger before this response",
        )

    def _delimiters(self, own: Sequence[tuple[Param, Span]]) -> None:
        """Rules for what ends a field whose size varies."""
        for (param, span), following in zip(own, [*own, None][1:], strict=True):
            if param.interprete.sizing not in OPEN or following is None:
                continue
            after = following[0]
            label = Label(following[1], "this follows it")
            until = param.interprete.until
            if until is not None:
                self._named_end(param, own, span, until)
            elif after.interprete.sizing in OPEN:
                self._warn(
                    "W0806",
                    f"two fields of any size follow each other: {param.name} and {after.name}",
                    span,
                    "nothing tells where it ends (4704)",
                    "put a constant between them, or give one of them a size",
                    label,
                )
            elif not self._context.constant(after):
                self._warn(
                    "W0804",
                    f"{param.name} runs to the next param, which is no constant",
                    span,
                    "ends at the constant behind it (4701)",
                    "name the constant it ends at: `LengthType id=…`",
                    label,
                )

    def _named_end(
        self,
        param: Param,
        own: Sequence[tuple[Param, Span]],
        span: Span,
        until: Reference,
    ) -> None:
        behind = [each for each, place in own if place.start > span.start]
        found = next((each for each in behind if each.id == until.id), None)
        if found is None or not self._context.constant(found):
            what = "does not follow" if found is None else "is no constant"
            self._warn(
                "W0805",
                f"the param that ends {param.name} {what}",
                until.span,
                "4702" if found is None else "4703",
                "name a constant param that stands behind it",
                Label(span, "in this place"),
            )

    def command(self, command: Message) -> None:
        """What makes a command and fills in its checks."""
        steps = self._before_command(command.id)
        params = [param for param, _ in self._params(command)]
        checks = (("crc", "W0810", "checksum"), ("length", "W0811", "length"))
        for kind, code, noun in checks:
            if any(param.kind == kind for param in params) and kind not in steps:
                self._warn(
                    code,
                    f"nothing computes the {noun} of command {command.id}",
                    command.span,
                    f"no `{kind}` action runs before it",
                    f"add the action `{kind}` to a trigger before this command",
                )
        if self._connector.communication.enqueue and "make" not in steps:
            self._warn(
                "W0813",
                f"nothing makes command {command.id}",
                command.span,
                "no `make` action runs before it",
                "with makeCommandByProtocol a trigger before each command has to make it",
            )

    # ------------------------------------------------------------------ pairs, connections

    def pairs(self) -> None:
        """Pairs with several responses: what a response was like before is remembered."""
        cleared = {
            target.id
            for action in self._connector.actions.values()
            if action.on.word == "response" and action.type.word == "clear"
            for target in action.targets
        }
        everything = any(
            action.on.word == "response" and action.type.word == "clear" and not action.targets
            for action in self._connector.actions.values()
        )
        for pair in self._connector.pairs.values():
            ids = {each.id for each in pair.responses}
            if len(ids) > 1 and not everything and not ids & cleared:
                self._warn(
                    "W0817",
                    f"pair {pair.id} has several responses, and none is ever cleared",
                    pair.responses[1].span,
                    "one that comes again with the same bytes sets no param",
                    "clear the other responses when one of them has come",
                )

    def catch_all(self) -> None:
        """A response that takes any bytes hides those behind it."""
        for pair in self._connector.pairs.values():
            self._hidden([*pair.responses, *pair.refusals])
        for connection in self._connector.wired:
            if connection.smart:
                mine = [
                    Reference(number, each.span)
                    for number, each in self._connector.responses.items()
                    if (each.connection or 0) == connection.number
                ]
                self._hidden(mine)

    def _hidden(self, references: Sequence[Reference]) -> None:
        for place, reference in enumerate(references[:-1]):
            response = self._connector.responses.get(reference.id)
            if response is None or len(response.params) != 1:
                continue
            param = self._connector.params.get(response.params[0].id)
            if param is not None and param.interprete.sizing in OPEN:
                hidden = references[place + 1]
                self._warn(
                    "W0808",
                    f"response {response.id} takes any bytes, and others stand behind it",
                    reference.span,
                    "always wins",
                    "put it last",
                    Label(hidden.span, f"response {hidden.id} can never come"),
                )

    def framing(self) -> None:
        """Headers and trailers of lines on which messages come by themselves."""
        for connection in self._connector.wired:
            if not connection.smart or self._connector.communication.packet is not None:
                continue
            mine = [
                param
                for param in self._connector.params.values()
                if param.kind in ("header", "trailer")
                and param.connection in (None, connection.number)
            ]
            for param in mine:
                self._frame_end(param, mine)

    def _frame_end(self, param: Param, mine: Sequence[Param]) -> None:
        if param.link is None:
            self._warn(
                "W0815",
                f"{param.kind} {param.id} is linked to nothing",
                param.kind_span,
                "frames the bytes of the whole connection",
                'link it with the one at the other end: `options="headerTrailerLink=1"`',
            )
        alike = [each for each in mine if each.link == param.link and each.kind == "trailer"]
        if param.kind == "header" and not alike:
            self._warn(
                "W0816",
                f"header {param.id} has no trailer",
                param.kind_span,
                "nothing ends its frames",
                "add a trailer with the same headerTrailerLink",
            )

    def doubled(self) -> None:
        """Triggers for the same event."""
        first: dict[tuple[str, int | None, bool, str], Trigger] = {}
        for trigger in self._connector.triggers.values():
            if trigger.on is None or trigger.time is None:
                continue
            number = trigger.target.id if trigger.target else None
            key = (trigger.on.word, number, trigger.each, trigger.time.word)
            if key in first:
                self._warn(
                    "W0818",
                    f"triggers {first[key].id} and {trigger.id} have the same event",
                    trigger.on.span,
                    "runs behind the other one",
                    "put their actions into one trigger, so that the order is written down",
                    Label(first[key].span, "the first of them"),
                )
            first.setdefault(key, trigger)

    def param(self, param: Param) -> None:
        """What the sources leave open about a param."""
        if param.crc is not None and param.crc.type.word in _ASSUMED:
            self._warn(
                "W0819",
                f"`{param.crc.type.value.strip()}` is taken to be {_ASSUMED[param.crc.type.word]}",
                param.crc.span,
                "its formula is not published",
                "compare it with an answer of the device, and correct the description if need be",
            )
        size = fixed_size(param)
        if (
            param.kind == "bus"
            and not param.text
            and size
            and size > 1
            and not param.interprete.big
        ):
            self._warn(
                "W0820",
                f"bus address {param.id} is sent with its lowest byte first",
                param.kind_span,
                "no `Endian` is given",
                "compare it with what the device expects; `Endian` big turns it round",
            )


class _Steps:
    """The actions that run at an event of a message, by its number."""

    def __init__(self, connector: Connector, kind: str, time: str) -> None:
        mine = [
            trigger
            for trigger in connector.triggers.values()
            if trigger.on is not None
            and trigger.on.word == kind
            and trigger.time is not None
            and trigger.time.word == time
        ]
        self._connector = connector
        self._kind = kind
        self._own: dict[int, set[str]] = {}
        self._each: set[str] = set()
        for trigger in mine:
            found = set(self._verbs(trigger, set()))
            if trigger.each:
                self._each |= found
            elif trigger.target is not None:
                self._own.setdefault(trigger.target.id, set()).update(found)

    def __call__(self, number: int) -> set[str]:
        """The verbs for the message of that number."""
        return self._own.get(number, self._each)

    def _verbs(self, trigger: Trigger, passed: set[int]) -> Iterator[str]:
        if trigger.id in passed:
            return
        passed.add(trigger.id)
        for step in trigger.steps:
            if trigger.type == "trigger":
                inner = self._connector.triggers.get(step.target.id)
                if inner is not None:
                    yield from self._verbs(inner, passed)
                continue
            action = self._connector.actions.get(step.target.id)
            if action is not None and action.on.word == self._kind:
                yield action.type.word


def _nested(connector: Connector) -> set[int]:
    """Responses that stand inside of params."""
    return {
        param.of.id
        for param in connector.params.values()
        if param.kind == "response" and param.of is not None
    }
