"""Messages, types and constant bytes in words, for readers."""

from __future__ import annotations

import textwrap

from protoc.compiler import model


def layout_words(message: model.Message | model.Record) -> list[str]:
    """One paragraph: what stands on the wire, in order."""
    return textwrap.wrap(" ".join(_words(message.elements)), 80, break_long_words=False)


def _words(elements: tuple[model.Element, ...]) -> list[str]:
    words: list[str] = []
    for element in elements:
        if isinstance(element, model.Region):
            words += _words(element.elements)
        elif isinstance(element, model.Coded):
            words.append(f"<{' '.join(_words(element.elements))}>")
        elif isinstance(element, model.Filler):
            words.append(f"{shown(element.octets)}…")
        elif isinstance(element, model.Constant):
            words.append(shown(element.alternatives[0]))
        elif isinstance(element, model.LinkEnd):
            words.append("end")
        elif isinstance(element, model.Branch):
            words.append(_branch(element))
        elif model.unwritten(element) or _is_named_by_bits(element, elements):
            continue
        else:
            words.append(_field(element))
    return words


def _branch(branch: model.Branch) -> str:
    """The ways of a branch: `[a b]` when it may be absent, `(a | b)` where one must stand.

    Lines in any order are `{a | b}`.
    """
    if isinstance(branch, model.Lines):
        return "{" + " | ".join(" ".join(_words(arm.elements)) for arm in branch.arms) + "}"
    ways = [" ".join(_words(arm.elements)) for arm in branch.arms]
    if "" in ways or not branch.closed:
        return f"[{' | '.join(way for way in ways if way)}]"
    return f"({' | '.join(ways)})"


def _is_named_by_bits(field: model.Field, elements: tuple[model.Element, ...]) -> bool:
    """Whether bits of an integer without a name are fields behind it."""
    slices = [e.wire for e in elements if isinstance(e, model.Field)]
    return field.name is None and any(
        key == field.key for w in slices if isinstance(w, model.Slice) for key, _ in w.pieces
    )


def _field(field: model.Field) -> str:
    name = field.name or "_"
    if isinstance(field.wire, model.Items):
        return f"{name}…"
    if isinstance(field.origin, model.Fixed):
        value = field.origin.value
        number = f"{value:#04x}" if isinstance(value, int) else repr(value)
        return f"{name}={number}"
    return name


def type_words(wire: model.Wire) -> str:
    """A type as descriptions write it; of bits how many they are."""
    if isinstance(wire, model.Slice):
        return f"bits[{wire.width}]"
    if isinstance(wire, model.Integer):
        order = "le" if wire.little and wire.width > 1 else ""
        words = " swapped" if wire.swapped else ""
        return f"{'i' if wire.signed else 'u'}{wire.width * 8}{order}{words}"
    if isinstance(wire, model.Real):
        words = " swapped" if wire.swapped else ""
        return f"f{wire.width * 8}{'le' if wire.little else ''}{words}"
    assert isinstance(wire, model.Sized)
    if isinstance(wire, model.Digits):
        name: str = wire.notation
    elif isinstance(wire, model.Text):
        digits = wire.encoding == model.DIGITS
        name = "digits" if digits else "quoted" if wire.quoted else "text"
    else:
        name = "bytes"
    return f"{name}[{wire.size.bytes}]" if isinstance(wire.size, model.FixedSize) else name


_CONTROLS = {
    0: "NUL", 1: "SOH", 2: "STX", 3: "ETX", 4: "EOT", 5: "ENQ", 6: "ACK", 7: "BEL", 10: "LF",
    13: "CR", 16: "DLE", 21: "NAK", 27: "ESC",
}  # fmt: skip


def shown(data: bytes) -> str:
    """A constant as a person reads it: text in backquotes, control characters by name."""
    if all(32 <= b < 127 and b not in b"`\\" for b in data):
        return f"`{data.decode()}`"
    if all(b in _CONTROLS for b in data):
        return " ".join(_CONTROLS[b] for b in data)
    if all((32 < b < 127 and b not in b"`\\") or b in _CONTROLS for b in data):
        return " ".join(_CONTROLS[b] if b in _CONTROLS else f"`{chr(b)}`" for b in data).replace(
            "` `", ""
        )
    return data.hex(" ").upper()
