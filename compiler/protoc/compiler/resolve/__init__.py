"""From the syntax tree to the model: names, types, sizes, the conversation.

Every mistake becomes a diagnostic at its place; what depends on something broken is left out
without another word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from protoc.compiler import model
from protoc.compiler.resolve import conversation
from protoc.compiler.resolve.bodies import body_of, has_hole, inside, types_of
from protoc.compiler.resolve.constants import labelled
from protoc.compiler.resolve.defaults import default_of_bits, no_value
from protoc.compiler.resolve.enums import resolve_enum
from protoc.compiler.resolve.examples import resolve_example
from protoc.compiler.resolve.fitting import constant
from protoc.compiler.resolve.joins import declare_joins, resolve_joins
from protoc.compiler.resolve.link_rules import resolve_rules
from protoc.compiler.resolve.links import resolve_links
from protoc.compiler.resolve.messages import resolve_layout
from protoc.compiler.resolve.modifiers import ENCODINGS
from protoc.compiler.resolve.outside import of_requests
from protoc.compiler.resolve.pairs import resolve_pair
from protoc.compiler.resolve.scope import Scope, Unresolved, declare, suggestion
from protoc.compiler.resolve.types import is_builtin, resolve_typed
from protoc.dsl import tree
from protoc.dsl.diagnostics import Diagnostics, Label
from protoc.dsl.source import Span

D = TypeVar("D", bound=tree.Statement)
M = TypeVar("M")


def resolve(document: tree.Document, diagnostics: Diagnostics) -> model.Protocol | None:
    """The model of a document, its `use` statements followed; None without a `protocol` statement.

    The model is complete only when `diagnostics` has no errors.
    """
    scope = Scope(diagnostics, broken=set(document.lost))
    statements = _Statements(scope, document)
    protocol = _protocol(scope, document, statements)
    _settings(scope, statements)
    _enums(scope, statements)
    _params(scope, statements)
    declare_joins(scope, statements.of(tree.Join))
    scope.links = resolve_links(
        scope, list(statements.of(tree.Link)), list(statements.of(tree.Framing))
    )
    _layouts(scope, statements)
    resolve_rules(scope, list(statements.of(tree.Link)), list(statements.of(tree.Framing)))
    _names(scope, statements)
    scope.messages.update(of_requests(scope.messages, scope.pairs.values()))
    groups = statements.each(tree.Group, lambda group: conversation.resolve_group(scope, group))
    timers = statements.numbered(tree.Timer, lambda t, n: conversation.resolve_timer(scope, t, n))
    triggers = statements.numbered(
        tree.Trigger, lambda t, n: conversation.resolve_trigger(scope, t, n)
    )
    joins = resolve_joins(scope, statements.of(tree.Join))
    examples = statements.each(tree.Example, lambda example: resolve_example(scope, example))
    if protocol is None:
        return None
    return model.Protocol(
        name=protocol.name.text,
        title=protocol.title.value if protocol.title else "",
        doc=protocol.doc,
        span=protocol.span,
        digest=_digest(document),
        enums=tuple(scope.enums.values()),
        params=tuple(scope.params.values()),
        links=tuple(scope.links.values()),
        messages=tuple(scope.messages.values()),
        pairs=tuple(scope.pairs.values()),
        groups=tuple(groups),
        timers=tuple(timers),
        triggers=tuple(triggers),
        hooks=tuple(scope.hooks.values()),
        joins=tuple(joins),
        examples=tuple(examples),
        explicit=scope.explicit,
        implied=scope.implied,
        assumed=dict(scope.assumed),
    )


def _digest(document: tree.Document) -> str:
    """The hash of everything the description was made from, the files in use included."""
    texts = dict.fromkeys(
        [document.span.source, *(statement.span.source for statement in document.declarations)]
    )
    whole = "\0".join(source.text for source in texts)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _first_line(statement: tree.Statement) -> Span:
    span = statement.span
    return Span(span.source, span.start, span.start + len(span.text.partition("\n")[0]))


class _Statements:
    """The declarations of a document by kind."""

    def __init__(self, scope: Scope, document: tree.Document) -> None:
        self.scope = scope
        self.all = document.declarations

    def of(self, kind: type[D]) -> Iterable[D]:
        """Those of one kind, in the order written."""
        return (s for s in self.all if isinstance(s, kind))

    def each(self, kind: type[D], resolve: Callable[[D], M]) -> list[M]:
        """Resolve each of one kind; those that fail are left out."""
        found = []
        for statement in self.of(kind):
            try:
                found.append(resolve(statement))
            except Unresolved:
                continue
        return found

    def numbered(self, kind: type[D], resolve: Callable[[D, str], M]) -> list[M]:
        """The same for what may have no name: it is called by its number then."""
        found = []
        for number, statement in enumerate(self.of(kind), 1):
            name = getattr(statement, "name", None)
            try:
                found.append(resolve(statement, name.text if name else str(number)))
            except Unresolved:
                continue
        return found


def _protocol(
    scope: Scope, document: tree.Document, statements: _Statements
) -> tree.Protocol | None:
    found = list(statements.of(tree.Protocol))
    if not found:
        # one that does not parse has been complained of already
        if "protocol" not in document.lost and document.declarations:
            scope.fail(
                "E0207",
                "there is no `protocol` statement",
                _first_line(document.declarations[0]),
                help='begin with a name and a title: `protocol dimmer "Stage dimmer"`',
            )
        return None
    for second in found[1:]:
        scope.fail(
            "E0201",
            "there are two `protocol` statements",
            second.span,
            "declared again",
            labels=(Label(found[0].span, "first declared here"),),
            help="one file describes one protocol",
        )
    return found[0]


def _settings(scope: Scope, statements: _Statements) -> None:
    for setting in statements.of(tree.Setting):
        value = setting.names[0].text if setting.names else ""
        if setting.word == "endian":
            if value not in ("little", "big"):
                scope.fail(
                    "E0208",
                    f"`{value}` is no byte order",
                    setting.span,
                    help="write `endian little` or `endian big`",
                )
            scope.settings_at(setting.span).little = value == "little"
        elif setting.word == "encoding":
            if value in ENCODINGS:
                scope.settings_at(setting.span).encoding = ENCODINGS[value]
            else:
                scope.fail(
                    "E0208",
                    f"there is no encoding `{value}`",
                    setting.span,
                    help=suggestion(value, ENCODINGS, "encoding"),
                )
        elif (setting.word, value) == ("assume", "fletcher"):
            _fletcher(scope, setting)
        elif setting.word == "steps":
            _steps(scope, setting, value)
        else:
            _assume(scope, setting)


def _steps(scope: Scope, setting: tree.Setting, value: str) -> None:
    if value not in ("automatic", "implied", "explicit"):
        scope.fail(
            "E0208",
            f"steps are not `{value}`",
            setting.span,
            help="write `steps automatic`, `steps implied` or `steps explicit`",
        )
    scope.explicit = value != "automatic"
    scope.implied = value == "implied"


ASSUMPTIONS: dict[str, tuple[str, ...]] = {
    "retry_before_command": ("no", "yes"),
    "equal_response": ("fires", "silent"),
    "surplus": ("fails", "next"),
}
"""What a connector leaves open, and how it can be settled; the first is what holds unsaid."""
_SAID_ELSEWHERE = {
    "crc_ccitt": 'name the one that is meant where it is used: `crc("CRC-16/XMODEM", ..)`',
    "subtract": "write the formula where it is used: `-sum(..)`, `0 - sum(..) & 0xFF`",
    "utf16": "write `encoding utf16le` or `encoding utf16be`",
    "bus_endian": "put the byte order behind the type: `u16le`, `u16be`",
}
"""What the description itself says, and how."""


def _assume(scope: Scope, setting: tree.Setting) -> None:
    name, value = (setting.names[0].text, setting.names[-1].text) if setting.names else ("", "")
    if value not in ASSUMPTIONS.get(name, ()):
        known = ASSUMPTIONS.get(name)
        instead = _SAID_ELSEWHERE.get(name) or suggestion(name, ASSUMPTIONS, "name")
        scope.fail(
            "E0208",
            f"`{name}` is not assumed to be `{value}`" if known else f"nothing assumes `{name}`",
            setting.span,
            help=f"write {' or '.join(known)}" if known else instead,
        )
    else:
        scope.assumed[name] = value


def _fletcher(scope: Scope, setting: tree.Setting) -> None:
    """The modulus of Fletcher's sums."""
    word = setting.names[1].text if len(setting.names) > 1 else ""
    if word not in ("mod255", "mod256"):
        scope.fail(
            "E0208",
            f"`{word}` is no modulus",
            setting.span,
            help="write `assume fletcher mod255` or `assume fletcher mod256`",
        )
        return
    scope.settings_at(setting.span).fletcher = int(word.removeprefix("mod"))


