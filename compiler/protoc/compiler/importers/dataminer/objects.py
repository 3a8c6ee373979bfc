"""Commands, responses, pairs, groups, timers, triggers, actions, QActions as they are written."""

from __future__ import annotations

from msgspec import Struct, field

from protoc.compiler.importers.dataminer.elements import Reference, Text, View, options
from protoc.compiler.importers.dataminer.reading import Element
from protoc.dsl.source import Span


class Object(Struct, frozen=True, eq=False, kw_only=True):
    """Anything with a number.

    Attributes:
        view: through which parts are noted.
    """

    id: int
    view: View
    name: str

    @property
    def element(self) -> Element:
        """The element it is written as."""
        return self.view.element

    @property
    def span(self) -> Span:
        """Where it is written."""
        return self.view.span


class Message(Object, frozen=True, eq=False, kw_only=True):
    """A command or a response: numbers of params in wire order.

    Attributes:
        optional: `Content@optional` of a response.
        connection: of a response.
        ascii: None, or the params that stay narrow text; empty for all of them.
    """

    params: tuple[Reference, ...]
    optional: Text | None = None
    connection: int | None = None
    ascii: frozenset[int] | None = None


class Pair(Object, frozen=True, eq=False, kw_only=True):
    """A command and its answers; times in milliseconds."""

    command: Reference | None
    responses: tuple[Reference, ...]
    refusals: tuple[Reference, ...]
    condition: Text | None
    timeout: int | None
    ping: bool
    connection: int | None = None
    retries: int | None = None
    quiet: bool = False
    idle: int | None = None
    one_byte: int | None = None


class Item(Struct, frozen=True, eq=False):
    """Something in a group; `next` in milliseconds."""

    kind: str
    target: Reference
    next: int | None
    view: View


class Group(Object, frozen=True, eq=False, kw_only=True):
    """Pairs, actions or triggers."""

    type: str
    items: tuple[Item, ...]
    condition: Text | None
    connection: int | None


class Timer(Object, frozen=True, eq=False, kw_only=True):
    """Groups again and again; times in milliseconds, `every` None for `loop`.

    Attributes:
        random: earliest and latest first run, in seconds.
    """

    every: int | None
    started: bool
    random: tuple[float, float] | None
    interval: int | None
    groups: tuple[Reference, ...]
    condition: Text | None


class Step(Struct, frozen=True, eq=False):
    """What a trigger runs: the number of an action or a trigger."""

    target: Reference
    otherwise: bool


class Trigger(Object, frozen=True, eq=False, kw_only=True):
    """An event and what it runs.

    Attributes:
        on: kind of object, None for one that is only called.
        each: for every object of the kind.
        legacy: the old form of a condition: param, comparison, value, whether that is a param.
    """

    on: Text | None
    target: Reference | None
    each: bool
    time: Text | None
    type: str
    steps: tuple[Step, ...]
    condition: Text | None
    legacy: tuple[int | None, str, Text, bool] | None = None


class Action(Object, frozen=True, eq=False, kw_only=True):
    """A verb and what it works on; attributes of `On` and `Type` by their lower-case names."""

    on: Text
    targets: tuple[Reference, ...]
    type: Text
    given: dict[str, Text] = field(default_factory=dict)
    condition: Text | None = None

    def number(self, name: str) -> int | None:
        """The whole number in an attribute of `Type`, or `nr` of `On`."""
        return self.view.whole(self.given.get(name))

    def reference(self, name: str = "id") -> Reference | None:
        """The object an attribute of `Type` names."""
        number = self.number(name)
        return None if number is None else Reference(number, self.given[name].span)


class QAction(Object, frozen=True, eq=False, kw_only=True):
    """Code that runs when params change.

    Attributes:
        entries: names of methods, one for each trigger; empty for the usual one.
        inputs: params handed over as arguments.
    """

    triggers: tuple[Reference, ...]
    entries: tuple[str, ...]
    inputs: tuple[Reference, ...]
    options: tuple[str, ...]
    encoding: str
    condition: Text | None
    code: str


def _common(view: View, number: int) -> dict[str, object]:
    name = view.content("Name")
    view.child("Description")
    return {"id": number, "view": view, "name": name.value.strip() if name else ""}


def _connection(view: View, given: list[Text]) -> int | None:
    for option in given:
        word, _, rest = option.word.partition(":")
        if word.strip() == "connection":
            return view.whole(Text(rest, option.span))
    return None


def read_message(view: View, number: int) -> Message:
    """A command or response."""
    content = view.child("Content")
    listed = content.every("Param") if content else []
    numbers = ((each.whole(each.text), each.span) for each in listed)
    given = options(view.attribute("options"))
    for option in given:
        if not option.word.startswith("connection"):
            view.note("not imported", f"the option `{option.value}` is not understood", "options")
    ascii = view.attribute("ascii")
    narrow = None
    if ascii is not None and ascii.word != "false":
        listed_ids = [] if ascii.word == "true" else options(ascii)
        narrow = frozenset(n for each in listed_ids if (n := view.whole(each)) is not None)
    return Message(
        **_common(view, number),  # type: ignore[arg-type]
        params=tuple(Reference(found, span) for found, span in numbers if found is not None),
        optional=content.attribute("optional") if content else None,
        connection=_connection(view, given),
        ascii=narrow,
    )


def _referred(views: list[View]) -> tuple[Reference, ...]:
    numbers = ((each.whole(each.text), each.span) for each in views)
    return tuple(Reference(number, span) for number, span in numbers if number is not None)


