"""Random syntax trees, as an importer might make them: without a text they came from."""

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from protoc.dsl import tree
from protoc.dsl.parser import keywords
from protoc.dsl.source import Source, Span
from protoc.dsl.words import CONTROLS, REASONS, RESERVED

T = TypeVar("T")

SPAN = Span(Source("", ""), 0, 0)
TAKEN = keywords() | RESERVED


def node(made: Callable[..., T], /, **parts: SearchStrategy[Any]) -> SearchStrategy[T]:
    @st.composite
    def draw_one(draw: st.DrawFn) -> T:
        return made(span=SPAN, **{name: draw(part) for name, part in parts.items()})

    return draw_one()


def some(items: SearchStrategy[T], least: int = 0, most: int = 3) -> SearchStrategy[tuple[T, ...]]:
    return st.lists(items, min_size=least, max_size=most).map(tuple)


def maybe(item: SearchStrategy[T]) -> SearchStrategy[T | None]:
    return st.none() | item


def documented(made: Callable[..., T], /, **parts: SearchStrategy[Any]) -> SearchStrategy[T]:
    return node(made, doc=DOCS, **parts)


LINE = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=20).map(str.strip)
DOCS = st.just("") | st.lists(LINE, min_size=1, max_size=3).map("\n".join).map(
    lambda doc: doc.strip("\n")
)
WORD = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True)
NAMES = node(tree.Name, text=WORD.filter(lambda word: word not in TAKEN and word != "_"))
ANY_WORD = node(tree.Name, text=WORD | st.sampled_from(sorted(TAKEN)) | st.just("_"))
IDS = maybe(st.integers(0, 70000))

# ------------------------------------------------------------------ expressions


def number(text: str) -> tree.Number:
    value = float(text) if "." in text else int(text, 0)
    return tree.Number(value=value, text=text, span=SPAN)


WHOLE = st.integers(0, 2**64).map(str) | st.integers(0, 255).map(hex) | st.integers(0, 9).map(bin)
NUMBERS = (WHOLE | st.integers(-999, -1).map(str) | st.sampled_from(["0.5", "12.25", "-0.1"])).map(
    number
)
NATURAL = st.integers(0, 9).map(str).map(number)
STRINGS = node(
    tree.String, value=st.text(max_size=6) | st.sampled_from(["{", "}}", "'", '"', "'\""])
)
NAMED_OCTETS = st.sampled_from(sorted(CONTROLS.items())).map(
    lambda item: tree.Octets(value=item[1], text=item[0], span=SPAN)
)
QUOTED_OCTETS = st.binary(max_size=4).map(
    lambda value: tree.Octets(value=value, text=f'x"{value.hex()}"', span=SPAN)
)
PLAIN_OCTETS = st.binary(min_size=1, max_size=4).map(
    lambda value: tree.Octets(value=value, text=f"0x{value.hex()}", span=SPAN)
)
OCTETS = NAMED_OCTETS | QUOTED_OCTETS | PLAIN_OCTETS
CONSTANTS = STRINGS | OCTETS
SEQUENCES = some(CONSTANTS, 1, 2)
DURATIONS = node(
    tree.Duration,
    amount=st.integers(0, 100_000).map(lambda quarter: quarter / 4),
    unit=st.sampled_from(["ms", "s", "min", "h", "char"]),
)
WORDS = node(tree.Reference, path=some(NAMES, 1, 1))
REFERENCES = node(tree.Reference, path=some(NAMES, 1, 3))
_OPERATORS = "or and == != < <= > >= | & << >> + - * / % **"
OPERATORS = st.sampled_from(_OPERATORS.split())


def composed(inner: SearchStrategy[Any]) -> SearchStrategy[Any]:
    ranges = node(tree.Range, start=maybe(inner), end=maybe(inner))
    substitutions = node(tree.Substitution, old=inner, new=inner)
    arguments = node(tree.Argument, name=maybe(ANY_WORD), value=inner | ranges | substitutions)
    entries = node(tree.Argument, name=ANY_WORD, value=inner)
    negated = inner.filter(lambda n: not isinstance(n, tree.Number) or n.text.startswith("-"))
    return (
        node(tree.Unary, operator=st.just("-"), operand=negated)
        | node(tree.Unary, operator=st.sampled_from(["~", "not"]), operand=inner)
        | node(tree.Binary, operator=OPERATORS, left=inner, right=inner)
        | node(tree.Invocation, name=NAMES, arguments=some(arguments))
        | node(tree.ListLiteral, items=some(inner))
        | node(tree.ObjectLiteral, entries=some(entries))
    )


