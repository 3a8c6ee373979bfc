"""From raw to value and back, as Python expressions, and the annotations of values."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct, field

from protoc.compiler import model
from protoc.compiler.backend import likeness
from protoc.compiler.backend.code import Call, Code, keyed, literal, octets, text
from protoc.compiler.backend.expressions import Writer
from protoc.compiler.backend.formats import TABLES
from protoc.compiler.backend.linear import is_whole
from protoc.compiler.backend.naming import Names, attribute, constant, members
from protoc.compiler.resolve.beginnings import CHARACTERS
from protoc.compiler.resolve.fitting import bits_as_number, raw_limits

CODECS = frozenset(
    {
        "COMPUTED",
        "Delimiter",
        "Filler",
        "ItemScan",
        "LineEnd",
        "Occurrence",
        "UNFIT",
        "Via",
        "WITHIN",
        "ANY",
        "OneOf",
    }
    | {n.upper() for n in CHARACTERS}
    | TABLES
)
CODINGS = frozenset(
    {"Add", "Base64", "Blocks", "Chain", "Cobs", "Escape", "Hex", "Stuff", "Truncate", "Xor"}
)
CHECKSUMS = frozenset(
    {"byte_sum", "xor", "word_sum", "word_xor", "added", "replaced", "crc"}
    | {"fletcher8", "fletcher16", "md5", "sha1", "sha256"}
)


class Context(Struct):
    """What the codecs of one module share.

    Attributes:
        enums: enumerations by name; `classes` their classes, and those of bit groups.
        imports: names taken from the runtime, and the module each comes from.
        structs: formats of the precompiled structs by the name of their constant.
        constants: other module constants by name: the expression they stand for.
        told: the types of what records are told, by their name and that of the value.
        formulas: the constant of each conversion by a formula.
        factories: values that nobody gives are made anew for every message.
    """

    enums: dict[str, model.Enum]
    classes: dict[str, str] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    imports: dict[str, str] = field(default_factory=dict)
    structs: dict[str, str] = field(default_factory=dict)
    constants: dict[str, Code] = field(default_factory=dict)
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    formulas: dict[model.Via, str] = field(default_factory=dict)
    factories: bool = False

    def use(self, name: str) -> str:
        """A name of the runtime."""
        home = "codecs" if name in CODECS or name[0].islower() else ""
        home = "codings" if name in CODINGS else home
        self.imports[name] = "checksums" if name in CHECKSUMS else home
        return name

    def function(self, name: str) -> str:
        """A function in a formula: one of Python's own, or of the runtime."""
        return name if name in ("bool", "float") else self.use(name)

    def struct(self, format_: str) -> str:
        """The constant that holds the struct of a format, `">BH"`."""
        order = {">": "BE", "<": "LE"}[format_[0]]
        # upper and lower case letters differ in sign: the lower ones are spelt with an N
        letters = "".join(f"N{c.upper()}" if c in "bhiq" else c.upper() for c in format_[1:])
        name = f"_{order}_{letters}"
        self.structs[name] = format_
        return name

    def delimiter(self, alternatives: tuple[bytes, ...]) -> str:
        """The constant that finds one of several constants."""
        name = "_" + "_OR_".join(_spelt(a) for a in alternatives)
        self.constants[name] = Call(self.use("Delimiter"), tuple(map(octets, alternatives)))
        return name

    def line_end(self, end: bytes, behind: tuple[bytes, ...]) -> str:
        """The constant that finds the ends of lines."""
        words = [_spelt(end), *filter(None, ["_OR_".join(map(_spelt, behind))])]
        name = "_LINES_" + "_BEFORE_".join(words)
        self.constants[name] = Call(self.use("LineEnd"), tuple(map(octets, (end, *behind))))
        return name

    def occurrence(self, mark: bytes, times: int, limits: tuple[bytes, ...]) -> str:
        """The constant that finds the n-th of a constant, or the last one."""
        which = f"{times}" if times else "LAST"
        name = "_".join(["", _spelt(mark), which, *("BEFORE" for _ in limits[:1])])
        name += "_OR".join(f"_{_spelt(limit)}" for limit in limits)
        arguments = (octets(mark), str(times), *map(octets, limits))
        self.constants[name] = Call(self.use("Occurrence"), arguments)
        return name

    def like(self, pattern: str) -> str:
        """The constant that says whether a text looks like a pattern."""
        call = Call(self.use("like"), (text(pattern),))
        words = "".join(c if c.isascii() and c.isalnum() else " " for c in pattern).split()
        name = "_LIKE_" + "_".join(words).upper()
        while self.constants.get(name, call) != call:
            name += "_"
        self.constants[name] = call
        return name

    def via(self, via: model.Via, called: str) -> str:
        """The constant that converts by a formula; `called` is the field that has it."""
        known = self.formulas.get(via)
        if known is None:
            known = f"_{constant(called)}_VIA"
            while known in self.constants:
                known += "_"
            self.formulas[via] = known
        raw = Writer(own=lambda _: "x", function=self.function, divide="/")
        arguments = [f"lambda x: {raw.write(via.forth)}"]
        if via.back is not None:
            value = Writer(own=lambda _: "value", function=self.function, divide="/")
            arguments.append(f"lambda value: {value.write(via.back)}")
        self.constants[known] = Call(self.use("Via"), tuple(arguments))
        return known

    def ends(self, by_link: tuple[tuple[str, tuple[bytes, ...]], ...]) -> str:
        """The constant that holds what ends messages on each of these links."""
        wanted = name = "_ENDS_" + "_".join(constant(link) for link, _ in by_link)
        # the first one stands for a link that nobody named
        rows: list[Code] = [
            f"{text(link)}: {Call(self.use('Delimiter'), tuple(map(octets, ends)))}"
            for link, ends in (("", by_link[0][1]), *by_link)
        ]
        table = Call("", tuple(rows), "{}")
        # on the same links it may be something else before which another field ends
        n = 2
        while self.constants.get(name, table) != table:
            name, n = f"{wanted}_{n}", n + 1
        self.constants[name] = table
        return name

    def filler(self, filler: model.Filler) -> str:
        """The constant that passes over bytes."""
        most = "" if filler.most is None else f"_{filler.most}"
        name = f"_SKIP_{_spelt(filler.octets)}{most}"
        arguments: list[Code] = [octets(filler.octets)]
        if filler.most is not None:
            arguments.append(keyed("most", str(filler.most)))
        self.constants[name] = Call(self.use("Filler"), tuple(arguments))
        return name

    def codings(self, codings: tuple[model.Coding, ...]) -> str:
        """The constant that holds a coding, or several of them."""
        if any(isinstance(coding, model.Blocks) for coding in codings):
            self.use("crc")
        spelt = [spelt_coding(coding) for coding in codings]
        for _, made in spelt:
            self.use(made.head.partition(".")[0])
        wanted, whole = "".join(name for name, _ in spelt), spelt[0][1]
        if len(spelt) > 1:
            whole = Call(self.use("Chain"), tuple(made for _, made in spelt))
        name, n = wanted, 2
        while str(self.constants.get(name, whole)) != str(whole):
            name, n = f"{wanted}_{n}", n + 1
        self.constants[name] = whole
        return name

    def crc(self, crc: model.Crc) -> str:
        """The constant that computes a CRC."""
        name = "_" + "".join(c if c.isalnum() else "_" for c in (crc.name or "CRC").upper())
        if not crc.name:
            flags = f"{crc.refin:d}{crc.refout:d}"
            name = f"_CRC_{crc.width}_{crc.poly:X}_{crc.init:X}_{crc.xorout:X}_{flags}"
        self.use("crc")
        self.constants[name] = _crc(crc)
        return name


