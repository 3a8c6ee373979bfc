"""The conversation in words: links, pairs, groups, timers, triggers and hooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from protoc.compiler import model
from protoc.compiler.backend.document.formulas import call, condition, formula
from protoc.compiler.backend.document.marks import code, link, octets, plain, sentence

Cells = tuple[str, ...]
"""A row of a table."""

LINKS = ("Link", "Line", "Timeout", "Remarks")
PAIRS = ("Request", "Command", "Answer", "Refusal", "Remarks")
GROUPS = ("Group", "Does", "Remarks")
TIMERS = ("Timer", "When", "Queues", "Remarks")
TRIGGERS = ("When", "What happens", "Remarks")
HOOKS = ("Hook", "Called", "Remarks")


def link_row(line: model.Link) -> Cells:
    """How a link is reached, and what is said of it."""
    ends = " or ".join(map(octets, line.ends))
    said = (f"messages end with {ends}" if ends else "", *_remarks(line))
    retries = f", {line.retries} retries" if line.retries != 1 else ", 1 retry"
    return code(line.name), _line(line), f"{_time(line.timeout)}{retries}", sentence(said)


def _line(line: model.Link) -> str:
    """How one gets there."""
    if line.kind == "serial":
        return f"serial, {line.baud or 9600} baud, {line.format or '8N1'}"
    port = f", port {line.port}" if line.port else ""
    return f"{line.kind.upper()}, {'the device connects' * (line.role == 'server')}{port}".replace(
        ", ,", ","
    ).removesuffix(", ")


_SAID = {
    "wrap": "every message stands in {.text}",
    "packet": "units are as long as {.text} says",
    "idle": "a pause of {:g} s ends a message",
    "idle_characters": "a pause of {:g} characters ends a message",
    "hand_over": "looked at every {} bytes",
    "gap": "{:g} s between commands",
    "greeting": "commands wait for {}",
    "offline": "taken for silent after {:g} s",
    "slow_poll": "pinged every {:g} s when silent",
    "idle_close": "closed after {:g} s of silence",
    "reconnect": "opened again {:g} s after it broke",
    "max_connections": "at most {} connections",
    "address": "the peer is in param {}",
    "queue": "shares the queue of {}",
    "spare_of": "takes over when {} does not answer",
    "flow": "flow control {}",
    "rts": "RTS {}",
    "dtr": "DTR {}",
    "local_port": "from port {}",
}
_TRUE = {
    "half_duplex": "half duplex",
    "echo": "what is sent comes back and is dropped",
    "bystanders": "what others say is ignored",
    "datagram": "each datagram for itself",
    "ignore_equal": "repeated responses only answer",
    "single": "a line of its own",
}


def _remarks(line: model.Link) -> Iterable[str]:
    for name, words in _SAID.items():
        if value := getattr(line, name):
            yield plain(words.format(value))
    for name, words in _TRUE.items():
        if getattr(line, name):
            yield words
    for header, trailer in line.frames:
        yield f"units from {octets(header)} to {octets(trailer)}"
    if line.where is not None:
        yield f"an answer belongs to a request where {code(formula(line.where))}"
    if line.no_reply is not None:
        yield f"nothing answers where {code(formula(line.no_reply))}"


def pair_row(pair: model.Pair, protocol: model.Protocol) -> Cells:
    """What is asked, and what may come back."""
    kinds: dict[str, str] = {message.name: message.kind for message in protocol.messages}
    steps = [" or ".join(_answer(answer, kinds) for answer in step) for step in pair.steps]
    refusals = " or ".join(link(kinds[name], name) for name in pair.refusals)
    given = call("", pair.arguments)
    said = (
        f"with {code(given)}" if given else "",
        f"where {code(formula(pair.where))}" if pair.where is not None else "",
        code(condition(pair.when)),
        f"timeout {_time(pair.timeout)}" if pair.timeout is not None else "",
        f"{pair.retries} retries" if pair.retries is not None else "",
        f"{_time(pair.gap)} behind it" if pair.gap else "",
        f"{_time(pair.bytewise)} between bytes" if pair.bytewise else "",
        f"answered by what came before {_time(pair.after_idle)} of silence" * bool(pair.after_idle),
        "asked of a silent device" if pair.ping else "",
        "may stay without an answer" if pair.quiet else "",
        _over(pair.links),
        plain(pair.doc),
    )
    command = link(kinds[pair.command], pair.command)
    return code(pair.name), command, ", then ".join(steps) or "none", refusals, sentence(said)


def _answer(answer: model.Answer, kinds: dict[str, str]) -> str:
    return link(kinds[answer.message], answer.message) + (" any number of" * answer.many)


def group_row(group: model.Group) -> Cells:
    """What a group does."""
    said = (
        code(condition(group.when)),
        "at once" if group.immediate else "",
        _over(group.links),
        plain(group.doc),
    )
    return code(group.name), _deeds(group.items), sentence(said)


def timer_row(timer: model.Timer) -> Cells:
    """What a timer does, and how often."""
    often = "as often as it can" if timer.every is None else f"every {_time(timer.every)}"
    said = (
        code(condition(timer.when)),
        "waits until it is started" if timer.stopped else "",
        f"{_time(timer.gap)} apart" if timer.gap else "",
        f"first after {_time(timer.after[0])}…{_time(timer.after[1])}" if timer.after else "",
        plain(timer.doc),
    )
    return code(timer.name), often, "<br>".join(map(_deed, timer.targets)), sentence(said)


def trigger_row(trigger: model.Trigger) -> Cells:
    """What happens when."""
    when = " ".join(filter(None, (_event(trigger.on, trigger.name), code(condition(trigger.when)))))
    does = _deeds(trigger.actions)
    if trigger.otherwise:
        does += f"<br>else {_deeds(trigger.otherwise)}"
    return when, does, plain(trigger.doc)


def hook_row(hook: model.Hook) -> Cells:
    """When the code of the user is called, and with what."""
    parameters = ", ".join(f"{each.name}: {each.type}" for each in hook.parameters)
    called = " or ".join(_event(event, "") for event in hook.events) or "by actions"
    when = " ".join(filter(None, (called, code(condition(hook.when)))))
    return code(f"{hook.name}({parameters})"), when, plain(hook.doc)


def _event(on: model.On | None, name: str) -> str:
    """When something happens."""
    if on is None:
        return f"when {code(name)} is asked for"
    if on.event == "idle":
        return f"after {_time(on.seconds)} without a byte"
    event = f"{on.event} of" if on.event in ("change", "timeout") else on.event
    words = [event, on.kind if not on.name else "", code(on.name)]
    words += ["at the last attempt"] * on.last + ["with a response"] * on.after_response
    return " ".join(filter(None, words))


def _deeds(actions: Sequence[model.Action]) -> str:
    """What is done, numbered when it is more than one thing."""
    deeds = [
        " ".join(filter(None, (_deed(action.verb), code(condition(action.when)))))
        for action in actions
    ]
    return deeds[0] if len(deeds) == 1 else "<br>".join(f"{n}. {d}" for n, d in enumerate(deeds, 1))


def _deed(verb: model.Verb) -> str:
    """An action."""
    match verb:
        case model.Execute(priority=priority, once=once):
            words = [code(call(verb.name, verb.arguments))]
            words += [priority] * (priority != "normal") + ["unless it waits already"] * once
            return " ".join(words)
        case model.Item():
            return code(call(verb.name, verb.arguments))
        case model.Send(message=message, arguments=arguments):
            return f"send {code(call(message, arguments))}"
        case model.Run(hook=hook, arguments=arguments):
            return f"call {code(f'{hook}({_listed(arguments)})')}"
        case model.Set(param=param, value=value, path=path):
            return f"{code('.'.join((param, *path)))} becomes {code(formula(value))}"
        case model.Time(verb=word, timer=timer):
            return f"{word} timer {code(timer)}"
        case model.Line(verb=word, link=name):
            return f"{word} link {code(name)}".rstrip()
        case model.Pause(seconds=seconds):
            return f"wait {_time(seconds)}"
        case model.Copy(source=source, param=param) | model.Append(source=source, param=param):
            does = "add" if isinstance(verb, model.Append) else "copy"
            data = octets(source) if isinstance(source, bytes) else code(source)
            return f"{does} {data}{' reversed' * verb.reversed} to {code(param)}"
        case _:
            return _plainly(verb)


def _plainly(verb: model.Verb) -> str:
    """An action by its name and what it works on."""
    words = [type(verb).__name__.lower()]
    for name in verb.__struct_fields__:
        value = getattr(verb, name)
        if isinstance(value, bytes):
            words += [octets(value)] if value else []
        elif isinstance(value, str):
            words.append(code(value))
        elif value is True:
            words.append(name.replace("_", " "))
        elif isinstance(value, model.Expression):
            words.append(code(formula(value)))
    return " ".join(words)


def _listed(expressions: Iterable[model.Expression]) -> str:
    return ", ".join(map(formula, expressions))


def _over(links: tuple[str, ...]) -> str:
    return f"over {', '.join(map(code, links))}" if links else ""


def _time(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 1 or not seconds else f"{seconds * 1000:g} ms"
