"""Params of a connector as they are written down: kind, wire form, conversion, names of values."""

from __future__ import annotations

from msgspec import Struct

from protoc.compiler.importers.dataminer.elements import Reference, Text, View, options
from protoc.compiler.importers.dataminer.reading import Element
from protoc.compiler.importers.dataminer.values import octets
from protoc.dsl.source import Span

LONGEST = 1 << 20
"""Bytes a param may have."""
MOST_BITS = 1024
"""Bits that may be one value."""
LARGEST_GROUP = 64
"""Bytes that a checksum may take at a time."""

CONSTANT_KINDS = ("fixed", "header", "trailer")
BIT_KINDS = ("read bit", "write bit")
SYSTEM_KINDS = (
    "bus",
    "ip",
    "pollingip",
    "elementid",
    "elementname",
    "elementdmaid",
    "dataminer info",
)
TABLE_KINDS = ("array", "matrix", "discreet info")
KINDS = (
    *CONSTANT_KINDS,
    *BIT_KINDS,
    *SYSTEM_KINDS,
    *TABLE_KINDS,
    "read",
    "write",
    "dummy",
    "length",
    "crc",
    "group",
    "response",
)


class Crc(Struct, frozen=True):
    """How a checksum is computed; attributes as in `CRC/Type`."""

    type: Text
    mod: int | None
    off: int
    total: int
    byte_offset: int
    group: int
    group_binary: bool
    complement: bool
    total_or: bool
    span: Span


class Scale(Struct, frozen=True):
    """`low_data..high_data` on the wire are `low..high`."""

    low_data: float
    high_data: float
    low: float
    high: float
    span: Span


class Named(Struct, frozen=True):
    """A value with a name: a discreet, or an exception."""

    value: Text
    display: Text


class Interprete(Struct, frozen=True):
    """How the bytes of a param are read.

    Attributes:
        raw, domain, sizing: `RawType`, `Type` and `LengthType` as words.
        until: the param that `LengthType@id` names, for `next param` and `other param`.
        times: the n-th occurrence of a delimiter.
        value, spelt: the bytes of `Value`, and how they are written.
        start, count: `StartPosition` and `NbrOfBits`.
    """

    raw: str = ""
    domain: str = ""
    sizing: str = ""
    until: Reference | None = None
    times: int = 1
    length: int | None = None
    value: bytes | None = None
    spelt: str = ""
    big: bool = False
    base: int = 10
    trim: frozenset[str] = frozenset()
    factor: float | None = None
    offset: float | None = None
    offset_from: Reference | None = None
    sequence: Text | None = None
    loop: float | None = None
    scale: Scale | None = None
    byte_offset: int = 0
    bits: int | None = None
    start: int | None = None
    count: int = 1
    low: float | None = None
    high: float | None = None
    default: Text | None = None
    exceptions: tuple[Named, ...] = ()
    decimals: int | None = None


class Param(Struct, frozen=True, eq=False):
    """One param.

    Attributes:
        kind: `Param/Type` as a word.
        of: what `Type@id` names: the group of a bit, the response of a `response`.
        positions: those of `Length/Content` or `CRC/Content`, None without that element.
        link: n of `headerTrailerLink=n`.
        connection: n of `connection=n`, None for every connection.
        target: n of `dynamic ip n`.
    """

    id: int
    element: Element
    span: Span
    name: str
    description: str
    kind: str
    kind_span: Span
    of: Reference | None
    times: int
    link: int | None
    connection: int | None
    target: int | None
    setter: bool
    save: bool
    interprete: Interprete
    positions: tuple[Reference, ...] | None
    crc: Crc | None
    discreets: tuple[Named, ...]

    @property
    def text(self) -> bool:
        """Whether its value is text."""
        return self.interprete.domain == "string"

    @property
    def constant(self) -> bool:
        """Whether its kind says that its bytes stay the same."""
        return self.kind in CONSTANT_KINDS


def read_param(view: View, number: int, encoding: str = "cp1252") -> Param:
    """A param as it is written down; texts of constants are encoded."""
    type_ = view.child("Type")
    kind = type_.word if type_ else ""
    found = _type_options(type_)
    inner = view.child("Interprete")
    crc = view.child("CRC")
    name, description = view.content("Name"), view.content("Description")
    return Param(
        id=number,
        element=view.element,
        span=view.span,
        name=name.value.strip() if name else "",
        description=description.value.strip() if description else "",
        kind=kind,
        kind_span=type_.span if type_ else view.span,
        of=type_.reference() if type_ else None,
        times=(type_.counted("times") if type_ else None) or 1,
        link=found.get("headertrailerlink"),
        connection=found.get("connection"),
        target=found.get("dynamic ip"),
        setter=view.flag("setter"),
        save=view.flag("save"),
        interprete=_interprete(inner, encoding) if inner else Interprete(),
        positions=_positions(view.child("Length") if kind == "length" else crc),
        crc=_crc(crc) if crc else None,
        discreets=_discreets(view.child("Measurement")),
    )


