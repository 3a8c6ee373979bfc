"""Actions on params."""

from __future__ import annotations

from protoc.compiler.importers.dataminer import nodes
from protoc.compiler.importers.dataminer.acting import OTHER_DOMAINS, Made, Maker
from protoc.compiler.importers.dataminer.elements import Reference
from protoc.compiler.importers.dataminer.objects import QAction
from protoc.dsl import tree

_ARITHMETIC = {"increment": "+", "multiply": "*", "pow": "**"}


class OnParams(Maker, frozen=True):
    """Makes actions on params."""

    def make(self) -> Made:
        """Those on params."""
        verb = self.verb
        if verb in OTHER_DOMAINS["parameter"]:
            return self.unknown()
        found: Made = []
        for target in self.targets("parameter"):
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
            return self.made(word, name, words=words)
        if verb in _ARITHMETIC:
            value = tree.Binary(
                _ARITHMETIC[verb], nodes.reference(name, span), self._amount(), span=span
            )
            return self.made("set", name, value=value)
        if verb in ("copy", "copy reverse", "append", "append data"):
            return self._moved(verb, name)
        if verb == "change length" and (size := self.action.reference()) is not None:
            to = nodes.reference(self.context.param_name(size), span)
            return self.made("resize", name, operands=(("to", (to,)),))
        if verb == "replace data":
            return self.replace_data(name)
        if verb == "run actions":
            return self._hooks(target)
        return self.unknown()

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
                return self.unknown()
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
        return self.made(verb.split()[0], from_, words=words, operands=(*operands, to))

    def _inputs(self, qaction: QAction) -> tuple[tree.Expression, ...]:
        """What a QAction is given: its inputs that there are."""
        params, names = self.context.connector.params, self.context.names.params
        there = (each.id for each in qaction.inputs if each.id in params)
        return tuple(nodes.reference(names[each], self.span) for each in there)

    def _hooks(self, target: Reference) -> Made:
        hooks = self.context.names.hooks
        found: Made = []
        for number, qaction in self.context.connector.qactions.items():
            if any(each.id == target.id for each in qaction.triggers):
                given = self._inputs(qaction)
                called = nodes.call(hooks[number], self.span, *given) if given else hooks[number]
                found += self.made("run", called)
        if not found:
            self.context.simplified(self.action.view, "no QAction is run by this param")
        return found
