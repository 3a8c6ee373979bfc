"""The canonical form."""

from pathlib import Path
from textwrap import dedent

import pytest
from msgspec.structs import replace

from protoc.dsl import tree
from protoc.dsl.printer import print_document
from protoc.dsl.source import Source, Span
from tests.dsl.reading import DESCRIPTIONS, right
from tests.dsl.trees import SPAN


def printed(text: str) -> str:
    return print_document(right(dedent(text)))


@pytest.mark.parametrize("path", DESCRIPTIONS, ids=lambda path: path.stem)
def test_reading_it_again_gives_the_same(path: Path) -> None:
    document = right(path.read_text("utf-8"))
    text = print_document(document)
    again = right(text)
    assert again == document
    assert print_document(again) == text


def test_untidy() -> None:
    untidy = """

        # first


        protocol   p    "Badly   spaced"    # behind
        ## Says what it is.
        enum e{none=0,hot=1}; param a:u8
        event r{0x3C;   level:u16   scale 0.1
              # between
           f : u8 as e ;check:u8=-sum( .. )}      # behind an event
        pair ask = ask
           -> r   # the answer
        # last

    """
    assert printed(untidy) == dedent("""\
        # first

        protocol p "Badly   spaced"  # behind
        ## Says what it is.
        enum e { none = 0, hot = 1 }
        param a : u8
        event r {
            0x3C
            level : u16 scale 0.1
            # between
            f     : u8 as e
            check : u8 = -sum(..)
        }  # behind an event
        pair ask = ask -> r  # the answer
        # last
        """)


def test_colons_of_neighbours_stand_below_each_other() -> None:
    assert printed("""
        message m {
            a : u8  ## the first
            long_name : u8
            STX
            b : u8
            cc : u8

            d : u8
        }
    """) == dedent("""\
        message m {
            a         : u8  ## the first
            long_name : u8
            STX
            b  : u8
            cc : u8

            d : u8
        }
        """)


def test_what_was_on_one_line_stays_there_while_it_fits() -> None:
    short = "message m { a : u8; if a { b : u8 } else { c : u8 } }\n"
    assert printed(short) == short
    fields = "; ".join(f"field_number_{i} : u8" for i in range(9))
    assert len(printed(f"message m {{ {fields} }}\n").splitlines()) == 11


def test_what_was_on_several_lines_stays_there() -> None:
    tall = "message m {\n    a : u8\n}\nenum e {\n    a = 1,\n    b = 2\n}\n"
    assert printed(tall) == tall


def test_long_pairs_are_broken_before_the_words_that_continue() -> None:
    refusals = " | ".join(f"refusal_number_{i}" for i in range(5))
    assert printed(f"pair p = ask -> answer then done else {refusals} timeout 5s where a == b") == (
        "pair p = ask\n    -> answer\n    then done\n"
        f"    else {refusals} timeout 5s\n    where a == b\n"
    )


def test_documentation_stays_where_it_stood() -> None:
    text = "## above\nparam a : u8\nparam b : u8  ## behind\n"
    assert printed(text) == text


def test_comments_in_odd_places_move_above() -> None:
    assert printed("message m {\n  a : u8 = f(\n    b, # odd\n    c)\n}") == (
        "message m {\n    # odd\n    a : u8 = f(b, c)\n}\n"
    )


def test_comments_of_labels_and_bits() -> None:
    text = dedent("""\
        enum e {
            a = 1,  # first
            ## second
            b = 2
        }
        param p : u8 {
            x @1,  ## ex
            # last
            y @0
        }
        """)
    assert printed(text) == text


def name(text: str) -> tree.Name:
    return tree.Name(text=text, span=SPAN)


def field(text: str) -> tree.Field:
    kind = tree.NamedType(name=name("u8"), span=SPAN)
    return tree.Field(name=name(text), typed=tree.Typed(type=kind, span=SPAN), span=SPAN)


def message(text: str, *fields: str) -> tree.Layout:
    block = tree.Block(statements=tuple(map(field, fields)), span=SPAN)
    return tree.Layout(kind="message", name=name(text), body=block, span=SPAN)


def test_trees_without_a_text_are_laid_out() -> None:
    declarations = (
        message("a", "x", "y"),
        message("b", "x"),
        replace(message("c", "first", "b", "c", "d"), doc="Two\nlines"),
    )
    expected = dedent("""\
        message a { x : u8; y : u8 }
        message b { x : u8 }

        ## Two
        ## lines
        message c {
            first : u8
            b     : u8
            c     : u8
            d     : u8
        }
        """)
    for source in ("", "<Protocol/>"):
        span = Span(Source("x", source), 0, 0)
        document = tree.Document(declarations=declarations, span=span)
        assert print_document(document) == expected


def test_bytes_keep_their_notation_where_it_means_bytes() -> None:
    octets = tree.Octets(value=b"\x10", text="0x10", span=SPAN)
    constants = tree.Constants(alternatives=((octets,),), span=SPAN)
    let = tree.Let(name=name("a"), value=octets, span=SPAN)
    block = tree.Block(statements=(constants, let), span=SPAN)
    layout = replace(message("m"), body=block)
    document = tree.Document(declarations=(layout,), span=SPAN)
    assert print_document(document) == 'message m { 0x10; let a = x"10" }\n'