def _type_options(view: View | None) -> dict[str, int]:
    """The options of `Param/Type` that have a number."""
    found: dict[str, int] = {}
    for option in options(view.attribute("options")) if view else ():
        assert view is not None
        word, equals, rest = option.word.partition("=")
        if option.word.startswith("dynamic ip"):
            word, rest = "dynamic ip", option.word.removeprefix("dynamic ip").strip() or "0"
        elif word.strip() not in ("headertrailerlink", "connection") or not equals:
            view.note("not imported", f"the option `{option.value}` is not understood", "options")
            continue
        number = view.whole(Text(rest, option.span))
        if number is not None:
            found[word.strip()] = number
    return found


def _positions(view: View | None) -> tuple[Reference, ...] | None:
    content = view.child("Content") if view else None
    if content is None:
        return None
    numbers = ((each.whole(each.text), each.span) for each in content.every("Param"))
    return tuple(Reference(number, span) for number, span in numbers if number is not None)


def _interprete(view: View, encoding: str) -> Interprete:
    type_, sizing = view.child("Type"), view.child("LengthType")
    value, offset, low = view.child("Value"), view.child("OffSet"), view.child("Range")
    sequence = view.child("Sequence")
    trim = type_.attribute("trim") if type_ else None
    return Interprete(
        raw=view.wording("RawType"),
        domain=type_.word if type_ else "",
        sizing=sizing.word if sizing else "",
        until=sizing.reference() if sizing else None,
        times=(sizing.counted("times") if sizing else None) or 1,
        length=view.number("Length", LONGEST),
        value=octets(value.text.value, encoding) if value and value.text.value else None,
        spelt=value.text.value if value else "",
        big=view.wording("Endian") == "big",
        base=view.number("Base") or 10,
        trim=frozenset(part.word for part in options(trim)),
        factor=view.decimal(view.content("Factor")),
        offset=view.decimal(offset.text) if offset else None,
        offset_from=offset.reference() if offset else None,
        sequence=view.content("Sequence"),
        loop=sequence.decimal(sequence.attribute("loop")) if sequence else None,
        scale=_scale(view.child("Scale")),
        byte_offset=view.number("ByteOffset") or 0,
        bits=view.number("Bits"),
        start=view.number("StartPosition"),
        count=view.number("NbrOfBits", MOST_BITS) or 1,
        low=low.decimal(low.content("Low")) if low else None,
        high=low.decimal(low.content("High")) if low else None,
        default=view.content("DefaultValue"),
        exceptions=_exceptions(view.child("Exceptions")),
        decimals=view.number("Decimals"),
    )


def _scale(view: View | None) -> Scale | None:
    if view is None:
        return None
    names = ("lowData", "highData", "low", "high")
    numbers = [view.decimal(view.attribute(name)) for name in names]
    low_data, high_data, low, high = numbers
    if low_data is None or high_data is None or low is None or high is None:
        return None
    return Scale(low_data, high_data, low, high, view.span)


def _exceptions(view: View | None) -> tuple[Named, ...]:
    found = []
    for each in view.every("Exception") if view else ():
        value, display = each.attribute("value"), each.content("Display")
        if value is not None and display is not None:
            found.append(Named(value, display))
    return tuple(found)


def _discreets(view: View | None) -> tuple[Named, ...]:
    found = []
    for each in view.inside("Discreets", "Discreet") if view else ():
        value, display = each.child("Value"), each.content("Display")
        if value is not None and display is not None:
            found.append(Named(value.text, display))
    return tuple(found)


def _crc(view: View) -> Crc | None:
    type_ = view.child("Type")
    if type_ is None:
        return None
    group, binary = type_.attribute("groupbytes"), False
    if group is not None:
        number, _, word = group.value.partition(";")
        binary, group = word.strip().lower() == "binary", Text(number, group.span)
    size = type_.whole(group) or 1
    if not 1 <= size <= LARGEST_GROUP:
        reason = f"bytes are taken 1 to {LARGEST_GROUP} at a time, not {size}"
        type_.note("not imported", reason, "groupbytes")
        size = 1
    given = [option.word for option in options(type_.attribute("options"))]
    unknown = [word for word in given if word not in ("ones complement", "or totaloffset")]
    if unknown:
        type_.note("not imported", f"the option `{unknown[0]}` is not understood", "options")
    return Crc(
        type=type_.text,
        mod=type_.counted("mod"),
        off=type_.counted("off") or 0,
        total=type_.counted("totaloffset") or 0,
        byte_offset=type_.counted("byteoffset") or 0,
        group=size,
        group_binary=binary,
        complement="ones complement" in given,
        total_or="or totaloffset" in given,
        span=type_.span,
    )
