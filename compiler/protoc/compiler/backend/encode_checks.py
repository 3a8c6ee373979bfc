"""Encoding checks: over the frame so far, or filled in when what they cover is there."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.backend.assemble import Assembly, Piece
from protoc.compiler.backend.code import Code
from protoc.compiler.backend.encode_derived import Deriving
from protoc.compiler.backend.naming import attribute, local
from protoc.compiler.backend.places import Place, span
from protoc.compiler.backend.plan import Step, size_of, slices_of, steps
from protoc.compiler.backend.values import limits
from protoc.compiler.resolve.measures import fixed_size, total_size
from protoc.compiler.resolve.sizes import covered

_SHORT = 24
"""Longer places of a check in a branch get a variable before they are used."""


class Patch(Struct, frozen=True):
    """A check that is not computed yet: there is room for its bytes in the frame.

    Attributes:
        step: the field its bytes are, or the integer that its bits stand in.
        checks: what is computed for it.
        flag: the variable that says where it stands, None where it does not.
        places: where it stands, and what it covers of the way it stands in, by key.
    """

    step: model.Field
    checks: tuple[model.Field, ...]
    flag: str = ""
    places: dict[str, tuple[Place, Place]] = field(default_factory=dict)

    @property
    def keys(self) -> set[str]:
        """What others call it."""
        return {self.step.key, *(check.key for check in self.checks)}


class Mark(Struct, frozen=True):
    """A place among the lines, in front of something."""

    line: int
    indent: int


class Checking(Deriving, dict=True):
    """Writes checks where the frame is there that they cover.

    Attributes:
        patches: the checks for which there is room.
        early: what is put together is no frame yet, so that no check can be computed.
        rooms: variables for the bytes of late branches, by key.
    """

    rooms: dict[str, str] = field(default_factory=dict)
    patches: list[Patch] = field(default_factory=list)
    early: bool = False

    @abstractmethod
    def emit(self, step: Step) -> None:
        """Put a step behind what is pending."""

    @abstractmethod
    def piece(self, step: model.Field, raw: str) -> Piece:
        """A field in the frame."""

    # -------------------------------------------------------------- the frame

    def flush(self) -> None:
        """Put what is pending behind the frame."""
        if not self._pending.pieces:
            return
        joined = self._pending.take(self.context, self.lines.indent)
        self.lines.add(f"{self.frame} {'+=' if self.begun else '='} ", joined)
        self.begun = True

    def swapped(self) -> Assembly:
        """What is pending so far, put aside for a way of its own."""
        pending, self._pending = self._pending, Assembly()
        return pending

    def joined(self, pending: Assembly) -> Code:
        """What has become pending since, as bytes; what was put aside is back."""
        found = self._pending.take(self.context, self.lines.indent)
        self._pending = pending
        return found

    @cached_property
    def ahead(self) -> set[str]:
        """Branches with a check whose bytes are counted before the frame is there, by key."""
        found: set[str] = set()
        for row in _counted(self.message.elements):
            for element in model.walk(row):
                if isinstance(element, model.Branch) and fixed_ways(element) is None:
                    found |= {inner.key for inner in model.walk((element,))}
        return found

    def is_late(self, step: Step) -> bool:
        """Whether a branch is put behind the frame so far, for the sake of a check in it."""
        return isinstance(step, model.Branch) and holds_check(step) and step.key not in self.ahead

    @contextmanager
    def apart(self, frame: str) -> Generator[None]:
        """What is put together now are bytes of their own, in a variable of their own."""
        outer = self.frame, self.origin, self.begun, self.patches, self._late, self.early
        self.frame, self.origin, self.begun = frame, Place(0), False
        self.patches, self._late, self.early = [], [], False
        pending = self.swapped()
        yield
        self._pending = pending
        self.frame, self.origin, self.begun, self.patches, self._late, self.early = outer

    def whole(self) -> Code:
        """All bytes that have been put together since."""
        if not self.begun and not self.patches:
            return self._pending.take(self.context, self.lines.indent)
        self.flush()
        self.fill_in(self.patches)
        return self.frame

    # -------------------------------------------------------------- in their places

    def checks_of(self, step: model.Field) -> tuple[model.Field, ...]:
        """The checks that a field is, or that stand in its bits."""
        if isinstance(step.wire, model.Bits):
            return tuple(f for f, _ in slices_of(step, self.message) if self._is_check(f))
        return (step,) if self._is_check(step) else ()

    def check(self, step: model.Field, checks: tuple[model.Field, ...]) -> None:
        """A check over the frame so far; one over what follows is filled in when that is there."""
        if self.early:
            for check in checks:
                if fixed_size(check) is None:
                    self.derived(check)
        if not self.is_ready(step, checks):
            if isinstance(step.wire, model.Bits):
                self._shared(step, checks)
                self._pending.add(self.piece(step, self.raws[step.key]))
            else:
                self._pending.constant(bytes(size_of(step) or 0))
            self.patches.append(Patch(step, checks))
            return
        if waiting := [check for check in checks if check.key not in self._done]:
            self.flush()
            if not self.begun and any(map(_covers, waiting)):
                self.lines.add(f'{self.frame} = b""')
                self.begun = True
            needed = self._needed(waiting)
            self.fill_in([patch for patch in self.patches if patch.keys & needed])
            self._reached = self.places[step.key][0]
            for check in waiting:
                self._compute(check)
            self._reached = None
        if isinstance(step.wire, model.Bits):
            self._shared(step)
        self._pending.add(self.piece(step, self.raws[step.key]))

    def unwritten(self, step: model.Field) -> None:
        """Digits of a check take no room as long as they are not known."""
        mine = self._numbers[step.key]
        if any(self._numbers[key] > mine for key in self._needed((step,))):
            self.lines.add(f'{self.raws[step.key]} = b""')

    def room(self, branch: model.Branch) -> str:
        """The variable that says how many bytes a late branch has, once it is there."""
        if branch.key not in self.rooms:
            self.rooms[branch.key] = self.fresh("room")
        return self.rooms[branch.key]

    def spared(self) -> None:
        """Take away what was counted and nobody asked for."""
        for name in self.rooms.values():
            own = f"{name} = len({self.frame})"
            counting = [line.lstrip() in (own, f"{own} - {name}") for line in self.lines.lines]
            word = re.compile(rf"\b{name}\b")
            asked = [bool(word.search(line)) for line in self.lines.lines]
            if asked == counting:
                kept = zip(self.lines.lines, counting, strict=True)
                self.lines.lines = [line for line, spare in kept if not spare]

    def is_ready(self, step: model.Field, checks: Iterable[model.Field]) -> bool:
        """Whether checks can be computed where they stand."""
        waiting = [check for check in checks if check.key not in self._done]
        if not waiting:
            return True
        if self.early:
            return False
        needed = self._needed(waiting)
        for patch in self.patches:
            if patch.keys & needed:
                needed |= self._needed(patch.checks)
        mine = self._numbers[step.key]
        return all(self._numbers[key] < mine for key in needed)

    def _compute(self, check: model.Field) -> None:
        """A check in a variable."""
        assert isinstance(check.origin, model.Derived)
        self._done.add(check.key)
        expression = check.origin.expression
        if isinstance(check.wire, model.Digits):
            number = self._computer.short(f"{check.key}_value", expression)
            self._numbered(check, number)
            return
        self._computer.assign(self.raws[check.key], expression, check.wire)
        self._bounded(self.raws[check.key], check.name or "", check.bounds)
        if isinstance(check.wire, model.Slice) and check.wire.decimal:
            limit = limits(check.wire, check.conversion, None)
            assert limit is not None
            self.fits[attribute(check.name or "")] = limit

    # -------------------------------------------------------------- filled in

    def fill_in(self, patches: Iterable[Patch]) -> None:
        """Put checks where room was left for them; one that others cover comes before them."""
        waiting = list(patches)
        while waiting:
            ready = next(
                patch
                for patch in waiting
                if not any(o.keys & self._needed(patch.checks) for o in waiting if o is not patch)
            )
            waiting.remove(ready)
            self.patches.remove(ready)
            places = self.places
            with self._where(ready):
                self.places = {**places, **self._absolute(ready)}
                self._fill(ready)
            self.places = places

    def _absolute(self, patch: Patch) -> dict[str, tuple[Place, Place]]:
        """The places of a check in a branch, counted from the frame where that is shorter."""
        place = patch.places[patch.step.key][0] if patch.flag else Place(0)
        if len(str(place)) <= _SHORT:
            return patch.places
        *terms, flag = place.terms
        self.lines.add(f"{flag} += {Place(place.plus, tuple(terms))}")

        def counted(each: Place) -> Place:
            return Place(each.plus - place.plus, (flag,)) if each.terms == place.terms else each

        return {key: (counted(a), counted(b)) for key, (a, b) in patch.places.items()}

    def _fill(self, patch: Patch) -> None:
        step = patch.step
        for check in patch.checks:
            if check.key not in self._done:
                self._compute(check)
        if isinstance(step.wire, model.Bits):
            self.opened(step, patch.checks)
        self._pending.add(self.piece(step, self.raws[step.key]))
        (piece,) = self._pending.parts(self.context)
        start, end = self.places[step.key]
        end = end if size_of(step) is not None else start
        front = [span(self.frame, "", start)] if str(start) != "0" else []
        rest = span(self.frame, end, "")
        self.lines.chain(f"{self.frame} = ", [*front, str(piece), rest], "+")

    # -------------------------------------------------------------- what they are computed from

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """The elements of the message numbered in wire order, by key."""
        return {element.key: i for i, element in enumerate(self.message.walk())}

    def _needed(self, checks: Iterable[model.Field]) -> set[str]:
        """The keys of everything whose bytes checks are computed from, other checks included."""
        found: set[str] = set()
        for check in checks:
            assert isinstance(check.origin, model.Derived)
            for part in model.every(check.origin.expression):
                if isinstance(part, model.Checksum):
                    found |= self._covered_by(part)
                elif isinstance(part, model.Own):
                    original = model.named(self.message.fields(), part.path)
                    if original is not None and self._is_check(original[0]):
                        found |= {original[0].key} | self._needed((original[0],))
        return found

    def _covered_by(self, check: model.Checksum) -> set[str]:
        """The keys of what a check covers."""
        extents = model.covered(check.data)
        inside = [covered(self.message.elements, extent) for extent in extents]
        plains = {plain.coded for plain in model.plains(check)}
        return plains | {element.key for row in inside for element in model.walk(row)}

    # -------------------------------------------------------------- before the frame is there

    def derived(self, step: model.Field) -> None:
        """A derived value, once; a check is computed here of its bytes alone."""
        if self._is_check(step) and step.key not in self._done:
            assert isinstance(step.origin, model.Derived)
            self._ahead(step.origin.expression)
            self._compute(step)
        else:
            super().derived(step)

    def _ahead(self, expression: model.Expression) -> None:
        """What a check is computed from, as bytes of their own."""
        for part in model.every(expression):
            if isinstance(part, model.Own):
                original = model.named(self.message.fields(), part.path)
                if original is not None:
                    self.derived(original[0])
            elif isinstance(part, model.Checksum):
                for extent in model.covered(part.data):
                    self._gather(extent)
        for plain in model.plains(expression):
            for coded in self.message.walk():
                if isinstance(coded, model.Coded) and coded.key == plain.coded:
                    self.prepare(coded)

    def _gather(self, extent: model.Extent) -> None:
        """The bytes of an extent in a variable."""
        if extent in self.gathered:
            return
        row = steps(covered(self.message.elements, extent))
        for step in row:
            self.prepare(step)
            if isinstance(step, model.Field):
                for check in self.checks_of(step):
                    self.derived(check)
                self.derived(step)
                if isinstance(step.wire, model.Bits) and step in self._late:
                    self._late.remove(step)
                    self._shared(step)
        name = self.fresh("covered")
        with self.apart(name):
            for step in row:
                self.emit(step)
            whole = self.whole()
        if str(whole) != name:
            self.lines.add(f"{name} = ", whole)
        self.gathered[extent] = name

    # -------------------------------------------------------------- out of a branch

    def leave(self, branch: model.Branch, mark: Mark, first: int) -> None:
        """Behind one way of a branch: what its checks need can be asked for outside of it.

        Args:
            branch: the branch.
            mark: the place in front of it.
            first: how many checks waited in front of the way.
        """
        outside = set[str]().union(*(patch.keys for patch in self.patches[:first]))
        last = max(self._numbers[element.key] for element in model.walk((branch,)))
        if not self.early:
            ready = [
                patch
                for patch in self.patches[first:]
                if not self._needed(patch.checks) & outside
                and all(self._numbers[key] <= last for key in self._needed(patch.checks))
            ]
            if ready:
                self.flush()
                self.fill_in(ready)
        for i, patch in enumerate(self.patches[first:], first):
            before = {check.key for other in self.patches[first:i] for check in other.checks}
            new = [check for check in patch.checks if check.key not in before]
            self.patches[i] = self._outlived(patch, new, branch, mark)

    def _outlived(
        self, patch: Patch, checks: list[model.Field], branch: model.Branch, mark: Mark
    ) -> Patch:
        """A check whose place is known outside of the branch it stands in.

        Those `checks` of it are computed that none before it has computed.
        """
        places = {**self.places, **patch.places}
        start, at = places[branch.key][0], places[patch.step.key][0]
        inside = {element.key for element in model.walk((branch,))}
        called = local(patch.checks[0].key)
        flag = self.fresh(f"{called}_at")
        kept = {flag: at.minus(start)}
        moved = {at.beyond(start).terms: Place(-at.beyond(start).plus, (flag,))}

        def outer(place: Place) -> Place:
            inner = place.beyond(start)
            if not inner.terms:
                return place
            if inner.terms not in moved:
                variable = self.fresh(f"{called}_to")
                kept[variable] = str(Place(0, inner.terms))
                moved[inner.terms] = Place(0, (variable,))
            found = moved[inner.terms]
            return start.moved(found.plus + inner.plus, *found.terms)

        begins, ends = self._edges(patch, checks)
        found: dict[str, tuple[Place, Place]] = {}
        for key in (begins | ends) & inside:
            begin, end = places[key]
            found[key] = (
                outer(begin) if key in begins else begin,
                outer(end) if key in ends else end,
            )
        for part in self._asked(checks, inside):
            variable = self.fresh(f"{called}_of")
            kept[variable] = self.spelt(part)
            self.kept[part] = variable
        with self._where(patch):
            for name, value in kept.items():
                self.lines.add(f"{name} = {value}")
        self._declare(patch, [name for name in kept if name != flag], flag, mark)
        return replace(patch, flag=flag, places=found)

    @contextmanager
    def _where(self, patch: Patch) -> Generator[None]:
        """Code for where a check stands on the wire."""
        if not patch.flag:
            yield
            return
        with self.lines.block(f"if {patch.flag} is not None:"):
            yield

    def _declare(self, patch: Patch, others: list[str], flag: str, mark: Mark) -> None:
        """Variables that are there whichever way a branch goes."""
        pad = " " * mark.indent
        declared = [f"{pad}{flag}: int | None = None", *(f"{pad}{name} = 0" for name in others)]
        for check in patch.checks:
            if check.key not in self._done and self._is_copied(check):
                nothing = "0" if isinstance(check.wire, model.Integer | model.Slice) else 'b""'
                declared.append(f"{pad}{self.raws[check.key]} = {nothing}")
        if isinstance(patch.step.wire, model.Bits):
            declared.append(f"{pad}{self.raws[patch.step.key]} = 0")
        self.lines.lines[mark.line : mark.line] = declared

    def _edges(self, patch: Patch, checks: list[model.Field]) -> tuple[set[str], set[str]]:
        """What is asked for the place where it begins, and where it ends."""
        begins, ends = {patch.step.key}, {patch.step.key}
        for check in checks:
            assert isinstance(check.origin, model.Derived)
            for extent in model.extents(check.origin.expression):
                begins |= {key for key in (extent.first, extent.until) if key is not None}
                ends |= {extent.last} if extent.last is not None else set()
        return begins, ends

    def _asked(self, checks: list[model.Field], inside: set[str]) -> list[model.Expression]:
        """The values of a way that a check is computed from."""
        found: list[model.Expression] = []
        for check in checks:
            assert isinstance(check.origin, model.Derived)
            for part in model.every(check.origin.expression):
                if isinstance(part, model.Own):
                    original = model.named(self.message.fields(), part.path)
                    assert original is not None
                    if original[0].key in inside and not self._is_check(original[0]):
                        found.append(part)
                elif isinstance(part, model.Count) and part.key in inside:
                    found.append(part)
        return list(dict.fromkeys(part for part in found if part not in self.kept))


def _counted(elements: tuple[model.Element, ...]) -> Iterator[tuple[model.Element, ...]]:
    """What lengths measure, and what has a largest size, or one that is told."""
    for element in model.walk(elements):
        if isinstance(element, model.Region) and (element.longest or element.size) is not None:
            yield element.elements
        if isinstance(element, model.Field) and isinstance(element.origin, model.Derived):
            for part in model.every(element.origin.expression):
                if isinstance(part, model.Length):
                    yield covered(elements, part.extent)


def fixed_ways(branch: model.Branch) -> list[int] | None:
    """The bytes of each way; None when those of one vary."""
    sizes = [total_size(arm.elements) for arm in branch.arms]
    known = [size for size in sizes if size is not None]
    return known if len(known) == len(sizes) else None


def holds_check(element: model.Element) -> bool:
    """Whether a check stands in an element, which needs the frame in front of it.

    A check in something coded does not: it covers what is coded with it.
    """
    if isinstance(element, model.Coded):
        return False
    if isinstance(element, model.Field):
        return isinstance(element.origin, model.Derived) and element.origin.reason == "crc"
    return any(holds_check(inner) for row in model.parts(element) for inner in row)


def _covers(check: model.Field) -> bool:
    """Whether a check covers bytes of the frame, of which there may be none yet."""
    assert isinstance(check.origin, model.Derived)
    return bool(model.extents(check.origin.expression))
