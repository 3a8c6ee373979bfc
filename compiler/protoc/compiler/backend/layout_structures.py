"""The declarative layout of what stands there sometimes, again and again, or as an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.backend.code import Call, Code, Named, keyed, laid_out, octets, text, tupled
from protoc.compiler.backend.places import known, previous_of

if TYPE_CHECKING:
    from protoc.compiler.backend.layout import LayoutWriter


class Structures(Struct, frozen=True):
    """Writes the structures of one layout."""

    writer: LayoutWriter

    # -------------------------------------------------------------- sometimes

    def branch(self, branch: model.Branch, indent: int) -> list[str]:
        """What stands here only sometimes."""
        pad = " " * indent
        key = self.writer.key(branch.key)
        if isinstance(branch, model.Lines):
            return self._lines(branch, indent)
        if branch.how == "optional":
            (arm,) = branch.arms
            return self.writer.block("wire.Optional", [], arm.elements, key, ",", indent)
        head = {
            "if": "wire.Match",
            "link": "wire.ByLink",
            "frames": "wire.Framed",
            "either": "wire.Either",
        }[branch.how]
        lines = [f"{pad}{head}("]
        for arm in branch.arms:
            lines += self._way(arm, indent + 4)
        for option in (*([keyed("given", "True")] if branch.given else []), *key):
            lines += laid_out("", option, ",", indent + 4)
        return [*lines, f"{pad}),"]

    def _lines(self, lines: model.Lines, indent: int) -> list[str]:
        """Lines in any order: what is no list and may not be missing is a way of its own."""
        pad = " " * indent
        found = [f"{pad}wire.Lines("]
        found += laid_out("", octets(lines.end.alternatives[0]), ",", indent + 4)
        for arm in lines.arms:
            first = arm.elements[0]
            alone = isinstance(first, model.Branch) or (
                isinstance(first, model.Field) and isinstance(first.wire, model.Items)
            )
            if alone:
                found += self.writer.element_lines(first, indent + 4)
            else:
                found += self.writer.block("wire.Way", [], arm.elements, (), ",", indent + 4)
        options = [keyed("strict", "True")] if lines.strict else []
        for option in (*options, *self.writer.key(lines.key)):
            found += laid_out("", option, ",", indent + 4)
        return [*found, f"{pad}),"]

    def _way(self, arm: model.Arm, indent: int) -> list[str]:
        if arm.when is not None:
            condition: list[Code] = [self._over_values(arm.when)]
            return self.writer.block("wire.When", condition, arm.elements, (), ",", indent)
        if not arm.elements:
            return [f"{' ' * indent}wire.Way(),"]
        return self.writer.block("wire.Way", [], arm.elements, (), ",", indent)

    # -------------------------------------------------------------- objects

    def let(self, field: model.Field, origin: model.Computed, indent: int) -> list[str]:
        """A value without bytes."""
        call = Call("wire.Let", (text(field.name or ""), self._over_values(origin.expression)))
        return laid_out("", call, ",", indent)

    def nested(self, field: model.Field, wire: model.Nested, indent: int) -> list[str]:
        """An object."""
        pad = " " * indent
        lines = [f"{pad}wire.Object(", f"{pad}    {text(field.name or '_')},"]
        lines += self._record(wire, indent + 4)
        for option in self._size(wire):
            lines += laid_out("", option, ",", indent + 4)
        return [*lines, f"{pad}),"]

    def _record(self, wire: model.Nested, indent: int) -> list[str]:
        cls: list[Code] = [self.writer.context.classes[f"record {wire.record.name}"]]
        options: list[Code] = []
        if wire.record.parameters:
            told: list[Code] = [
                Named(f"{text(name)}: ", self._over_values(value))
                for name, value in zip(wire.record.parameters, wire.arguments, strict=True)
            ]
            options.append(keyed("told", Call("", tuple(told), "{}")))
        if wire.size is not None:
            options.append(keyed("open", "True"))
        inner = replace(self.writer, message=wire.record)
        return inner.block("wire.Record", cls, wire.record.elements, options, ",", indent)

    def _size(self, wire: model.Nested | model.Items) -> list[Code]:
        if isinstance(wire.size, model.GivenSize):
            return [self.writer.function("size", wire.size.expression)]
        return []

    def again(
        self, field: model.Field, also: model.Nested, options: list[Code], indent: int
    ) -> list[str]:
        """Bytes that are read again."""
        pad = " " * indent
        lines = [f"{pad}wire.Again("]
        for argument in self.writer.head(field):
            lines += laid_out("", argument, ",", indent + 4)
        lines += self._record(also, indent + 4)
        if also.lenient:
            options = [*options, keyed("loose", "True")]
        for option in options:
            lines += laid_out("", option, ",", indent + 4)
        return [*lines, f"{pad}),"]

    # -------------------------------------------------------------- lists

    def items(self, field: model.Field, wire: model.Items, indent: int) -> list[str]:
        """A list."""
        pad = " " * indent
        options = [*self._size(wire), *self._how(wire)]
        name = text(field.name or field.key)
        if not isinstance(wire.item.wire, model.Nested | model.Items):
            item = self.writer.element(wire.item)
            call = Call("wire.Items", (name, item, *options))
            return laid_out("", call, ",", indent)
        lines = [f"{pad}wire.Items(", f"{pad}    {name},"]
        if isinstance(wire.item.wire, model.Items):
            lines += self.items(wire.item, wire.item.wire, indent + 4)
        else:
            lines += self._record(wire.item.wire, indent + 4)
        for option in options:
            lines += laid_out("", option, ",", indent + 4)
        return [*lines, f"{pad}),"]

    def _how(self, wire: model.Items) -> list[Code]:
        """What ends a list, and what stands between its items."""
        options: list[Code] = []
        if wire.count is not None:
            options.append(keyed("count", self._over_values(wire.count)))
        if wire.until:
            marks: list[Code] = [octets(mark) for mark in wire.until]
            options.append(keyed("until", tupled(marks) if len(marks) > 1 else marks[0]))
        if wire.or_end:
            options.append(keyed("or_end", "True"))
        if wire.first is not None:
            options.append(keyed("first", self._over_values(wire.first)))
        if wire.whilst is not None:
            options.append(keyed("whilst", self._over_values(wire.whilst, wire.item)))
        if wire.filled:
            options.append(keyed("filled", "True"))
        if wire.gaps:
            options.append(keyed("gaps", "True"))
        if wire.separator:
            options.append(keyed("separator", octets(wire.separator)))
        return options

    # -------------------------------------------------------------- values

    def _over_values(self, expression: model.Expression, item: model.Field | None = None) -> Code:
        """A function of raw values; text is text there."""

        def own(name: model.Own) -> str:
            return self._text(name) or self.writer.own(name)

        def previous(name: model.Previous) -> str:
            assert item is not None
            return previous_of(item, "m.previous", name)

        return self.writer.lambda_(expression, own, previous)

    def _text(self, own: model.Own) -> str:
        found = model.named(self.writer.message.fields(), own.path)
        if found is None or not isinstance(found[0].wire, model.Text):
            return ""
        return f"m.text({known(found[0].key)})"
