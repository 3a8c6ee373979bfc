"""What links say of messages: which answers belong to which requests, and who speaks first."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from protoc.compiler import model
from protoc.compiler.resolve.calls import message_of
from protoc.compiler.resolve.expressions import Names, Reader, any_of
from protoc.compiler.resolve.link_settings import RULES
from protoc.compiler.resolve.scope import Scope, Unresolved
from protoc.dsl import tree


def resolve_rules(
    scope: Scope, links: Iterable[tree.Link], framings: Iterable[tree.Framing]
) -> None:
    """Add the rules of each link, and those for every link."""
    shared = _rules([setting for framing in framings for setting in framing.settings])
    own = {link.name.text if link.name else link.kind.text: _rules(link.settings) for link in links}
    for name, link in scope.links.items():
        for setting in (*shared, *own.get(name, ())):
            try:
                link = _with(scope, link, setting)
            except Unresolved:
                break
        scope.links[name] = link


def _rules(settings: Iterable[tree.LinkSetting]) -> list[tree.LinkSetting]:
    return [setting for setting in settings if setting.word.text in RULES]


def _with(scope: Scope, link: model.Link, setting: tree.LinkSetting) -> model.Link:
    """A link with one rule more: all of a kind must hold, one of `no_reply` is enough."""
    word = setting.word.text
    if len(setting.values) != 1:
        raise scope.fail(
            "E0208",
            f"`{word}` needs one value",
            setting.span,
            help=f"write it behind: `{word} {_EXAMPLES[word]}`",
        )
    value = setting.values[0]
    if word == "await":
        return replace(link, greeting=_greeting(scope, value).name)
    rule = Reader(scope, _names(scope, link, word)).read(value)
    if word == "where":
        return replace(link, where=_joined("and", link.where, rule))
    return replace(link, no_reply=_joined("or", link.no_reply, rule))


_EXAMPLES = {
    "where": "reply.unit == request.unit",
    "no_reply": "request.unit == 0",
    "await": "welcome",
}


def _joined(
    operator: str, before: model.Expression | None, rule: model.Expression
) -> model.Expression:
    return rule if before is None else model.Operation(operator, (before, rule))


def _names(scope: Scope, link: model.Link, word: str) -> Names:
    """`request` has the fields of any command, `reply` those of any answer; then the params."""
    here = [m for m in scope.messages.values() if not m.links or link.name in m.links]
    names: dict[str, object] = dict(scope.params)
    names["request"] = any_of(m for m in here if m.kind in ("command", "message"))
    if word == "where":
        names["reply"] = any_of(m for m in here if m.kind != "command")
    return names  # type: ignore[return-value]


def _greeting(scope: Scope, value: tree.Expression) -> model.Message:
    if not isinstance(value, tree.Reference) or len(value.path) != 1:
        raise scope.fail(
            "E0208",
            "`await` needs a message",
            value.span,
            help="name what the device says first: `await welcome`",
        )
    return message_of(scope, value.path[0], ("event", "response", "message"))