def read_pair(view: View, number: int) -> Pair:
    """A pair."""
    content = view.child("Content") or view
    commands = _referred(content.every("Command"))
    found: dict[str, object] = {}
    given = options(view.attribute("options"))
    for option in given:
        word, _, rest = (part.strip() for part in option.word.partition(":"))
        amount = view.whole(Text(rest, option.span)) if rest else None
        if word in ("retries", "receiveinterval") and amount is not None:
            found["retries" if word == "retries" else "idle"] = amount
        elif word == "ignoretimeout":
            found["quiet"] = True
        elif word == "onebyte":
            found["one_byte"] = 5 if amount is None else amount
        elif word != "connection":
            reason = f"the option `{option.value}` needs a line that this runtime does not have"
            view.note("not imported", reason, "options")
    return Pair(
        **_common(view, number),  # type: ignore[arg-type]
        command=commands[0] if commands else None,
        responses=_referred(content.every("Response")),
        refusals=_referred(content.every("ResponseOnBadCommand")),
        condition=view.content("Condition"),
        timeout=view.counted("timeout"),
        ping=view.flag("ping"),
        connection=_connection(view, given),
        **found,  # type: ignore[arg-type]
    )


_ITEMS = {"pair": "pair", "action": "action", "trigger": "trigger"}


def read_group(view: View, number: int) -> Group:
    """A group; items that are not for a wire are noted."""
    items = []
    content = view.child("Content")
    for child in content.element.children if content else ():
        if child.name.lower() not in _ITEMS:
            continue
        inner = View(child, view.account)
        target = inner.whole(inner.text)
        if target is not None:
            reference = Reference(target, inner.span)
            items.append(Item(child.name.lower(), reference, inner.counted("next"), inner))
    return Group(
        **_common(view, number),  # type: ignore[arg-type]
        type=view.wording("Type") or "poll",
        items=tuple(items),
        condition=view.content("Condition"),
        connection=view.counted("connection"),
    )


def read_timer(view: View, number: int) -> Timer:
    """A timer."""
    time = view.child("Time")
    initial = time.attribute("initial") if time else None
    content = view.child("Content")
    groups = []
    for each in content.every("Group") if content else ():
        if each.text.word.startswith("col:"):
            each.note("not imported", "groups by row belong to timers of tables")
        elif (group := each.whole(each.text)) is not None:
            groups.append(Reference(group, each.span))
    loop = time is not None and time.word == "loop"
    return Timer(
        **_common(view, number),  # type: ignore[arg-type]
        every=None if loop or time is None else time.whole(time.text),
        started=not (initial and initial.word == "false"),
        random=_random(view, initial),
        interval=view.number("Interval"),
        groups=tuple(groups),
        condition=view.content("Condition"),
    )


def _random(view: View, initial: Text | None) -> tuple[float, float] | None:
    if initial is None or not initial.word.startswith("random"):
        return None
    low, _, high = initial.word.partition("=")[2].partition(":")
    found = [view.decimal(Text(part, initial.span)) for part in (low, high)]
    return (found[0] or 0.0, found[1]) if found[1] is not None else None


def read_trigger(view: View, number: int) -> Trigger:
    """A trigger."""
    on, time = view.child("On"), view.child("Time")
    target = on.attribute("id") if on else None
    each = target is not None and target.word == "each"
    steps = []
    content = view.child("Content")
    for inner in content.every("Id") if content else ():
        found = inner.whole(inner.text)
        if found is not None:
            steps.append(Step(Reference(found, inner.span), inner.flag("else")))
    legacy = None
    if time is not None and (case := time.attribute("case")) is not None:
        value = time.attribute("value") or Text("", time.span)
        legacy = (time.counted("id"), case.word, value, time.flag("nr"))
    return Trigger(
        **_common(view, number),  # type: ignore[arg-type]
        on=on.text if on and on.word else None,
        target=None if each or on is None else on.reference(),
        each=each,
        time=time.text if time and time.word else None,
        type=view.wording("Type") or "action",
        steps=tuple(steps),
        condition=view.content("Condition"),
        legacy=legacy,
    )


_OF_TYPE = (
    "id",
    "nr",
    "value",
    "options",
    "startoffset",
    "endoffset",
    "allowed",
    "sequence",
    "scale",
    "reschedule",
)


def read_action(view: View, number: int) -> Action:
    """An action."""
    on, type_ = view.child("On"), view.child("Type")
    found = {}
    if type_ is not None:
        pairs = ((name, type_.attribute(name)) for name in _OF_TYPE)
        found = {name: text for name, text in pairs if text is not None}
    occurrence = on.attribute("nr") if on else None
    if occurrence is not None:
        found["on nr"] = occurrence
    return Action(
        **_common(view, number),  # type: ignore[arg-type]
        on=on.text if on else Text("", view.span),
        targets=on.references() if on else (),
        type=type_.text if type_ else Text("", view.span),
        given=found,
        condition=view.content("Condition"),
    )


def read_qaction(view: View, number: int) -> QAction:
    """A QAction; its code is kept as it is."""
    name = view.attribute("name")
    given = [option.word for option in options(view.attribute("options"))]
    entries = view.attribute("entryPoint")
    encoding = view.attribute("encoding")
    common = _common(view, number)
    if name is not None:
        common["name"] = name.value.strip()
    return QAction(
        **common,  # type: ignore[arg-type]
        triggers=() if "group" in given else view.references("triggers"),
        entries=tuple(part.value for part in options(entries)),
        inputs=view.references("inputParameters"),
        options=tuple(given),
        encoding=encoding.word if encoding else "csharp",
        condition=view.content("Condition"),
        code=view.text.value,
    )
