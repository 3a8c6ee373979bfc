"""The resolved, typed model of a protocol: what a description means.

Names are resolved, frames are unfolded into the messages that stand in them, sizes are settled.
Everything behind this point (views, templates, documentation) reads the model only.
Byte counts are wire bytes; times are seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from protoc.dsl.source import Span

# ------------------------------------------------------------------ expressions


@dataclass(frozen=True)
class Value:
    """A literal: number, text, bytes, or None for a value that is not there."""

    value: int | float | str | bytes | bool | None


@dataclass(frozen=True)
class Own:
    """A field of the message the expression stands in, by its path."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class Scoped:
    """A name looked up when the conversation runs: `request.unit`, `keys.blackout`, a param."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """A list of expressions."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Object:
    """Named expressions: the bits of a group."""

    entries: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True)
class Operation:
    """An operator with its operands: `+ - * / % ** & | ^ << >> == != < <= > >= and or`,
    and with one operand `- ~ not`.
    """

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Extent:
    """A run of wire bytes inside a message.

    Attributes:
        first: key of the element it begins with.
        last: key of the element it ends with, inclusive; None when it ends at `until`.
        until: key of the element it ends in front of.
    """

    first: str
    last: str | None
    until: str | None = None


@dataclass(frozen=True)
class Length:
    """The number of bytes of an extent."""

    extent: Extent


@dataclass(frozen=True)
class Crc:
    """A cyclic redundancy check, Rocksoft parameters."""

    name: str
    width: int
    poly: int
    init: int
    refin: bool
    refout: bool
    xorout: int


@dataclass(frozen=True)
class Checksum:
    """A check over an extent: `sum`, `xor` or a CRC."""

    algorithm: Literal["sum", "xor"] | Crc
    extent: Extent


Expression = Value | Own | Scoped | Listed | Object | Operation | Length | Checksum


# ------------------------------------------------------------------ how values look on the wire


@dataclass(frozen=True)
class FixedSize:
    """So many bytes."""

    bytes: int


@dataclass(frozen=True)
class GivenSize:
    """As many bytes as an expression over earlier fields says."""

    expression: Expression


@dataclass(frozen=True)
class UntilNext:
    """Up to the constant that comes next, less the fixed elements in between.

    Attributes:
        key: key of the element that holds the constant.
        between: bytes of the fixed elements between the field and that constant.
    """

    key: str
    between: int = 0


@dataclass(frozen=True)
class UntilEnd:
    """To the end of the region, less the fixed elements behind."""

    behind: int = 0


@dataclass(frozen=True)
class WhileFits:
    """As long as characters fit (text numbers without a size)."""


Size = FixedSize | GivenSize | UntilNext | UntilEnd | WhileFits


@dataclass(frozen=True)
class Integer:
    """Binary whole number of `width` bytes."""

    width: int
    signed: bool
    little: bool


@dataclass(frozen=True)
class Real:
    """IEEE 754 number of 4 or 8 bytes."""

    width: int
    little: bool


@dataclass(frozen=True)
class Digits:
    """A number in text.

    Attributes:
        notation: `dec` digits only, `int` with a sign, `float` any notation, or digits of `hex`,
            `oct`, `bin`, `base36`.
        decimals: written behind the point of a `float`; None for as many as needed.
        lower: lower-case letters are written.
    """

    notation: Literal["dec", "int", "float", "hex", "oct", "bin", "base36"]
    size: Size
    decimals: int | None = None
    lower: bool = False


@dataclass(frozen=True)
class Text:
    """Text in a codec.

    Attributes:
        pad: what fills it up to its size and is stripped; None without.
        left: the filling stands in front.
        terminated: NUL ends the text inside its size.
        trim: blanks are taken off on decode.
    """

    encoding: str
    size: Size
    pad: bytes | None = None
    left: bool = False
    terminated: bool = False
    trim: bool = False


@dataclass(frozen=True)
class Raw:
    """Bytes as they are."""

    size: Size


@dataclass(frozen=True)
class Part:
    """Bits of an integer.

    Attributes:
        name: None for bits without a name.
        fixed: what they must hold; None when they are free.
    """

    name: str | None
    high: int
    low: int
    conversion: Conversion
    fixed: int | None = None
    doc: str = ""
    bounds: tuple[float | None, float | None] | None = None


@dataclass(frozen=True)
class Bits:
    """An integer whose bits are named. `group` is None when the bits belong to the message itself."""

    integer: Integer
    parts: tuple[Part, ...]
    group: str | None


Wire = Integer | Real | Digits | Text | Raw | Bits


@dataclass(frozen=True)
class Conversion:
    """From raw to value: times `scale` plus `offset`, then the label.

    Attributes:
        enum: name of the enumeration.
        strict: values without a label are rejected.
        boolean: 0 and 1 are False and True.
        unit: for the reader.
    """

    scale: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    enum: str | None = None
    strict: bool = False
    boolean: bool = False
    unit: str = ""

    @property
    def linear(self) -> bool:
        """Whether scale or offset change the number."""
        return self.scale != 1 or self.offset != 0


