"""What lengths and counts drive: the size of what they measure, from their value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.measures import OPEN, fixed_size, is_open, with_size
from protoc.compiler.resolve.scope import Scope


class _Driven(Struct, frozen=True):
    """An element whose size a length tells.

    Attributes:
        around: fixed bytes of the extent beside it.
        front: measures what stands in front of it in the extent, where that varies.
    """

    element: model.Element
    around: int
    front: model.Length | None


def drive(scope: Scope, elements: tuple[model.Element, ...]) -> tuple[model.Element, ...]:
    """Give what a derived length measures the size it says."""
    order = [e.key for e in model.walk(elements)]
    outer: list[model.Field] = []
    for field in [e for e in model.walk(elements) if isinstance(e, model.Field)]:
        if not isinstance(field.origin, model.Derived):
            continue
        for count in _counts(field.origin.expression):
            elements = model.rebuilt(elements, partial(_counted, scope, field, count, order))
        sized = _drive(scope, elements, field, order)
        outer += [field] if sized is None else []
        elements = sized or elements
        for part in model.every(field.origin.expression):
            if isinstance(part, model.Present):
                tell = partial(_told, scope, field, part, order)
                elements = model.rebuilt(elements, tell)
    # what others measure inside of what these do has its size by now
    for field in outer:
        elements = _drive(scope, elements, field, order) or elements
    return elements


def _drive(
    scope: Scope, elements: tuple[model.Element, ...], field: model.Field, order: list[str]
) -> tuple[model.Element, ...] | None:
    """The elements with a size for what a length measures; None where it tells no size."""
    assert isinstance(field.origin, model.Derived)
    for length, driven in drives(elements, field.origin.expression, order):
        if order.index(driven.element.key) >= order.index(field.key):
            size = _solved(scope, field, length, driven, elements)
            return model.rebuilt(elements, partial(_sized, driven=driven.element, size=size))
    return None


def drives(
    elements: tuple[model.Element, ...], expression: model.Expression, order: list[str]
) -> list[tuple[model.Length, _Driven]]:
    """The length that tells the size of something, and what that is.

    Of several in one sum it is the last: where the others end has to be known by then.
    """
    found = [(length, _driven(elements, length.extent)) for length in lengths(expression)]
    told = [(length, driven) for length, driven in found if driven is not None]
    return sorted(told, key=lambda each: order.index(each[1].element.key))[-1:]


def _counted(
    scope: Scope, field: model.Field, count: model.Count, order: list[str], element: model.Element
) -> model.Element:
    """A list whose number of items a field tells."""
    if element.key != count.key or not isinstance(element, model.Field):
        return element
    assert isinstance(element.wire, model.Items)
    if not is_open(element.wire):
        return element
    number = inverted(scope, field, count, order[: order.index(element.key)])
    return replace(element, wire=replace(element.wire, size=None, count=number))


def _told(
    scope: Scope,
    field: model.Field,
    present: model.Present,
    order: list[str],
    element: model.Element,
) -> model.Element:
    """What may be absent, where a field in front of it tells whether it is there."""
    if not isinstance(element, model.Branch) or element.how != "optional":
        return element
    names = [e.name for e in model.walk(element.arms[0].elements) if isinstance(e, model.Field)]
    if present.name not in names or order.index(element.key) < order.index(field.key):
        return element
    told = inverted(scope, field, present, order[: order.index(element.key)])
    there = model.Operation("==", (told, model.Value(1)))
    arms = (replace(element.arms[0], when=there), model.Arm(()))
    return replace(element, how="if", arms=arms, closed=True)


def _sized(element: model.Element, *, driven: model.Element, size: model.Size) -> model.Element:
    if element.key != driven.key:
        return element
    if isinstance(element, model.Branch):
        names = [e.name for e in model.walk((element,)) if isinstance(e, model.Field) and e.name]
        branch = replace(element, key=f"{element.key}~0")
        return model.Region(element.key, (branch,), size, element.span, called=names[0])
    if isinstance(element, model.Region | model.Coded):
        return replace(element, size=size)
    assert isinstance(element, model.Field)
    return replace(element, wire=with_size(element.wire, size))


def lengths(expression: model.Expression) -> list[model.Length]:
    """The lengths that tell a size; none in what a check goes into, which tells nothing else."""
    if model.checksums(expression):
        return []
    if isinstance(expression, model.Length):
        return [expression]
    if isinstance(expression, model.Operation):
        return [found for operand in expression.operands for found in lengths(operand)]
    return []


def _counts(expression: model.Expression) -> list[model.Count]:
    if isinstance(expression, model.Count):
        return [expression]
    if isinstance(expression, model.Operation):
        return [found for operand in expression.operands for found in _counts(operand)]
    return []


def covered(elements: tuple[model.Element, ...], extent: model.Extent) -> tuple[model.Element, ...]:
    """The elements an extent covers, as far as they stand in one row with its first one."""
    keys = [e.key for e in elements]
    if extent.first in keys:
        last = extent.last if extent.until is None else extent.until
        assert last is not None
        return _up_to(elements[keys.index(extent.first) :], last, extent.until is None) or ()
    for element in elements:
        for row in model.parts(element):
            if found := covered(row, extent):
                return found
    return ()


def _up_to(
    elements: tuple[model.Element, ...], key: str, inclusive: bool
) -> tuple[model.Element, ...] | None:
    """The elements in front of one, those of its own arm included; None where it is not."""
    for i, element in enumerate(elements):
        if element.key == key:
            return elements[: i + inclusive]
        for row in model.parts(element):
            if (found := _up_to(row, key, inclusive)) is not None:
                return (*elements[:i], *found)
    return None


def _is_loose(element: model.Element) -> bool:
    """Whether an element waits for somebody to tell its size."""
    if isinstance(element, model.Region):
        return element.size is None and fixed_size(element) is None
    if isinstance(element, model.Coded):
        return element.size is OPEN
    if isinstance(element, model.Branch):
        return _runs_on(element)
    return isinstance(element, model.Field) and is_open(element.wire)


def _runs_on(branch: model.Branch) -> bool:
    """Whether a way ends with what waits for a size."""
    if isinstance(branch, model.Lines) or branch.how != "if":
        return False
    rows = [arm.elements for arm in branch.arms if arm.elements]
    return any(_is_loose(row[-1]) for row in rows)


def _driven(elements: tuple[model.Element, ...], extent: model.Extent) -> _Driven | None:
    """What the length of an extent tells the size of: the last that waits for somebody to do so.

    What stands behind it is fixed; what stands in front may vary, where it ends by itself.
    """
    inside = covered(elements, extent)
    last = next((i for i in reversed(range(len(inside))) if _is_loose(inside[i])), None)
    if last is None or any(fixed_size(e) is None for e in inside[last + 1 :]):
        return None
    for element, following in pairwise(inside[: last + 1]):
        if _is_loose(element) and not isinstance(following, model.Constant):
            return None
    fixed = [fixed_size(e) for e in inside[:last]]
    front = None
    around = sum(fixed_size(e) or 0 for e in inside[last + 1 :])
    if None in fixed:
        front = model.Length(model.Extent(extent.first, None, inside[last].key))
    else:
        around += sum(size or 0 for size in fixed)
    return _Driven(inside[last], around, front)


def _solved(
    scope: Scope,
    field: model.Field,
    length: model.Length,
    driven: _Driven,
    elements: tuple[model.Element, ...],
) -> model.Size:
    """The size of what is measured, from the value of the length field: `len(x) * a + b`."""
    order = [element.key for element in model.walk(elements)]
    before = order[: order.index(driven.element.key)]
    longest = most(covered(elements, length.extent))
    value = inverted(scope, field, length, before, longest)
    if driven.around:
        value = plus(value, Fraction(-driven.around))
    if driven.front is not None:
        value = model.Operation("-", (value, driven.front))
    return model.GivenSize(value)


def inverted(
    scope: Scope,
    field: model.Field,
    length: model.Length | model.Count | model.Present,
    before: Sequence[str],
    most: int | None = None,
) -> model.Expression:
    """A length or number of items, from the value of the field derived from it.

    Args:
        scope: for what cannot be turned round.
        field: the field that is derived.
        length: what is wanted.
        before: keys of what stands in front of what is measured.
        most: the largest value there is.
    """
    assert isinstance(field.origin, model.Derived)
    terms = list(_terms(field.origin.expression))

    def is_known(term: model.Expression) -> bool:
        """Whether it is there when the size is asked for."""
        own = [part.path[0] for part in model.every(term) if isinstance(part, model.Own)]
        if own:
            return field.key not in own and set(own) <= set(before)
        return isinstance(term, model.Length | model.Told)

    beside = [term for term in terms if term[1] != length and is_known(term[1])]
    line = _linear(_sum([term for term in terms if term not in beside]), length, most)
    if line is None or line[0] == 0:
        raise scope.fail(
            "E0307",
            f"`{field.name}` does not tell where the data end",
            field.span,
            "other lengths would have the same value",
            help="measure with `len(x) + 3`, `len(x) / 2`, give it bits of its own, `n @6..0 = "
            "len(x)`, or say what is the most: `x : bytes max 127`",
        )
    slope, shift = line
    value: model.Expression = model.Own((field.key,))
    # other lengths, and what is told, are known where this one is asked for
    for sign, other in beside:
        value = model.Operation("-" if sign > 0 else "+", (value, other))
    offset = -shift
    if offset:
        value = plus(value, offset)
    if slope.numerator != 1:
        value = model.Operation("/", (value, model.Value(slope.numerator)))
    if slope.denominator != 1:
        value = model.Operation("*", (value, model.Value(slope.denominator)))
    return value


def _terms(expression: model.Expression, sign: int = 1) -> Iterator[tuple[int, model.Expression]]:
    """What is added up, each with its sign."""
    if isinstance(expression, model.Operation) and expression.operator in ("+", "-"):
        *left, right = expression.operands
        if left:
            yield from _terms(left[0], sign)
        yield from _terms(right, -sign if expression.operator == "-" else sign)
    else:
        yield sign, expression


def _sum(terms: list[tuple[int, model.Expression]]) -> model.Expression:
    """Terms added up again."""
    whole: model.Expression | None = None
    for sign, term in terms:
        if whole is None:
            whole = term if sign > 0 else model.Operation("-", (term,))
        else:
            whole = model.Operation("+" if sign > 0 else "-", (whole, term))
    assert whole is not None
    return whole


def plus(value: model.Expression, number: Fraction | int) -> model.Expression:
    """An expression with a number added to it."""
    if not number:
        return value
    operator = "+" if number > 0 else "-"
    if isinstance(value, model.Operation) and value.operator in "+-":
        left, right = value.operands
        if isinstance(right, model.Value) and isinstance(right.value, int):
            before = right.value if value.operator == "+" else -right.value
            return plus(left, number + before) if number + before else left
    return model.Operation(operator, (value, model.Value(abs(int(number)))))


def most(elements: tuple[model.Element, ...]) -> int | None:
    """The most bytes that elements can have; None when there is no limit."""
    total = 0
    for element in elements:
        size = fixed_size(element)
        if size is None and isinstance(element, model.Field | model.Region):
            size = element.longest
        if size is None:
            return None
        total += size
    return total


def _linear(
    expression: model.Expression,
    length: model.Length | model.Count | model.Present,
    most: int | None,
) -> tuple[Fraction, Fraction] | None:
    """Slope and shift of an expression over a length up to `most`; None when it is not linear."""
    if expression == length:
        return Fraction(1), Fraction(0)
    if isinstance(expression, model.Value) and isinstance(expression.value, int):
        return Fraction(0), Fraction(expression.value)
    if not isinstance(expression, model.Operation):
        return None
    lines = [_linear(operand, length, most) for operand in expression.operands]
    if any(line is None for line in lines):
        return None
    (a, b), (c, d) = (lines[0], lines[1]) if len(lines) == 2 else (lines[0], (0, 0))  # type: ignore[misc]
    if len(lines) == 1:
        return (-a, -b) if expression.operator == "-" else None
    if expression.operator in "+-":
        sign = 1 if expression.operator == "+" else -1
        return a + sign * c, b + sign * d
    if expression.operator == "*" and (a == 0 or c == 0):
        return a * d + c * b, b * d
    if expression.operator == "/" and c == 0 and d != 0:
        return a / d, b / d
    return _of_bits(expression.operator, (a, b), int(d), most) if c == 0 else None


def _of_bits(
    operator: str, line: tuple[Fraction, Fraction], number: int, most: int | None
) -> tuple[Fraction, Fraction] | None:
    """The line that an operator on bits makes of another and a number; None where it makes none."""
    slope, shift = line
    if operator == "<<":
        return slope * (1 << number), shift * (1 << number)
    if slope < 1 or shift < 0 or slope.denominator * shift.denominator != 1:
        return None
    highest = None if most is None else int(slope * most + shift)
    step = int(slope) | int(shift)
    if operator in ("|", "^"):
        below = number < (step & -step)
        above = highest is not None and highest < (number & -number)
        return (slope, shift + number) if below or above else None
    bound = number if operator == "%" else number + 1 if not number & (number + 1) else 0
    if operator in ("%", "&") and highest is not None and highest < bound:
        return line
    return None


def sized_by_a_value(elements: tuple[model.Element, ...]) -> bool:
    """Whether a field has a size that a field tells which is not a length of it."""
    fields = [element for element in model.walk(elements) if isinstance(element, model.Field)]
    lengths = {each.key for each in fields if isinstance(each.origin, model.Derived)}
    for each in fields:
        size = getattr(each.wire, "size", None)
        if isinstance(size, model.GivenSize):
            told = {o.path[0] for o in model.every(size.expression) if isinstance(o, model.Own)}
            if told and not told <= lengths:
                return True
    return False
