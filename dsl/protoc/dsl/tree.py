"""The syntax tree: what a description says, before anybody asks what it means.

Every front end ends here (the text language, the connector importer), and the printer starts here.
Nodes are frozen, compare by content and carry the span they came from, which takes no part in
comparison. Names stand as written; nothing is resolved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from protoc.dsl.source import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """Anything with a place in a source."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name as written."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trivia:
    """What stands around a statement and means nothing to the compiler.

    Attributes:
        above: comment lines before it, each with its `#`; an empty string is a blank line.
        behind: the comment on its last line, with its `#`, or empty.
    """

    above: tuple[str, ...] = ()
    behind: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement(Node):
    """A statement, with its documentation (`##`, lines joined by newlines) and comments."""

    doc: str = ""
    trivia: Trivia = field(default=Trivia(), compare=False, repr=False)


# ------------------------------------------------------------------ expressions


@dataclass(frozen=True, slots=True)
class Number(Node):
    """`12`, `0x1F`, `0.5`, `-3`: `text` keeps the notation."""

    value: int | float
    text: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class String(Node):
    """`"text"` or `'text'`, escapes resolved."""

    value: str


@dataclass(frozen=True, slots=True)
class Octets(Node):
    """Constant bytes: `x"01 02"`, `0xAA55` (as many bytes as digits are written), `STX`, `CRLF`.

    `text` is the notation, for the printer. A text constant in quotes is a `String`: its bytes
    depend on the encoding in force.
    """

    value: bytes
    text: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Duration(Node):
    """`500ms`, `5s`, `2min`, `1h`, `3.5char`."""

    amount: float
    unit: Literal["ms", "s", "min", "h", "char"]


@dataclass(frozen=True, slots=True)
class Reference(Node):
    """`name`, `request.unit`, `set_level.timeout`; `previous` is one too."""

    path: tuple[Name, ...]

    @property
    def text(self) -> str:
        """The dotted path."""
        return ".".join(part.text for part in self.path)


@dataclass(frozen=True, slots=True)
class Range(Node):
    """`a..b`, `a..`, `..b`, `..` inside a call or behind `range`."""

    start: Expression | None
    end: Expression | None


@dataclass(frozen=True, slots=True)
class Substitution(Node):
    """`0x7E -> 0x7F` inside `swap(...)`."""

    old: Expression
    new: Expression


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """One argument, with its name or without."""

    name: Name | None
    value: Expression


