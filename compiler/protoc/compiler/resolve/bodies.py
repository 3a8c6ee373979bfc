"""The bodies of layouts, before they have a meaning: what stands in them, where holes are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from protoc.dsl import tree


def body_of(block: tree.Body | None) -> tuple[tree.Element, ...]:
    """The statements of a body, written as a block or in line."""
    if block is None:
        return ()
    return block.statements if isinstance(block, tree.Block) else block.elements


def inside(statements: Iterable[tree.Element]) -> Iterator[tree.Element]:
    """Statements and those inside them, templates and blocks of every kind opened."""
    for statement in statements:
        yield statement
        for block in _blocks(statement):
            yield from inside(body_of(block))


def _blocks(statement: tree.Element) -> tuple[tree.Body | None, ...]:
    if isinstance(statement, tree.Template):
        return (statement,)
    if isinstance(statement, tree.If):
        return (statement.then, statement.otherwise)
    if isinstance(statement, tree.Match):
        return tuple(arm.body for arm in statement.arms)
    if isinstance(statement, tree.Either):
        return statement.alternatives
    if isinstance(statement, tree.Repeat | tree.Optional | tree.Coded | tree.Lines):
        return (statement.body,)
    return ()


def has_hole(layout: tree.Layout) -> bool:
    """Whether a message has a `body`, and so is a frame."""
    return any(is_hole(s) for s in inside(body_of(layout.body)))


def is_hole(statement: tree.Element) -> bool:
    """Whether a statement is the place where other messages stand."""
    return (
        isinstance(statement, tree.Field)
        and isinstance(statement.typed.type, tree.NamedType)
        and statement.typed.type.name.text == "body"
    )


def types_of(statement: tree.Element) -> set[str]:
    """The names of the types a statement mentions, which may be messages."""
    if not isinstance(statement, tree.Field):
        return set()
    type_ = statement.typed.type
    while isinstance(type_, tree.ListType):
        type_ = type_.item.type
    return {type_.name.text}


def names_of(statement: tree.Element) -> list[str]:
    """The names that are missing when a statement has no meaning."""
    if isinstance(statement, tree.Field | tree.Bare | tree.Let):
        return [statement.name.text]
    return []


def frame_fields(frame: tree.Layout) -> dict[str, object]:
    """The names a call of a frame may fix: its fields, bits without a group included."""
    names: dict[str, object] = {}
    for statement in _straight(body_of(frame.body)):
        if not isinstance(statement, tree.Field):
            continue
        type_ = statement.typed.type
        if statement.name.text != "_":
            names[statement.name.text] = statement
        elif isinstance(type_, tree.NamedType) and type_.bits:
            names.update({bit.name.text: bit for bit in type_.bits if bit.name.text != "_"})
    return names


def _straight(statements: Iterable[tree.Element]) -> Iterator[tree.Element]:
    """The statements of a layout that always stand there, coded ones as well."""
    for statement in statements:
        if isinstance(statement, tree.Coded):
            yield from _straight(statement.body.statements)
        else:
            yield statement


def longest_of(statement: tree.Field) -> int | None:
    """What stands behind `max`."""
    for modifier in statement.typed.modifiers:
        if modifier.word == "max" and isinstance(modifier.values[0], tree.Number):
            return int(modifier.values[0].value)
    return None
