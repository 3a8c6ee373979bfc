"""The canonical form of a description.

Statements stand one a line, four blanks a level. Braces that were on one line stay there while
they fit; those of a tree that an importer made do when they are short. Neighbouring fields have
their colons below each other, everything else is separated by single blanks. Comments and
documentation stay, and of several blank lines one.
"""

from __future__ import annotations

from msgspec.structs import replace

from protoc.dsl import tree
from protoc.dsl.printing.declarations import Declarations
from protoc.dsl.printing.lines import WIDTH, Lines


def print_document(document: tree.Document) -> str:
    """The canonical form of a tree; reading it gives an equal tree."""
    text = document.span.source.text
    written = bool(text) and not text.lstrip().startswith("<")
    printer = Declarations(written=written)
    declarations = document.declarations
    drawn = [printer.declaration(node, WIDTH) for node in declarations]
    if not written:
        declarations = _spread(declarations, drawn)
    lines = printer.stacked(declarations, drawn, document.closing)
    return "\n".join(lines) + "\n" if lines else ""


def _spread(
    declarations: tuple[tree.Declaration, ...], drawn: list[Lines]
) -> tuple[tree.Declaration, ...]:
    """Set declarations of several lines, and of another kind than the one before, apart."""
    spread: list[tree.Declaration] = []
    for i, node in enumerate(declarations):
        above = node.trivia.above
        close = i == 0 or (
            type(node) is type(declarations[i - 1]) and len(drawn[i]) == len(drawn[i - 1]) == 1
        )
        if not close and above[:1] != ("",):
            node = replace(node, trivia=replace(node.trivia, above=("", *above)))
        spread.append(node)
    return tuple(spread)
