"""Names in Python for names in a description."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

MESSAGE_MEMBERS = frozenset({
    "NAME", "KIND", "STARTS", "OPEN", "LINKS", "PARAMS", "BLANK", "COUNTERS", "ECHOES", "LETS",
    "TOLD", "WANTED", "HEX", "construct", "decode", "answering", "knowing", "echo", "is_open",
    "decode_prefix", "encode", "layout", "msgspec", "wire", "self", "cls",
    # what annotations are made of
    "bool", "bytes", "float", "int", "list", "str", "tuple", "Buffer", "ClassVar",
    "Self",
})  # fmt: skip
DEVICE_MEMBERS = frozenset({
    "PROTOCOL", "open", "connect", "listen", "simulate", "close", "execute", "run", "messages",
    "changes", "events", "params", "hooks", "session", "send", "self", "cls", "url", "urls", "link",
    "links", "wait", "peer", "stop", "driver", "send_break",
})  # fmt: skip
MODULE_NAMES = frozenset({
    "Any", "Answer", "AsyncDevice", "Buffer", "Callable", "Choice", "ClassVar", "Counter",
    "DecodeError", "Delimiter", "Device", "EncodeError", "Final", "Group",
    "Hook", "Hooks", "Incomplete", "Link", "Message", "On", "PROTOCOL", "Pair", "Param",
    "Params", "Protocol", "Self", "Serial", "Simulator", "Struct",
    "TextChoice", "Timer", "Trigger", "UNSET", "UnsetType", "Mapping", "TYPE_CHECKING",
    "Part", "OneOf", "UNFIT", "ANY", "DEC", "INT", "FLOAT", "HEX", "OCT", "BIN", "BASE36",
    "Server", "Between", "Packets", "SlowPoll", "Join", "Occurrence",
    "COMPUTED", "Known", "UNKNOWN",
})  # fmt: skip
LOCALS = frozenset(
    [
        "buffer",
        "at",
        "link",
        "known",
        "end",
        "total",
        "self",
        "cls",
        "frame",
        "raw",
        "span",
        "error",
        "key",
    ]
) | frozenset(dir(builtins))


def attribute(name: str, taken: frozenset[str] = MESSAGE_MEMBERS) -> str:
    """A field or method; an underscore behind it where Python or the class uses the name."""
    safe = re.sub(r"\W", "_", name)
    if not safe or safe[0].isdigit():
        safe = f"_{safe}"
    return f"{safe}_" if keyword.iskeyword(safe) or safe in taken else safe


# what codecs call their own variables and the functions of the runtime
_OWN = re.compile(
    r"(c|p|bits)\d+|expected(_bytes)?|.*_(end|bits|number|way\d+)|(read|write|scan)_\w+|unfit|starts|wire"
    r"|byte_sum|word_sum|short|nearest|missing|among|unlike|goes_on|cut|sized|objects|scanned|delimited|waiting|agreed?|computed|lets|composed|stop|limit|item|xor|word_xor|added|replaced|fletcher\d+|md5|sha1|sha256|crc"
)
_WAY = re.compile(r"(?:~(\d+))+")


def local(name: str) -> str:
    """A local variable that holds a field."""
    # keys say more than names: `x[]` is an item of x, `x~2` another field of that name
    way = _WAY.search(name)
    safe = attribute(_WAY.sub("", name).replace("[]", "_item"), frozenset())
    if way is not None and way.end() == len(name):
        return f"{safe}_way{way[1]}"
    return f"{safe}_" if safe in LOCALS or _OWN.fullmatch(safe) else safe


def pascal(name: str) -> str:
    """`get_helix` as a class is called: `GetHelix`."""
    parts = [p for p in re.split(r"[\W_]+", name) if p]
    joined = "".join(p[0].upper() + p[1:] for p in parts) or "_"
    joined = f"_{joined}" if joined[0].isdigit() else joined
    return f"{joined}_" if joined in MODULE_NAMES or keyword.iskeyword(joined) else joined


def constant(name: str) -> str:
    """`lamp broken` as an enumeration member is called: `LAMP_BROKEN`; `%` is `PERCENT_SIGN`."""
    if not re.search(r"[^\W_]", name):
        name = " ".join(unicodedata.name(character, "_") for character in name)
    safe = re.sub(r"\W+", "_", name).strip("_").upper() or "_"
    safe = f"_{safe}" if safe[0].isdigit() else safe
    return f"{safe}_" if keyword.iskeyword(safe.lower()) and safe in ("NONE_",) else safe


def members(labels: Iterable[str]) -> dict[str, str]:
    """What the members of an enumeration are called, by label; no two the same."""
    found: dict[str, str] = {}
    for label in labels:
        name = constant(label)
        while name in found.values():
            name += "_"
        found[label] = name
    return found


class Names:
    """Class names of one module, each used once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """The class name for a name; numbered when another has it already."""
        wanted = pascal(name)
        found, n = wanted, 2
        while found in self._taken:
            found, n = f"{wanted}{n}", n + 1
        self._taken.add(found)
        return found
