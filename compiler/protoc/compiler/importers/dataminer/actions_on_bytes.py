"""Actions on the bytes of commands and responses."""

from __future__ import annotations

from msgspec.structs import replace

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.acting import Made, Maker
from protoc.compiler.importers.dataminer.params import Param
from protoc.compiler.importers.dataminer.values import octets
from protoc.dsl import tree

_COMMAND = {"make": ("make", ()), "length": ("fill", ("length",)), "crc": ("fill", ("crc",))}
_RESPONSE = {"read": ("read", ()), "length": ("check", ("length",)), "crc": ("check", ("crc",))}


class OnBytes(Maker, frozen=True):
    """Makes actions on the bytes of messages."""

    def make(self) -> Made:
        """Those on a command or response."""
        verb = self.verb
        return self._command(verb) if self.action.on.word == "command" else self._response(verb)

    def _command(self, verb: str) -> Made:
        if verb == "replace":
            return self._swap()
        if verb in _COMMAND and self._here("command"):
            word, words = _COMMAND[verb]
            return self.made(word, words=words)
        return self._bytes(verb, "command")

    def _response(self, verb: str) -> Made:
        if verb in ("clear", "clear length info"):
            return self._forget(verb)
        if verb == "replace":
            self.context.dropped(self.action.view, "another param in the place of one that comes")
            return []
        if verb in _RESPONSE:
            word, words = _RESPONSE[verb]
            return self.made(word, words=words) if self._here("response") else []
        return self._bytes(verb, "response")

    def _bytes(self, verb: str, kind: str) -> Made:
        if verb == "replace data":
            return self.replace_data(None) if self._here(kind) else []
        if verb in ("stuffing", "read stuffing"):
            return self._stuffing("unstuff" if verb[0] == "r" else "stuff", kind)
        return [] if verb in _COMMAND else self.unknown()

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

    def _forget(self, verb: str) -> Made:
        words = ("framing",) if verb == "clear length info" else ()
        names = self.context.names.responses
        found: Made = []
        for target in self.targets("response"):
            name = self.context.named("Response", names, target)
            shared = not words and name in self.context.names.params.values()
            found += self.made("clear", name, words=("response",) if shared else words)
        return found

    def _swap(self) -> Made:
        source = self.action.reference()
        names = self.context.names.commands
        if source is None:
            return self.unknown()
        holder = self.context.param(source)
        found: Made = []
        for target in self.targets("command"):
            name = self.context.named("Command", names, target)
            for param, condition in self._held(holder):
                operands = (
                    ("for", (nodes.reference(param, self.span),)),
                    ("of", (nodes.reference(name, self.span),)),
                )
                position = nodes.number(self.number("nr", 0), self.span)
                maker = replace(self, condition=condition)
                found += maker.made("swap", value=position, operands=operands)
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

    def _stuffing(self, verb: str, kind: str) -> Made:
        if not self._here(kind):
            return []
        given = self.action.given
        marker = octets(given["value"].value) if "value" in given else b""
        if not marker:
            return self.unknown()
        allowed = octets(given["allowed"].value) if "allowed" in given else b""
        operands = self.window("skip")
        if allowed:
            operands = (("unless", (nodes.octets(allowed, self.span),)), *operands)
        return self.made(verb, value=nodes.octets(marker, self.span), operands=operands)
