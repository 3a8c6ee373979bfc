"""Drawings of conversations."""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protoc.cli.graphs.layers import Size, place
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
DEVICES = [
    *sorted((ROOT / "tests/conversations").glob("*.proto")),
    ROOT / "examples/amplifier/amplifier.proto",
]
LAMP = """\
---
title: "Lamp"
---
flowchart LR
    n1{{"trigger 1<br>if level > 100"}}:::trigger
    n2{{"trigger 2<br>if mask.page == 7<br>set limit"}}:::trigger
    n3[["group show"]]:::group
    n4[["group both"]]:::group
    n5["pair ask<br>ask → answer else no"]:::pair
    n6["pair tell<br>look → none"]:::pair
    n7["pair show<br>ask → answer"]:::pair
    n8>"message answer"]:::message
    n9(["event start"]):::event
    n8 -->|"after"| n1
    n1 -->|"queues"| n6
    n9 --> n2
    n3 -->|"1"| n5
    n4 -->|"1"| n5
    n4 -->|"2"| n6
    n5 -->|"answer"| n8
    n7 -->|"answer"| n8
"""


def test_mermaid(run: Run) -> None:
    """It is what is drawn when nothing else is said."""
    ended = run("graph", "lamp.proto")
    drawn = [line for line in ended.out.splitlines() if "classDef" not in line]
    assert "\n".join(drawn) + "\n" == LAMP
    assert (ended.code, ended.err) == (0, "")


def test_what_is_done_to_params_stands_in_the_box(run: Run) -> None:
    """With its number in a group, where pauses are no items, and with what decides on it."""
    lamp = Path("lamp.proto").read_text("utf-8")
    lamp += """
group shown { ask; wait 500ms; set limit = 3; ask if limit > 2 }
trigger told if limit > 2 { set limit = 1 } else { clear limit if level > 1 }
"""
    Path("told.proto").write_text(lamp, "utf-8")
    drawn = run("graph", "told.proto").out
    assert '["group shown<br>2 after 0.5s set limit"]' in drawn
    assert '{"trigger told<br>if limit > 2<br>set limit<br>else clear limit if"}' in drawn
    assert re.findall(r'"(\d)(?: if)?"', drawn.partition("classDef")[0])[-2:] == ["1", "3"]


def test_a_file_says_by_its_name_what_is_drawn(run: Run) -> None:
    assert run("graph", "lamp.proto", "-o", "lamp.svg").out == ""
    assert ElementTree.fromstring(Path("lamp.svg").read_text("utf-8")).tag.endswith("svg")
    run("graph", "lamp.proto", "-o", "lamp.txt", "--format", "svg")
    assert Path("lamp.txt").read_text("utf-8") == Path("lamp.svg").read_text("utf-8")


def test_nothing_is_drawn_of_what_has_mistakes(run: Run) -> None:
    Path("bad.proto").write_text("protocol bad\npair a = b -> c\n", "utf-8")
    ended = run("graph", "bad.proto", "-o", "bad.svg")
    assert (ended.code, Path("bad.svg").exists()) == (1, False)


@pytest.mark.parametrize("device", DEVICES, ids=lambda path: path.stem)
def test_svg(run: Run, device: Path) -> None:
    """Every row of the table is a box, and no two boxes are in each other's way."""
    drawn = ElementTree.fromstring(run("graph", str(device), "--format", "svg").out)
    names = {"".join(each.itertext()) for each in drawn.iter() if each.get("class") == "name"}
    text = device.read_text("utf-8")
    for kind, name in re.findall(r"^(pair|group|hook|trigger) (\w+)", text, re.MULTILINE):
        assert f"{kind}{name}" in names
    boxes = [
        tuple(float(box.attrib[key]) for key in ("x", "y", "width", "height"))
        for box in drawn.iter("{http://www.w3.org/2000/svg}rect")
        if "x" in box.attrib
    ]
    for (x, y, width, height), (u, v, wide, high) in combinations(boxes, 2):
        assert x + width <= u or u + wide <= x or y + height <= v or v + high <= y


ARROWS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30)


@given(st.lists(st.integers(10, 60), min_size=12, max_size=12), ARROWS)
def test_boxes_have_room(heights: list[int], arrows: list[tuple[int, int]]) -> None:
    """Whatever leads where, in circles too: boxes keep apart, and arrows have a way."""
    sizes = {box: Size(40, height) for box, height in enumerate(heights)}
    placed = place(sizes, arrows, apart=8, between=30)
    for a, b in combinations(sizes, 2):
        (x, y), (u, v) = placed.middles[a], placed.middles[b]
        room = (sizes[a].height + sizes[b].height) / 2 + 8
        assert abs(x - u) >= 70 or abs(y - v) >= room - 1e-6
    for source, target in arrows:
        assert source == target or (source, target) in placed.ways


@given(ARROWS)
def test_arrows_run_to_the_right(arrows: list[tuple[int, int]]) -> None:
    """Where nothing runs in circles."""
    onwards = [(a, b) for a, b in arrows if a < b]
    placed = place({box: Size(40, 20) for box in range(12)}, onwards, apart=8, between=30)
    for source, target in onwards:
        assert placed.middles[source][0] < placed.middles[target][0]
