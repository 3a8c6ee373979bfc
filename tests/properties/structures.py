"""Random structures: what stands on the wire only sometimes, again and again, or as an object."""

from __future__ import annotations

from typing import Protocol

ITEMS = [
    "u8", "u16le", "i8", "dec[2]", "hex[2]", "text[2]", "u8 scale 0.5", "u24", "f32",
    "u8 { high @7..4, low @3..0 }", "u8 as kind { one = 1, two = 2 }", "bool", "vlq",
]  # fmt: skip
SEPARATED = ["dec", "text", "hex[2]", "int", "float", "u8", "bytes"]
SELECTORS = [
    "u8 range 0..3", "dec[1] range 0..3", "varint range 0..3", "u8 as bool", "u16le range 0..2",
    "u8 scale 2 range 0..6",
]  # fmt: skip


class Host(Protocol):
    """The writer of a layout: see `descriptions.Writer`."""

    depth: int

    def pick(self, *options: str) -> str: ...

    def name(self) -> str: ...

    def add(self, line: str, name: str = "") -> None: ...

    def block(self, first: str = "") -> str:
        """Some statements in braces, `first` in front of them."""
        ...


def structure(host: Host) -> None:
    """One of them, with what it needs around."""
    kinds = [conditional, matched, optional, absent, either, counted, separated, whilst, repeated]
    names = [str(i) for i in range(len(kinds))]
    kinds[int(host.pick(*names))](host)


def conditional(host: Host) -> None:
    selector = host.name()
    host.add(f"{selector} : {host.pick(*SELECTORS)}", selector)
    test = host.pick(f"{selector} > 1", f"{selector} == 0", f"not {selector}", f"{selector} & 1")
    test = f"{selector} > 1" if "&" in test else test
    test = host.pick(test, test, "outside > 1", f"outside + 1 == {selector}")
    other = host.pick("", f" else {host.block()}")
    host.add(f"if {test} {host.block()}{other}")


def matched(host: Host) -> None:
    selector = host.name()
    host.add(f"{selector} : {host.pick(*SELECTORS[:2])}", selector)
    rest = host.pick("; _ => {}", f"; _ => {host.block()}", "")
    host.add(f"match {selector} {{ 0, 2 => {host.block()}; 1 => {host.block()}{rest} }}")


def optional(host: Host) -> None:
    begin = host.pick('"?"', '"?!"', "0x07", "")
    host.add(f"optional {host.block(begin)}")
    host.add(host.pick('";"', "CRLF", '"#" | "##"'))


def absent(host: Host) -> None:
    name = host.name()
    kind = host.pick("text", "dec[2]", "u8", "hex", "bytes", "float", "dec")
    host.add(f"{name} : {kind}?")
    host.add(host.pick('","', "CRLF"))


def either(host: Host) -> None:
    ways = [host.block('"a"'), host.block('"b"'), '{ "-" }', host.block("")]
    chosen = [ways[int(i)] for i in host.pick("01", "10", "02", "20", "03", "12")]
    host.add("either " + " or ".join(chosen))


def counted(host: Host) -> None:
    count, name = host.name(), host.name()
    item = host.pick(*ITEMS)
    item = host.pick(item, item, f"[{item}] count 2")
    if host.pick("told", "known") == "told":
        host.add(f"{count} : {host.pick('u8', 'dec[2]')} = count({name})", count)
        host.add(f"{name} : [{item}] count {count}")
    else:
        host.add(f"{name} : [{item}] count {host.pick('2', 'outside')}")


def separated(host: Host) -> None:
    name = host.name()
    separator = host.pick('","', '"||"')
    if host.pick("until", "rest") == "until":
        absent = host.pick("", "", "?")
        kinds = [kind for kind in SEPARATED if not absent or kind != "u8"]
        host.add(f'{name} : [{host.pick(*kinds)}{absent}] sep {separator} until ";"')
        host.add('";"')
    else:
        host.add(f"{name} : [{host.pick(*SEPARATED)}] sep {separator}")
        host.add(host.pick("CRLF", '"!"'))


def whilst(host: Host) -> None:
    first, name = host.name(), host.name()
    if host.pick("number", "bits") == "number":
        host.add(f"{first} : {host.pick('u8', 'dec[1]')}", first)
        host.add(f"{name} : [{host.pick('u8', 'dec[2]')}] while previous > 3")
    else:
        host.add(f"{first} : u8 {{ more @7, rest @6..0 }}", first)
        host.add(f"{name} : [u8 {{ more @0 }}] while previous.more")


def repeated(host: Host) -> None:
    """Objects; what is in them may ask for what stands around."""
    count, name, selector = host.name(), host.name(), host.name()
    host.add(f"{selector} : {host.pick(*SELECTORS)}", selector)
    inside = host.block("id : u8")
    if host.pick("plain", "asking") == "asking":
        inside = f"{{ id : u8; if {host.pick(selector, 'outside')} == 1 {inside} }}"
    inside = inside.replace("id : u8", "key : u8", 1) if inside.count("id : u8") > 1 else inside
    how = host.pick("told", "known", "until", "separated")
    if how == "told":
        host.add(f"{count} : u8 = count({name})", count)
        host.add(f"repeat {name} count {count} {inside}")
    elif how == "known":
        host.add(f"repeat {name} count 2 {inside}")
    else:
        separator = ' sep ","' if how == "separated" else ""
        host.add(f"repeat {name}{separator} until ETX {inside}")
        host.add("ETX")
