"""Encoding what stands on the wire only sometimes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protoc.compiler import model
from protoc.compiler.backend.naming import attribute
from protoc.compiler.backend.plan import steps
from protoc.compiler.backend.values import default_of, defaulted, value_types
from protoc.compiler.resolve.types import total_size

if TYPE_CHECKING:
    from protoc.compiler.backend.encode import Encoder


@dataclass
class Branches:
    """Writes the branches of one encoder.

    The bytes of most are put together early, in a variable, so that lengths in front can count
    them. One that holds a check comes late, when the frame it covers is there.
    """

    encoder: Encoder

    def early(self, branch: model.Branch) -> None:
        """The bytes of a branch in a variable of its own."""
        self._ways(branch, self.encoder.raws[branch.key])

    def late(self, branch: model.Branch) -> None:
        """The bytes of a branch put behind the frame so far."""
        encoder = self.encoder
        if branch.how != "link" and not encoder.begun:
            encoder.lines.add(f'{encoder.frame} = b""')
            encoder.begun = True
        self._ways(branch, None)
        encoder.begun = True

    def size(self, branch: model.Branch) -> str:
        """The bytes of a late branch, which must be known before it is written."""
        sizes = [str(total_size(arm.elements)) for arm in branch.arms]
        if branch.how == "optional":
            sizes.append("0")
        tests = self._tests(branch)
        found = sizes[-1]
        for size, test in reversed(list(zip(sizes, tests, strict=False))):
            found = f"({size} if {test} else {found})" if test else size
        return found

    def _tests(self, branch: model.Branch) -> list[str]:
        """For each way the condition under which it is written; empty for what is left."""
        encoder = self.encoder
        tests = []
        for arm in branch.arms:
            if branch.how in ("if", "link"):
                tests.append(encoder.expression(arm.when) if arm.when is not None else "")
            else:
                given = self._given(arm)
                tests.append(" or ".join(f"self.{attribute(name)} is not None" for name in given))
        return tests

    def _given(self, arm: model.Arm) -> list[str]:
        """The names a caller gives for one way."""
        return list(value_types(arm.elements, self.encoder.context))

    def _ways(self, branch: model.Branch, variable: str | None) -> None:
        encoder = self.encoder
        if isinstance(branch, model.Lines):
            every = tuple(element for arm in branch.arms for element in arm.elements)
            self._way(branch, model.Arm(every), variable)
            return
        word = "if"
        closed = False
        for arm, test in zip(branch.arms, self._tests(branch), strict=True):
            if closed:
                break
            if not test and word == "if":
                self._way(branch, arm, variable)
                return
            with encoder.lines.block(f"{word} {test}:" if test else "else:"):
                self._way(branch, arm, variable)
            closed = not test
            word = "elif"
        if closed:
            return
        if branch.how == "optional":
            if variable is not None:
                with encoder.lines.block("else:"):
                    encoder.lines.add(f'{variable} = b""')
            return
        with encoder.lines.block("else:"):
            names = [name for arm in branch.arms for name in self._given(arm)]
            words = "one of " + ", ".join(f"`{name}`" for name in names)
            if branch.how in ("if", "link"):
                words = "a value that is described"
            encoder.refuse("", words, "self")

    def _way(self, branch: model.Branch, arm: model.Arm, variable: str | None) -> None:
        """One way: what belongs to another must not be given, what belongs to it must."""
        encoder = self.encoder
        mine = self._given(arm)
        foreign = {name for other in branch.arms for name in self._given(other)} - set(mine)
        for name in sorted(foreign if branch.how != "link" else ()):
            with encoder.lines.block(f"if self.{attribute(name)} is not None:"):
                encoder.refuse(name, "nothing", f"self.{attribute(name)}")
        left_out = self._defaults(branch, arm)
        needed = [
            name
            for name in mine
            if name not in model.sometimes(arm.elements) and name not in left_out
        ]
        if branch.how in ("if", "link") or len(mine) > 1:
            for name in needed:
                if name in model.sometimes((branch,)):
                    with encoder.lines.block(f"if self.{attribute(name)} is None:"):
                        encoder.refuse(name, "a value", "None")
        for name, (key, default) in left_out.items():
            value = encoder.instead[key] = encoder.fresh(f"{name}_value")
            own = f"self.{attribute(name)}"
            encoder.lines.add(f"{value} = {default} if {own} is None else {own}")
        begun = encoder.begun
        row = steps(arm.elements)
        start = encoder.places.get(branch.key, (None, None))[0]
        pending = encoder.swapped()
        encoder.ready(row, start if start is not None and variable is None else encoder.origin)
        encoder.lengths(row)
        encoder.agreed(arm.elements)
        for step in row:
            encoder.emit(step)
        if variable is None:
            encoder.flush()
            encoder.joined(pending)
            encoder.begun = begun
        else:
            encoder.lines.add(f"{variable} = ", encoder.joined(pending))

    def _defaults(self, branch: model.Branch, arm: model.Arm) -> dict[str, tuple[str, str]]:
        """The key and the default of each field of one way that may be left out."""
        sometimes = model.sometimes((branch,)) - model.sometimes(arm.elements)
        context = self.encoder.context
        return {
            field.name: (field.key, default_of(field, context))
            for field in model.walk(arm.elements)
            if isinstance(field, model.Field) and field.name in sometimes and defaulted(field)
        }


def holds_check(element: model.Element) -> bool:
    """Whether a check stands in an element, which needs the frame in front of it.

    A check in something coded does not: it covers what is coded with it.
    """
    if isinstance(element, model.Coded):
        return False
    if isinstance(element, model.Field):
        return isinstance(element.origin, model.Derived) and element.origin.reason == "crc"
    return any(holds_check(inner) for row in model.parts(element) for inner in row)
