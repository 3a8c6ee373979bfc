"""QActions as a Python module to be filled in: one method for each, its code beside it."""

from __future__ import annotations

import textwrap

from protoc.compiler.backend.naming import attribute, pascal
from protoc.compiler.importers.dataminer.context import Context
from protoc.compiler.importers.dataminer.objects import QAction

_HEAD = '''\
"""What the QActions of {title} do, in Python.

    from {module} import {device}

    with {device}.open("tcp://192.0.2.1:4000") as device:
        QActions(device)
"""

from {module} import {device}


class QActions:
    """The QActions of a device; making one puts them to work.

    Args:
        device: its params are at hand as `self.device.params`.
    """

    def __init__(self, device: {device}) -> None:
        self.device = device
{assigned}'''
_WIDTH = 88


def skeleton(context: Context) -> str:
    """The module; formatted as `ruff format` would."""
    protocol = context.names.protocol
    called = {
        number: each
        for number, each in context.connector.qactions.items()
        if id(each.element) in context.became
    }
    names = [attribute(context.names.hooks[number], frozenset()) for number in called]
    assigned = "\n".join(f"        device.hooks.{name} = self.{name}" for name in names)
    head = _HEAD.format(
        title=context.connector.name or protocol,
        module=attribute(protocol, frozenset()),
        device=pascal(protocol),
        assigned=assigned,
    )
    methods = [
        _method(context, each, name) for each, name in zip(called.values(), names, strict=True)
    ]
    return "\n\n".join([head, *methods]) + "\n"


def _method(context: Context, qaction: QAction, name: str) -> str:
    params = context.connector.params
    triggers = [each.id for each in qaction.triggers if each.id in params]
    inputs = [context.names.params[each.id] for each in qaction.inputs if each.id in params]
    kinds = ["str" if params[e.id].text else "float" for e in qaction.inputs if e.id in params]
    given = "".join(f", {name}: {kind}" for name, kind in zip(inputs, kinds, strict=True))
    said = ", ".join(f"`{context.names.params[number]}` ({number})" for number in triggers)
    title = f" `{qaction.name}`" if qaction.name else ""
    lines = [
        f"    def {name}(self{given}) -> None:",
        *_docstring(f"QAction {qaction.id}{title}: called when {said} changes.", qaction),
        *_code(qaction),
        f'        raise NotImplementedError("QAction {qaction.id}")',
    ]
    return "\n".join(lines)


def _docstring(first: str, qaction: QAction) -> list[str]:
    more = []
    if qaction.entries:
        more.append(f"Entry points, one for each param: {', '.join(qaction.entries)}.")
    if qaction.condition is not None:
        more.append(f"Condition: {' '.join(qaction.condition.value.split())}")
    if "queued" in qaction.options:
        more.append("It was queued: it ran beside the conversation.")
    wrapped = [textwrap.wrap(each, _WIDTH - 8) for each in (first, *more)]
    text = "\n\n".join("\n".join(lines) for lines in wrapped)
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    if "\n" not in text and len(text) <= _WIDTH - 14:
        return [f'        """{text}"""']
    return [*textwrap.indent(f'"""{text}\n"""', " " * 8).splitlines()]


def _code(qaction: QAction) -> list[str]:
    code = textwrap.dedent(qaction.code.replace("\r\n", "\n").expandtabs(4)).strip("\n")
    lines = [line.rstrip() for line in code.splitlines()]
    return [f"        # {line}".rstrip() for line in lines]
