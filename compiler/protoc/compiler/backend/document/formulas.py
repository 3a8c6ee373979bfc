"""Expressions as a reader of the manual understands them."""

from __future__ import annotations

from typing import Any

from protoc.compiler import model
from protoc.compiler.backend.expressions import READABLE, Writer, written
from protoc.compiler.backend.words import shown
from protoc.compiler.example_values import value_of


def formula(expression: model.Expression, elements: tuple[model.Element, ...] = ()) -> str:
    """An expression over the values of a message, or over those of the conversation."""
    return _writer(elements).write(expression)


def condition(expression: model.Expression | None) -> str:
    """`if …`; nothing without a condition."""
    return "" if expression is None else f"if {formula(expression)}"


def call(name: str, arguments: model.Arguments) -> str:
    """`name(field=value)`, without brackets where nothing is given."""
    given = ", ".join(f"{key}={formula(value)}" for key, value in arguments)
    return f"{name}({given})" if given else name


def given(expression: model.Expression) -> str:
    """A value that is given for a field: labels are words, objects have named members."""
    return _shown(value_of(expression))


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}={_shown(each)}' for name, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return value if isinstance(value, str) and value.isidentifier() else written(value)


def _writer(elements: tuple[model.Element, ...]) -> Writer:
    names = _Names(elements)
    return Writer(
        own=lambda own: ".".join((names.of(own.path[0]), *own.path[1:])),
        joined=lambda joined: joined.name,
        told=lambda told: told.name,
        previous=lambda previous: ".".join(("previous", *previous.path)),
        asked=lambda asked: ".".join(("request", *asked.path)),
        scoped=lambda scoped: ".".join(scoped.path),
        length=lambda length: f"len({names.octets(length.extent)})",
        count=lambda count: f"count({names.of(count.key)})",
        present=lambda present: f"present({present.name})",
        checksum=names.checksum,
        replace=lambda: "replace",
        function=READABLE.function,
        literal=written,
        divide="/",
    )


class _Names:
    """What the elements of a message are called."""

    def __init__(self, elements: tuple[model.Element, ...]) -> None:
        self.first = elements[0].key if elements else ""
        self.elements = {element.key: element for element in model.walk(elements)}

    def of(self, key: str) -> str:
        """The name of an element, or the bytes it consists of."""
        element = self.elements.get(key)
        if isinstance(element, model.Constant):
            return shown(element.alternatives[0]).replace("`", '"')
        if isinstance(element, model.Region):
            if not element.elements:
                return "nothing"
            ends = dict.fromkeys((element.elements[0].key, element.elements[-1].key))
            return "..".join(map(self.of, ends))
        if isinstance(element, model.Coded | model.LinkEnd):
            return "coded" if isinstance(element, model.Coded) else "end"
        if isinstance(element, model.Field):
            return element.name or "_"
        inside = model.walk((element,)) if element is not None else ()
        names = [each.name for each in inside if isinstance(each, model.Field) and each.name]
        return names[0] if names else "_"

    def octets(self, data: model.Octets) -> str:
        """The bytes that something is computed over."""
        if isinstance(data, model.Plain):
            return self.octets(data.extent)
        if isinstance(data, model.Added):
            return f"{self.octets(data.data)} + {data.number}"
        if isinstance(data, model.Value):
            return written(data.value)
        if isinstance(data, model.Said):
            return data.name
        if data.first == data.last:
            return self.of(data.first)
        begin = "" if data.first == self.first else self.of(data.first)
        if data.until is not None:
            return f"{begin}.. before {self.of(data.until)}"
        return f"{begin}..{self.of(data.last or '')}"

    def checksum(self, check: model.Checksum) -> str:
        """A check, with what describes it in front of the bytes."""
        name, first = str(check.algorithm), ""
        if isinstance(check.algorithm, model.Crc):
            name, first = "crc", f'"{check.algorithm.name}", '
        elif isinstance(check.algorithm, model.Fletcher):
            name = check.algorithm.name
        words = f", words of {check.words.size} {check.words.form}" if check.words else ""
        return f"{name}({first}{', '.join(map(self.octets, check.data))}{words})"
