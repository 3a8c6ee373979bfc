"""The RevEng catalogue of CRCs by name.

Source: G. Cook, Catalogue of parametrised CRC algorithms, reveng.sourceforge.io/crc-catalogue.
"""

from __future__ import annotations

import re
from functools import cache

from msgspec.structs import replace

from protoc.compiler import model

_DARC = model.Crc("CRC-82/DARC", 82, 0x0308C0111011401440411, 0, True, True, 0)
"""The one entry that is wider than the library goes."""
_FAMILY = re.compile(r"CRC(\d+[A-Z]?)(?:-(.+))?")


def catalogued(name: str) -> model.Crc | None:
    """The CRC of a name or alias, capitals and punctuation aside; None when there is none."""
    found = _by_name().get(_plain(name))
    return replace(found, name=name) if found else None


def names() -> list[str]:
    """Every name and alias in the notation of the catalogue."""
    return [crc.name for crc in _by_name().values()]


@cache
def _by_name() -> dict[str, model.Crc]:
    import anycrc

    found = {_plain(_DARC.name): _DARC}
    for alias, name in [*((n, n) for n in anycrc.models), *anycrc.aliases.items()]:
        m = anycrc.models[name]
        crc = model.Crc(_spelt(alias), m.width, m.poly, m.init, m.refin, m.refout, m.xorout)
        found.setdefault(_plain(alias), crc)
    return found


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


def _spelt(name: str) -> str:
    """`CRC16-MODBUS` of the library as the catalogue writes it: `CRC-16/MODBUS`."""
    family = _FAMILY.fullmatch(name)
    if family is None:
        return name
    return f"CRC-{family[1]}/{family[2]}" if family[2] else f"CRC-{family[1]}"
