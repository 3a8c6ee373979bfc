"""Where a field ends: driven by a length, stopped by a constant, or at the end of its region."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from protoc.compiler import model
from protoc.compiler.resolve.scope import Scope
from protoc.compiler.resolve.types import fixed_size, is_open, with_size
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
    elements = _drive(scope, elements)
    settler = _Settler(scope, layout, bounded=bounded)
    return settler.settle(elements, ()), settler.open


# ------------------------------------------------------------------ lengths that drive


def _drive(scope: Scope, elements: tuple[model.Element, ...]) -> tuple[model.Element, ...]:
    """Give what a derived length measures the size it says."""
    order = [e.key for e in model.walk(elements)]
    for field in [e for e in model.walk(elements) if isinstance(e, model.Field)]:
        if not isinstance(field.origin, model.Derived):
            continue
        for length in _lengths(field.origin.expression):
            driven = _driven(elements, length.extent)
            if driven is None or order.index(driven.key) < order.index(field.key):
                continue
            size = _solved(scope, field, length, _fixed_around(elements, length.extent, driven))
            elements = model.rebuilt(elements, partial(_sized, driven=driven, size=size))
    return elements


def _sized(element: model.Element, *, driven: model.Element, size: model.Size) -> model.Element:
    if element.key != driven.key:
        return element
    if isinstance(element, model.Region):
        return replace(element, size=size)
    assert isinstance(element, model.Field)
    return replace(element, wire=with_size(element.wire, size))


def _lengths(expression: model.Expression) -> list[model.Length]:
    if isinstance(expression, model.Length):
        return [expression]
    if isinstance(expression, model.Operation):
        return [found for operand in expression.operands for found in _lengths(operand)]
    return []


def covered(elements: tuple[model.Element, ...], extent: model.Extent) -> tuple[model.Element, ...]:
    """The elements an extent covers, in the list they stand in."""
    keys = [e.key for e in elements]
    if extent.first in keys:
        last = keys.index(extent.last) + 1 if extent.last in keys else None
        if extent.until in keys:
            last = keys.index(extent.until)
        return elements[keys.index(extent.first) : last]
    for element in elements:
        if isinstance(element, model.Region):
            found = covered(element.elements, extent)
            if found:
                return found
    return ()


def _is_loose(element: model.Element) -> bool:
    """Whether an element waits for somebody to tell its size."""
    if isinstance(element, model.Region):
        return element.size is None and any(_is_loose(e) for e in element.elements)
    return isinstance(element, model.Field) and is_open(element.wire)


def _driven(elements: tuple[model.Element, ...], extent: model.Extent) -> model.Element | None:
    """The one element of an extent whose size the length tells, when all others are fixed."""
    inside = covered(elements, extent)
    loose = [e for e in inside if _is_loose(e)]
    others = [e for e in inside if not _is_loose(e)]
    if len(loose) != 1 or any(fixed_size(e) is None for e in others):
        return None
    return loose[0]


def _fixed_around(
    elements: tuple[model.Element, ...], extent: model.Extent, driven: model.Element
) -> int:
    return sum(fixed_size(e) or 0 for e in covered(elements, extent) if e.key != driven.key)


def _solved(scope: Scope, field: model.Field, length: model.Length, around: int) -> model.Size:
    """The size of what is measured, from the value of the length field: `len(x) * a + b`."""
    assert isinstance(field.origin, model.Derived)
    line = _linear(field.origin.expression, length)
    if line is None or line[0] == 0:
        raise scope.fail(
            "E0307",
            f"`{field.name}` does not tell where the data end",
            field.span,
            "only `len(…)` times a number plus a number can be turned round",
            help="measure with `len(x) + 3`, `len(x) / 2`, or size the data with `bytes[…]`",
        )
    slope, shift = line
    value: model.Expression = model.Own((field.key,))
    offset = -shift
    if offset:
        value = _plus(value, offset)
    if slope.numerator != 1:
        value = model.Operation("/", (value, model.Value(slope.numerator)))
    if slope.denominator != 1:
        value = model.Operation("*", (value, model.Value(slope.denominator)))
    return model.GivenSize(_plus(value, Fraction(-around)) if around else value)


def _plus(value: model.Expression, number: Fraction) -> model.Expression:
    operator = "+" if number > 0 else "-"
    if isinstance(value, model.Operation) and value.operator in "+-":
        left, right = value.operands
        if isinstance(right, model.Value) and isinstance(right.value, int):
            before = right.value if value.operator == "+" else -right.value
            return _plus(left, number + before) if number + before else left
    return model.Operation(operator, (value, model.Value(int(abs(number)))))


def _linear(expression: model.Expression, length: model.Length) -> tuple[Fraction, Fraction] | None:
    """Slope and shift of an expression over a length; None when it is not linear."""
    if expression == length:
        return Fraction(1), Fraction(0)
    if isinstance(expression, model.Value) and isinstance(expression.value, int):
        return Fraction(0), Fraction(expression.value)
    if not isinstance(expression, model.Operation):
        return None
    lines = [_linear(operand, length) for operand in expression.operands]
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
    return None


# ------------------------------------------------------------------ everything else


@dataclass
class _Settler:
    """Settles what no length drives.

    Attributes:
        sized: it is about a region whose end is known.
        bounded: the line tells where the message ends.
        open: something runs on until the line says so.
    """

    scope: Scope
    layout: tree.Layout
    sized: bool = False
    bounded: bool = False
    open: bool = False

    def settle(
        self, elements: tuple[model.Element, ...], behind: tuple[model.Element, ...]
    ) -> tuple[model.Element, ...]:
        """Settle a list; `behind` is what follows it before the end of the message or region."""
        result: list[model.Element] = []
        for i, element in enumerate(elements):
            following = (*elements[i + 1 :], *behind)
            if isinstance(element, model.Region):
                element = self._region(element, following)
            elif isinstance(element, model.Field):
                element = self._field(element, following)
            result.append(element)
        return tuple(result)

    def _region(self, region: model.Region, following: tuple[model.Element, ...]) -> model.Region:
        if region.size is None:
            return replace(region, elements=self.settle(region.elements, following))
        inside = _Settler(self.scope, self.layout, sized=True)
        return replace(region, elements=inside.settle(region.elements, ()))

    def _field(self, field: model.Field, following: tuple[model.Element, ...]) -> model.Field:
        if not is_open(field.wire):
            self._digits(field, following)
            return field
        between = 0
        for element in following:
            if isinstance(element, model.Constant | model.LinkEnd):
                self._ended(field, element)
                return replace(
                    field, wire=with_size(field.wire, model.UntilNext(element.key, between))
                )
            size = fixed_size(element)
            if size is None:
                raise self.scope.fail(
                    "E0409",
                    f"nothing tells where `{field.key}` ends",
                    field.span,
                    "runs to the next constant",
                    labels=(Label(element.span, "the size of this varies as well"),),
                    help="give one of them a size, or put a constant between them",
                )
            between += size
        self._bound(field)
        return replace(field, wire=with_size(field.wire, model.UntilEnd(between)))

    def _digits(self, field: model.Field, following: tuple[model.Element, ...]) -> None:
        """Digits without a size end where they stop, but something has to stop them."""
        if self.sized or not isinstance(field.wire, model.Digits):
            return
        if not isinstance(field.wire.size, model.WhileFits):
            return
        if not following:
            self._bound(field)
        else:
            self._ended(field, following[0])

    def _bound(self, field: model.Field) -> None:
        """Nothing in the message ends a field: then what is around it has to."""
        if not self.sized:
            if not self.bounded:
                raise self._endless(field)
            self.open = True

    def _ended(self, field: model.Field, element: model.Element) -> None:
        """Complain about a link that does not say what ends its messages."""
        if isinstance(element, model.LinkEnd):
            for link, ends in element.by_link:
                if not ends:
                    raise self._endless(field, link)

    def _endless(self, field: model.Field, link: str = "") -> Exception:
        name = self.layout.name.text
        on = f" on `{link}`" if link else ""
        return self.scope.fail(
            "E0501",
            f"nothing ends `{name}`{on}",
            field.span,
            f"`{field.key}` runs on for ever",
            labels=(Label(self.layout.name.span, "in this message"),),
            help="give the field a size or a length, put a constant behind it, "
            "or let the link say `end CRLF`",
        )
