"""Reading descriptions in tests."""

from pathlib import Path

from protoc.dsl import tree
from protoc.dsl.diagnostics import Diagnostic, Diagnostics
from protoc.dsl.parser import parse
from protoc.dsl.source import Source

HERE = Path(__file__).parent
HOUSE = HERE.parent.parent
DESCRIPTIONS = sorted((HERE / "descriptions").glob("*.proto"))


def read(text: str) -> tuple[tree.Document, list[Diagnostic]]:
    """The tree of a text and what is wrong with it."""
    diagnostics = Diagnostics()
    document = parse(Source("test.proto", text), diagnostics)
    return document, list(diagnostics)


def right(text: str) -> tree.Document:
    """The tree of a text with nothing wrong with it."""
    document, diagnostics = read(text)
    assert [f"{d.span!r}: {d.code}: {d.message}" for d in diagnostics] == []
    return document


def wrong(text: str) -> list[str]:
    """What is wrong with a text, as `line:column code`."""
    _, diagnostics = read(text)
    return [
        f"{d.span.line}:{d.span.source.position(d.span.start)[1]} {d.code}" for d in diagnostics
    ]


def only(text: str) -> tree.Declaration:
    """The one declaration of a text."""
    (declaration,) = right(text).declarations
    return declaration


def element(text: str) -> tree.Element:
    """The one statement of a message."""
    layout = only(f"message m {{ {text} }}")
    assert isinstance(layout, tree.Layout)
    assert isinstance(layout.body, tree.Block)
    (statement,) = layout.body.statements
    return statement


def value(text: str) -> tree.Expression:
    """What is assigned in a `let`."""
    statement = element(f"let x = {text}")
    assert isinstance(statement, tree.Let)
    return statement.value


def action(text: str) -> tree.Action:
    """The one action of a trigger."""
    trigger = only(f"on start {{ {text} }}")
    assert isinstance(trigger, tree.Trigger)
    (made,) = trigger.actions.actions
    return made