EXPRESSIONS = st.recursive(
    NUMBERS | STRINGS | OCTETS | DURATIONS | REFERENCES, composed, max_leaves=4
)
ARGUMENTS = node(tree.Argument, name=maybe(ANY_WORD), value=EXPRESSIONS)
CALLS = node(tree.Invocation, name=NAMES, arguments=some(ARGUMENTS, most=2))

# ------------------------------------------------------------------ types

LABELS = documented(
    tree.EnumLabel,
    name=ANY_WORD | STRINGS,
    values=some(NUMBERS | STRINGS | OCTETS, 1, 2),
)


def word(text: str) -> SearchStrategy[str]:
    return st.just(text)


def modifiers(*words: str, **parts: SearchStrategy[Any]) -> SearchStrategy[tree.Modifier]:
    return node(tree.Modifier, word=st.sampled_from(words), **parts)


REPETITIONS = (
    modifiers("count", "while", "times", values=some(EXPRESSIONS, 1, 1))
    | modifiers("until", values=some(CONSTANTS, 1, 1), flag=st.sampled_from(["", "last"]))
    | modifiers("until", flag=st.just("end"))
    | modifiers("sep", values=some(CONSTANTS, 1, 1))
)
MODIFIERS = (
    REPETITIONS
    | modifiers("=", "default", "scale", "offset", "max", "via", values=some(EXPRESSIONS, 1, 1))
    | modifiers("unit", "like", values=some(STRINGS, 1, 1))
    | modifiers("range", values=some(EXPRESSIONS, 2, 2))
    | modifiers("as", name=maybe(ANY_WORD), labels=some(LABELS, 1))
    | modifiers("as", name=ANY_WORD)
    | modifiers("sets", name=ANY_WORD)
    | modifiers("pad", values=some(CONSTANTS, 1, 1), flag=st.sampled_from(["", "left"]))
    | modifiers("except", values=SEQUENCES)
    | modifiers(".", values=some(NATURAL, 1, 1))
    | modifiers("signed", "reversed", "lower", "strict", "msb0", "trim", "utf16le")
)
POSITIONS = st.integers(0, 63)
BITS = documented(
    tree.Bit,
    name=ANY_WORD,
    piece=maybe(st.tuples(POSITIONS, POSITIONS)),
    high=POSITIONS,
    low=POSITIONS,
    modifiers=some(MODIFIERS, most=1),
)
NAMED_TYPES = node(
    tree.NamedType,
    name=ANY_WORD,
    size=maybe(EXPRESSIONS),
    bits=maybe(some(BITS)),
    optional=st.booleans(),
) | node(tree.NamedType, name=ANY_WORD, arguments=some(ARGUMENTS), optional=st.booleans())


def typed(types: SearchStrategy[Any]) -> SearchStrategy[tree.Typed]:
    return node(tree.Typed, type=types, modifiers=some(MODIFIERS, most=2))


TYPED = typed(NAMED_TYPES | node(tree.ListType, item=typed(NAMED_TYPES), optional=st.booleans()))

# ------------------------------------------------------------------ layouts

SLOTS = st.sampled_from(["{a:u8}", "{name}", "{x:[float .1] sep ','}?", "{b:u8 {c @0}}"])
TEXTS = st.sampled_from(["{{", "}}", "VOLT ", ",", r"\n", r"\x41", "'"])


def template(pieces: list[str]) -> tree.Template:
    return tree.Template(text="".join(pieces), quote='"', elements=(), span=SPAN)


TEMPLATES = st.lists(SLOTS | TEXTS, max_size=4).map(template)
STATEMENT_TEMPLATES = st.tuples(SLOTS, st.lists(SLOTS | TEXTS, max_size=2)).map(
    lambda parts: template([parts[0], *parts[1]])
)


