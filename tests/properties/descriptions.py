"""Random descriptions, as text: whatever the first cut of the language can say of a message.

Most are valid; what does not compile is left out by those who use them. Names are drawn from words
that generated code might use itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypothesis import strategies as st

from tests.properties.structures import structure

_DEEPEST = 2
"""How many structures stand in each other."""
Draw = Callable[[st.SearchStrategy[str]], str]

NAMES = [
    "unit", "code", "level", "speed", "name", "data", "size", "check", "status", "mode", "c1", "p1",
    "p2", "bits1", "bits2", "expected", "at", "end", "frame", "buffer", "link", "self", "cls",
    "int", "str", "bytes", "float", "bool", "len", "sum", "xor", "round", "range", "type", "class",
    "from", "None", "error", "raw", "wire", "Message", "Self", "crc", "count", "starts", "text",
    "key", "data_end", "level_raw", "mode_bits", "value", "repr", "tuple", "list", "dict",
    "bytearray", "isinstance", "property", "id", "format", "construct", "decode",
    "encode", "layout",
]  # fmt: skip
NUMBERS = [
    "u8", "i8", "u16", "i16le", "u24", "i24le", "u32le", "i32", "u40", "u48le", "u64", "i64le",
    "f32", "f64le", "f32le", "dec[3]", "int[4]", "hex[2]", "hex[4]", "oct[3]", "bin[8]",
    "base36[2]", "float[6]", "bcd[2]", "bcd[2] reversed", "bcd[1] signed", "nibbles[3]",
    "nibbles[2] signed reversed", 'dec[5] pad " "', 'int[6] pad left " "', "hex[4] signed",
    "hex[4] reversed",
]  # fmt: skip
WHOLE = [
    "u8", "i8", "u16", "i16le", "u24", "u32le", "u64", "i64le", "dec[3]", "int[4]", "hex[4]",
    "bcd[2]", "bcd[9]", "nibbles[2]", "hex[2] signed", "vlq", "u6_14_30_62 max 4",
]  # fmt: skip
TEXTS = [
    'text[4] pad " "', 'text[6] pad left " "', "text[5] pad NUL", "text[3]", "char",
    "text[4] latin1", "text[3] cp437", 'text[4] shiftjis pad " "', 'text[8] utf16le pad " "',
    "text[8] utf16be pad NUL", "bytes[3]", 'text[6] pad " " trim', "digits[3]",
    "digits[2] reversed", 'quoted[6] pad " "', "bytes[3] reversed", 'text[4] pad " " reversed',
    "quoted[4]",
]  # fmt: skip
CONSTANTS = [
    '";"', '","', '":"', "CRLF", "STX", "ETX", "0xA5", 'x"01 02"', '"<>"', '";;"', "CRLF | LF",
    '"#" | "@"', '"abab"', 'x"00"', 'ESC "["', "LF | CRLF",
]  # fmt: skip
ENUMS = (
    "{ off = 0, on = 1, standby = 2 }",
    "{ none = 0 | 7, some = 1 }",
    '{ low = 3, "very high" = 200 } strict',
)
TEXT_ENUMS = ('{ open = "O" | "o", closed = "C" }', '{ yes = "Y", no = "N" } strict')
CRCS = ("CRC-16/MODBUS", "CRC-8/SMBUS", "CRC-32/ISO-HDLC", "CRC-16/XMODEM", "CRC-12/UMTS")


class Writer:
    """Writes one layout; names of the frame around are taken."""

    def __init__(self, draw: Draw, names: Iterator[str], depth: int = 0) -> None:
        self.draw = draw
        self.depth = depth
        self.names = names
        self.lines: list[str] = []
        self.fields: list[str] = []
        self.keys: list[str] = []
        self.numbers: list[str] = []

    def pick(self, *options: str) -> str:
        return self.draw(st.sampled_from(options))

    def add(self, line: str, name: str = "") -> None:
        self.lines.append(line)
        if name:
            self.keys.append(name)

    def name(self) -> str:
        return next(self.names)

    def fixed(self) -> None:
        """A field whose size is known."""
        kind = self.pick(
            "number", "number", "linear", "text", "enum", "bits", "own", "pieces", "other"
        )
        name = self.name()
        if kind == "number":
            tail = self.pick("", "", " = 7", " default 5")
            self.add(f"{name} : {self.pick(*NUMBERS)}{tail}", name)
            self.numbers.append(name)
        elif kind == "linear":
            tail = self.pick(
                "scale 0.1",
                "scale 2",
                "offset -40",
                "scale 0.5 offset 3",
                "scale -1",
                "scale 0.25",
                "scale 3 offset 7",
            )
            limits = self.pick("", "", " range 0..100", " range -5..20")
            self.add(f"{name} : {self.pick(*WHOLE)} {tail}{limits}", name)
        elif kind == "text":
            self.add(f"{name} : {self.pick(*TEXTS)}", name)
        elif kind == "enum":
            self.labelled(name)
        elif kind == "bits":
            self.add(f"{name} : {self.bits(grouped=True)}", name)
        elif kind == "own":
            self.add(f"_ : {self.bits(grouped=False)}")
        elif kind == "pieces":
            self.pieces(name)
        else:
            self.add(
                self.pick(
                    f"{name} : bool", f"{name} : u8 as bool", "_ : bytes[2]", "_ : u16",
                    f"{name} : u8 range 3..9", f"{name} : dec[2] range 10..", "_ : dec[2]",
                    f"{name} : dec[1] as bool", f'{name} : text[2] = "ab"', f"{name} : f32 = 1.5",
                    f"{name} : hex[2] lower", f"{name} : float[6] .2", f"{name} : hex[2] = 0x1f",
                    f"{name} : int[4] = -5", f"{name} : float[6] .1 = 2.5",
                    f"{name} : float[5] = 2.0",
                ),
                name,
            )  # fmt: skip

    def labelled(self, name: str) -> None:
        if self.pick("number", "text") == "number":
            type_ = self.pick("u8", "u16le", "hex[2]")
            self.add(f"{name} : {type_} as {name}_e {self.pick(*ENUMS)}", name)
        else:
            self.add(f"{name} : text[1] as {name}_e {self.pick(*TEXT_ENUMS)}", name)

    def bits(self, grouped: bool) -> str:
        """A block of bits; those of a group may have the names of fields."""

        def name() -> str:
            return self.pick(*NAMES) if grouped else self.name()

        said = self.pick(
            "", "", " signed", " scale 0.5", " default 3", " bcd", " signed scale -2 offset 9"
        )
        parts = {
            "a": f"{name()} @7", "b": f"{name()} @6..4{said}", "c": f"{name()} @3..2 as bool",
            "d": f"{name()} @1", "e": "_ @0 = 1", "f": f"{name()} @3..2 range 1..2",
        }  # fmt: skip
        kept = [parts[k] for k in self.pick("abd", "bce", "ae", "abfd", "be")]
        if len({p.split()[0] for p in kept}) < len(kept):
            kept = kept[:1]
        low = self.pick("u8", "u16", "u16le", "u24")
        counted = self.pick("", "", "", " msb0", " msb0 bytewise")
        return f"{low} {{ {', '.join(kept)} }}{counted}"

    def pieces(self, name: str) -> None:
        """A value whose bits stand in two integers, with another between them."""
        said = self.pick("", " signed", " scale 0.1", " default 512", " range 2..900")
        second = self.pick(f"{self.name()} @7", "_ @7 = 1")
        self.add(f"_ : u8 {{ {name}[9..8] @1..0{said}, {second} }}")
        low = self.pick("[7..0] @11..4", "[7..0] @11..4", "[6..1] @11..6", "[7..5] @15..13")
        self.add(f"_ : {self.pick('u16', 'u16le')} {{ {name}{low} }}", name)

    def varying(self) -> None:
        """A field whose size is not known, and what tells it."""
        kind = self.pick("length", "until", "digits", "driven", "scaled", "between")
        name, size = self.name(), self.name()
        what = self.pick("bytes", "text", "text latin1", "bytes max 5", "text max 4",
                         "bytes reversed", "digits")  # fmt: skip
        if kind == "length":
            form = self.pick("u8", "u16le", "dec[2]", "hex[2]", "i8", "bcd[1]", "varint max 2",
                             "ber_length")  # fmt: skip
            value = self.pick(f"len({name})", f"len({name}) + 1", f"len({size}..{name})")
            self.add(f"{size} : {form} = {value}", size)
            self.add(f"{name} : {what}", name)
        elif kind == "scaled":
            value = self.pick(f"len({name}) / 2", f"len({name}) * 2", f"len({name}) - 1")
            self.add(f"{size} : u8 = {value}", size)
            self.add(f"{name} : bytes", name)
        elif kind == "driven":
            self.add(f"{size} : {self.pick('u8', 'dec[2]')}", size)
            self.add(f"{name} : bytes[{size}{self.pick('', ' + 1', ' - 1', ' * 2')}]", name)
            self.add(self.pick("", f"{self.name()} : bytes[outside]"))
        elif kind == "until":
            self.add(f"{name} : {what}{self.pick('', '', ' except LF', ' trim')}", name)
            self.add(self.pick(*CONSTANTS))
        elif kind == "between":
            self.add(f"{name} : {what}", name)
            self.add(f"{size} : {self.pick('u8', 'hex[2]')}", size)
            self.add(self.pick(*CONSTANTS))
        else:
            notation = self.pick("dec", "int", "float", "hex", "oct", "bin", "float .2", "quoted",
                                 "varint", "u7_15")  # fmt: skip
            self.add(f"{name} : {notation}", name)
            self.add(self.pick('","', "CRLF", '";"', '"!" | "??"'))

    def derived(self) -> None:
        """A check, a copy, or a length over what is there already."""
        if not self.keys:
            return
        name = self.name()
        first = self.pick(*self.keys)
        extent = self.pick("..", f"{first}..", f"{first}")
        crc = self.pick(*CRCS)
        value = self.pick(
            f"sum({extent})", f"xor({extent})", f'crc("{crc}", {extent})', f"-sum({extent})",
            f"0xFF - sum({extent})", f"~sum({extent}) & 0x7F", f"len({extent})",
            f"sum({extent}) % 95 + 32", f"xor({extent}) + 0x155", *self.checks(extent),
        )  # fmt: skip
        forms = ["u8", "u16", "u16le", "u32", "hex[8]", "dec[5]", "u24le", "i16", "bytes[3]"]
        self.add(f"{name} : {self.pick(*forms)} = {value}", name)
        if self.pick("", "", "copy"):
            copy = self.name()
            self.add(f"{copy} : {self.pick('u32', 'hex[8]', 'u64le')} = {name}", copy)

    def let(self) -> None:
        """A value without bytes; others may be computed from it, and conditions ask for it."""
        if not self.numbers:
            return
        a, b, name = self.pick(*self.numbers), self.pick(*self.numbers), self.name()
        formula = self.pick(
            f"{a} / 10", f"{a} * 2 + {b}", f"-{a} % 7", f"{a} / {b}", f"{a} == {b}", "17",
            f"{a} > 3 and not {b} < 9", f"2 ** {a}", f"{a} ** 2", f"({a} - {b}) * 0.5",
        )  # fmt: skip
        self.add(f"let {name} = {formula}")
        if "/ " not in formula and "2 **" not in formula:
            self.numbers.append(name)
            if self.pick("", "", "asked"):
                self.add(f"if {name} {{ {self.name()} : u8 }}")

    def checks(self, extent: str) -> list[str]:
        """Checks over more than the bytes as they are."""
        other = self.pick(*self.keys)
        return [
            f"sum(add({extent}, 1))", f"xor(add({extent}, -3), {other})",
            f"xor(group({extent}, 2))", f"sum(group({extent}, 3, little))",
            f"sum(group({extent}, 2, hex))", f"fletcher8({extent})", f"fletcher16({other})",
            f"swap(sum({extent}), 0x00 -> 0x01, 0x03 -> 0x7F)", f"md5({extent}) & 0xFFFF",
            f"sha256({extent}) >> 240", f'crc("CRC-24/BLE", {extent}, "salt", {other}, 0x0102)',
            f"sum({extent}) | 0x80", f"sum({extent}) + xor({other}) * 2",
            f"sum({extent}) + outside",
        ]  # fmt: skip

    def block(self, first: str = "") -> str:
        """Some statements in braces."""
        inner = Writer(self.draw, self.names, self.depth + 1)
        inner.statements(2)
        return "{ " + "; ".join(filter(None, [first, *inner.lines])) + " }"

    def statements(self, most: int) -> None:
        for _ in range(int(self.pick(*map(str, range(1, most + 1))))):
            kinds = ["fixed", "fixed", "fixed", "varying", "constant", "derived", "let"]
            kinds += ["structure"] * (2 if self.depth < _DEEPEST else 0)
            kind = self.pick(*kinds)
            if kind == "constant":
                self.add(self.pick(*CONSTANTS))
            elif kind == "structure":
                structure(self)
            else:
                getattr(self, kind)()


def _layout(draw: Draw, names: Iterator[str], most: int) -> Writer:
    writer = Writer(draw, names)
    writer.statements(most)
    return writer


def _frame(draw: Draw, names: Iterator[str]) -> tuple[str, list[str]]:
    """A frame, and the names that a call may fix."""
    writer = Writer(draw, names)
    if writer.pick("yes", "no") == "yes":
        writer.add(writer.pick("STX", "0xA5", '"{{"'))
    code, size, hole = next(names), next(names), next(names)
    writer.add(f"{code} : {writer.pick('u8', 'u16le', 'hex[2]', 'dec[2]')}", code)
    tail = writer.pick("length", "end")
    if writer.pick("yes", "no") == "yes":
        writer.fixed()
    longest = writer.pick("", " max 60")
    if tail == "length":
        writer.add(f"{size} : {writer.pick('u8', 'u16', 'dec[2]')} = len({hole})", size)
        writer.add(f"{hole} : body{longest}", hole)
        writer.derived()
    else:
        writer.add(f"{hole} : body{longest}", hole)
        writer.derived()
        writer.add(writer.pick("ETX", "CRLF", '"}}"'))
    return "message frame {\n    " + "\n    ".join(writer.lines) + "\n}", [code]


LINKS = (
    "link tcp client",
    "link tcp client { end LF | CRLF }",
    "link line : serial 9600 8N1 { end CRLF }\nlink net : tcp client { end LF | CRLF }",
    "link line : serial 9600 8N1 { end CR }\nlink net : tcp client :5025 { end LF }",
)


@st.composite
def descriptions(draw: Draw) -> str:
    """A description of a few messages, as text."""
    lines = [f'protocol random "Random"\n{draw(st.sampled_from(LINKS))}']
    lines.append(draw(st.sampled_from(["", "", "endian little"])))
    lines.append("param outside : u8 default 1")
    framed = draw(st.sampled_from(["", "frame"]))
    order = list(NAMES)
    shift = int(draw(st.sampled_from([str(n) for n in range(len(NAMES))])))
    order = order[shift:] + order[:shift]
    numbered = [f"{name}{n}" for n in range(9) for name in ("x", "y", "z")]
    names = iter(order + numbered + [f"w{n}" for n in range(99)])
    fixed: list[str] = []
    if framed:
        text, fixed = _frame(draw, names)
        lines.append(text)
    rest = list(names)
    kinds = ("command", "response", "event")
    for kind in kinds[: int(draw(st.sampled_from("123")))]:
        own = iter(rest)
        body = _layout(draw, own, 5).lines
        block = "{\n    " + "\n    ".join(line for line in body if line) + "\n}"
        number = str(kinds.index(kind) + 1)
        call = f" in frame({fixed[0]}={number})" if framed else ""
        lines.append(f"{kind} a_{kind}{call} {block}")
    return "\n".join(line for line in lines if line) + "\n"
