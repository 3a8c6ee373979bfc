"""Whether sizes, labels and ranges can be what a device sends."""

from __future__ import annotations

from collections.abc import Iterator

from protoc.compiler import model
from protoc.compiler.resolve.fitting import Holder, bits_as_number, misfit, raw_limits
from protoc.compiler.resolve.measures import fixed_size
from protoc.dsl.diagnostics import Diagnostics, Label
from protoc.dsl.source import Span

LARGEST = 65536


def too_long(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """E0504: a message that is longer than any message may be."""
    largest = max((link.largest for link in protocol.links), default=LARGEST)
    for message in protocol.messages:
        total = 0
        for element in message.elements:
            total += fixed_size(element) or 0
            if total > largest and not message.part:
                diagnostics.error(
                    "E0504",
                    f"`{message.name}` has more than {largest} bytes",
                    _culprit(element).span,
                    "with this it is longer than a message may be",
                    labels=(Label(message.span, "in this message"),),
                    help="take a smaller size, or let the link say `max`",
                )
                break
        for element in model.walk(message.elements):
            _beyond(message, element, diagnostics)


def _beyond(message: model.Message, region: model.Element, diagnostics: Diagnostics) -> None:
    """Complain about a body that is always longer than its own `max`."""
    if not isinstance(region, model.Region) or region.longest is None:
        return
    least = sum(fixed_size(element) or 0 for element in region.elements)
    if least > region.longest:
        diagnostics.error(
            "E0504",
            f"`{region.name}` of `{message.name}` has at least {least} bytes",
            region.span,
            f"at most {region.longest} are allowed",
            labels=(Label(message.span, "in this message"),),
            help=f"write `max {least}` or more, or take a smaller size",
        )


def _culprit(element: model.Element) -> model.Element:
    """The longest element of a region."""
    while isinstance(element, model.Region) and element.elements:
        element = max(element.elements, key=lambda e: fixed_size(e) or 0)
    return element


Target = model.Field | model.Param | model.Part


def _targets(protocol: model.Protocol) -> Iterator[tuple[Target, model.Wire, Span]]:
    """Everything that has values: fields, params and named bits, each with its place."""
    owners: list[model.Field | model.Param] = [*protocol.params]
    owners += [field for message in protocol.messages for field in message.fields()]
    seen: set[tuple[int, int]] = set()
    for owner in owners:
        place = (owner.span.start, owner.span.end)
        if place in seen or owner.wire is None or isinstance(owner.wire, model.Unwritten):
            continue
        seen.add(place)
        yield owner, owner.wire, owner.span
        if isinstance(owner.wire, model.Bits):
            for part in owner.wire.parts:
                yield part, bits_as_number(part), owner.span


def labels_that_do_not_fit(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """W0401: a label for a raw value that the field cannot hold."""
    enums = {enum.name: enum for enum in protocol.enums}
    for target, wire, span in _targets(protocol):
        enum = enums.get(target.conversion.enum or "")
        if enum is None:
            continue
        into = Holder(target.name or "_", wire, model.Conversion())
        for label in enum.labels:
            reason = next((r for value in label.values if (r := misfit(value, into))), None)
            if reason is not None:
                diagnostics.warning(
                    "W0401",
                    f"`{label.name}` of `{enum.name}` does not fit in `{into.name}`",
                    span,
                    reason,
                    labels=(Label(enum.span, "the labels"),) if enum.span != span else (),
                    help="take a wider type, or another enumeration for this field",
                )
                break


def ranges_beyond_the_type(protocol: model.Protocol, diagnostics: Diagnostics) -> None:
    """W0402: a range with an end that the type can never reach."""
    for target, wire, span in _targets(protocol):
        if target.bounds is None or not isinstance(wire, model.Integer | model.Slice):
            continue
        conversion = target.conversion
        ends = sorted(limit * conversion.scale + conversion.offset for limit in raw_limits(wire))
        for bound in target.bounds:
            if bound is not None and not ends[0] <= bound <= ends[1]:
                least, most = (int(e) if e.denominator == 1 else float(e) for e in ends)
                diagnostics.warning(
                    "W0402",
                    f"the range of `{target.name}` goes beyond its type",
                    span,
                    f"it holds {least} to {most}, never {bound}",
                    help="correct the range, or take a wider type",
                )
                break
