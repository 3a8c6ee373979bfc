"""Arbitrary connectors: each is compiled, and every part of it is in the description or the report.

What no description can have is left out and said; it is no mistake of the connector.
"""

from __future__ import annotations

import json
import random
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protoc.compiler.execution import execute
from protoc.compiler.pipeline import compile_source
from protoc.dsl.printer import print_document
from protoc.dsl.source import Source
from tests.conversations.playing import HERE
from tests.importers.connectors import (
    action,
    fixed,
    group,
    imported,
    interprete,
    message,
    number,
    open_text,
    pair,
    param,
    text,
    timer,
    trigger,
)
from tests.importers.shapes import check, device, length
from tests.importers.test_shapes import SHAPES

OTHER = interprete("other", "other param", "string").replace("<LengthType>", '<LengthType id="23">')
FAR = interprete("other", "next param", "string").replace(
    "<LengthType>", '<LengthType times="2" id="3">'
)
BITS = {"StartPosition": 3, "NbrOfBits": 2}
PARAMS = {
    3: fixed(3, "cr", "0x0D", "trailer"),
    10: open_text(10, "t", "write", DefaultValue="a"),
    11: open_text(11, "u"),
    12: param(12, "f", "write", interprete("numeric text", "next param", "double")),
    13: param(13, "h", "read", interprete("numeric text", "next param", "double", Base=16)),
    14: param(14, "b", "read", interprete("unsigned number", "next param", "double")),
    15: param(15, "l", "read", interprete("other", "last next param", "string")),
    16: param(16, "o", "read", OTHER),
    17: param(17, "w", "read", FAR),
    20: fixed(20, "c", "5"),
    21: fixed(21, "d", "A"),
    22: fixed(22, "q", "[", "header"),
    23: number(23, "n", 2, "write"),
    24: text(24, "s", 3, "write"),
    25: number(25, "bcd", 2, raw="bcd"),
    26: number(26, "v", 1, Value="0x31"),
    30: length(30, "len", 1),
    31: param(31, "m", "length", interprete("numeric text", "next param", "double")),
    32: check(32, "k", 1, "sum", 0),
    33: check(33, "r", 1, "rest", 0),
    34: length(34, "some", 2, 1, 2, raw="numeric text"),
    40: number(40, "g", 2, "group", Endian="big"),
    41: param(41, "bit", 'read bit| id="40"', interprete("other", "fixed", "double", **BITS)),
    42: param(42, "set", 'write bit| id="40"', interprete("other", "fixed", "double", **BITS)),
    43: param(43, "gone", "dummy", interprete("other", "fixed", "string", Length=2)),
    44: param(44, "more", "dummy", interprete("other", "next param", "string")),
    45: param(45, "in", 'response| id="2"', interprete("other", "next param", "string")),
    46: param(46, "bus", "bus", interprete("numeric text", "fixed", "double", Length=2)),
    47: param(47, "table", "array", ""),
    48: param(48, "nothing", "read", ""),
}
WIRE = [each for each in PARAMS if each != 47]
VERBS = (
    "copy",
    "copy reverse",
    "append",
    "append data",
    "change length",
    "clear",
    "clear on display",
    "increment",
    "multiply",
    "pow",
    "reverse",
    "replace data",
    "run actions",
    "go",
    "save",
    "set info",
    "read",
)

ids = st.sampled_from(WIRE)
rows = st.lists(ids, min_size=1, max_size=5)
operands = st.one_of(
    st.sampled_from(sorted(PARAMS)).map("id:{}".format),
    st.sampled_from(['"x"', "5", "2.5", "-1", '""']),
)
comparisons = st.tuples(
    operands,
    st.sampled_from(["==", "!=", ">", "<=", "+ 1 >", "& 3 ==", "* 2 !=", "^ 1 =="]),
    operands,
).map(" ".join)
conditions = st.lists(comparisons, min_size=1, max_size=3).map(" AND ".join)


@st.composite
def connectors(draw: st.DrawFn) -> str:
    """A connector of arbitrary messages, actions and conditions."""
    acts = draw(
        st.lists(
            st.tuples(
                st.sampled_from(VERBS),
                st.sampled_from(sorted(PARAMS)),
                st.one_of(st.none(), st.sampled_from(sorted(PARAMS))),
            ),
            max_size=3,
        )
    )
    answer = draw(rows)
    marks = st.tuples(st.integers(0, len(answer) - 1), st.sampled_from(["", "+", "++", "*"]))
    missing = draw(st.lists(marks, max_size=2, unique_by=lambda mark: mark[0]))
    optional = ";".join(f"{position}{mark}" for position, mark in missing)
    condition = f"<Condition><![CDATA[{draw(conditions)}]]></Condition>"
    event = draw(
        st.sampled_from(
            [
                ("parameter", "change", 12),
                ("response", "after", 1),
                ("command", "before", "each"),
                ("response", "before", 1),
                ("pair", "succeeded", 1),
                ("group", "before", "each"),
            ]
        )
    )
    return device(
        type_=draw(st.sampled_from(["serial", "smart-serial"])),
        params=tuple(PARAMS.values()),
        commands=(message("Command", 1, "ask", *draw(rows)),),
        responses=(
            message("Response", 1, "answer", *answer, optional=optional),
            message("Response", 2, "inside", 20, 24),
        ),
        pairs=(pair(1, "ask", 1, 1),),
        groups=(group(1, "all", "Pair:1"),),
        timers=(timer(1, "beat", 1000, 1),),
        triggers=(
            trigger(
                9, event[0], event[1], *range(9, 9 + len(acts)), target=event[2], more=condition
            ),
        ),
        actions=tuple(
            action(9 + i, "parameter", verb, target, "" if source is None else f' id="{source}"')
            for i, (verb, target, source) in enumerate(acts)
        ),
    )


