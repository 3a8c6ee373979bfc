"""The command line: `python -m examples.serial_server --port NAME=DEVICE`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import socket
import sys
from typing import Any, cast
from urllib.parse import urlsplit

from examples.serial_server.port import BUFFER_SIZE, Port
from examples.serial_server.refusals import LARGEST_VALUE
from examples.serial_server.server import Server
from protoc.runtime.protocol import Serial

_NAME = re.compile(r"[^\x00-\x20\x7f,\"=][^\x00-\x1f\x7f,\"=]*")
_DEVICE = re.compile(r"(.+?)(?:,(\d+),([5-8]),([NEOMS]),(1|1\.5|2))?")
_EXAMPLES = """\
NAME is what clients call the port, DEVICE a path or a URL that pyserial knows. The line is
9600,8,N,1 unless something else stands behind the device:

  --port lab=/dev/ttyUSB0 --port modem=/dev/ttyS0,19200,7,E,1 --port far=socket://10.0.0.7:4001
"""


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to end; returns what the process exits with."""
    parser = argparse.ArgumentParser(
        prog="python -m examples.serial_server",
        description="Lend serial ports over TCP, in the messages of SerialPort for Java.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--listen", type=_address, default="tcp://127.0.0.1:0", metavar="URL",
        help="tcp://host:port; port 0, the default, picks a free one",
    )  # fmt: skip
    parser.add_argument(
        "--port", type=_port, action="append", required=True, dest="ports",
        metavar="NAME=DEVICE", help="a port to lend; may be given several times",
    )  # fmt: skip
    parser.add_argument(
        "--buffer", type=_size, default=BUFFER_SIZE, metavar="BYTES",
        help="size of each of the two buffers of a port (default: %(default)s)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    ports = cast(list[tuple[str, str, Serial]], options.ports)
    names = [name for name, _, _ in ports]
    if len(set(names)) < len(names):
        parser.error("argument --port: two ports have the same name")
    if len(",".join(names).encode()) > LARGEST_VALUE:
        parser.error(
            f"argument --port: all names together exceed {LARGEST_VALUE} bytes"
        )
    host, number = options.listen
    server = Server([Port(*port, options.buffer) for port in ports], host, number)
    try:
        asyncio.run(_run(server))
    except OSError as error:
        unknown = isinstance(error, socket.gaierror)
        reason = error.strerror if unknown else os.strerror(error.errno or 0)
        print(f"cannot listen on {host}:{number}: {reason}", file=sys.stderr)
        return 1
    return 0


async def _run(server: Server) -> None:
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, end.set)
        except NotImplementedError:  # Windows: there SIGINT raises KeyboardInterrupt
            break
    async with server:
        print(json.dumps({"event": "listening", "url": server.url}), flush=True)
        await end.wait()


def _address(text: str) -> tuple[str, int]:
    try:
        url = urlsplit(text)
        if url.scheme == "tcp" and url.port is not None and not (url.path or url.query):
            return url.hostname or "", url.port
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"expected tcp://host:port, got {text!r}")


def _port(text: str) -> tuple[str, str, Serial]:
    name, equals, rest = text.partition("=")
    device = _DEVICE.fullmatch(rest)
    if not equals or device is None:
        raise argparse.ArgumentTypeError(f"expected NAME=DEVICE, got {text!r}")
    if not _NAME.fullmatch(name):
        raise argparse.ArgumentTypeError(
            f"a name has no commas, quotes and control characters: {name!r}"
        )
    path, baud, dbits, par, sbits = device.groups()
    if baud is None:
        return name, path, Serial()
    return name, path, Serial(int(baud), int(dbits), cast(Any, par), float(sbits))


def _size(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) >= 2 * 4096:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"expected a number of bytes from 8192, got {text!r}"
    )


if __name__ == "__main__":
    sys.exit(main())