# ------------------------------------------------------------------ what a message consists of


@dataclass(frozen=True)
class Constant:
    """Constant bytes; the first alternative is written, each is accepted."""

    key: str
    alternatives: tuple[bytes, ...]
    span: Span


@dataclass(frozen=True)
class LinkEnd:
    """What ends a message on the links that say so (`end LF | CRLF`).

    Attributes:
        by_link: for each link of the message its alternatives, none where the link has no end.
    """

    key: str
    by_link: tuple[tuple[str, tuple[bytes, ...]], ...]
    span: Span


@dataclass(frozen=True)
class Given:
    """Yours to give."""


@dataclass(frozen=True)
class Defaulted:
    """Yours, may be left out."""

    value: Expression


@dataclass(frozen=True)
class Fixed:
    """Always this value: written on encode, required on decode."""

    value: int | float | str | bytes


@dataclass(frozen=True)
class Derived:
    """Computed from other parts of the message: written on encode, verified on decode."""

    expression: Expression
    reason: Literal["length", "crc", "value"]


@dataclass(frozen=True)
class Reserved:
    """Nobody's: written zero, not looked at."""


Origin = Given | Defaulted | Fixed | Derived | Reserved


@dataclass(frozen=True)
class Field:
    """A value on the wire.

    Attributes:
        key: unique in the message: its name, or a number for what has none.
        name: None for reserved bytes and for bits that belong to the message.
        param: it is bound to the param of its name.
        bounds: least and largest value, either may be open.
        longest: most bytes it may have.
        forbidden: bytes that may not occur in it.
    """

    key: str
    name: str | None
    wire: Wire
    origin: Origin
    conversion: Conversion
    span: Span
    doc: str = ""
    param: bool = False
    bounds: tuple[float | None, float | None] | None = None
    longest: int | None = None
    forbidden: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Region:
    """Elements that fill a stretch of their own: the body of a frame.

    Attributes:
        size: None when its elements say where it ends.
    """

    key: str
    elements: tuple[Element, ...]
    size: Size | None
    span: Span
    longest: int | None = None


Element = Constant | LinkEnd | Field | Region


@dataclass(frozen=True)
class Message:
    """A message, command, response or event, frames unfolded.

    Attributes:
        part: it is a frame or a part of others and never on the wire by itself.
        links: names of the links it belongs to.
        layout: its wire form in words, for the reader.
        framing: which rule of framing ends it: `fixed`, `length`, `terminator` …
    """

    kind: Literal["message", "command", "response", "event"]
    name: str
    elements: tuple[Element, ...]
    links: tuple[str, ...]
    span: Span
    doc: str = ""
    id: int | None = None
    part: bool = False

    def walk(self) -> tuple[Element, ...]:
        """Every element, regions before what they hold."""
        return tuple(walk(self.elements))

    def fields(self) -> tuple[Field, ...]:
        """Every field in wire order."""
        return tuple(e for e in self.walk() if isinstance(e, Field))


def walk(elements: tuple[Element, ...]) -> list[Element]:
    """Every element in wire order, regions before what they hold."""
    found: list[Element] = []
    for element in elements:
        found.append(element)
        if isinstance(element, Region):
            found.extend(walk(element.elements))
    return found


def rebuilt(
    elements: tuple[Element, ...], change: Callable[[Element], Element]
) -> tuple[Element, ...]:
    """The elements with every one changed, what regions hold first."""
    result = []
    for element in elements:
        if isinstance(element, Region):
            element = replace(element, elements=rebuilt(element.elements, change))
        result.append(change(element))
    return tuple(result)


# ------------------------------------------------------------------ declarations


@dataclass(frozen=True)
class Label:
    """A name of an enumeration and the raw values it stands for, the first of which is written."""

    name: str
    values: tuple[int | str, ...]
    doc: str = ""


@dataclass(frozen=True)
class Enum:
    """A set of labels. `text` when the raw values are text."""

    name: str
    labels: tuple[Label, ...]
    span: Span
    doc: str = ""

    @property
    def text(self) -> bool:
        """Whether raw values are text."""
        return any(isinstance(label.values[0], str) for label in self.labels)


@dataclass(frozen=True)
class Param:
    """A remembered value. `wire` is None for a name that anything may fill."""

    name: str
    wire: Wire | None
    conversion: Conversion
    span: Span
    default: int | float | str | bytes | bool | None = None
    constant: bool = False
    save: bool = False
    doc: str = ""
    id: int | None = None
    bounds: tuple[float | None, float | None] | None = None


