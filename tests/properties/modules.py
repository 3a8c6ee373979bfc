"""From text to a module that is there to be used."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

from protoc.compiler import model
from protoc.compiler.pipeline import compile_source
from protoc.dsl.source import Source
from protoc.runtime import Message


@dataclass(frozen=True)
class Compiled:
    """A description that compiles."""

    text: str
    protocol: model.Protocol
    code: str
    module: ModuleType

    def messages(self) -> list[tuple[model.Message, type[Message]]]:
        """The messages that are on the wire by themselves, and their classes."""
        classes = {m.NAME: m for m in self.module.PROTOCOL.messages}
        return [(m, classes[m.name]) for m in self.protocol.messages if not m.part]


_numbers = iter(range(sys.maxsize))


@lru_cache(maxsize=512)
def compiled(text: str) -> Compiled | None:
    """The description as a module; None when it has errors."""
    compilation = compile_source(Source("random.proto", text))
    if compilation.protocol is None:
        return None
    return Compiled(text, compilation.protocol, compilation.module, load(compilation.module))


def load(code: str) -> ModuleType:
    """A module from its text."""
    name = f"generated_{next(_numbers)}"
    module = ModuleType(name)
    # classes look their module up by name
    sys.modules[name] = module
    exec(compile(code, f"{name}.py", "exec"), module.__dict__)  # noqa: S102
    return module


def outcome(call: Any, *arguments: Any, **options: Any) -> tuple[str, ...]:
    """What came of a call, comparable: the value in words, or the kind of error."""
    from protoc.runtime import DecodeError, EncodeError, Incomplete

    try:
        return ("done", repr(call(*arguments, **options)))
    except Incomplete:
        return ("incomplete",)
    except DecodeError as error:
        return ("rejected", error.reason, error.field, str(error.offset))
    except EncodeError:
        return ("refused",)
