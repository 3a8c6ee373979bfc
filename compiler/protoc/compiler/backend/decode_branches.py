"""Decoding what stands on the wire only sometimes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.annotations import read_types
from protoc.compiler.backend.cases import heads
from protoc.compiler.backend.code import Call, Code, Named, octets, text
from protoc.compiler.backend.naming import attribute, local
from protoc.compiler.backend.places import At
from protoc.compiler.backend.plan import Enter, Leave, Literal, Step, steps
from protoc.compiler.backend.present import Presenter
from protoc.compiler.resolve.beginnings import beginning

if TYPE_CHECKING:
    from protoc.compiler.backend.decode import Decoder


class Branches(Struct):
    """Writes the branches of one decoder: the values of their fields wait in variables."""

    decoder: Decoder

    def write(self, branch: model.Branch, behind: list[Step]) -> None:
        """One branch, and behind it the position it has come to."""
        decoder = self.decoder
        start, end = decoder.at, decoder.position()
        self._declare(branch)
        if branch.how in ("if", "link"):
            self._conditions(branch, end, behind)
        elif branch.how == "optional":
            self._optional(branch, end, behind)
        else:
            self._either(branch.arms, end, behind)
        decoder.forget()
        decoder.moved(branch.key, start, end)

    def _declare(self, branch: model.Branch) -> None:
        """The variables of the fields, None where a way does not have them."""
        decoder = self.decoder
        sometimes = model.sometimes((branch,))
        for name, type_ in read_types((branch,), decoder.context).items():
            if name in decoder.settled:
                if name in sometimes:
                    decoder.lines.add(f"{decoder.settled[name]} = None")
                continue
            variable = decoder.settled[name] = local(name)
            none = " | None = None" if name in sometimes else ""
            decoder.lines.add(f"{variable}: {type_}{none}")

    def _conditions(self, branch: model.Branch, end: str, behind: list[Step]) -> None:
        decoder, start = self.decoder, self.decoder.at
        conditions = [arm.when for arm in branch.arms]
        with heads(decoder.lines, conditions, decoder.expression) as words:
            for arm, word in zip(branch.arms, words, strict=False):
                outer, decoder.stop = decoder.stop, "len(buffer)" if arm.open else decoder.stop
                with decoder.lines.block(word):
                    self._arm(arm, start, end, behind)
                decoder.stop = outer
            if conditions[-1] is not None:
                with decoder.lines.block(words[-1]):
                    decoder.fail("value", "", start, text("one of the values described"),
                                 '"another"', known=False)  # fmt: skip

    def _optional(self, branch: model.Branch, end: str, behind: list[Step]) -> None:
        decoder, start = self.decoder, self.decoder.at
        (arm,) = branch.arms
        decoder.lines.add(f"{end} = {start}")
        with decoder.lines.block(f"if {self._present(branch, start)}:"):
            self._arm(arm, start, end, behind)

    def _present(self, branch: model.Branch, start: At) -> str:
        """Whether what is optional stands here, by its first element or what stands instead."""
        decoder = self.decoder
        stop = decoder.stop or "None"
        first, *behind = _taking(steps(branch.arms[0].elements))
        at = str(start)
        if isinstance(first, model.Filler) and behind:
            # what takes a byte for certain tells, whatever is passed over in front of it
            skip, at = decoder.context.filler(first), decoder.position()
            arguments = (decoder.buffer, str(start), str(decoder.origin), stop)
            decoder.lines.add(f"{at} = ", Call(f"{skip}.skip", arguments))
            first = behind[0]
        place = f"{decoder.buffer}, {at}, {decoder.origin}, {stop}"
        if isinstance(first, Literal):
            delimiter = decoder.context.delimiter(first.alternatives)
            return f"{delimiter}.stands({place})"
        fields, enums = decoder.message.fields(), decoder.context.enums
        if values := beginning(branch.arms[0].elements, fields, enums):
            return f"{decoder.context.use('among')}({place}, {octets(values)})"
        tests = []
        if stop != "None":
            behind_it = f" - {branch.between}" if branch.between else ""
            tests.append(f"{start} < {decoder.limit}{behind_it}")
        if branch.behind:
            tests.append(f"not {decoder.delimiter(steps(branch.behind))}.stands({place})")
        return " and ".join(tests)

    def _either(
        self,
        arms: tuple[model.Arm, ...],
        end: str,
        behind: list[Step],
        failed: tuple[str, ...] = (),
    ) -> None:
        """One way tried after the other: the first that fits wholly.

        `failed` are the errors of those before: of all, the one is told that came furthest.
        """
        decoder, start = self.decoder, self.decoder.at
        first, *others = arms
        if not steps(first.elements):  # fits wherever it is tried
            self._arm(first, start, end, behind)
            return
        with decoder.lines.block("try:"):
            self._arm(first, start, end, behind, apart=bool(others))
        failure = decoder.fresh("failure")
        # nobody tells of it where the next one fits
        named = "" if others and not steps(others[0].elements) else f" as {failure}"
        with decoder.lines.block(f"except {decoder.context.use('DecodeError')}{named}:"):
            if not others:
                before, *between = (*failed, failure)
                call = Call(f"{before}.furthest", tuple(between))
                decoder.lines.add("raise ", call, " from None")
                return
            rest = {n for arm in others for n in read_types(arm.elements, decoder.context)}
            for name in read_types(first.elements, decoder.context):
                if name not in rest:
                    decoder.lines.add(f"{decoder.settled[name]} = None")
            decoder.at = start
            decoder.forget()
            self._either(tuple(others), end, behind, (*failed, failure))

    def _arm(
        self, arm: model.Arm, start: At, end: str, behind: list[Step], *, apart: bool = False
    ) -> None:
        """The elements of one way, their values put into the variables of the branch."""
        decoder = self.decoder
        for target, value in self.taken(arm, start, behind, apart=apart):
            decoder.lines.add(f"{target} = ", value)
        if str(decoder.at) != end:
            decoder.lines.add(f"{end} = {decoder.at}")

    def taken(
        self, arm: model.Arm, start: At, behind: list[Step], *, apart: bool = False
    ) -> list[tuple[str, Code]]:
        """Take the elements of one way apart; which values belong into which variables.

        `apart` looks at its first constant before the rest is asked for: others may be shorter.
        """
        decoder = self.decoder
        outer, decoder.fields = decoder.fields, []
        whole, decoder.whole = decoder.whole, ""
        closed, decoder.closed = decoder.closed, []
        decoder.at = start
        decoder.forget()
        with decoder.inside():
            row = steps(arm.elements)
            if apart and row and isinstance(row[0], Literal):
                decoder.expect(row[0])
                row = row[1:]
            decoder.row(row, tuple(behind))
            decoder.verify()
            decoder.open()
            found: list[tuple[str, Code]] = []
            for field_ in decoder.fields:
                for value in Presenter(decoder).values(field_):
                    assert isinstance(value, Named)
                    name = value.name.removesuffix("=")
                    target = next(v for n, v in decoder.settled.items() if attribute(n) == name)
                    if str(value.value) != target:
                        found.append((target, value.value))
        decoder.fields, decoder.whole, decoder.closed = outer, whole, closed
        return found


def _taking(row: list[Step]) -> list[Step]:
    """The steps that stand for bytes."""
    return [step for step in row if not isinstance(step, Enter | Leave)]