@dataclass(frozen=True)
class Link:
    """One way to reach the device; `ends` are the alternatives of its terminator."""

    name: str
    kind: Literal["serial", "tcp", "udp"]
    role: Literal["client", "server"]
    span: Span
    port: int | None = None
    baud: int | None = None
    format: str | None = None
    timeout: float = 1.0
    retries: int = 0
    gap: float = 0.0
    ends: tuple[bytes, ...] = ()
    largest: int = 65536


@dataclass(frozen=True)
class Answer:
    """A message that answers; `many` for any number of it."""

    message: str
    many: bool = False


@dataclass(frozen=True)
class Pair:
    """A command and what answers it."""

    name: str
    command: str
    arguments: tuple[tuple[str, Expression], ...]
    steps: tuple[tuple[Answer, ...], ...]
    refusals: tuple[str, ...]
    span: Span
    where: Expression | None = None
    when: Expression | None = None
    timeout: float | None = None
    retries: int | None = None
    gap: float | None = None
    links: tuple[str, ...] = ()
    doc: str = ""
    id: int | None = None


@dataclass(frozen=True)
class Execute:
    """Put a pair, group or command into the queue."""

    kind: Literal["pair", "command", "group", "trigger"]
    name: str
    arguments: tuple[tuple[str, Expression], ...] = ()
    priority: Literal["first", "normal", "last", "now"] = "normal"
    once: bool = False


@dataclass(frozen=True)
class Send:
    """Write one message past the queue."""

    message: str
    arguments: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True)
class Set:
    """Give a param, or one of its bits, a value."""

    param: str
    value: Expression
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clear:
    """Forget a param's value."""

    param: str


@dataclass(frozen=True)
class Run:
    """Call a hook."""

    hook: str
    arguments: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class Do:
    """Run a named trigger."""

    trigger: str


@dataclass(frozen=True)
class Time:
    """Start, stop or restart a timer."""

    verb: Literal["start", "stop", "restart"]
    timer: str


@dataclass(frozen=True)
class Line:
    """Open or close the link."""

    verb: Literal["open", "close"]


@dataclass(frozen=True)
class Pause:
    """Wait before the next item."""

    seconds: float


Verb = Execute | Send | Set | Clear | Run | Do | Time | Line | Pause


@dataclass(frozen=True)
class Action:
    """A verb and the condition it runs under."""

    verb: Verb
    span: Span
    when: Expression | None = None


@dataclass(frozen=True)
class Group:
    """Items executed one after the other."""

    name: str
    items: tuple[Action, ...]
    span: Span
    when: Expression | None = None
    immediate: bool = False
    links: tuple[str, ...] = ()
    doc: str = ""
    id: int | None = None


@dataclass(frozen=True)
class Timer:
    """Queues its targets again and again; `every` is None for `loop`."""

    name: str
    every: float | None
    targets: tuple[Execute, ...]
    span: Span
    after: tuple[float, float] | None = None
    stopped: bool = False
    gap: float = 0.0
    when: Expression | None = None
    doc: str = ""
    id: int | None = None


@dataclass(frozen=True)
class On:
    """When a trigger fires; the words are those of the runtime's table."""

    event: str
    kind: str = ""
    name: str = ""
    last: bool = False
    after_response: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Trigger:
    """An event and the actions it sets in motion."""

    name: str
    on: On | None
    actions: tuple[Action, ...]
    span: Span
    otherwise: tuple[Action, ...] = ()
    when: Expression | None = None
    doc: str = ""
    id: int | None = None


@dataclass(frozen=True)
class HookParameter:
    """A parameter of a hook and the Python type of its value."""

    name: str
    type: str


@dataclass(frozen=True)
class Hook:
    """A place for the user's code."""

    name: str
    parameters: tuple[HookParameter, ...]
    span: Span
    on: On | None = None
    doc: str = ""
    id: int | None = None


@dataclass(frozen=True)
class Exchange:
    """One line of an example.

    Attributes:
        word: `tx` towards the device, `rx` from it, `bad` must be rejected.
        message: name and fields it must decode to and be encoded from.
    """

    word: Literal["tx", "rx", "bad"]
    data: bytes
    span: Span
    message: str | None = None
    fields: tuple[tuple[str, Expression], ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Example:
    """A conversation from the manual."""

    title: str
    link: str
    exchanges: tuple[Exchange, ...]
    span: Span


@dataclass(frozen=True)
class Protocol:
    """A device: everything a description says of it, in the order written."""

    name: str
    title: str
    doc: str
    span: Span
    digest: str
    enums: tuple[Enum, ...] = ()
    params: tuple[Param, ...] = ()
    links: tuple[Link, ...] = ()
    messages: tuple[Message, ...] = ()
    pairs: tuple[Pair, ...] = ()
    groups: tuple[Group, ...] = ()
    timers: tuple[Timer, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    hooks: tuple[Hook, ...] = ()
    examples: tuple[Example, ...] = ()
    source: str = field(default="", compare=False)

    def message(self, name: str) -> Message:
        """The message of that name."""
        return next(m for m in self.messages if m.name == name)