def _enums(scope: Scope, statements: _Statements) -> None:
    named = [(enum.name, enum) for enum in statements.of(tree.Enum)]
    for name, enum in declare(scope, "enum", named).items():
        try:
            scope.enums[name] = resolve_enum(scope, name, enum.labels, enum.span, enum.doc)
        except Unresolved:
            scope.broken.add(name)


def _params(scope: Scope, statements: _Statements) -> None:
    named = [(param.name, param) for param in statements.of(tree.Param)]
    scope.param_trees = declare(scope, "param", named)
    for name, param in scope.param_trees.items():
        try:
            scope.params[name] = _param(scope, param)
        except Unresolved:
            scope.broken.add(name)


def _param(scope: Scope, param: tree.Param) -> model.Param:
    name = param.name.text
    if param.typed is None:
        return model.Param(
            name, None, model.Conversion(), param.name.span, doc=param.doc, id=param.id
        )
    modifiers = tuple(m for m in param.typed.modifiers if m.word not in ("save", "sets"))
    sets = [m for m in param.typed.modifiers if m.word == "sets"]
    typed = tree.Typed(param.typed.type, modifiers, span=param.typed.span)
    spec = resolve_typed(scope, typed, name, "param")
    enum = scope.enums.get(spec.conversion.enum or "")
    given = spec.value if spec.value is not None else spec.default
    value, bits = None, None
    if given is not None and isinstance(spec.wire, model.Bits):
        if spec.value is not None:
            raise no_value(scope, spec.holder(name), spec.value)
        bits = default_of_bits(scope, spec.wire, spec.holder(name), given)
    elif given is not None:
        value = labelled(enum, constant(scope, given, spec.holder(name))[0])
        value = bool(value) if spec.conversion.boolean else value
    return model.Param(
        name,
        spec.wire,
        spec.conversion,
        param.name.span,
        value,
        spec.value is not None,
        any(modifier.word == "save" for modifier in param.typed.modifiers),
        param.doc,
        param.id,
        None if spec.lenient else spec.bounds,
        _handed_to(scope, sets[-1]) if sets else "",
        spec.bounds if spec.lenient else None,
        bits,
    )


