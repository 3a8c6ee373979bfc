"""What generated modules write the layout of their messages with: constructs, read top down.

A layout lists what stands on the wire, in order::

    wire.Layout(
        cls,
        wire.Constant(b"{"),
        wire.Field("address", "dec[2]"),
        wire.Field("data", "text"),
        wire.Constant(b"}"),
        wire.Field("check", "hex[2]", check=lambda m: wire.xor(m.bytes(before="check"))),
    )

It is the plain reading of a description: one element after the other, with no care for speed. The
straight-line code beside it has to agree with it on every input, and tests hold it to that.
Importing this package is cheap: construct is imported when a layout is built.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protoc.runtime.declarative.again import Again
    from protoc.runtime.declarative.bits import Bit, Bits
    from protoc.runtime.declarative.branches import (
        ByLink,
        Either,
        Framed,
        Match,
        Optional,
        Way,
        When,
    )
    from protoc.runtime.declarative.checks import (
        added,
        fletcher8,
        fletcher16,
        md5,
        replaced,
        sha1,
        sha256,
        words,
        xor,
    )
    from protoc.runtime.declarative.codec import Codec, codec_of
    from protoc.runtime.declarative.coded import Coded
    from protoc.runtime.declarative.constants import Constant, Ends, Filler
    from protoc.runtime.declarative.endings import Until
    from protoc.runtime.declarative.fields import Field
    from protoc.runtime.declarative.forms import Form
    from protoc.runtime.declarative.frame import Frame
    from protoc.runtime.declarative.layout import Layout
    from protoc.runtime.declarative.lets import Let, Told
    from protoc.runtime.declarative.lines import Lines
    from protoc.runtime.declarative.lists import Items, Object
    from protoc.runtime.declarative.records import Record
    from protoc.runtime.declarative.sequence import Body

__all__ = [
    "Again",
    "Bit",
    "Bits",
    "Body",
    "ByLink",
    "Codec",
    "Coded",
    "Constant",
    "Either",
    "Ends",
    "Field",
    "Filler",
    "Form",
    "Frame",
    "Framed",
    "Items",
    "Layout",
    "Let",
    "Lines",
    "Match",
    "Object",
    "Optional",
    "Record",
    "Told",
    "Until",
    "Way",
    "When",
    "added",
    "codec_of",
    "fletcher8",
    "fletcher16",
    "md5",
    "replaced",
    "sha1",
    "sha256",
    "words",
    "xor",
]

_HOMES = {
    "again": "Again",
    "bits": "Bit Bits",
    "branches": "ByLink Either Framed Match Optional Way When",
    "checks": "added fletcher8 fletcher16 md5 replaced sha1 sha256 words xor",
    "coded": "Coded",
    "codec": "Codec codec_of",
    "constants": "Constant Ends Filler",
    "endings": "Until",
    "fields": "Field",
    "frame": "Frame",
    "forms": "Form",
    "layout": "Layout",
    "lets": "Let Told",
    "lines": "Lines",
    "lists": "Items Object",
    "records": "Record",
    "sequence": "Body",
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
