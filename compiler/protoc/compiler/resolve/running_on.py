"""What ends where something else begins: text in quotes, numbers, filler, and what says so."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.beginnings import CHARACTERS, QUOTE, firsts
from protoc.compiler.resolve.following import may_be_nothing, record_of
from protoc.compiler.resolve.measures import fixed_size
from protoc.compiler.resolve.scope import Scope
from protoc.dsl.diagnostics import Label

Following = tuple[model.Element, ...]
Marks = tuple[bytes, ...]


def told_apart(
    scope: Scope, field: model.Field, following: Following, fields: tuple[model.Field, ...]
) -> model.Field:
    """A field that ends where its characters do, and whether what follows may begin like more.

    Raises:
        Unresolved: it always does, so that nothing tells where the field ends.
    """
    wire = field.wire
    if isinstance(wire, model.Digits) and wire.varying:
        return field
    behind = firsts(following, fields, scope.enums)
    if isinstance(wire, model.Text):
        if QUOTE[0] in behind:
            words = "what follows may begin with a quote, and two of them are one inside"
            raise _never(scope, field, words)
        return field
    assert isinstance(wire, model.Digits)
    if behind and behind <= _digits(wire.notation):
        raise _never(scope, field, "what follows begins with what belongs to the number")
    guarded = bool(behind & (_digits(wire.notation) | _further(wire.notation)))
    return replace(field, wire=replace(wire, size=model.WhileFits(guarded))) if guarded else field


def require_apart(
    scope: Scope, field: model.Field, following: Following, fields: tuple[model.Field, ...]
) -> None:
    """Complain about an object that ends like a number does, where more of that may follow.

    What ends with the object of a list is followed by the next one, unless something separates
    them, and by what is behind the list.
    """
    wire = field.wire
    record = record_of(wire)
    behind = firsts(following, fields, scope.enums)
    if isinstance(wire, model.Items):
        behind = frozenset() if wire.size is not None else behind
        behind = frozenset(mark[0] for mark in wire.until) or behind
        inside = tuple(each for each in model.walk(record) if isinstance(each, model.Field))
        behind |= frozenset(wire.separator[:1]) or firsts(record, inside, scope.enums)
    for last in running_on(record):
        if isinstance(last, model.Field) and _goes_on(last) & behind:
            raise scope.fail(
                "E0409",
                f"nothing tells where `{last.key}` ends",
                field.span,
                f"what stands behind `{field.key}` may begin like more of it",
                labels=(Label(last.span, "which ends it"),),
                help="put another constant between them, or say how long it is",
            )


def running_on(elements: Following) -> Iterator[model.Field | model.Filler]:
    """What elements may end with, and what itself ends where something else begins."""
    for element in reversed(elements):
        for row in model.parts(element):
            if not isinstance(element, model.Coded) and getattr(element, "size", None) is None:
                yield from running_on(row)
        if isinstance(element, model.Field | model.Filler) and _goes_on(element):
            yield element
        elif isinstance(element, model.Field):
            yield from running_on(record_of(element.wire))
        if not may_be_nothing(element):
            break


def _goes_on(element: model.Field | model.Filler) -> frozenset[int]:
    """What goes on filler, or a value that ends where its characters do; nothing of others."""
    if isinstance(element, model.Filler):
        return frozenset() if element.most == element.send else frozenset(element.octets[:1])
    wire = element.wire
    if not isinstance(getattr(wire, "size", None), model.WhileFits):
        return frozenset()
    if isinstance(wire, model.Text):
        return frozenset(QUOTE)
    assert isinstance(wire, model.Digits)
    return frozenset() if wire.varying else _digits(wire.notation) | _further(wire.notation)


def passed(
    scope: Scope, filler: model.Filler, following: Following, fields: tuple[model.Field, ...]
) -> model.Filler:
    """Filler, and whether what follows may begin like more of it.

    Raises:
        Unresolved: it always does, so that what follows would never be found.
    """
    if filler.most is not None and filler.most == filler.send:
        return filler
    constant = following[0] if following else None
    constants = constant.alternatives if isinstance(constant, model.Constant) else ()
    alike = all(each.startswith(filler.octets) for each in constants)
    if constants and alike and filler.most is None:
        raise _never(scope, filler, "what follows begins like it, and is passed over with it")
    if following and _is_coded_otherwise(following[0], filler.octets[0]):
        return filler
    behind = firsts(following, fields, scope.enums)
    return replace(filler, guarded=filler.octets[0] in behind)


def _is_coded_otherwise(element: model.Element, octet: int) -> bool:
    """Whether an element is coded in a way that has a byte nowhere; it is never empty behind it."""
    if not isinstance(element, model.Coded):
        return False
    coding = element.codings[0]
    if isinstance(coding, model.Escape):
        return octet != coding.mark and octet in {escaped for escaped, _ in coding.table}
    return isinstance(coding, model.Cobs) and octet == 0


def closed(scope: Scope, field: model.Field, marks: Marks, following: Following) -> bool:
    """Whether only the values that follow a field tell that it ends at what it says.

    Raises:
        Unresolved: something else always follows.
    """
    written = _constants(following)
    if not following and not scope.explicit:
        raise _never(scope, field, "what it ends at belongs to what follows, and is not there")
    if any(all(each.startswith(mark) for each in written) for mark in marks):
        return False
    if not any(_may_begin(each, marks) for each in written):
        raise _never(scope, field, "what it ends at belongs to what follows, and is not there")
    return any(fixed_size(element) != 0 for element in following)


def _may_begin(written: bytes, marks: Marks) -> bool:
    """Whether bytes behind which others stand may begin with one of these."""
    return any(each.startswith(written) or written.startswith(each) for each in marks)


def _constants(following: Following) -> list[bytes]:
    """The constant bytes that certainly follow, for each of the ends that links may have."""
    ways = [b""]
    for element in following:
        if isinstance(element, model.Region) and element.size is None:
            behind = following[following.index(element) + 1 :]
            inside = _constants((*element.elements, *behind))
            return [way + each for way in ways for each in inside]
        if isinstance(element, model.Constant):
            ways = [way + element.alternatives[0] for way in ways]
        elif isinstance(element, model.LinkEnd):
            ways = [way + (ends[0] if ends else b"") for way in ways for _, ends in element.by_link]
        else:
            break
    return ways


def require_outside(scope: Scope, elements: tuple[model.Element, ...]) -> None:
    """Complain about what is looked at when a message is written, and stands only sometimes."""
    for element in elements:
        if isinstance(element, model.Region):
            require_outside(scope, element.elements)
            continue
        nested = isinstance(element, model.Branch | model.Coded)
        for inner in model.walk((element,)):
            wire = inner.wire if isinstance(inner, model.Field) else None
            item = wire.item if isinstance(wire, model.Items) else None
            if (nested and is_guarded(inner)) or (item is not None and is_guarded(item)):
                raise _never(scope, inner, "what follows may begin like more of it")


def is_guarded(element: model.Element) -> bool:
    """Whether what follows may begin like more of it, which is found out when it is written."""
    if isinstance(element, model.Filler):
        return element.guarded
    wire = element.wire if isinstance(element, model.Field) else None
    if isinstance(wire, model.Items) and wire.guarded:
        return True
    size = getattr(wire, "size", None)
    return isinstance(size, model.WhileFits | model.UntilNext) and size.guarded


def _never(scope: Scope, element: model.Element, words: str) -> Exception:
    name = element.key.removesuffix("[]") if isinstance(element, model.Field) else "skip"
    return scope.fail(
        "E0409",
        f"nothing tells where `{name}` ends",
        element.span,
        words,
        help="put another constant behind it, or say how long it is",
    )


def _digits(notation: str) -> frozenset[int]:
    """What goes on a number that has digits already."""
    signed = notation in ("int", "float")
    return frozenset(CHARACTERS["dec" if signed else notation])


def _further(notation: str) -> frozenset[int]:
    """What may go on a number, where more of it follows."""
    return frozenset(b".eE" if notation == "float" else b"")
