"""What the classes of one module share: names, imports, and constants in front of them."""

from __future__ import annotations

from msgspec import Struct, field

from protoc.compiler import model
from protoc.compiler.backend.code import Call, Code, keyed, octets, text
from protoc.compiler.backend.expressions import Writer
from protoc.compiler.backend.formats import TABLES
from protoc.compiler.backend.naming import Names, constant
from protoc.compiler.resolve.beginnings import CHARACTERS

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
            known = f"_{constant(called)}_VIA" if called else "_VIA"
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