@dataclass(frozen=True, slots=True)
class Invocation(Node):
    """`len(data)`, `crc("CRC-16/MODBUS", ..)`, `frame(code=1)`; also `frame` where a call may stand."""

    name: Name
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`-x`, `~x`, `not x`."""

    operator: Literal["-", "~", "not"]
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`left operator right`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """`[1, 2]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectLiteral(Node):
    """`{input=1, output=2}`."""

    entries: tuple[Argument, ...]


Expression = (
    Number
    | String
    | Octets
    | Duration
    | Reference
    | Range
    | Substitution
    | Invocation
    | Unary
    | Binary
    | ListLiteral
    | ObjectLiteral
)
Constant = String | Octets


# ------------------------------------------------------------------ types


@dataclass(frozen=True, slots=True)
class EnumLabel(Statement):
    """`off = 0`, `open = "OPEN" | "O"`: the first value is written, each is read."""

    name: Name | String
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Modifier(Node):
    """A word behind a type, with what it takes.

    Attributes:
        word: `=`, `default`, `scale`, `offset`, `unit`, `as`, `range`, `max`, `via`, `sets`, `pad`,
            `like`, `except`, `count`, `until`, `while`, `sep`, `times`, `.` (decimals), or any bare
            word (`signed`, `reversed`, `lower`, `strict`, `msb0`, `trim`, an encoding …).
        values: the operands: one for most; low and high for `range`; each constant for `except`;
            the number of decimals for `.`; none for a bare word.
        flag: `left` behind `pad`, `last` behind `until`; else empty. `until end` has the flag `end`
            and no value.
        name: the enumeration or `bool`/`hex` behind `as`, the target of `sets`.
        labels: the labels written behind `as`.
    """

    word: str
    values: tuple[Expression, ...] = ()
    flag: str = ""
    name: Name | None = None
    labels: tuple[EnumLabel, ...] = ()


@dataclass(frozen=True, slots=True)
class Bit(Statement):
    """`alarm @15`, `level @14..12`, `heat[9..8] @7..6`, `_ @7..4 = 8`.

    Attributes:
        name: `_` for bits without a name.
        piece: the bits of the value this is, high and low, when it is only a part of it.
        high, low: positions in the integer, as written (equal for one bit).
    """

    name: Name
    piece: tuple[int, int] | None
    high: int
    low: int
    modifiers: tuple[Modifier, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedType(Node):
    """`u16`, `text[16]`, `other(kind)`, `u8 { busy @0 }`, `body`; `optional` for a `?` behind it."""

    name: Name
    size: Expression | None = None
    arguments: tuple[Argument, ...] = ()
    bits: tuple[Bit, ...] | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ListType(Node):
    """`[u16]`, `[text sep ',']` takes the modifiers of its items inside."""

    item: Typed
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Typed(Node):
    """A type with its modifiers."""

    type: NamedType | ListType
    modifiers: tuple[Modifier, ...] = ()


# ------------------------------------------------------------------ layouts


@dataclass(frozen=True, slots=True)
class Block(Node):
    """Statements in braces. `closing` are the comment lines before the closing brace."""

    statements: tuple[Element, ...]
    closing: tuple[str, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Template(Statement):
    """A string in a layout: a block written in line.

    Attributes:
        text: the string's content as written between the quotes, escapes not resolved.
        quote: the quote it is written in.
        elements: constants for the text that stands for itself, a `Field` for `{name:type …}`,
            a `Bare` for `{name}`; spans point into the string.
    """

    text: str
    quote: str = field(compare=False)
    elements: tuple[Element, ...] = field(compare=False)


Body = Block | Template


@dataclass(frozen=True, slots=True)
class Field(Statement):
    """`name : type modifiers`; `_` is the name of what has none. `also` reads it again as fields."""

    name: Name
    typed: Typed
    also: Block | Invocation | None = None


@dataclass(frozen=True, slots=True)
class Bare(Statement):
    """A bare name: a param's value, or a message's fields. `optional` for `name?`."""

    name: Name
    arguments: tuple[Argument, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Constants(Statement):
    """`"GET" CRLF`, `CRLF | LF`: alternatives, each a sequence; the first is written."""

    alternatives: tuple[tuple[Constant, ...], ...]


@dataclass(frozen=True, slots=True)
class Let(Statement):
    """`let kwh = pulses / 1000`."""

    name: Name
    value: Expression


@dataclass(frozen=True, slots=True)
class If(Statement):
    """`if flags.wide { … } else { … }`; `else if` is a block with one `If`."""

    condition: Expression
    then: Block
    otherwise: Block | None = None


@dataclass(frozen=True, slots=True)
class Arm(Statement):
    """`0, 2 => …`; no values for `_`."""

    values: tuple[Expression, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class Match(Statement):
    """`match kind { 0 => … _ => {} }`."""

    subject: Expression
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Repeat(Statement):
    """`repeat channels count number { … }`: `how` are `count`, `until`, `while`, `sep`, `times`."""

    name: Name
    how: tuple[Modifier, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class Optional(Statement):
    """`optional { ","; note : text }`, `optional "CH{channel:dec}="`."""

    body: Body


@dataclass(frozen=True, slots=True)
class Either(Statement):
    """`either { … } or { … }`."""

    alternatives: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Coded(Statement):
    """`coded escape(0xFD, xor=0x20), hex { … }`."""

    codings: tuple[Invocation, ...]
    body: Block


@dataclass(frozen=True, slots=True)
class Lines(Statement):
    """`lines LF { … }`."""

    end: tuple[Constant, ...]
    strict: bool
    body: Block


@dataclass(frozen=True, slots=True)
class Skip(Statement):
    """`skip 0x2F max 4 send 2`."""

    filler: Constant
    most: int | None = None
    send: int | None = None


Element = (
    Field
    | Bare
    | Constants
    | Template
    | Let
    | If
    | Match
    | Repeat
    | Optional
    | Either
    | Coded
    | Lines
    | Skip
)


# ------------------------------------------------------------------ declarations


@dataclass(frozen=True, slots=True)
class Protocol(Statement):
    """`protocol dimmer "Acme stage dimmer"`."""

    name: Name
    title: String | None = None


@dataclass(frozen=True, slots=True)
class Use(Statement):
    """`use "library:modbus_rtu"`, `use other`."""

    target: Name | String


@dataclass(frozen=True, slots=True)
class Setting(Statement):
    """`endian little`, `encoding latin1`, `steps explicit`, `assume late_reply drop`."""

    word: Literal["endian", "encoding", "steps", "assume"]
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Enum(Statement):
    """`enum power { off = 0, on = 1 }`."""

    name: Name
    labels: tuple[EnumLabel, ...]


@dataclass(frozen=True, slots=True)
class Param(Statement):
    """`param limit id 3 : float default 5`; without a type a name that anything may fill."""

    name: Name
    id: int | None = None
    typed: Typed | None = None


@dataclass(frozen=True, slots=True)
class LinkSetting(Statement):
    """One setting in the braces of a link or of `framing`.

    Attributes:
        word: `timeout`, `end`, `wrap`, `where`, `reply`, `frame` …
        values: what stands behind it, separated by commas; none for a bare word. A word
            (`echo discard`, `wrap rtu`) is a `Reference`, `frame A .. B` a `Range` of constants.
        alternatives: those of `end LF | CRLF`, each a tuple of constants; else empty.
        target: the name behind `->` (`connected -> came`), else None.
    """

    word: Name
    values: tuple[Expression, ...] = ()
    alternatives: tuple[tuple[Constant, ...], ...] = ()
    target: Name | None = None


@dataclass(frozen=True, slots=True)
class Link(Statement):
    """`link main : serial 9600 8N1 { … }`, `link tcp client :5025 { … }`.

    Attributes:
        kind: `serial`, `tcp` or `udp`.
        role: `client`, `server`, or None when not written.
        port: the number behind the colon.
        baud: baud rate of a serial link.
        format: `8N1`: data bits, parity, stop bits (`8N1.5` is legal).
    """

    name: Name | None
    kind: Name
    role: Name | None = None
    port: int | None = None
    baud: int | None = None
    format: str | None = None
    settings: tuple[LinkSetting, ...] = ()


@dataclass(frozen=True, slots=True)
class Framing(Statement):
    """`framing { max 1500; timeout 1s }`: settings for every link."""

    settings: tuple[LinkSetting, ...]


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A parameter of a message (`sealed(salt, mark="$")`) or of a hook (`notify(value : float)`)."""

    name: Name
    typed: Typed | None = None
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class Layout(Statement):
    """A message, command, response or event.

    Attributes:
        frames: what stands behind `in`, alternatives.
        links: names behind `on`; empty means every link.
        body: None when neither braces nor a template are written.
    """

    kind: Literal["message", "command", "response", "event"]
    name: Name
    id: int | None = None
    parameters: tuple[Parameter, ...] = ()
    frames: tuple[Invocation, ...] = ()
    links: tuple[Name, ...] = ()
    body: Body | None = None


# ------------------------------------------------------------------ conversation


@dataclass(frozen=True, slots=True)
class Answer(Node):
    """One name behind `->` or `else`; `many` for `entry*`."""

    name: Name
    many: bool = False


@dataclass(frozen=True, slots=True)
class Option(Node):
    """An option of a pair: `timeout 5s`, `retries 2`, `gap`, `if`, `where`, `on`, `ping`, `quiet` …"""

    word: str
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Pair(Statement):
    """`pair set = set_level -> level then done else refused where … timeout 5s`.

    Attributes:
        steps: for each `->`/`then` the alternatives; empty for `none`.
        refusals: the names behind `else`.
    """

    name: Name
    id: int | None
    command: Invocation
    steps: tuple[tuple[Answer, ...], ...] = ()
    refusals: tuple[Answer, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Group(Statement):
    """`group slow id 3 immediate on main if online == 1 { helix; wait 50ms; dump }`."""

    name: Name
    id: int | None
    immediate: bool
    link: Name | None
    condition: Expression | None
    actions: Actions


@dataclass(frozen=True, slots=True)
class Timer(Statement):
    """`timer beat every 100ms after 0s..2s stopped do zoom, dump gap 5ms if online == 1`.

    Attributes:
        every: None for `loop`.
        after: earliest and latest first run.
    """

    name: Name | None
    id: int | None
    every: Duration | None
    after: tuple[Duration, Duration] | None
    stopped: bool
    targets: tuple[Invocation, ...]
    gap: Duration | None
    condition: Expression | None


@dataclass(frozen=True, slots=True)
class Event(Node):
    """What stands behind `on`.

    Attributes:
        word: `before`, `after`, `change`, `success`, `timeout`, `connect`, `disconnect`, `start`,
            `idle`, `status`.
        kind: the noun in `before group x` or `before each response`, else empty.
        each: `each` was written.
        name: the object; None with `each` and for `connect`, `start` …
        last: `timeout x last`.
        after_response: `change p after response`.
        value: the duration behind `idle`, the text behind `status`.
    """

    word: str
    kind: str = ""
    each: bool = False
    name: Name | None = None
    last: bool = False
    after_response: bool = False
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Trigger(Statement):
    """`on after reply if x > 3 { … } else { … }`, `trigger t1 id 1 on … { … }`."""

    name: Name | None
    id: int | None
    event: Event | None
    condition: Expression | None
    actions: Actions
    otherwise: Actions | None = None


@dataclass(frozen=True, slots=True)
class Join(Statement):
    """`join tree = packet.payload from packet.first to packet.last`."""

    name: Name
    path: Reference
    first: Expression
    last: Expression


@dataclass(frozen=True, slots=True)
class Hook(Statement):
    """`hook notify(value : float)`, `hook qaction_9 id 9 on change answer`."""

    name: Name
    id: int | None
    parameters: tuple[Parameter, ...]
    event: Event | None


@dataclass(frozen=True, slots=True)
class Action(Statement):
    """One action in braces: a verb and what it works on.

    Attributes:
        verb: `set`, `execute`, `send`, `run`, `copy`, `append`, `clear`, `fill`, `check`, `read`,
            `make`, `stuff`, `unstuff`, `replace`, `swap`, `resize`, `reverse`, `enter`, `save`,
            `start`, `stop`, `restart`, `reschedule`, `open`, `close`, `sleep`, `leave`, `lock`,
            `unlock`, `do`, `wait`; `item` for a bare pair, group, command or param in a group.
        targets: the names or calls it works on, in the order written; a `Reference` without
            parentheses, an `Invocation` with them.
        value: what `set x = …` assigns, what `wait`/`sleep` last, the constant that `append`,
            `stuff`, `unstuff`, `replace` work on, the number in `swap 2 for p of c`.
        words: bare words behind it, in order (`first`, `once`, `now`, `reversed`, `text`, `crc`).
        operands: keyed operands: `by`, `unless`, `skip`, `only`, `hex`, `in`, `for`, `of`, `to` …
        condition: the `if` behind it.
    """

    verb: str
    targets: tuple[Invocation | Reference, ...] = ()
    value: Expression | None = None
    words: tuple[str, ...] = ()
    operands: tuple[tuple[str, tuple[Expression, ...]], ...] = ()
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Actions(Node):
    """Actions in braces. `closing` are the comment lines before the closing brace."""

    actions: tuple[Action, ...]
    closing: tuple[str, ...] = field(default=(), compare=False, repr=False)


# ------------------------------------------------------------------ examples


@dataclass(frozen=True, slots=True)
class Frame(Statement):
    """A line of an example.

    Attributes:
        word: `tx`, `rx`, `bad` or `idle`.
        constants: the bytes.
        message: what they must decode to, for `tx` and `rx`; None when only their validity counts.
        reason: behind `bad`: `crc`, `length`, `constant`, `value`, `too long`, `optional`, or empty.
        pause: behind `idle`.
    """

    word: Literal["tx", "rx", "bad", "idle"]
    constants: tuple[Constant, ...] = ()
    message: Invocation | None = None
    reason: str = ""
    pause: Duration | None = None


@dataclass(frozen=True, slots=True)
class Example(Statement):
    """`example "manual p. 12" on field { … }`."""

    title: String | None
    link: Name | None
    frames: tuple[Frame, ...]
    closing: tuple[str, ...] = field(default=(), compare=False, repr=False)


Declaration = (
    Protocol
    | Use
    | Setting
    | Enum
    | Param
    | Link
    | Framing
    | Layout
    | Pair
    | Group
    | Timer
    | Trigger
    | Join
    | Hook
    | Example
)


@dataclass(frozen=True, slots=True)
class Document(Node):
    """A whole description. `closing` are the comment lines at its end.

    `lost` are the words in passages that could not be read, and the names of the declarations
    around them: a check that misses one of them, or misses something in it, keeps silent.
    """

    declarations: tuple[Declaration, ...]
    closing: tuple[str, ...] = field(default=(), compare=False, repr=False)
    lost: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
