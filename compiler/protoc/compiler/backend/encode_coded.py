"""Encoding what is coded on the wire: put together as it is, then coded in one piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protoc.compiler import model
from protoc.compiler.backend.code import Call
from protoc.compiler.backend.decode_coded import is_found_by_coding
from protoc.compiler.backend.encode_values import ends_by_target
from protoc.compiler.backend.places import Place
from protoc.compiler.backend.plan import steps

if TYPE_CHECKING:
    from protoc.compiler.backend.encode import Encoder

_CHARACTERS = {
    model.HexDigits: b"0123456789ABCDEFabcdef",
    model.Base64: b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/=",
    model.Cobs: bytes(range(1, 256)),
}
"""What coded bytes can be."""


@dataclass
class CodedBlocks:
    """Writes the coded blocks of one encoder."""

    encoder: Encoder

    def early(self, coded: model.Coded) -> None:
        """The coded bytes in a variable, so that lengths in front can count them."""
        encoder = self.encoder
        row = steps(coded.elements)
        with encoder.apart(encoder.fresh("plain")):
            encoder.ready(row, Place(0))
            encoder.lengths(row)
            encoder.agreed(coded.elements)
            for step in row:
                encoder.emit(step)
            plain = encoder.whole()
        variable = encoder.raws[coded.key]
        coding = encoder.context.codings(coded.codings)
        encoder.lines.add(f"{variable} = ", Call(f"{coding}.encode", (plain,)))
        if isinstance(coded.size, model.UntilNext) and not is_found_by_coding(coded):
            groups = [g for g in ends_by_target(coded.size) if any(_may_hold(coded, e) for e in g)]
            encoder.kept_out(variable, "", "self", groups, coded.size.between)


def _may_hold(coded: model.Coded, constant: bytes) -> bool:
    """Whether a constant, or the beginning of it, could stand among coded bytes."""
    known = _CHARACTERS.get(type(coded.codings[0]))
    return known is None or constant[0] in known
