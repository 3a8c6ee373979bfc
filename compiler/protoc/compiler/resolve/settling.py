"""Where elements end that nothing measures: at the next constant, or at the end of their region."""

from __future__ import annotations

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.beginnings import beginning
from protoc.compiler.resolve.coded import is_clear, measured, plain_size, require_clear
from protoc.compiler.resolve.enclosing import settled_in
from protoc.compiler.resolve.ends import Ends, called
from protoc.compiler.resolve.following import (
    Next,
    Unclear,
    certain_size,
    may_be_nothing,
    next_of,
    record_of,
    trails_off,
)
from protoc.compiler.resolve.measures import (
    OPEN,
    is_open,
    size_of,
    total_size,
    with_size,
)
from protoc.compiler.resolve.on_line import on_line
from protoc.compiler.resolve.running_on import (
    closed,
    passed,
    require_apart,
    require_outside,
    running_on,
    told_apart,
)
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.compiler.resolve.sizes import drive
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label


def settle(
    scope: Scope, layout: tree.Layout, elements: tuple[model.Element, ...], *, bounded: bool
) -> tuple[tuple[model.Element, ...], bool]:
    """The elements with every size settled; what nothing ends is an error.

    Args:
        scope: the names around.
        layout: what is written.
        elements: the elements it became.
        bounded: what does not end by itself ends where the line says so.

    Returns:
        the elements, and whether they need the line to say so.
    """

    def settled(row: tuple[model.Element, ...]) -> tuple[tuple[model.Element, ...], bool]:
        row = drive(scope, row)
        settler = _Settler(scope, layout, row, bounded=bounded)
        found = settler.settle(row, ())
        require_outside(scope, found)
        return found, settler.open

    found, is_open = settled_in(scope, elements, settled)
    first, *others = found or (None,)
    return ((_begun(first), *others) if first is not None else ()), is_open


def settle_record(
    scope: Scope, layout: tree.Layout, elements: tuple[model.Element, ...]
) -> tuple[model.Element, ...]:
    """The elements of a record with every size settled; it may run to the end of its region."""

    def settled(row: tuple[model.Element, ...]) -> tuple[tuple[model.Element, ...], bool]:
        row = drive(scope, row)
        found = _Settler(scope, layout, row, sized=True).settle(row, ())
        require_outside(scope, found)
        return found, _runs_off(scope, layout, row)

    return settled_in(scope, elements, settled)[0]


def _runs_off(scope: Scope, layout: tree.Layout, elements: tuple[model.Element, ...]) -> bool:
    """Whether elements do not say themselves where they end."""
    before = list(scope.diagnostics)
    try:
        return trails_off(_Settler(scope, layout, elements).settle(elements, ()))
    except Unresolved:
        scope.diagnostics.forget(lambda diagnostic: diagnostic not in before)
        return True


def _begun(first: model.Element) -> model.Element:
    """What begins a message: a list of numbers is never empty there, or an empty line were one."""
    if isinstance(first, model.Region) and first.elements:
        return replace(first, elements=(_begun(first.elements[0]), *first.elements[1:]))
    wire = first.wire if isinstance(first, model.Field) else None
    if not (isinstance(wire, model.Items) and isinstance(wire.item.wire, model.Digits)):
        return first
    assert isinstance(first, model.Field)
    return replace(first, wire=replace(wire, filled=wire.size is not None))


