"""Connectors on the command line: a source like any other."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.conversations.playing import HERE
from tests.importers.connectors import connector

GUIDE = str(HERE / "guide.xml")


def test_lengths_are_among_the_fields(run: Run) -> None:
    data = b"STORE_Test:02BB".hex()
    ended = run("decode", GUIDE, "--message", "store", "--hex", data)
    assert ended.code == 0
    assert json.loads(ended.out)["fields"] == {"place": "Test", "size": 2, "data": "BB"}


def test_messages_go_by_their_numbers(run: Run) -> None:
    ended = run("decode", GUIDE, "--message", "response:3", "--hex", b"{05RA6D}\r".hex())
    assert json.loads(ended.out)["name"] == "alarms"


def test_encode_gives_what_would_be_sent(run: Run) -> None:
    assert run("encode", GUIDE, "get_helix").out == f"{b'{A0}L'.hex()}\n"


def test_import_writes_the_description_its_report_and_hooks(run: Run) -> None:
    code = '<QAction id="5" triggers="3"><![CDATA[int x;]]></QAction>'
    answer = '<Param id="3"><Name>a</Name><Type>read</Type></Param>'
    Path("p.xml").write_text(connector(params=(answer,), qactions=(code,)), "utf-8")
    ended = run("import", "p.xml", "-o", "p.proto", "--report", "r.json", "--hooks", "h.py")
    assert ended.code == 0, ended.err
    assert "2 imported" in ended.err
    report = json.loads(Path("r.json").read_text("utf-8"))
    assert report["summary"]["imported"] == 2
    assert report["elements"][0]["element"] == "Protocol/Params/Param"
    assert "def qaction_5(self) -> None:" in Path("h.py").read_text("utf-8")
    assert run("check", "p.proto").code == 0
    assert run("fmt", "p.proto", "--check").code == 0


@pytest.mark.parametrize("kind", ["http", "snmp", "opc", "virtual"])
def test_other_connections_are_refused_by_name(run: Run, kind: str) -> None:
    Path("p.xml").write_text(connector(type_=kind), "utf-8")
    ended = run("import", "p.xml")
    assert ended.code == 1
    assert f"`{kind}`" in ended.err