def reads_as_template(constants: tree.Constants) -> bool:
    """A single text with braces is one."""
    first = constants.alternatives[0]
    alone = len(constants.alternatives) == 1 and len(first) == 1
    return alone and isinstance(first[0], tree.String) and bool({*"{}"} & {*first[0].value})


LEAVES: SearchStrategy[Any] = (
    documented(tree.Field, name=ANY_WORD, typed=TYPED)
    | documented(tree.Field, name=ANY_WORD, typed=TYPED, also=CALLS)
    | documented(tree.Bare, name=NAMES, arguments=some(ARGUMENTS), optional=st.booleans())
    | documented(tree.Constants, alternatives=some(SEQUENCES, 1, 2)).filter(
        lambda constants: not reads_as_template(constants)
    )
    | STATEMENT_TEMPLATES
    | documented(tree.Let, name=ANY_WORD, value=EXPRESSIONS)
    | documented(
        tree.Skip,
        filler=CONSTANTS,
        most=maybe(st.integers(0, 99)),
        send=maybe(st.integers(0, 99)),
    )
)


def compound(elements: SearchStrategy[Any]) -> SearchStrategy[Any]:
    blocks = node(tree.Block, statements=some(elements))
    bodies = blocks | TEMPLATES
    arms = documented(tree.Arm, values=some(EXPRESSIONS), body=blocks)
    return (
        documented(tree.If, condition=EXPRESSIONS, then=blocks, otherwise=maybe(blocks))
        | documented(tree.Match, subject=EXPRESSIONS, arms=some(arms))
        | documented(tree.Repeat, name=ANY_WORD, how=some(REPETITIONS), body=bodies)
        | documented(tree.Optional, body=bodies)
        | documented(tree.Either, alternatives=some(bodies, 2))
        | documented(tree.Coded, codings=some(CALLS, 1), body=blocks)
        | documented(tree.Lines, end=SEQUENCES, strict=st.booleans(), body=blocks)
        | documented(tree.Field, name=ANY_WORD, typed=TYPED, also=blocks)
    )


ELEMENTS = st.recursive(LEAVES, compound, max_leaves=5)
BLOCKS = node(tree.Block, statements=some(ELEMENTS))
PARAMETERS = some(
    node(tree.Parameter, name=NAMES, default=maybe(EXPRESSIONS))
    | node(tree.Parameter, name=ANY_WORD, typed=TYPED)
)
LAYOUTS = documented(
    tree.Layout,
    kind=st.sampled_from(["message", "command", "response", "event"]),
    name=ANY_WORD,
    id=IDS,
    parameters=PARAMETERS,
    frames=some(CALLS),
    links=some(NAMES),
    body=maybe(BLOCKS | TEMPLATES),
)

# ------------------------------------------------------------------ conversation

ANSWERS = node(tree.Answer, name=NAMES, many=st.booleans())


def options(*words: str, value: SearchStrategy[Any]) -> SearchStrategy[tree.Option]:
    return node(tree.Option, word=st.sampled_from(words), value=value)


PAIRS = documented(
    tree.Pair,
    name=ANY_WORD,
    id=IDS,
    command=CALLS,
    steps=some(some(ANSWERS, 1)),
    refusals=some(ANSWERS),
    options=some(
        options("timeout", "retries", "gap", "if", "where", value=EXPRESSIONS)
        | options("on", value=WORDS)
        | options("after_idle", value=maybe(DURATIONS))
        | options("ping", "quiet", "bytewise", value=st.none())
    ),
)
OBJECTS: SearchStrategy[dict[str, Any]] = (
    st.fixed_dictionaries({"name": NAMES})
    | st.fixed_dictionaries({"name": NAMES, "kind": NAMES.map(lambda name: name.text)})
    | st.fixed_dictionaries({"each": st.just(True), "kind": NAMES.map(lambda name: name.text)})
)


def event(word: str, about: dict[str, Any], more: dict[str, Any]) -> tree.Event:
    return tree.Event(word=word, **about, **more, span=SPAN)


def events(
    words: list[str], about: SearchStrategy[Any] = OBJECTS, **more: SearchStrategy[Any]
) -> SearchStrategy[tree.Event]:
    return st.builds(event, st.sampled_from(words), about, st.fixed_dictionaries(more))