class _Settler(Ends):
    """Settles what no length drives."""

    def settle(
        self, elements: tuple[model.Element, ...], behind: tuple[model.Element, ...]
    ) -> tuple[model.Element, ...]:
        """Settle a list; `behind` is what follows it before the end of the message or region."""
        result: list[model.Element] = []
        for i, element in enumerate(elements):
            following = (*elements[i + 1 :], *behind)
            if isinstance(element, model.Region):
                element = self._region(element, following)
            elif isinstance(element, model.Lines):
                element = self._lines(element, following)
            elif isinstance(element, model.Branch):
                element = self._branch(element, following)
            elif isinstance(element, model.Coded):
                element = self._coded(element, following)
            elif isinstance(element, model.Filler):
                self._goes_on(element, following)
                element = passed(self.scope, element, following, self.fields)
            elif isinstance(element, model.Field):
                element = self._field(element, following)
            result.append(element)
        return tuple(result)

    def _region(self, region: model.Region, following: tuple[model.Element, ...]) -> model.Region:
        if region.size is None:
            return replace(region, elements=self.settle(region.elements, following))
        inside = _Settler(self.scope, self.layout, self.elements, sized=True)
        return replace(region, elements=inside.settle(region.elements, ()))

    def _coded(self, coded: model.Coded, following: tuple[model.Element, ...]) -> model.Coded:
        """Coded bytes end where a field would; what they stand for fills them.

        Where no constant certainly ends them, what they stand for may tell.
        """
        unsettled = coded.elements
        inside = _Settler(self.scope, self.layout, self.elements, sized=True)
        elements = inside.settle(coded.elements, ())
        codings = tuple(
            measured(coding, plain_size(elements), coded.codings[i + 1 :])
            for i, coding in enumerate(coded.codings)
        )
        coded = replace(coded, elements=elements, codings=codings)
        plain, ratio = total_size(elements), model.ratio(codings)
        if coded.size is not OPEN:
            return coded
        if plain is not None and ratio is not None:
            return replace(coded, size=model.FixedSize(plain * ratio))
        if not self.sized and not self._is_clear(coded, following):
            own = self._own_end(coded, unsettled)
            if own is not None:
                return replace(coded, elements=own, size=model.OwnEnd())
        size = self.end(coded, following)
        require_clear(self.scope, coded, size)
        return replace(coded, size=size)

    def _is_clear(self, coded: model.Coded, following: tuple[model.Element, ...]) -> bool:
        """Whether a constant stands behind coded bytes that can never stand among them."""
        try:
            next_ = next_of(following)
        except Unclear:
            return False
        found = bool(next_.targets) and not next_.end and not next_.between
        return found and is_clear(coded.codings[0], next_.targets)

    def _own_end(
        self, coded: model.Coded, elements: tuple[model.Element, ...]
    ) -> tuple[model.Element, ...] | None:
        """The elements settled so that they tell themselves where they end; None if they do not."""
        coding, *others = coded.codings
        if others or not isinstance(coding, model.Streamed):
            return None
        before = list(self.scope.diagnostics)
        alone = _Settler(self.scope, self.layout, self.elements)
        try:
            return alone.settle(elements, ())
        except Unresolved:
            self.scope.diagnostics.forget(lambda diagnostic: diagnostic not in before)
            return None

    def _branch(self, branch: model.Branch, following: tuple[model.Element, ...]) -> model.Branch:
        arms = tuple(
            replace(arm, elements=self.settle(arm.elements, following)) for arm in branch.arms
        )
        branch = replace(branch, arms=arms, behind=None, between=0)
        if branch.how != "optional":
            return branch
        self._goes_on(branch, following)
        if self._tells(branch.arms[0].elements):
            return branch
        try:
            next_ = next_of(following)
        except Unclear:
            next_ = Next((), certain_size(following))
        if (next_.between and next_.targets) or not (next_.targets or self.has_end()):
            raise self.scope.fail(
                "E0409",
                "nothing tells whether this is present",
                branch.span,
                "any byte may begin it",
                help="begin it with a constant, or put one behind it",
            )
        return replace(branch, behind=next_.targets, between=next_.between)

    def _goes_on(self, element: model.Element, following: tuple[model.Element, ...]) -> None:
        """Complain about what may be absent at the end of a message that nothing ends."""
        if all(map(may_be_nothing, following)) and not self.has_end():
            raise self.scope.fail(
                "E0501",
                f"nothing tells whether `{self.layout.name.text}` goes on here",
                element.span,
                "may be absent, and nothing comes behind it",
                labels=(Label(self.layout.name.span, "in this message"),),
                help="write it in front of what comes next: a message may begin with it"
                if isinstance(element, model.Filler)
                else "put a constant behind it, or let the link say `end CRLF`",
            )

    def _lines(self, lines: model.Lines, following: tuple[model.Element, ...]) -> model.Lines:
        """Each line is a region of its own; what stands behind them is never one of them."""
        inside = replace(self, sized=True)
        arms = tuple(
            replace(arm, elements=on_line(inside.settle(arm.elements, ()), lines.end))
            for arm in lines.arms
        )
        try:
            next_ = next_of(following)
        except Unclear:
            next_ = Next()
        if next_.between or (not next_.end and not next_.targets):
            raise self.scope.fail(
                "E0409",
                "nothing tells where these lines end",
                lines.span,
                help="put a constant behind them, an empty line perhaps",
            )
        if next_.end and not self.has_end():
            raise self.scope.fail(
                "E0501",
                "nothing ends these lines",
                lines.span,
                labels=(Label(self.layout.name.span, "in this message"),),
                help="put a constant behind them, an empty line perhaps",
            )
        return replace(lines, arms=arms, behind=next_.targets)

    def _tells(self, elements: tuple[model.Element, ...]) -> bool:
        """Whether the first bytes tell that elements stand here."""
        return bool(beginning(elements, self.fields, self.scope.enums))

    def _field(self, field: model.Field, following: tuple[model.Element, ...]) -> model.Field:
        self._ended_well(field, following)
        if isinstance(field.wire, model.Items):
            field = self._list(field, field.wire, following)
        if not is_open(field.wire):
            return self._digits(field, following)
        size = size_of(field)
        if isinstance(size, model.UntilNext):
            return replace(field, wire=with_size(field.wire, self.mark(field, size, following)))
        end = self.end(field, following)
        if isinstance(end, model.UntilNext) and isinstance(field.wire, model.Items):
            self.separated(field, field.wire, end)
        return replace(field, wire=with_size(field.wire, end))

    def _ended_well(self, field: model.Field, following: tuple[model.Element, ...]) -> None:
        """Complain about an object that neither its elements end nor what follows."""
        record = record_of(field.wire)
        last = all(map(may_be_nothing, following))
        if last and (trails_off(record) or any(running_on(record))) and not self.has_end():
            raise self.endless(field)
        if record:
            require_apart(self.scope, field, following, self.fields)

    def _list(
        self, field: model.Field, wire: model.Items, following: tuple[model.Element, ...]
    ) -> model.Field:
        """The items of a list: each ends at a separator, or where the list does."""
        if not wire.separator and _runs_on(wire.item.wire):
            raise self.scope.fail(
                "E0409",
                f"nothing tells where an item of `{called(field)}` ends",
                field.span,
                "and the next one begins",
                help="write what stands between two, `[float sep ',']`, or give each a size",
            )
        behind: list[model.Element] = []
        if wire.separator:
            behind.append(model.Constant("", (wire.separator,), field.span))
        if wire.until:
            behind.append(model.Constant("", wire.until, field.span))
        if wire.or_end and not self.has_end():
            raise self.endless(field)
        if wire.until and not wire.or_end:
            guarded = closed(self.scope, field, wire.until, following)
            wire = replace(wire, guarded=guarded)
        inside = self
        if wire.size is not None:
            inside = _Settler(self.scope, self.layout, self.elements, sized=True)
            following = ()
        elif wire.until:
            following = ()
        optional = tuple(model.Arm((constant,)) for constant in behind)
        # each item is followed by one of these, the last one by what follows the list
        ways_on = (*optional, model.Arm(following))
        branch = model.Branch("", "either", ways_on, field.span, closed=True)
        ways: tuple[model.Element, ...] = (branch,)
        if wire.until:
            ends = (*optional, model.Arm(())) if wire.or_end else optional
            ways = (replace(branch, arms=ends),)
        elif not behind:
            ways = following
        item = inside._field(wire.item, ways)
        return replace(field, wire=replace(wire, item=item))

    def _digits(self, field: model.Field, following: tuple[model.Element, ...]) -> model.Field:
        """Digits and quotes without a size end where they stop, but something has to stop them."""
        wire = field.wire
        if not isinstance(wire, model.Digits | model.Text):
            return field
        if not isinstance(wire.size, model.WhileFits) or _is_varying(wire):
            return field
        field = told_apart(self.scope, field, following, self.fields)
        if self.sized:
            return field
        if following:
            self.ended(field, following[0])
        elif not self.has_end():
            raise self.endless(field)
        return field


def _runs_on(wire: model.Wire) -> bool:
    """Whether an item has no end of its own, or the last item of an item that is a list."""
    digits = isinstance(getattr(wire, "size", None), model.WhileFits) and not _is_varying(wire)
    last = isinstance(wire, model.Items) and _runs_on(wire.item.wire)
    return digits or is_open(wire) or last


def _is_varying(wire: model.Wire) -> bool:
    """Whether its first bytes tell where it ends."""
    return isinstance(wire, model.Digits) and wire.varying
