"""Generated text as a module of the running program."""

from __future__ import annotations

import hashlib
import sys
from types import ModuleType


def execute(text: str, name: str) -> ModuleType:
    """Run the text of a generated module.

    It is registered: annotations are looked up where their class says it was made.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    full_name = f"protoc.loaded.{name}_{digest}"
    known = sys.modules.get(full_name)
    if known is not None:
        return known
    module = ModuleType(full_name)
    module.__file__ = f"<{name}>"
    sys.modules[full_name] = module
    try:
        exec(compile(text, f"<{name}>", "exec"), module.__dict__)  # noqa: S102 - our own text
    except BaseException:
        del sys.modules[full_name]
        raise
    return module
