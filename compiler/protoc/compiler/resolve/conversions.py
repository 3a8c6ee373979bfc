"""From raw numbers to values: what the modifiers of a type say of that."""

from __future__ import annotations

from fractions import Fraction

from protoc.compiler import model
from protoc.compiler.resolve.constants import exact
from protoc.compiler.resolve.enums import resolve_enum
from protoc.compiler.resolve.modifiers import Modifiers, type_name
from protoc.compiler.resolve.scope import Unresolved
from protoc.compiler.resolve.via import resolve_via
from protoc.dsl import tree
from protoc.dsl.diagnostics import Label


def conversion(modifiers: Modifiers, wire: model.Wire, name: str, owner: str) -> model.Conversion:
    """From raw to value."""
    scale = _factor(modifiers, wire, "scale", 1)
    offset = _factor(modifiers, wire, "offset", 0)
    unit = modifiers.operand("unit")
    boolean = (
        isinstance(modifiers.typed.type, tree.NamedType)
        and modifiers.typed.type.name.text == "bool"
    )
    enum, hexadecimal = None, False
    if modifier := modifiers.take("as"):
        word = modifier.name.text if modifier.name is not None else ""
        if word == "bool" and not modifier.labels:
            _whole(modifiers, wire, modifier)
            boolean = True
        elif word == "hex" and not modifier.labels:
            _whole(modifiers, wire, modifier, scaled=scale != 1 or offset != 0)
            hexadecimal = True
        else:
            enum = _labels(modifiers, modifier, wire, name, owner).name
    strict = modifiers.take("strict")
    if strict is not None and enum is None:
        raise modifiers.scope.fail(
            "E0404",
            "`strict` needs labels",
            strict.span,
            "there are none it could insist on",
            help="put `as` and an enumeration before it, or take it away",
        )
    text = unit.value if isinstance(unit, tree.String) else ""
    via = _via(modifiers, wire)
    return model.Conversion(
        scale, offset, enum, strict is not None, boolean, text, via, hexadecimal
    )


def _via(modifiers: Modifiers, wire: model.Wire) -> model.Via | None:
    """A conversion by a formula."""
    modifier = modifiers.take("via")
    if modifier is None:
        return None
    modifiers.require_number(wire, modifier)
    return resolve_via(modifiers.scope, modifier.values[0])


def _factor(modifiers: Modifiers, wire: model.Wire, word: str, otherwise: int) -> Fraction:
    modifier = modifiers.take(word)
    if modifier is None:
        return Fraction(otherwise)
    modifiers.require_number(wire, modifier)
    value = exact(modifiers.scope, modifier.values[0])
    if word == "scale" and value == 0:
        raise modifiers.scope.fail(
            "E0205",
            "a scale of 0 loses the value",
            modifier.values[0].span,
            help="write what one step of the raw number is worth: `scale 0.1`",
        )
    return value


def _whole(
    modifiers: Modifiers,
    wire: model.Wire,
    modifier: tree.Modifier,
    *,
    scaled: bool = False,
) -> None:
    """Refuse what only whole numbers can be."""
    modifiers.require_number(wire, modifier)
    fractional = isinstance(wire, model.Real) or (
        isinstance(wire, model.Digits) and wire.notation == "float"
    )
    if fractional or scaled:
        word = modifier.name.text if modifier.name else ""
        raise modifiers.scope.fail(
            "E0404",
            f"`as {word}` needs a whole number",
            modifier.span,
            "this one may have decimals",
            help=f"leave `as {word}` out, or take a type of whole numbers without a scale",
        )


def _labels(
    modifiers: Modifiers, modifier: tree.Modifier, wire: model.Wire, name: str, owner: str
) -> model.Enum:
    """The enumeration behind `as`."""
    if modifier.labels:
        enum = _declared_here(modifiers, modifier, name, owner)
    else:
        if modifier.name is None:
            raise Unresolved("labels that could not be read")
        if modifier.name.text not in modifiers.scope.enums:
            raise modifiers.scope.unknown("enum", modifier.name, modifiers.scope.enums)
        enum = modifiers.scope.enums[modifier.name.text]
    if enum.text != isinstance(wire, model.Text):
        stand_for = "texts" if enum.text else "numbers"
        raise modifiers.scope.fail(
            "E0406",
            f"the labels of `{enum.name}` do not fit `{type_name(modifiers.typed)}`",
            modifier.span,
            f"they stand for {stand_for}",
            labels=(Label(enum.span, "declared here"),),
            help="a field of text needs labels for texts, a number labels for numbers",
        )
    if not enum.text:
        _whole(modifiers, wire, modifier)
    return enum


def _declared_here(
    modifiers: Modifiers, modifier: tree.Modifier, name: str, owner: str
) -> model.Enum:
    """The enumeration that `as` declares; a frame's is met once for each message in it."""
    enums = modifiers.scope.enums
    called = modifier.name.text if modifier.name else name
    known = enums.get(called)
    if known is not None and known.span != modifier.span:
        if modifier.name is not None:
            raise modifiers.scope.fail(
                "E0201",
                f"there are two enums named `{called}`",
                modifier.name.span,
                "declared again",
                labels=(Label(known.span, "first declared here"),),
                help="rename one of them, or leave the labels out here to use the first",
            )
        called = f"{owner}_{name}"
    if called not in enums:
        try:
            enums[called] = resolve_enum(modifiers.scope, called, modifier.labels, modifier.span)
        except Unresolved:
            modifiers.scope.broken.add(called)
            raise
    return enums[called]
