"""The acceptance list of connectors: every row is imported and put to work, or recognised."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from protoc.compiler.execution import execute
from protoc.compiler.pipeline import Compilation, compile_source
from protoc.dsl.source import Source
from protoc.runtime.dispatch import Candidates
from protoc.runtime.found import FoundMessage
from protoc.runtime.framing import Framer
from protoc.runtime.session import Session
from protoc.runtime.values import to_plain
from protoc.runtime.work import layout_of
from tests.importers import rows_connections, rows_conversation, rows_params
from tests.importers.connectors import SHARED, imported, printed

ROWS = {**rows_connections.ROWS, **rows_params.ROWS, **rows_conversation.ROWS}
LIST = SHARED / "reference" / "dataminer-model.md"
NAMES = sorted(ROWS)


@cache
def compiled(text: str, name: str) -> Compilation:
    """What a source becomes."""
    compilation = compile_source(Source(name, text))
    errors = [e.message for e in compilation.diagnostics if e.severity == "error"]
    assert compilation.protocol is not None, errors
    return compilation


@cache
def module_of(text: str) -> Any:
    """The module a connector becomes."""
    compilation = compiled(text, "protocol.xml")
    assert compilation.protocol is not None
    return execute(compilation.module, compilation.protocol.name)


@pytest.mark.skipif(not LIST.exists(), reason="the acceptance list is not here")
def test_every_row_of_the_list_is_here() -> None:
    wanted = re.findall(r"^\| (C\d{3}) \|", LIST.read_text("utf-8"), re.MULTILINE)
    assert sorted(wanted) == [name for name in NAMES if name.startswith("C")]


@pytest.mark.parametrize("name", NAMES)
def test_the_description_says_it(name: str) -> None:
    row = ROWS[name]
    found, diagnostics = imported(row.source)
    if row.refused:
        assert found.document is None
        assert any(row.refused in each.message for each in diagnostics)
        return
    assert found.document is not None, [each.message for each in diagnostics]
    shown = printed(found.document)
    assert [part for part in row.shows if part not in shown] == [], shown


@pytest.mark.parametrize("name", [n for n in NAMES if ROWS[n].reports])
def test_what_is_left_out_or_simplified_is_listed(name: str) -> None:
    found, _ = imported(ROWS[name].source)
    listed = {f"{row.path}: {row.outcome}" for row in found.report.rows}
    assert [each for each in ROWS[name].reports if each not in listed] == [], listed


@pytest.mark.parametrize("name", [n for n in NAMES if not ROWS[n].refused])
def test_xml_and_description_become_the_same_module(name: str) -> None:
    source = ROWS[name].source
    found, _ = imported(source)
    assert found.document is not None
    straight = compiled(source, "protocol.xml")
    again = compiled(printed(found.document), "bench.proto")
    assert straight.protocol is not None
    execute(straight.module, straight.protocol.name)
    assert _plain(straight.module) == _plain(again.module)


def _plain(module: str) -> str:
    """The text of a module, whatever lines it came from."""
    without = re.sub(r"sha256 \w+|line=\d+|Description: lines? [^\n]*|\(line \d+\)", "", module)
    return re.sub(r"[\s,]+", "", without)


def read(module: Any, data: bytes) -> dict[str, Any]:
    """The fields of an answer, lengths and checks among them."""
    (kind,) = (m for m in module.PROTOCOL.messages if m.NAME == "got")
    framer = Framer(Candidates([kind], Session(module.PROTOCOL).decoder))
    (found,) = [*framer.feed(data), *framer.end()]
    assert isinstance(found, FoundMessage), found
    values = layout_of(kind).dissect(data).values
    return {name: to_plain(value) for name, value in values.items() if value is not None}


@pytest.mark.parametrize(
    "name, data", [(n, data) for n in NAMES for data in ROWS[n].reads], ids=lambda v: str(v)[:24]
)
def test_answers_are_read(name: str, data: str) -> None:
    row = ROWS[name]
    found = read(module_of(row.source), bytes.fromhex(data))
    assert {key: found.get(key) for key in row.reads[data]} == row.reads[data]


@pytest.mark.parametrize(
    "name, data", [(n, data) for n in NAMES for data in ROWS[n].writes], ids=lambda v: str(v)[:24]
)
def test_commands_are_written(name: str, data: str) -> None:
    row = ROWS[name]
    module = module_of(row.source)
    session = Session(module.PROTOCOL)
    for param, value in row.writes[data].items():
        session.params.set(param, value)
    (kind,) = (m for m in module.PROTOCOL.messages if m.NAME == "get")
    params = {n: session.params.get(n) for n in kind.__struct_fields__}
    assert session.encode(kind(**params)).hex() == data
