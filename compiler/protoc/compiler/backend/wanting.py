"""What stands for fields of an answer that nobody gave, where the rest of it wants them.

A simulator answers with blanks. How many items of a list, which bytes of a text, and which way of a
branch are wanted is told by the request, by params, or by other fields: rules over the message say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protoc.compiler import model
from protoc.compiler.backend.blanks import blank_of, fields_in
from protoc.compiler.backend.cases import comparisons_of
from protoc.compiler.backend.code import Call, Code, Function, keyed, laid_out, octets, text
from protoc.compiler.backend.lets import over_object
from protoc.compiler.backend.naming import attribute

if TYPE_CHECKING:
    from protoc.compiler.backend.context import Context

Decision = tuple[list[tuple[model.Expression, str]], str]
"""Blanks, each with what must hold for it and not for those before; and the one that is left."""
_NOTHING = "None"
_ROOM = 76
"""The columns that a condition has in the class."""


def rules(message: model.Message, context: Context) -> list[str]:
    """The table of a class: each field with what stands for it."""
    if message.kind != "response":
        return []
    table: list[Code] = []
    for field in {f.name: f for f in message.fields() if _is_free(f)}.values():
        decided = _decided(message.elements, field.name or "", message, context)
        if decided not in (([], blank_of(field, context)), ([], _NOTHING)):
            rule = _rule(decided, message, context)
            table += [keyed(attribute(field.name or ""), rule)] if rule is not None else []
    if not table:
        return []
    return laid_out("WANTED: ClassVar = ", Call(context.use("wanted"), tuple(table)), "", 4)


def _is_free(field: model.Field) -> bool:
    """Whether a field is for the caller to give, and nothing else tells it."""
    return field.name is not None and type(field.origin) is model.Given and field.also is None


def _decided(
    elements: tuple[model.Element, ...], name: str, message: model.Message, context: Context
) -> Decision:
    """What stands for the field of a name among elements."""
    for element in elements:
        if name not in (field.name for field in fields_in((element,)) if _is_free(field)):
            continue
        if isinstance(element, model.Field):
            return [], _blank(element, message, context)
        if isinstance(element, model.Region | model.Coded):
            return _decided(element.elements, name, message, context)
        if isinstance(element, model.Branch) and element.how == "if":
            return _in_branch(element, name, message, context)
    return [], _NOTHING


def _in_branch(
    branch: model.Branch, name: str, message: model.Message, context: Context
) -> Decision:
    """The same where a condition tells which way is gone."""
    found: list[tuple[model.Expression, str]] = []
    left = _NOTHING
    for arm in branch.arms:
        inner, rest = _decided(arm.elements, name, message, context)
        if arm.when is None:
            found, left = [*found, *inner], rest
            continue
        found += [(model.Operation("and", (arm.when, each)), blank) for each, blank in inner]
        found.append((arm.when, rest))
    if left == _NOTHING and _are_apart(branch):
        found = [each for each in found if each[1] != _NOTHING]
    while found and found[-1][1] == left:
        found.pop()
    return found, left


def _are_apart(branch: model.Branch) -> bool:
    """Whether each way but what is left asks for other values of the same field."""
    told = [comparisons_of(arm.when) for arm in branch.arms if arm.when is not None]
    return all(told) and len({subject for ways in told for subject, _ in ways}) == 1


def _blank(field: model.Field, message: model.Message, context: Context) -> str:
    """What stands for a field: as many blank items, or bytes, as are wanted."""
    wire, unit, wanted = field.wire, "", None
    if isinstance(wire, model.Items):
        unit, wanted = f"[{blank_of(wire.item, context)}]", wire.count
    elif isinstance(wire, model.Text | model.Raw) and isinstance(wire.size, model.GivenSize):
        unit, wanted = octets(b"\0"), wire.size.expression
        if isinstance(wire, model.Text):
            unit = text(" ") if wire.bare and not wire.encoding.startswith("utf-16") else ""
    count = over_object(wanted, message, context) if unit and wanted is not None else None
    if count is None or "len(" in (told := " ".join(count)):
        return blank_of(field, context)
    return str(Call(context.use("repeated"), (unit, told)))


def _rule(decided: Decision, message: model.Message, context: Context) -> Code | None:
    """One of several blanks, whichever is wanted; None where the message does not tell."""
    found, left = decided
    rows: list[str] = []
    while found:
        condition, blank = found.pop(0)
        while found and found[0][1] == blank:
            condition = model.Operation("or", (condition, found.pop(0)[0]))
        written = over_object(condition, message, context)
        if written is None:
            return None
        flat = " ".join(written)
        first, *others = written if len(flat) > _ROOM - len("if ") else (flat,)
        rows += [f"{'else ' if rows else ''}{blank}", f"if {first}", *others]
    return Function("lambda m: ", (*rows, f"else {left}") if rows else (left,))
