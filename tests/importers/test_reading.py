"""Reading XML: every place is known, nothing that could do harm is read, and nothing takes long."""

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protoc.compiler.importers.dataminer.reading import Element, read
from protoc.dsl.diagnostics import Diagnostics
from protoc.dsl.source import Source
from tests.importers.connectors import OWN, PUBLISHED, codes, connector, imported, text


def root(source: str) -> Element:
    diagnostics = Diagnostics()
    found = read(Source("x.xml", source), diagnostics)
    assert found is not None, [each.message for each in diagnostics]
    return found


def shape(element: Element) -> str:
    return f"<{element.name}>{''.join(map(shape, element.children))}{element.text.strip()}</>"


@pytest.mark.parametrize(
    "source",
    [
        "<a><b/><c x='1'/>t</a>",
        "<a><!-- <b> --><b/><!-- - --><c/>t</a>",
        "<a>\r\n<b/>\r\n<c/>t\r\n</a>\r\n",
        "<p:a xmlns:p='urn:p'><p:b/><c></c><![CDATA[t]]></p:a>",
        "\ufeff<?xml version='1.0'?><a><b/><c/>t</a>",
        "\ufeff\ufeff<?xml version='1.0' encoding='utf-8'?>\n<a><b/><c/>t</a>",
        "<a><?note here?><b/><c/>&#116;</a>",
    ],
)
def test_the_same_document_in_many_ways(source: str) -> None:
    assert shape(root(source)) == "<a><b></><c></>t</>"


NAMES = st.sampled_from(["a", "Param", "e2"])
TEXTS = st.text(st.sampled_from("tä€😀 \n;"), max_size=6)


@st.composite
def documents(draw: st.DrawFn, depth: int = 3) -> str:
    name = draw(NAMES)
    attributes = draw(st.sampled_from(["", ' id="1"', " x='ä>😀'", '\n  id = "2" ']))
    if draw(st.booleans()):
        return f"<{name}{attributes}/>"
    parts = [TEXTS, st.just("<!-- > -->"), st.just("<![CDATA[<€>]]>")]
    if depth:
        parts.append(documents(depth - 1))
    return f"<{name}{attributes}>{''.join(draw(st.lists(st.one_of(parts), max_size=4)))}</{name}>"


@given(documents(), st.sampled_from(["", "\ufeff", "\n\n", "<!-- ä -->"]))
def test_every_element_knows_its_place(document: str, before: str) -> None:
    source = before + document
    for element in root(source).walk():
        whole = source[element.start : element.end]
        assert whole.startswith(f"<{element.name}")
        assert whole.endswith((f"</{element.name}>", "/>"))
        assert element.head.text == whole[: len(element.head.text)]
        assert element.head.text.endswith(">")
        again = root(whole)
        assert (shape(again), again.attributes) == (shape(element), element.attributes)
        for name in element.attributes:
            assert element.place(name).text == element.attributes[name]


@pytest.mark.parametrize(
    "source, code, line",
    [
        ("<a>\n<b></a>", "E0801", 2),
        ("<a/><b/>", "E0801", 1),
        ("<a x=1/>", "E0801", 1),
        ("<a>\0</a>", "E0801", 1),
        ("<a>&name;</a>", "E0801", 1),
        ("<", "E0801", 1),
        ("<a>", "E0801", 1),
        ("\n<!DOCTYPE a><a/>", "E0802", 2),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "E0802", 1),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "http://127.0.0.1/">]><a>&b;</a>', "E0802", 1),
        ("<a>" * 65 + "</a>" * 65, "E0802", 1),
    ],
)
def test_what_is_refused(source: str, code: str, line: int) -> None:
    diagnostics = Diagnostics()
    assert read(Source("x.xml", source), diagnostics) is None
    assert [(each.code, each.span.line) for each in diagnostics] == [(code, line)]


