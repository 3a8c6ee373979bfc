"""Encoding what stands on the wire only sometimes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.annotations import checked_as, value_types
from protoc.compiler.backend.blanks import fields_in
from protoc.compiler.backend.cases import heads
from protoc.compiler.backend.code import octets
from protoc.compiler.backend.encode_checks import Mark, fixed_ways
from protoc.compiler.backend.expressions import named
from protoc.compiler.backend.naming import attribute
from protoc.compiler.backend.plan import steps
from protoc.compiler.backend.values import default_of, defaulted

if TYPE_CHECKING:
    from protoc.compiler.backend.encode import Encoder


class Branches(Struct):
    """Writes the branches of one encoder.

    The bytes of most are put together early, in a variable, so that lengths in front can count
    them. One that holds a check comes late, when the frame it covers is there.
    """

    encoder: Encoder
    _mark: Mark = Mark(0, 0)

    def early(self, branch: model.Branch) -> None:
        """The bytes of a branch in a variable of its own."""
        outer, self.encoder.early = self.encoder.early, True
        self._ways(branch, self.encoder.raws[branch.key])
        self.encoder.early = outer

    def late(self, branch: model.Branch) -> None:
        """The bytes of a branch put behind the frame so far."""
        encoder = self.encoder
        if branch.how not in ("link", "frames") and not encoder.begun:
            encoder.lines.add(f'{encoder.frame} = b""')
            encoder.begun = True
        room = encoder.rooms.get(branch.key)
        if room:
            encoder.lines.add(f"{room} = len({encoder.frame})")
        self._ways(branch, None)
        encoder.begun = True
        if room:
            encoder.lines.add(f"{room} = len({encoder.frame}) - {room}")

    def size(self, branch: model.Branch) -> str:
        """The bytes of a late branch; where they vary it is there before anybody asks."""
        sizes = [str(size) for size in fixed_ways(branch) or ()]
        if not sizes:
            return self.encoder.room(branch)
        if branch.how == "optional":
            sizes.append("0")
        tests = self._tests(branch, self.encoder.spelt)
        found = sizes[-1]
        for size, test in reversed(list(zip(sizes, tests, strict=False))):
            found = f"({size} if {test} else {found})" if test else size
        return found

    def _tests(
        self, branch: model.Branch, spelt: Callable[[model.Expression], str] | None = None
    ) -> list[str]:
        """For each way the condition under which it is written; empty for what is left."""
        spelt = spelt or self.encoder.expression
        tests = []
        for arm in branch.arms:
            if branch.how == "frames":
                tests.append("")
            elif branch.how in ("if", "link") and not branch.given:
                tests.append(spelt(arm.when) if arm.when is not None else "")
            else:
                tests.append(self._is_given(self._telling(branch, arm)))
        return tests

    def _is_given(self, names: Iterable[str]) -> str:
        """Whether one of these is given; empty where that is known."""
        if any(name in self.encoder.sure for name in names):
            return ""
        return " or ".join(f"self.{attribute(name)} is not None" for name in names)

    @contextmanager
    def _known(self, names: Iterable[str]) -> Generator[None]:
        """A test for a single name has told that it is given."""
        outer, several = self.encoder.sure, list(names)
        if len(several) == 1:
            self.encoder.sure = outer | frozenset(several)
        yield
        self.encoder.sure = outer

    def _telling(self, branch: model.Branch, arm: model.Arm) -> tuple[str, ...]:
        """The names that tell by being given that a way is meant: not every way has them."""
        sometimes = model.sometimes((branch,))
        lets = {f.name for f in fields_in(arm.elements) if model.is_let(f)}
        return tuple(name for name in self._given(arm) if name in sometimes - lets)

    def _given(self, arm: model.Arm) -> list[str]:
        """The names a caller gives for one way."""
        return list(value_types(arm.elements, self.encoder.context))

    def _ways(self, branch: model.Branch, variable: str | None) -> None:
        encoder = self.encoder
        self._mark = Mark(len(encoder.lines.lines), encoder.lines.indent)
        if isinstance(branch, model.Lines):
            every = tuple(element for arm in branch.arms for element in arm.elements)
            self._way(branch, model.Arm(every), variable)
            return
        if branch.how == "either" or branch.given:
            self._either(branch, variable)
            return
        if branch.how in ("if", "link"):
            self._conditions(branch, variable)
            return
        # of several frames the first is written
        arm, test = branch.arms[0], self._tests(branch)[0]
        if not test:
            self._way(branch, arm, variable)
            return
        told = self._telling(branch, arm)
        with encoder.lines.block(f"if {test}:"), self._known(told):
            self._way(branch, arm, variable)
        if variable is not None:
            with encoder.lines.block("else:"):
                self._nothing(sorted(model.lets(arm.elements)))
                encoder.lines.add(f'{variable} = b""')

    def _conditions(self, branch: model.Branch, variable: str | None) -> None:
        """The way whose condition holds."""
        encoder = self.encoder
        conditions = [arm.when for arm in branch.arms]
        with heads(encoder.lines, conditions, encoder.expression) as words:
            for arm, word in zip(branch.arms, words, strict=False):
                with encoder.lines.block(word):
                    self._way(branch, arm, variable)
            if conditions[-1] is not None:
                with encoder.lines.block(words[-1]):
                    encoder.refuse("", "a value that is described", "self")

    def agreed(self, branch: model.Branch) -> None:
        """The way that is given is the one whose condition holds, in ways of others as well."""
        if not self._is_open(branch):
            return
        encoder = self.encoder
        encoder.agreeing.add(branch.key)
        if branch.how == "if":
            conditions = [arm.when for arm in branch.arms]
            with heads(encoder.lines, conditions, encoder.expression) as words:
                self._agreed(branch, words)
                if conditions[-1] is not None and branch.given:
                    with encoder.lines.block(words[-1]):
                        encoder.refuse("", "a value that is described", "self")
            return
        tests = self._tests(branch)
        words = [f"{'elif' if i else 'if'} {test}:" for i, test in enumerate(tests) if test]
        self._agreed(branch, [*words, "else:"][: len(branch.arms)])

    def _is_open(self, branch: model.Branch) -> bool:
        """Whether a way in it is yet to be compared, and lengths are there that tell it."""
        encoder = self.encoder
        given = [e for e in model.walk((branch,)) if isinstance(e, model.Branch) and e.given]
        told = {n for e in given for arm in e.arms if arm.when for n in named(arm.when)}
        derived = {f.key for f in encoder.message.fields() if isinstance(f.origin, model.Derived)}
        done = all(encoder.is_there(key) for key in told & derived)
        return done and any(e.key not in encoder.agreeing for e in given)

    def _agreed(self, branch: model.Branch, words: list[str]) -> None:
        encoder = self.encoder
        for arm, word in zip(branch.arms, words, strict=False):
            before = len(encoder.lines.lines)
            with encoder.lines.block(word):
                if branch.given:
                    mine = self._telling(branch, arm)
                    others = {n for a in branch.arms for n in self._telling(branch, a)}
                    self._nothing(sorted(others - set(mine)))
                    for name in mine:
                        if name not in model.sometimes(arm.elements):
                            self._needed(branch, arm, name)
                for element in arm.elements:
                    if isinstance(element, model.Branch):
                        self.agreed(element)
                if len(encoder.lines.lines) == before + 1:
                    encoder.lines.add("pass")

    def _either(self, branch: model.Branch, variable: str | None) -> None:
        """The first way whose fields are given; of those with the same fields the first they fit.

        A way without fields of its own is written when no other is meant.
        """
        encoder = self.encoder
        groups: dict[tuple[str, ...], list[model.Arm]] = {}
        for arm in branch.arms:
            groups.setdefault(tuple(sorted(self._telling(branch, arm))), []).append(arm)
        rest = groups.pop((), [])
        word = "if"
        for names, arms in groups.items():
            test = self._is_given(names)
            if not test and word == "if":
                self._attempts(branch, arms, variable)
                return
            with encoder.lines.block(f"{word} {test}:" if test else "else:"), self._known(names):
                self._attempts(branch, arms, variable)
            if not test:
                return
            word = "elif"
        if rest and not groups:
            self._attempts(branch, rest, variable)
            return
        with encoder.lines.block("else:"):
            if rest:
                self._attempts(branch, rest, variable)
                return
            names_ = dict.fromkeys(name for arm in branch.arms for name in self._given(arm))
            encoder.refuse("", "one of " + ", ".join(f"`{name}`" for name in names_), "self")

    def _attempts(self, branch: model.Branch, arms: list[model.Arm], variable: str | None) -> None:
        """Ways with the same fields: the first that the values fit."""
        encoder = self.encoder
        first, *others = arms
        if not others:
            self._fitting(branch, first, last=True)
            self._way(branch, first, variable)
            return
        with encoder.lines.block("try:"):
            self._fitting(branch, first)
            self._way(branch, first, variable)
        with encoder.lines.block(f"except {encoder.context.use('UNFIT')}:"):
            self._attempts(branch, others, variable)

    def _fitting(self, branch: model.Branch, arm: model.Arm, *, last: bool = False) -> None:
        """What is a label or an object of another way is none of this one.

        The `last` one takes labels as the numbers they are.
        """
        encoder = self.encoder
        mine = {f.name: f for f in fields_in(arm.elements)}
        for other in fields_in(tuple(e for a in branch.arms if a is not arm for e in a.elements)):
            name, field = other.name or "", mine.get(other.name)
            value = f"self.{attribute(name)}"
            if field is None or (cls := self._class(other)) == self._class(field):
                continue
            if other.conversion.enum is not None:
                if last:
                    continue
                test = f"isinstance({value}, {cls})"
            elif isinstance(field.wire, model.Items):
                test = f"not all(isinstance(item, {self._class(field)}) for item in {value})"
            else:
                test = f"not isinstance({value}, {self._class(field) or 'int'})"
            with encoder.lines.block(f"if {test}:"):
                encoder.refuse(name, "nothing of another way", value)

    def _class(self, field: model.Field) -> str:
        """The class of the values of a field, or of the items in its list; empty for plain ones."""
        wire = field.wire.item.wire if isinstance(field.wire, model.Items) else field.wire
        classes = self.encoder.context.classes
        if isinstance(wire, model.Nested):
            return classes[f"record {wire.record.name}"]
        if isinstance(wire, model.Bits):
            return classes[wire.group] if wire.group else ""
        return classes[field.conversion.enum] if field.conversion.enum is not None else ""

    def _way(self, branch: model.Branch, arm: model.Arm, variable: str | None) -> None:
        """One way: what belongs to another must not be given, what belongs to it must."""
        encoder = self.encoder
        before = len(encoder.lines.lines)
        mine = self._given(arm)
        foreign = {name for other in branch.arms for name in self._given(other)} - set(mine)
        self._nothing(sorted(foreign if branch.how not in ("link", "frames") else ()))
        left_out = self._defaults(branch, arm)
        needed = [
            name
            for name in mine
            if name not in model.sometimes(arm.elements) and name not in left_out
        ]
        lets = model.lets(arm.elements)
        told = branch.how in ("if", "link", "frames") and not branch.given
        if told or len(mine) > len(lets) + 1:
            for name in needed:
                self._needed(branch, arm, name)
        for name, (key, default) in left_out.items():
            if name in encoder.sure:
                continue
            value = encoder.instead[key] = encoder.fresh(f"{name}_value")
            own = f"self.{attribute(name)}"
            encoder.lines.rows(f"{value} = ", (default, f"if {own} is None", f"else {own}"))
        begun = encoder.begun
        row = steps(arm.elements)
        start = encoder.places.get(branch.key, (None, None))[0]
        waiting = len(encoder.patches)
        pending = encoder.swapped()
        encoder.ready(row, encoder.origin if start is None else start)
        encoder.lengths(row)
        encoder.agreed(arm.elements)
        for step in row:
            encoder.emit(step)
        if variable is None:
            encoder.flush()
            encoder.leave(branch, self._mark, waiting)
            encoder.joined(pending)
            encoder.begun = begun
            if len(encoder.lines.lines) == before:
                encoder.lines.add("pass")
        else:
            encoder.lines.add(f"{variable} = ", encoder.joined(pending))
            self._unlike_behind(branch, arm, variable)
            encoder.leave(branch, self._mark, waiting)

    def _needed(self, branch: model.Branch, arm: model.Arm, name: str) -> None:
        """A value must be given, and be one of this way where others have other types."""
        value, context = f"self.{attribute(name)}", self.encoder.context
        own = value_types(arm.elements, context)[name]
        if own != value_types((branch,), context)[name] and (accepted := checked_as(own)):
            cls, words = accepted
            with self.encoder.lines.block(f"if not isinstance({value}, {cls}):"):
                self.encoder.refuse(name, words, value)
        elif name in model.sometimes((branch,)):
            with self.encoder.lines.block(f"if {value} is None:"):
                self.encoder.refuse(name, "a value", "None")

    def _nothing(self, names: Iterable[str]) -> None:
        """Values that belong to another way, which is not gone."""
        for name in names:
            value = f"self.{attribute(name)}"
            with self.encoder.lines.block(f"if {value} is not None:"):
                self.encoder.refuse(name, "nothing", value)

    def _unlike_behind(self, branch: model.Branch, arm: model.Arm, variable: str) -> None:
        """What begins like the constants that stand there instead would be read as those."""
        ends = [
            octets(end)
            for target in branch.behind or ()
            for end in (
                target.alternatives
                if isinstance(target, model.Constant)
                else [end for _, ends in target.by_link for end in ends]
            )
        ]
        for end in dict.fromkeys(ends):
            with self.encoder.lines.block(f"if {variable}.startswith({end}):"):
                name = next(iter(self._given(arm)), "")
                self.encoder.refuse(name, "what does not begin with what is behind it", "self")

    def _defaults(self, branch: model.Branch, arm: model.Arm) -> dict[str, tuple[str, str]]:
        """The key and the default of each field of one way that may be left out."""
        sometimes = model.sometimes((branch,)) - model.sometimes(arm.elements)
        context = self.encoder.context
        return {
            field.name: (field.key, default_of(field, context))
            for field in model.walk(arm.elements)
            if isinstance(field, model.Field) and field.name in sometimes and defaulted(field)
        }
