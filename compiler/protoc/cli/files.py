"""Writing files whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from pathlib import Path

from protoc.cli.failures import Failure, reason


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is never seen half written.

    What is there keeps its permissions; a symbolic link stays one.

    Raises:
        Failure: it cannot be written.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise Failure(f"{path}: cannot be written: it is a folder")
    if not target.parent.is_dir():
        raise Failure(f"{path}: cannot be written: there is no folder {target.parent}")
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)  # a device or a pipe: there is nothing to replace
            return
        _replace(target, data)
    except OSError as error:
        raise Failure(f"{path}: cannot be written: {reason(error)}") from None


def write_text(text: str, name: str | None) -> None:
    """Write a text into a file; without a name to stdout, the same bytes.

    Raises:
        Failure: it cannot be written.
    """
    data = text.encode()
    if name is not None:
        write_whole(Path(name), data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _replace(target: Path, data: bytes) -> None:
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