NOTHING: SearchStrategy[dict[str, Any]] = st.just({})
EVENTS = (
    events(["before", "after", "success"])
    | events(["change"], after_response=st.booleans())
    | events(["timeout"], last=st.booleans())
    | events(["connect", "disconnect", "start"], NOTHING | OBJECTS)
    | events(["idle"], NOTHING, value=DURATIONS)
    | events(["status"], NOTHING, value=STRINGS)
)
CONDITIONS = maybe(EXPRESSIONS)


def actions(*verbs: str, **parts: SearchStrategy[Any]) -> SearchStrategy[tree.Action]:
    return documented(tree.Action, verb=st.sampled_from(verbs), condition=CONDITIONS, **parts)


def keyed(key: str, *values: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.tuples(st.just(key), st.tuples(*values))


def chosen(*words: str) -> SearchStrategy[tuple[str, ...]]:
    """Some of the words, in their order."""
    picked = st.tuples(*(st.booleans() for _ in words))
    return picked.map(lambda flags: tuple(w for w, f in zip(words, flags, strict=True) if f))


ONE = some(REFERENCES, 1, 1)
TARGETS = REFERENCES | CALLS
PIECES = REFERENCES | CONSTANTS
WHERE = some(
    keyed("skip", NATURAL, NATURAL) | keyed("only", NATURAL, NATURAL) | keyed("in", REFERENCES)
)
TO = some(keyed("to", REFERENCES), 1, 1)
APPENDED = st.tuples(some(keyed("hex", NATURAL), most=1), TO).map(lambda p: p[0] + p[1])
REPLACED = st.tuples(some(keyed("by", PIECES), 1, 1), WHERE).map(lambda p: p[0] + p[1])
STUFFED = st.tuples(some(keyed("unless", PIECES), most=1), WHERE).map(lambda p: p[0] + p[1])
SWAPPED = st.tuples(keyed("for", REFERENCES), keyed("of", REFERENCES))
PLACES = some(st.sampled_from(["first", "last", "once", "now"]))
ACTIONS = (
    actions("make", "read", "leave")
    | actions("fill", "check", words=st.sampled_from([("length",), ("crc",)]))
    | actions("set", targets=ONE, value=EXPRESSIONS)
    | actions("wait", "sleep", value=EXPRESSIONS)
    | actions("execute", targets=some(TARGETS, 1, 1), words=PLACES)
    | actions("item", "send", "run", targets=some(TARGETS, 1, 1))
    | actions("do", targets=some(TARGETS, 1))
    | actions("copy", targets=ONE, words=chosen("reversed"), operands=TO)
    | actions("append", targets=ONE, words=chosen("reversed", "text"), operands=APPENDED)
    | actions("append", value=CONSTANTS, words=chosen("text"), operands=APPENDED)
    | actions("clear", targets=ONE, words=st.sampled_from([(), ("framing",), ("display",)]))
    | actions("stuff", "unstuff", value=CONSTANTS, operands=STUFFED)
    | actions("replace", targets=ONE, operands=REPLACED)
    | actions("swap", value=NATURAL, operands=SWAPPED)
    | actions("resize", targets=ONE, operands=some(keyed("to", EXPRESSIONS), 1, 1))
    | actions("reverse", "enter", "save", "start", "stop", "reschedule", targets=ONE)
    | actions("restart", targets=ONE, words=chosen("now"))
    | actions("open", "close", "lock", "unlock", targets=some(REFERENCES, most=1))
)
ACTION_BLOCKS = node(tree.Actions, actions=some(ACTIONS))
NAMED_TRIGGERS = documented(
    tree.Trigger,
    name=ANY_WORD,
    id=IDS,
    event=maybe(EVENTS),
    condition=CONDITIONS,
    actions=ACTION_BLOCKS,
    otherwise=maybe(ACTION_BLOCKS),
)
FREE_TRIGGERS = documented(
    tree.Trigger,
    name=st.none(),
    id=st.none(),
    event=EVENTS,
    condition=CONDITIONS,
    actions=ACTION_BLOCKS,
    otherwise=maybe(ACTION_BLOCKS),
)
GROUPS = documented(
    tree.Group,
    name=ANY_WORD,
    id=IDS,
    immediate=st.booleans(),
    link=maybe(NAMES),
    condition=CONDITIONS,
    actions=ACTION_BLOCKS,
)
TIMERS = documented(
    tree.Timer,
    name=maybe(NAMES),
    id=IDS,
    every=maybe(DURATIONS),
    after=maybe(st.tuples(DURATIONS, DURATIONS)),
    stopped=st.booleans(),
    targets=some(CALLS, 1),
    gap=maybe(DURATIONS),
    condition=CONDITIONS,
)
HOOKS = documented(
    tree.Hook,
    name=ANY_WORD,
    id=IDS,
    parameters=PARAMETERS,
    events=st.lists(EVENTS, max_size=2).map(tuple),
    condition=CONDITIONS,
)
JOINS = documented(tree.Join, name=ANY_WORD, path=REFERENCES, first=EXPRESSIONS, last=EXPRESSIONS)
FRAMES = (
    documented(
        tree.Frame,
        word=st.sampled_from(["tx", "rx"]),
        constants=SEQUENCES,
        message=maybe(CALLS),
    )
    | documented(
        tree.Frame,
        word=st.just("bad"),
        constants=SEQUENCES,
        reason=st.sampled_from(("", *REASONS)),
        way=st.sampled_from(("", "tx", "rx")),
    )
    | documented(tree.Frame, word=st.just("idle"), pause=DURATIONS)
)
EXAMPLES = documented(tree.Example, title=maybe(STRINGS), link=maybe(NAMES), frames=some(FRAMES))

# ------------------------------------------------------------------ the rest

STRETCHES = node(tree.Range, start=CONSTANTS, end=CONSTANTS)
CUTS = WORDS | CALLS.filter(lambda call: bool(call.arguments)) | STRETCHES


def settings(name: str, **parts: SearchStrategy[Any]) -> SearchStrategy[tree.LinkSetting]:
    words = st.just(tree.Name(text=name, span=SPAN))
    return documented(tree.LinkSetting, word=words, **parts)


SETTINGS = some(
    documented(tree.LinkSetting, word=NAMES, values=some(EXPRESSIONS))
    | documented(tree.LinkSetting, word=NAMES, target=NAMES)
    | settings("where", values=some(EXPRESSIONS, 1, 1))
    | settings("end", alternatives=some(SEQUENCES, 1))
    | settings("frame", values=some(CUTS, 1, 1))
)


def named(*words: str) -> SearchStrategy[tree.Name]:
    return st.sampled_from(words).map(lambda text: tree.Name(text=text, span=SPAN))


LINKS = documented(
    tree.Link,
    name=maybe(ANY_WORD),
    kind=named("serial", "tcp", "udp"),
    role=maybe(named("client", "server")),
    port=maybe(st.integers(0, 65535)),
    baud=maybe(st.integers(0, 115200)),
    format=st.sampled_from([None, "8N1", "7E2", "5M1.5"]),
    settings=SETTINGS,
)
SETTING_WORDS = documented(
    tree.Setting,
    word=st.sampled_from(["endian", "encoding", "steps"]),
    names=some(NAMES, 1, 1),
) | documented(tree.Setting, word=st.just("assume"), names=some(NAMES, 2, 2))
DECLARATIONS = (
    documented(tree.Protocol, name=ANY_WORD, title=maybe(STRINGS))
    | documented(tree.Use, target=NAMES | STRINGS)
    | SETTING_WORDS
    | documented(tree.Enum, name=ANY_WORD, labels=some(LABELS))
    | documented(tree.Param, name=ANY_WORD, id=IDS, typed=maybe(TYPED))
    | LINKS
    | documented(tree.Framing, settings=SETTINGS)
    | LAYOUTS
    | PAIRS
    | GROUPS
    | TIMERS
    | NAMED_TRIGGERS
    | FREE_TRIGGERS
    | JOINS
    | HOOKS
    | EXAMPLES
)
DOCUMENTS = node(tree.Document, declarations=some(DECLARATIONS, 1, 4))