def _handed_to(scope: Scope, modifier: tree.Modifier) -> str:
    """The param that takes over what is set: it need not be declared yet."""
    assert modifier.name is not None
    if modifier.name.text not in scope.param_trees:
        raise scope.unknown("param", modifier.name, scope.param_trees)
    return modifier.name.text


def _layouts(scope: Scope, statements: _Statements) -> None:
    named = [(layout.name, layout) for layout in statements.of(tree.Layout)]
    scope.layouts = declare(scope, "message", named)
    parts = set()
    for name, layout in scope.layouts.items():
        known = scope.params.keys() | {parameter.name.text for parameter in layout.parameters}
        for statement in inside(body_of(layout.body)):
            if isinstance(statement, tree.Bare) and statement.name.text not in known:
                parts.add(statement.name.text)
            parts |= {name for name in types_of(statement) if not is_builtin(name)}
        if has_hole(layout):
            parts.add(name)
    units = _unit_layouts(scope)
    awaited = {
        answer.name.text
        for pair in statements.of(tree.Pair)
        for answers in (*pair.steps, pair.refusals)
        for answer in answers
    }
    for name, layout in scope.layouts.items():
        if layout.parameters and (name in parts or has_hole(layout)):
            continue  # it has a meaning only where it stands in something, or something in it
        try:
            scope.messages[name] = resolve_layout(scope, layout, parts | units, awaited, units)
        except Unresolved:
            scope.broken.add(name)


def _unit_layouts(scope: Scope) -> set[str]:
    """The names of the messages that cut the streams of links into units."""
    names = {link.packet.text: link.packet for link in scope.links.values() if link.packet}
    for name, written in names.items():
        if name not in scope.layouts:
            scope.unknown("message", written, scope.layouts)
    return names.keys() & scope.layouts.keys()


def _names(scope: Scope, statements: _Statements) -> None:
    """The names of the conversation, before what refers to them."""
    scope.groups = declare(scope, "group", [(g.name, g) for g in statements.of(tree.Group)])
    scope.timers = declare(
        scope, "timer", [(t.name, t) for t in statements.of(tree.Timer) if t.name]
    )
    scope.triggers = declare(
        scope, "trigger", [(t.name, t) for t in statements.of(tree.Trigger) if t.name]
    )
    hooks = declare(scope, "hook", [(h.name, h) for h in statements.of(tree.Hook)])
    scope.pair_trees = declare(scope, "pair", [(p.name, p) for p in statements.of(tree.Pair)])
    for name, pair in scope.pair_trees.items():
        try:
            scope.pairs[name] = resolve_pair(scope, pair)
        except Unresolved:
            scope.broken.add(name)
    for name, hook in hooks.items():
        try:
            scope.hooks[name] = conversation.resolve_hook(scope, hook)
        except Unresolved:
            scope.broken.add(name)