def bomb() -> str:
    """Entities that would grow to a thousand million characters."""
    steps = "abcdefghi"
    entities = '<!ENTITY a "xxxxxxxxxx">' + "".join(
        f'<!ENTITY {later} "{f"&{before};" * 10}">' for before, later in pairwise(steps)
    )
    return f"<!DOCTYPE p [{entities}]><Protocol><Name>&i;</Name></Protocol>"


@pytest.mark.parametrize(
    "source",
    [
        bomb(),
        "<a " + " ".join(f'b{i}="1"' for i in range(100_000)) + "/>",
        "<" + "a" * 3_000_000,
        "<a>" * 300_000,
        "<a>" + "<!--" * 300_000,
        "<a " + "x" * 2_000_000 + "='",
        '<a b="' + "&amp;" * 500_000 + '"/>',
        "<Protocol>" + "<Type>serial</Type>" * 50_000 + "</Protocol>",
        "<Protocol><Type>serial</Type><Params>"
        + '<Param id="1"/>' * 20_000
        + "</Params></Protocol>",
    ],
    ids=range(9),
)
def test_hostile_documents_end_soon(source: str) -> None:
    begun = time.process_time()
    imported(source)
    assert time.process_time() - begun < 5


def test_a_large_connector_is_imported_soon() -> None:
    """900 kB with 800 params, most of it what only the platform shows."""
    shown = (
        "<Display><Positions>"
        + "<Position><Page>General</Page></Position>" * 24
        + ("</Positions></Display>")
    )
    params = tuple(
        text(i, f"Level{i}", 4).replace("</Param>", f"{shown}</Param>") for i in range(1, 801)
    )
    source = connector(params=params)
    assert len(source) > 900_000
    begun = time.process_time()
    result, diagnostics = imported(source)
    assert time.process_time() - begun < 3
    assert len(diagnostics) == 0
    assert result.report.summary() == {
        "imported": 800,
        "lifted": 0,
        "simplified": 0,
        "not imported": 800,
    }


def connectors() -> list[Path]:
    return sorted(OWN.glob("*.xml"))


@pytest.mark.skipif(not OWN.is_dir(), reason="there are no connectors beside this checkout")
@pytest.mark.parametrize("path", connectors(), ids=lambda path: path.stem)
def test_line_ends_and_marks_make_no_difference(path: Path) -> None:
    plain = path.read_text("utf-8-sig").replace("\r\n", "\n")
    first = imported(plain)[0].document
    assert first is not None
    for other in (plain.replace("\n", "\r\n"), f"\ufeff{plain}", f"\ufeff\ufeff{plain}"):
        again = imported(other)[0].document
        assert again is not None
        assert again.declarations == first.declarations


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="there are no connectors beside this checkout")
@pytest.mark.parametrize(
    "name, code, named",
    [
        ("template-with-placeholders", "E0804", "CONNECTIONTYPE"),
        ("virtual-collective-goals", "E0805", "virtual"),
        ("virtual-encoder-decoder-a", "E0805", "virtual"),
        ("virtual-encoder-decoder-b", "E0805", "virtual"),
        ("virtual-minimal", "E0805", "virtual"),
        ("virtual-multicast-analyzer", "E0805", "virtual"),
        ("virtual-qaction-sharing", "E0805", "virtual"),
    ],
)
def test_published_connectors_that_are_not_for_a_line(name: str, code: str, named: str) -> None:
    result, diagnostics = imported((PUBLISHED / f"{name}.xml").read_text("utf-8-sig"))
    assert result.document is None
    assert [each.code for each in diagnostics] == [code]
    (said,) = diagnostics
    assert named in said.message


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="there are no connectors beside this checkout")
@pytest.mark.parametrize("path", sorted(PUBLISHED.glob("virtual-*.xml")), ids=lambda p: p.stem)
def test_published_connectors_as_if_they_were_for_a_line(path: Path) -> None:
    """What they hold besides is all known: only the kind of their connection is not."""
    source = path.read_text("utf-8-sig").replace(">virtual</Type>", ">serial</Type>", 1)
    assert not {code for code in codes(source) if code.startswith("E") or code == "W0802"}
    assert imported(source)[0].document is not None
