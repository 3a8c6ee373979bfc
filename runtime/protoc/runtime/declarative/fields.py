"""Values on the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import IO, Any, Unpack

from protoc.runtime.codecs import like as matcher
from protoc.runtime.codecs.via import Via
from protoc.runtime.declarative.base import Element, Sizing, measured
from protoc.runtime.declarative.endings import Ending, Until, ending_of, has_bytes, require_closed
from protoc.runtime.declarative.frame import Frame
from protoc.runtime.declarative.texts import Text
from protoc.runtime.declarative.types import Look, wire_of
from protoc.runtime.declarative.values import Bounds, Meaning, Number
from protoc.runtime.declarative.varying import Varying
from protoc.runtime.declarative.wires import LONGEST_NUMBER, Binary, Digits, Slice, TooLong
from protoc.runtime.errors import DecodeError, EncodeError, Incomplete, Reason
from protoc.runtime.messages import Choice, TextChoice

Derivation = Callable[[Frame], Any]


class Field(Element):
    """A value of the message, or one that follows from the rest of it.

    Args:
        name: as in the description; `_` for bytes that are written zero and not looked at.
        type_: as in the description: `u16le`, `hex[2]`, `text`.
        key: under which others measure it, where it has no name.
        equal: the raw value it always has.
        length, check, value: how a length, a check or anything else is computed; checks are cut
            to the width of a binary number.
        copy: the field whose raw value it repeats.
        default: written when nobody gives a value, where the message does not say so itself.
        size: tells how many bytes it has. exact: so many and no more, where that is a length which
            measures it: what stands behind is not its own.
        scale, offset, unit, enum, strict, boolean, range, via: from raw to value.
        until: the constant it ends at; without it, the next one.
        max: most bytes it may have; `exclude` bytes that may not stand in it.
        like: what a text looks like, `*` for any characters and `?` for one.
        reversed: the last byte stands first.
        lenient: bytes that are no number are no value. loose: what ends it may stand in it when it
            is written.
        look: `encoding`, `pad`, `left`, `trim` of text; `decimals`, `lower`, `pad`, `left` of
            digits; `signed` of bits and digits; `bcd` of bits.
    """

    # what the sequence around tells: whether a size asks for its number, what ends it, what it is
    # for certain, where it is derived from nothing that varies, and what must stand behind it
    early = False
    ending: Ending | None = None
    foretold: int | None = None
    closed: tuple[bytes, ...] = ()

    def __init__(
        self,
        name: str,
        type_: str,
        *,
        key: str | None = None,
        equal: Any = None,
        length: Derivation | None = None,
        check: Derivation | None = None,
        value: Derivation | None = None,
        copy: str | None = None,
        default: Any = None,
        size: Sizing | None = None,
        exact: bool = False,
        scale: Number = 1,
        offset: Number = 0,
        unit: str = "",
        enum: type[Choice | TextChoice] | None = None,
        strict: bool = False,
        boolean: bool = False,
        range: Bounds = (None, None),
        via: Via | None = None,
        until: Until | None = None,
        max: int | None = None,
        exclude: tuple[bytes, ...] = (),
        like: str = "",
        reversed: bool = False,
        lenient: bool = False,
        loose: bool = False,
        **look: Unpack[Look],
    ) -> None:
        super().__init__(name if key is None and name != "_" else key)
        self.label = name
        self.wire = wire_of(type_, longest=max, **look)
        self.fixed = self.wire.fixed
        self.sizing = size
        self.exact = exact
        self.equal = equal
        self.reason: Reason = "crc" if check else "length" if length else "value"
        self.is_cut = check is not None
        self.copied = copy
        self.default = default
        copied = None if copy is None else itemgetter(copy)
        self.derivation: Derivation | None = copied or check or length or value
        self.meaning = Meaning(scale, offset, enum, strict, boolean, range, self.wire.whole, via)
        self.until = until
        self.longest = max
        self.excluded = exclude
        self.pattern = like
        self._looks = matcher(like) if like else None
        self.order = -1 if reversed else 1
        self.lenient = lenient
        self.loose = loose
        if equal is not None and self.fixed is None:
            self.fixed = len(self._constant(equal, Frame("")))

    @property
    def given(self) -> bool:
        """Whether the message holds it."""
        return self.label != "_" and self.equal is None and self.derivation is None

    @property
    def reserved(self) -> Sizing | None:
        """How many zeros it is, where that is told and nobody gives it."""
        return self.sizing if self.label == "_" and self.derivation is None else None

    def settle(self, following: Sequence[Element], bounded: bool) -> None:
        if self.until is not None:
            self.ending = self.until.ending(following)
            if not self.ending.between and has_bytes(following):
                self.closed = (self.until.data,)
        elif self.fixed is None and self.sizing is None and (self.wire.open or self.lenient):
            self.ending = ending_of(following, bounded, self.label)

    def constants(self, frame: Frame) -> tuple[bytes, ...]:
        """What it always has."""
        return () if self.equal is None else (self.write(frame),)

    def begins(self) -> frozenset[int] | None:
        """What always stands here, digits, or the labels of a strict enumeration."""
        if self.equal is not None:
            return frozenset(self._constant(self.equal, Frame(""))[:: self.order][:1])
        if isinstance(self.wire, Digits):
            return None if self.lenient else self.wire.characters()
        if isinstance(self.wire, Text) and self.wire.quoted:
            return frozenset(b'"' + ((self.wire.pad or b"") if self.wire.left else b""))
        if self.fixed == 1 and isinstance(self.wire, Binary) and self.meaning.strict:
            return frozenset(raw & 0xFF for raw in self.meaning.labels or ())
        return None

    def names(self) -> set[str]:
        return {self.label} if self.given else set()

    def always(self) -> set[str]:
        return self.names() if self.default is None else set()

    def takes(self, message: Any) -> bool:
        """Whether the value is none of a label of another enumeration."""
        value = attribute(message, self.label) if self.given else None
        is_label = isinstance(value, Choice | TextChoice)
        return self.meaning.enum is None or not is_label or isinstance(value, self.meaning.enum)

    # ---------------------------------------------------------------- reading

    def take(self, stream: IO[bytes], frame: Frame) -> None:
        super().take(stream, frame)
        if isinstance(self.wire, Slice):
            frame.places[self.key] = (frame.begun.pop(self.label), frame.at(stream))
        frame.readers[self.key] = self
        if self.early:
            self.asked(frame)

    def read(self, stream: IO[bytes], frame: Frame) -> Any:
        """Its number, or its bytes where they are not needed as a number yet."""
        at = frame.at(stream)
        if isinstance(self.wire, Slice):
            return self._bits(self.wire, frame)
        data = stream.read(self._count(stream, frame))
        if self.longest is not None and len(data) > self.longest:
            raise frame.error(
                "too long", self.label, at, f"at most {self.longest} bytes", len(data)
            )
        if self.equal is not None and data != (expected := self.write(frame)):
            raise frame.error("constant", self.label, at, expected, data)
        data = data[:: self.order]
        if self.equal is None and isinstance(self.wire, Binary):
            return self._number(data, at, frame)
        return data

    def _bits(self, wire: Slice, frame: Frame) -> Any:
        """The number that bits of integers before it hold; packed digits wait until asked for."""
        at = frame.begun[self.label]
        bits = frame.bits[self.label]
        if self.equal is not None and bits != wire.bits(self.equal):
            raise frame.error("constant", self.label, at, self.equal, bits)
        data = bits.to_bytes(-(-wire.width // 8), "big")
        return data if wire.decimal else self._number(data, at, frame)

    def _count(self, stream: IO[bytes], frame: Frame) -> int:
        """The bytes it has here."""
        if self.fixed is not None:
            return self.fixed
        if self.key in frame.driven:
            return frame.driven[self.key].size(self.label, stream, frame)
        if self.sizing is not None:
            return measured(self, stream, frame, self.sizing, self.longest, self.label)
        if isinstance(self.wire, Digits) and self.ending is None:
            return self._characters(self.wire, stream, frame)
        if isinstance(self.wire, Varying):
            return self._told(self.wire, stream, frame)
        if isinstance(self.wire, Text) and self.wire.quoted:
            return self._quotes(self.wire, stream, frame)
        assert self.ending is not None
        return self.ending.size(self.label, stream, frame)

    def _characters(self, wire: Digits, stream: IO[bytes], frame: Frame) -> int:
        """As many characters as belong to the number."""
        rest = frame.rest(stream)
        count, more = wire.length(rest[: LONGEST_NUMBER + 1].decode("latin-1"))
        at = frame.at(stream)
        if more and not frame.bounded and len(rest) <= LONGEST_NUMBER + 1:
            raise Incomplete(at + len(rest) + 1)
        if not count:
            raise frame.error("value", self.label, at, f"a number ({wire.notation})", rest[:8])
        if count > LONGEST_NUMBER:
            most = f"at most {LONGEST_NUMBER} characters"
            raise frame.error("too long", self.label, at, most, count)
        return count

    def _told(self, wire: Varying, stream: IO[bytes], frame: Frame) -> int:
        """As many bytes as the first of them tell."""
        rest, at = frame.rest(stream), frame.at(stream)
        try:
            size = wire.size(rest)
        except TooLong:
            most, there = f"at most {wire.longest} bytes", wire.longest if wire.grouped else 1
            raise frame.error("too long", self.label, at, most, rest[:there]) from None
        except ValueError as error:
            raise frame.error("value", self.label, at, str(error), rest[:1]) from None
        frame.need(stream, size, self.label)
        return size

    def _quotes(self, wire: Text, stream: IO[bytes], frame: Frame) -> int:
        """As many bytes as stand in quotes."""
        rest, at = frame.rest(stream), frame.at(stream)
        count = wire.length(rest) if rest[:1] == b'"' else None
        if count is not None and (count < len(rest) or frame.bounded):
            return count
        if rest[:1] in (b"", b'"') and not frame.bounded:
            raise Incomplete(at + len(rest) + 1)
        raise frame.error("value", self.label, at, "text in quotes", rest[:8])

    def _number(self, data: bytes, at: int, frame: Frame) -> Any:
        try:
            return self.wire.raw(data)
        except TooLong:
            most = f"at most {LONGEST_NUMBER} characters"
            raise frame.error("too long", self.label, at, most, len(data)) from None
        except ValueError:
            kind = getattr(self.wire, "notation", "binary")
            words = f"a number ({kind})"
            raise frame.error(self.wire.reason, self.label, at, words, data) from None

    def number(self, frame: Frame) -> Any:
        """The raw value; digits become a number when somebody asks."""
        raw = frame.raws[self.key]
        if self.wire.numeric and isinstance(raw, bytes):
            at, _ = frame.places.get(self.key, (0, 0))
            raw = frame.raws[self.key] = self._number(raw, at, frame)
        return raw

    def text(self, frame: Frame) -> str:
        """What the bytes stand for."""
        assert isinstance(self.wire, Text)
        raw = frame.raws[self.key]
        at, _ = frame.places.get(self.key, (0, 0))
        try:
            return self.wire.value(raw)
        except UnicodeDecodeError as error:
            words = f"text in {self.wire.encoding}"
            raise frame.error("value", self.label, at + error.start, words, raw) from None
        except ValueError as error:
            raise frame.error("value", self.label, at, str(error), raw) from None

    def asked(self, frame: Frame) -> Any:
        return self.text(frame) if isinstance(self.wire, Text) else self.number(frame)

    def verify(self, frame: Frame) -> None:
        if self.derivation is None:
            return
        at, _ = frame.places[self.key]
        raw = self.number(frame)
        if not self.meaning.inside(raw):
            raise frame.error("value", self.label, at, self.meaning.limits(), raw)
        value = self.derivation(frame) if self.foretold is None else self.foretold
        expected = self._held(value)
        if raw != expected:
            raise frame.error(self.reason, self.label, at, expected, raw)

    def agree(self, frame: Frame) -> None:
        super().agree(frame)
        require_closed(self, self.closed, frame)
        if isinstance(self.wire, Digits) and self._is_free():
            start, end = frame.places[self.key]
            rest = frame.data[start : start + LONGEST_NUMBER + 1].decode("latin-1")
            if self.wire.length(rest)[0] != end - start:
                words = "a number that what follows is no part of"
                raise frame.unfit(self.label, words, frame.data[start:end])
        if self.derivation is not None and not self.meaning.inside(raw := frame.raws[self.key]):
            raise frame.unfit(self.label, self.meaning.limits(), raw)

    def _is_free(self) -> bool:
        """Whether it ends where its characters do."""
        told = self.sizing is not None or self.ending is not None or self.equal is not None
        return self.fixed is None and not told

    def derived(self, frame: Frame) -> Any:
        """The raw value that follows from the rest of the message."""
        assert self.derivation is not None
        return self._held(self.derivation(frame))

    def _held(self, value: Any) -> Any:
        """A value as the field holds it."""
        if not self.wire.numeric and isinstance(value, int):
            # a number among bytes has its highest byte in front
            assert self.fixed is not None
            return (value % 256**self.fixed).to_bytes(self.fixed, "big")
        return self.wire.cut(value) if self.is_cut else value

    def values(self, frame: Frame) -> dict[str, Any]:
        told = self.given or (self.derivation is not None and frame.flaws is not None)
        if not told or self.label == "_":
            return {}
        at, _ = frame.places[self.key]
        raw = frame.raws[self.key]
        for excluded in self.excluded:
            if isinstance(raw, bytes) and excluded in raw[:: self.order]:
                raise frame.error("value", self.label, at, "none of it", excluded)
        if self.lenient:
            return {self.label: self._number_or_none(at, frame)}
        raw = self.text(frame) if isinstance(self.wire, Text) else self.number(frame)
        if self._looks and not self._looks(raw):
            raise frame.error("value", self.label, at, f"a text like {self.pattern}", raw)
        return {self.label: self.meaning.value(raw, self.label, at, frame)}

    def _number_or_none(self, at: int, frame: Frame) -> Any:
        """Its value; None where its bytes are no number."""
        try:
            return self.meaning.value(self.number(frame), self.label, at, frame)
        except DecodeError:
            return None

    # ---------------------------------------------------------------- writing

    def prepare(self, message: Any, frame: Frame) -> None:
        frame.readers[self.key] = self
        if self.derivation is not None:
            frame.raws[self.key] = self._placeholder(frame)
        elif self.equal is not None:
            bits = isinstance(self.wire, Slice)
            frame.raws[self.key] = self.equal if bits else self._constant(self.equal, frame)
        elif self.given:
            value = attribute(message, self.label)
            self.accept(self.default if value is None else value, frame)

    def _placeholder(self, frame: Frame) -> Any:
        """What stands for a derived value until it is computed, or for good where it is not."""
        value = frame.held[self.reason].get(self.label) if self.reason in frame.held else None
        if value is not None:
            return self.meaning.raw(value, self.label, frame)
        return 0 if self.wire.numeric else bytes(self.fixed or 0)

    def accept(self, value: Any, frame: Frame) -> None:
        frame.readers[self.key] = self
        if isinstance(self.wire, Slice) and self.meaning.boolean and value not in (0, 1):
            raise frame.unfit(self.label, "True or False", value)
        raw = self.meaning.raw(value, self.label, frame)
        if self._looks and isinstance(raw, str) and not self._looks(raw):
            raise frame.unfit(self.label, f"a text like {self.pattern}", raw)
        frame.raws[self.key] = raw if self.wire.numeric else self._encoded(raw, frame)

    def write(self, frame: Frame) -> bytes:
        if self.equal is not None:
            return self._constant(self.equal, frame)[:: self.order]
        if self.label == "_" and self.derivation is None:
            return bytes(self.reserved(frame) if self.reserved else self.fixed or 0)
        try:
            raw = frame.raws[self.key]
            data = (self._encoded(raw, frame) if self.wire.numeric else raw)[:: self.order]
            self._allowed(data, frame)
            return data
        except EncodeError as error:
            if self.derivation is None:
                raise
            frame.doubts.append(error)
            return bytes(self.fixed or 0)

    def _constant(self, raw: Any, frame: Frame) -> bytes:
        """What always stands here; text is filled up with blanks where nothing else is said."""
        data = raw if isinstance(raw, bytes) else self._encoded(raw, frame)
        if isinstance(self.wire, Text) and len(data) < (size := self.fixed or 0):
            filler = self.wire.pad or b" "
            data = data.rjust(size, filler) if self.wire.left else data.ljust(size, filler)
        return data

    def _encoded(self, raw: Any, frame: Frame) -> bytes:
        try:
            return self.wire.data(raw)
        except (TypeError, ValueError) as error:
            raise frame.unfit(self.label, str(error), raw) from None

    def _allowed(self, data: bytes, frame: Frame) -> None:
        """Refuse what would not be read back as it is written."""
        if self.fixed is not None and len(data) != self.fixed:
            raise frame.unfit(self.label, f"exactly {self.fixed} bytes", data)
        if self.longest is not None and len(data) > self.longest:
            raise frame.unfit(self.label, f"at most {self.longest} bytes", data)
        for excluded in self.excluded:
            if excluded in data:
                raise frame.unfit(self.label, f"no {excluded!r} inside", data)
        if self.ending is not None and not self.loose and self.ending.hides_in(data):
            raise frame.unfit(self.label, "nothing that ends it", data)


def attribute(message: Any, name: str) -> Any:
    """The value of a name of the description; Python may have forced an underscore behind it."""
    for spelt in (name, f"{name}_"):
        if spelt in message.__struct_fields__:
            return getattr(message, spelt)
    raise AttributeError(f"{type(message).__name__} has no field {name!r}")