def _crc(crc: model.Crc) -> Call:
    """What computes a CRC."""
    numbers = (str(crc.width), f"0x{crc.poly:X}", f"0x{crc.init:X}")
    return Call("crc", (*numbers, str(crc.refin), str(crc.refout), f"0x{crc.xorout:X}"))


_CONTROLS = {b"\r\n": "CRLF", b"\n": "LF", b"\r": "CR", b"\0": "NUL", b"\x03": "ETX"}


def _spelt(data: bytes) -> str:
    return _CONTROLS.get(data, data.hex().upper())


def spelt_coding(coding: model.Coding) -> tuple[str, Call]:
    """The name of the constant that holds a coding, and what makes it."""
    if isinstance(coding, model.Escape):
        table = coding.table
        if table == ((coding.mark, coding.mark),):
            return f"_DOUBLE_{coding.mark:02X}", Call("Escape.double", (f"0x{coding.mark:02X}",))
        return f"_ESCAPE_{coding.mark:02X}", Call("Escape", (f"0x{coding.mark:02X}", _table(table)))
    if isinstance(coding, model.HexDigits):
        options = (keyed("lower", "True"),) if coding.lower else ()
        return ("_LOWER_HEX" if coding.lower else "_HEX"), Call("Hex", options)
    if isinstance(coding, model.EachAdded):
        return f"_ADD_{coding.number:02X}", Call("Add", (f"0x{coding.number:02X}",))
    if isinstance(coding, model.EachXored):
        return f"_XOR_{coding.key.hex().upper()}", Call("Xor", (octets(coding.key),))
    if isinstance(coding, model.Blocks):
        width, order = -(-coding.check.width // 8), "little" if coding.little else "big"
        arguments: list[Code] = [str(coding.size), _crc(coding.check), str(width), text(order)]
        if coding.first != coding.size:
            arguments.append(keyed("first", str(coding.first)))
        return f"_BLOCKS_{coding.size}", Call("Blocks", tuple(arguments))
    if isinstance(coding, model.Stuffed):
        name = f"_STUFF_{coding.sequence.hex().upper()}"
        return name, Call("Stuff", (octets(coding.sequence), f"0x{coding.stuffing:02X}"))
    if isinstance(coding, model.Truncated):
        size = "None" if coding.size is None else str(coding.size)
        name = f"_TRUNCATE_{'ANY' if coding.size is None else size}"
        return name, Call("Truncate", (size, keyed("keep", str(coding.keep))))
    if isinstance(coding, model.Base64):
        return "_BASE64", Call("Base64", ())
    return "_COBS", Call("Cobs", ())


def _table(table: tuple[tuple[int, int], ...]) -> Code:
    """A table of bytes; a range of them that one number changes says so."""
    first, last = table[0][0], table[-1][0]
    keys = {octet ^ code for octet, code in table}
    if len(table) > 3 and last - first == len(table) - 1 and len(keys) == 1:
        return f"{{b: b ^ 0x{keys.pop():02X} for b in range(0x{first:02X}, 0x{last + 1:02X})}}"
    return Call("", tuple(f"0x{octet:02X}: 0x{code:02X}" for octet, code in table), "{}")


def scan_of(wire: model.Wire) -> tuple[str, list[Code]]:
    """What finds the end of a value whose bytes tell it, and what it has to know beside them."""
    if not isinstance(wire, model.Digits):
        return "scan_quoted", []
    longest = [] if wire.longest is None else [keyed("longest", str(wire.longest))]
    return f"scan_{wire.notation}", [*longest]


def digits_look(wire: model.Digits) -> list[Code]:
    """How digits look, for those who read and who write them."""
    options: list[Code] = []
    if wire.longest is not None:
        options.append(keyed("longest", str(wire.longest)))
    if wire.signed:
        options.append(keyed("signed", "True"))
    if wire.pad is not None:
        options.append(keyed("pad", octets(wire.pad)))
    if wire.left:
        options.append(keyed("left", "True"))
    return options


def encoding_argument(wire: model.Text) -> str:
    """The encoding for `encode` and `decode`, which are in UTF-8 when they are told none."""
    return "" if wire.encoding == "utf-8" else text(wire.encoding)


def text_look(wire: model.Text) -> list[Code]:
    """How text looks, for those who read and who write it."""
    options: list[Code] = []
    if wire.quoted:
        options.append(keyed("quoted", "True"))
    if wire.pad is not None:
        options.append(keyed("pad", octets(wire.pad)))
    if wire.left:
        options.append(keyed("left", "True"))
    return options


def is_reversed(wire: model.Wire) -> bool:
    """Whether the last byte stands first."""
    return isinstance(wire, model.Sized) and wire.reversed


# ------------------------------------------------------------------ annotations


def annotation(wire: model.Wire | None, conversion: model.Conversion, context: Context) -> str:
    """The Python type of a value."""
    if isinstance(wire, model.Outside):
        return "int" if wire.of is None else annotation(wire.of, conversion, context)
    if isinstance(wire, model.Let):
        return {"whole": "int", "real": "float", "text": "str", "truth": "bool"}[wire.kind]
    if isinstance(wire, model.Bits):
        return context.classes[wire.group or ""]
    if isinstance(wire, model.Nested):
        return context.classes[f"record {wire.record.name}"]
    if isinstance(wire, model.Items):
        item = annotation(wire.item.wire, wire.item.conversion, context)
        return f"list[{item}{' | None' if wire.gaps else ''}]"
    if conversion.enum is not None:
        base = "str" if context.enums[conversion.enum].text else "int"
        cls = context.classes[conversion.enum]
        return cls if conversion.strict else f"{cls} | {base}"
    if conversion.boolean:
        return "bool"
    if wire is None or isinstance(wire, model.Text):
        return "str"
    if isinstance(wire, model.Raw):
        return "bytes"
    if conversion.via is not None:
        return "float"
    fractional = conversion.scale.denominator != 1 or conversion.offset.denominator != 1
    return "int" if is_whole(wire) and not fractional else "float"


def value_types(elements: tuple[model.Element, ...], context: Context) -> dict[str, str]:
    """The types of all values of elements by name; the same name in several ways has them all."""
    found: dict[str, list[str]] = {}
    for element in model.walk(elements):
        if not isinstance(element, model.Field) or element.name is None:
            continue
        if isinstance(element.origin, model.Given | model.Defaulted | model.Computed):
            type_ = annotation(element.wire, element.conversion, context)
            if isinstance(element.wire, model.Digits) and element.wire.lenient:
                type_ += " | None"
            found.setdefault(element.name, []).append(type_)
        if element.also is not None:
            for name, type_ in value_types(element.also.record.elements, context).items():
                found.setdefault(name, []).append(type_)
    return {
        name: " | ".join(dict.fromkeys(one for type_ in types for one in _members(type_)))
        for name, types in found.items()
    }


def read_types(elements: tuple[model.Element, ...], context: Context) -> dict[str, str]:
    """The same without those that are only computed: the types of what stands on the wire."""
    unwritten = model.lets(elements) | {f.name for f in outside(elements)}
    return {n: type_ for n, type_ in value_types(elements, context).items() if n not in unwritten}


def outside(elements: tuple[model.Element, ...]) -> list[model.Field]:
    """What a message depends on and what is not in its bytes."""
    return [
        element
        for element in elements
        if isinstance(element, model.Field) and isinstance(element.origin, model.Brought)
    ]


def _members(type_: str) -> list[str]:
    """The members of a union; a list is one."""
    return [type_] if "[" in type_ else type_.split(" | ")


_CHECKED = {
    "int": ("int", "a whole number"),
    "float": ("int | float", "a number"),
    "str": ("str", "text"),
    "bytes": ("bytes | bytearray", "bytes"),
}


def checked_as(type_: str) -> tuple[str, str] | None:
    """The classes that values of a type are of, and what they are called; None for others."""
    # a label is a number or a text as well
    return _CHECKED.get(_members(type_)[-1])


def given(
    value: object, wire: model.Wire | None, conversion: model.Conversion, context: Context
) -> str:
    """A value as it is written in Python: a label as the member of its enumeration."""
    if conversion.enum is not None and isinstance(value, str):
        labels = members(label.name for label in context.enums[conversion.enum].labels)
        if value in labels:
            return f"{context.classes[conversion.enum]}.{labels[value]}"
    if conversion.boolean and isinstance(value, int):
        return repr(bool(value))
    if isinstance(value, int) and annotation(wire, conversion, context) == "float":
        return repr(float(value))
    return text(value) if isinstance(value, str) else literal(value)


def members_of(wire: model.Bits, value: model.Object, context: Context) -> tuple[Code, ...]:
    """The arguments that make an object of bits."""
    parts = {part.name: part for part in wire.parts}
    members: list[Code] = []
    for name, entry in value.entries:
        part = parts[name]
        assert isinstance(entry, model.Value)
        it = given(entry.value, bits_as_number(part), part.conversion, context)
        members.append(keyed(attribute(name), it))
    return tuple(members)


def defaulted(field_: model.Field) -> bool:
    """Whether a field may be left out, and is always the same then."""
    return isinstance(field_.origin, model.Defaulted) and isinstance(
        field_.origin.value, model.Value
    )


def default_of(field_: model.Field, context: Context) -> str:
    """What a field is that is left out."""
    assert isinstance(field_.origin, model.Defaulted)
    assert isinstance(field_.origin.value, model.Value)
    return given(field_.origin.value.value, field_.wire, field_.conversion, context)


def blank_of(field_: model.Field, context: Context) -> str:
    """What is sent for a field while nobody has given a value."""
    if field_.pattern:
        return text(likeness.simplest(field_.pattern))
    if isinstance(field_.wire, model.Outside):
        of = field_.wire.of
        return "0" if of is None else blank(of, field_.conversion, None, context)
    return blank(field_.wire, field_.conversion, field_.bounds, context)


def blank(
    wire: model.Wire | None,
    conversion: model.Conversion,
    bounds: tuple[float | None, float | None] | None,
    context: Context,
) -> str:
    """What is sent while nobody has given a value: zeros and blanks, or the nearest that fits."""
    if isinstance(wire, model.Bits):
        return f"{context.classes[wire.group or '']}()"
    if conversion.enum is not None:
        enum = context.enums[conversion.enum]
        values = [v for label in enum.labels for v in label.values]
        if enum.text or (conversion.strict and 0 not in values):
            return given(enum.labels[0].name, wire, conversion, context)
        return "0"
    if conversion.boolean:
        return "False"
    if isinstance(wire, model.Items):
        return f"[{blank_of(wire.item, context)}]" if wire.filled else "[]"
    if isinstance(wire, model.Nested):
        return _blank_object(wire, context)
    size = wire.size if isinstance(wire, model.Text | model.Raw) else None
    if wire is None or isinstance(wire, model.Text):
        if wire is None or not isinstance(size, model.FixedSize) or wire.pad is not None:
            return text("")
        if wire.encoding == model.DIGITS:
            return text("00" * size.bytes)
        return text(" " * (size.bytes - 2 * wire.quoted))
    if isinstance(wire, model.Raw):
        return octets(b"\0" * size.bytes) if isinstance(size, model.FixedSize) else octets(b"")
    low, high = bounds or (None, None)
    value: float = low if low is not None and low > 0 else 0
    if high is not None and high < 0:
        value = high
    return repr(float(value)) if annotation(wire, conversion, context) == "float" else repr(value)


def first_of(elements: tuple[model.Element, ...]) -> list[model.Field]:
    """The fields that a message has at least: what may be absent is, the first way is gone."""
    found: dict[str, model.Field] = {}
    for element in elements:
        if isinstance(element, model.Field):
            # what the bytes hold makes them, where anything of that is always there
            held = first_of(element.also.record.elements) if element.also is not None else []
            needed = [f for f in held if f.name and isinstance(f.origin, model.Given)]
            found |= {field.key: field for field in needed or [element]}
        elif not isinstance(element, model.Branch):
            for row in model.parts(element):
                found |= {field.key: field for field in first_of(row)}
        elif element.how == "either":
            rows = [first_of(arm.elements) for arm in element.arms]
            given = [[f for f in row if isinstance(f.origin, model.Given)] for row in rows]
            chosen = rows[0] if all(given) else rows[given.index([])]
            found |= {field.key: field for field in chosen}
        else:
            always = {f.name for f in fields_in((element,))} - model.sometimes((element,))
            names: dict[str | None, model.Field] = {}
            for field in fields_in((element,)):
                names.setdefault(field.name, field)
            found |= {f.key: f for name, f in names.items() if name in always}
    return [*found.values()]


def fields_in(elements: tuple[model.Element, ...]) -> list[model.Field]:
    """The fields among elements, whichever way they go."""
    return [element for element in model.walk(elements) if isinstance(element, model.Field)]


def _blank_object(wire: model.Nested, context: Context) -> str:
    """An object whose required values are blank."""
    arguments = [
        f"{field_name(f)}={blank_of(f, context)}"
        for f in first_of(wire.record.elements)
        if f.name and isinstance(f.origin, model.Given)
    ]
    return f"{context.classes[f'record {wire.record.name}']}({', '.join(arguments)})"


def limits(
    wire: model.Wire,
    conversion: model.Conversion,
    bounds: tuple[float | None, float | None] | None,
) -> tuple[float, float] | None:
    """Least and largest value a number can have, in its own unit; None for what is no number."""
    if conversion.via is not None:
        return None
    if isinstance(wire, model.Integer | model.Slice):
        low, high = raw_limits(wire)
    elif isinstance(wire, model.Digits) and wire.reach is not None:
        low, high = wire.reach
    else:
        return None
    ends = sorted(_plain(edge * conversion.scale + conversion.offset) for edge in (low, high))
    least, most = bounds or (None, None)
    return (ends[0] if least is None else max(least, ends[0])), (
        ends[1] if most is None else min(most, ends[1])
    )


def _plain(value: Fraction) -> float:
    return int(value) if value.denominator == 1 else float(value)


def field_name(field_: model.Field) -> str:
    """The attribute that holds a field."""
    assert field_.name is not None
    return attribute(field_.name)
