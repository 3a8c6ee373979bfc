"""Decoding what is coded on the wire: first where it ends, then what it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from protoc.compiler import model
from protoc.compiler.backend.annotations import value_types
from protoc.compiler.backend.code import Call, Named
from protoc.compiler.backend.expressions import named
from protoc.compiler.backend.naming import attribute
from protoc.compiler.backend.places import At, span
from protoc.compiler.backend.plan import Step, asks, steps
from protoc.compiler.backend.present import Presenter

if TYPE_CHECKING:
    from protoc.compiler.backend.decode import Decoder


class CodedBlocks(Struct):
    """Writes the coded blocks of one decoder.

    What a block stands for is taken apart when everything around it is there and right, so that
    errors in it know how far the message reaches; at once only where something behind depends
    on it.
    """

    decoder: Decoder

    def write(self, coded: model.Coded, behind: list[Step]) -> None:
        """The coded bytes."""
        decoder = self.decoder
        start = decoder.at
        if isinstance(coded.size, model.OwnEnd):
            decoder.moved(coded.key, start, self._own_end(coded))
            return
        end = self._end(coded, behind)
        decoder.moved(coded.key, start, end)
        decoder.closed.append(coded)
        if is_asked_for(coded, decoder.message):
            self.open()

    def _end(self, coded: model.Coded, behind: list[Step]) -> str:
        """The variable that holds where they end."""
        decoder, start, size = self.decoder, self.decoder.at, coded.size
        if isinstance(size, model.FixedSize):
            end = decoder.position()
            decoder.need(start.moved(size.bytes), coded)
            decoder.lines.add(f"{end} = {start.moved(size.bytes)}")
            return end
        if isinstance(size, model.UntilNext) and is_found_by_coding(coded):
            end = decoder.position()
            target = steps(size.targets)[0]
            if isinstance(target, model.LinkEnd):
                delimiter = decoder.delimiter([target])
            else:
                delimiter = decoder.context.delimiter(ends_of(size.targets))
            stop = (decoder.stop,) if decoder.stop else ()
            coding = decoder.context.codings((coded.codings[0],))
            arguments = (decoder.buffer, str(start), str(decoder.origin), "cls.NAME", delimiter)
            decoder.lines.add(f"{end} = ", Call(f"{coding}.end", (*arguments, *stop)))
            return end
        return decoder.stretch(coded, size, behind)

    def _own_end(self, coded: model.Coded) -> str:
        """Plain bytes as far as they are asked for, until they are all that the block holds."""
        decoder, start = self.decoder, self.decoder.at
        coding = decoder.context.codings(coded.codings)
        wanted, plain, end = decoder.fresh("wanted"), decoder.fresh("plain"), decoder.position()
        decoder.plains[coded.key] = plain
        place = (decoder.buffer, str(start))
        incomplete = decoder.context.use("Incomplete")
        decoder.lines.add(f"{wanted} = {incomplete}(1)")
        with decoder.lines.block("while True:"):
            begin = (*place, wanted, str(decoder.origin), "cls.NAME")
            decoder.lines.add(f"{plain} = ", Call(f"{coding}.begin", begin))
            with decoder.lines.block("try:"), decoder.decoded(plain):
                decoder.stop = None
                self._taken(coded)
                last = decoder.at
            decoder.lines.add(f"except {incomplete} as more:")
            with decoder.lines.block_body():
                decoder.lines.add(f"{wanted} = more")
            decoder.lines.add(f"except {decoder.context.use('DecodeError')} as error:")
            with decoder.lines.block_body():
                within = Call(f"{coding}.within", ("error", str(start), str(decoder.origin), plain))
                decoder.lines.add("raise ", within, " from None")
            with decoder.lines.block("else:"):
                decoder.lines.add("break")
        close = (*place, span(plain, "", last), str(decoder.origin), "cls.NAME")
        decoder.lines.add(f"{end} = ", Call(f"{coding}.close", close))
        return end

    def open(self) -> None:
        """What is in the blocks that are there, in their order."""
        decoder = self.decoder
        while decoder.closed:
            self._inside(decoder.closed.pop(0))

    def _inside(self, coded: model.Coded) -> None:
        decoder = self.decoder
        start, end = decoder.places[coded.key]
        coding = decoder.context.codings(coded.codings)
        plain = decoder.plains[coded.key] = decoder.fresh("plain")
        extent = decoder.whole or decoder.extent
        place = (decoder.buffer, str(start), str(end), str(decoder.origin))
        call = Call(f"{coding}.plain", (*place, "cls.NAME", extent))
        decoder.lines.add(f"{plain} = ", call)
        with decoder.lines.block("try:"), decoder.decoded(plain):
            self._taken(coded, plain)
        decoder.lines.add(f"except {decoder.context.use('DecodeError')} as error:")
        with decoder.lines.block_body():
            outside = Call(f"{coding}.outside", ("error", *place, extent))
            decoder.lines.add("raise ", outside, " from None")

    def _taken(self, coded: model.Coded, plain: str = "") -> None:
        """The elements taken from plain bytes, all of which must belong to something."""
        decoder = self.decoder
        decoder.row(steps(coded.elements))
        if plain:
            self._filled(plain)
        decoder.verify()
        self.open()
        for field in decoder.fields:
            self._settle(field)

    def _filled(self, plain: str) -> None:
        """All plain bytes must belong to something."""
        decoder = self.decoder
        end = f"len({plain})"
        if str(decoder.at) != end:
            with decoder.lines.block(f"if {end} != {decoder.at}:"):
                decoder.fail("length", "", At(""), str(decoder.at), end)

    def _settle(self, field: model.Field) -> None:
        """The values of a field, in variables until the message is made."""
        decoder = self.decoder
        names = value_types((field,), decoder.context)
        for name, value in zip(names, Presenter(decoder).values(field), strict=False):
            assert isinstance(value, Named)
            assert value.name == f"{attribute(name)}="
            target = decoder.settled.get(name)
            if target is None and str(value.value).isidentifier():
                decoder.settled[name] = str(value.value)
                continue
            if target is None:
                target = decoder.settled[name] = decoder.fresh(f"{name}_value")
            if str(value.value) != target:
                decoder.lines.add(f"{target} = ", value.value)


def is_found_by_coding(coded: model.Coded) -> bool:
    """Whether the coding itself tells where the constant begins that ends it."""
    coding, size = coded.codings[0], coded.size
    if not isinstance(coding, model.Escape) or not isinstance(size, model.UntilNext):
        return False
    must = {octet for octet, _ in coding.table}
    return not size.between and not size.or_end and all(e[0] in must for e in ends_of(size.targets))


def is_asked_for(coded: model.Coded, message: model.Message | model.Record) -> bool:
    """Whether something outside of a block depends on a value in it."""
    inside = model.walk((coded,))
    keys = {element.key for element in inside if isinstance(element, model.Field)}
    for element in message.walk():
        if element in inside:
            continue
        origin = element.origin if isinstance(element, model.Field) else None
        derived = model.plains(origin.expression) if isinstance(origin, model.Derived) else []
        if any(plain.coded == coded.key for plain in derived):
            return True
        expressions = asks(element)
        if isinstance(element, model.Field) and isinstance(element.origin, model.Derived):
            expressions.append(element.origin.expression)
        if any(keys & (named(whole) | _counted(whole)) for whole in expressions):
            return True
    return False


def _counted(expression: model.Expression) -> set[str]:
    """What an expression asks for without its value: how many, or whether it is there."""
    parts = list(model.every(expression))
    counts = {part.key for part in parts if isinstance(part, model.Count)}
    return counts | {part.name for part in parts if isinstance(part, model.Present)}


def ends_of(targets: tuple[model.Constant | model.LinkEnd, ...]) -> tuple[bytes, ...]:
    """The constants that elements can be, on any link."""
    found: list[bytes] = []
    for target in targets:
        if isinstance(target, model.Constant):
            found += target.alternatives
        else:
            found += [end for _, ends in target.by_link for end in ends]
    return tuple(dict.fromkeys(found))