@settings(max_examples=30)
@given(connectors())
def test_arbitrary_connectors_are_compiled(source: str) -> None:
    compilation = compile_source(Source("protocol.xml", source))
    errors = [each.message for each in compilation.diagnostics if each.severity == "error"]
    assert errors == []
    assert compilation.protocol is not None
    execute(compilation.module, compilation.protocol.name)


def outcome(source: str) -> str:
    """Everything that is said of a connector, but for the lines it stands on."""
    result, diagnostics = imported(source)
    shown = print_document(result.document) if result.document is not None else ""
    rows_ = json.dumps(result.report.data(diagnostics)["elements"])
    messages = "".join(each.message for each in diagnostics)
    return re.sub(r'"line": \d+', "", f"{shown}{rows_}{messages}{result.hooks}")


def changed(value: str) -> str:
    """Another value of the same sort."""
    value = value.strip()
    if re.fullmatch(r"-?\d+", value):
        return str(int(value) + 1)
    if value in ("true", "false"):
        return "false" if value == "true" else "true"
    return f"{value}Zq"


CHOSEN = (
    "timers",
    "checks of every kind",
    "the queue",
    "length, then modbus",
    "bits of a group",
    "converted",
    "packets with a length",
    "tries",
)
SOURCES = {name: SHAPES[name].source for name in CHOSEN}
SOURCES["guide"] = (HERE / "guide.xml").read_text("utf-8")
SAYS_NOTHING = {"PortSettings@name"}


@pytest.mark.parametrize("name", SOURCES)
def test_whatever_is_changed_shows(name: str) -> None:
    root = ElementTree.fromstring(SOURCES[name])
    source = ElementTree.tostring(root, encoding="unicode")
    before, listed = outcome(source), left_out(source)
    leaves: list[tuple[ElementTree.Element, str | None]] = []
    for element in root.iter():
        leaves += [(element, attribute) for attribute in element.attrib]
        leaves += [(element, None)] if (element.text or "").strip() else []
    for element, attribute in random.Random(name).sample(leaves, min(len(leaves), 60)):
        if listed & steps_to(root, element, attribute):
            continue
        old = element.attrib[attribute] if attribute else element.text or ""
        _put(element, attribute, changed(old))
        after = outcome(ElementTree.tostring(root, encoding="unicode"))
        _put(element, attribute, old)
        where = element.tag + (f"@{attribute}" if attribute else "")
        assert after != before or where in SAYS_NOTHING, (where, old)


def left_out(source: str) -> set[str]:
    """The paths of what did not come over as it is."""
    return {row.path for row in imported(source)[0].report.rows if row.outcome != "imported"}


def steps_to(
    root: ElementTree.Element, element: ElementTree.Element, attribute: str | None = None
) -> set[str]:
    """The paths of all that an element stands in, its own, and that of an attribute."""
    parents = {child: parent for parent in root.iter() for child in parent}
    path = [element.tag]
    while element in parents:
        element = parents[element]
        path.insert(0, element.tag)
    steps = {"/".join(path[: i + 1]) for i in range(len(path))}
    return steps | ({f"{'/'.join(path)}@{attribute}"} if attribute else set())


def _put(element: ElementTree.Element, attribute: str | None, value: str) -> None:
    if attribute:
        element.attrib[attribute] = value
    else:
        element.text = value


@given(name=st.sampled_from(sorted(SOURCES)), place=st.integers(0, 10**6), inside=st.booleans())
def test_whatever_is_added_is_listed(name: str, place: int, inside: bool) -> None:
    root = ElementTree.fromstring(SOURCES[name])
    elements = list(root.iter())
    chosen = elements[place % len(elements)]
    if inside:
        chosen.append(added := ElementTree.Element("Unheard"))
        steps = steps_to(root, added)
    else:
        chosen.attrib["unheard"] = "1"
        steps = steps_to(root, chosen, "unheard")
    assert left_out(ElementTree.tostring(root, encoding="unicode")) & steps, steps


BEYOND = ["1000000000000", "-1", "9" * 26, "0", "1e999", "nan", "2.5", "\u0661", ""]


@given(
    name=st.sampled_from(sorted(SOURCES)),
    place=st.integers(0, 10**6),
    value=st.sampled_from(BEYOND),
)
def test_numbers_beyond_reason_are_no_fault_of_ours(name: str, place: int, value: str) -> None:
    root = ElementTree.fromstring(SOURCES[name])
    numbers: list[tuple[ElementTree.Element, str | None]] = []
    for element in root.iter():
        numbers += [(element, a) for a, text_ in element.attrib.items() if text_.isdigit()]
        numbers += [(element, None)] if (element.text or "").strip().isdigit() else []
    _put(*numbers[place % len(numbers)], value)
    imported(ElementTree.tostring(root, encoding="unicode"))
