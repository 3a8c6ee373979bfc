"""Starts the program as a process that is forked from one which has read it already.

Most of what a run took was Python reading the program anew. What starts here is a process all the
same, with streams, a folder, an environment and signals of its own. Runs whose start is the thing
tested, or that depend on how Python itself is started, are not forked.
"""

import atexit
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from select import select

_NUMBER = struct.Struct("=q")


class Forked:
    """A run of the program; what is used of `subprocess.Popen`."""

    def __init__(
        self,
        arguments: Sequence[str],
        streams: tuple[int, int, int],
        folder: Path | None,
        environment: Mapping[str, str],
    ) -> None:
        self._reports, reporting = socket.socketpair()
        request = {
            "arguments": list(arguments),
            "folder": str(folder or Path.cwd()),
            "environment": dict(environment),
        }
        body = json.dumps(request).encode()
        requests = _nursery()
        socket.send_fds(requests, [_NUMBER.pack(len(body))], [*streams, reporting.fileno()])
        requests.sendall(body)
        reporting.close()
        self.pid = _number(self._reports)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None and select([self._reports], [], [], 0)[0]:
            self.returncode = _number(self._reports)
            self._reports.close()
        return self.returncode

    def wait(self, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while self.poll() is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired("protoc", timeout)
            select([self._reports], [], [], left)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@cache
def _nursery() -> socket.socket:
    """The process that forks: where it takes requests."""
    requests, served = socket.socketpair()
    line = [sys.executable, "-m", "tests.acceptance.forking", str(served.fileno())]
    house = Path(__file__).parents[2]
    roots = [str(house / root) for root in ("dsl", "compiler", "runtime", "grammars", ".")]
    nursery = subprocess.Popen(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd=house,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
        pass_fds=[served.fileno()],
        start_new_session=True,
    )
    served.close()
    atexit.register(nursery.wait)
    atexit.register(requests.close)
    return requests


def _number(source: socket.socket) -> int:
    (number,) = _NUMBER.unpack(source.recv(_NUMBER.size, socket.MSG_WAITALL))
    return int(number)


# --- in the process that forks -------------------------------------------------------------------


def _read_the_program() -> None:
    """Everything a run may need, as it is after one."""
    from protoc.cli.program import COMMANDS
    from protoc.compiler.pipeline import compile_source
    from protoc.dsl.source import Source

    for module, _ in COMMANDS.values():
        import_module(f"protoc.cli.commands.{module}")
    for needed in ("examples", "loading", "importers.dataminer"):
        import_module(f"protoc.compiler.{needed}")
    for needed in ("drivers.blocking", "drivers.aio", "transports.urls", "playing"):
        import_module(f"protoc.runtime.{needed}")
    compile_source(Source("one", 'protocol one\nexample { rx "a" == b() }\nevent b { "a" }\n'))


def _serve(requests: socket.socket) -> list[str]:
    """Fork again and again; returns in each process that is to be the program, its arguments."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the keepers
    while True:
        header, descriptors, _, _ = socket.recv_fds(requests, _NUMBER.size, 4)
        if not header:
            os._exit(0)
        (size,) = _NUMBER.unpack(header)
        request = json.loads(requests.recv(size, socket.MSG_WAITALL))
        if os.fork() == 0:
            requests.close()
            _keep(descriptors)
            os.chdir(request["folder"])
            os.environ.clear()
            os.environ.update(request["environment"])
            return [str(argument) for argument in request["arguments"]]
        for descriptor in descriptors:
            os.close(descriptor)


def _keep(descriptors: list[int]) -> None:
    """Fork the program, wait for it and report how it ended; returns in the program only."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, report = descriptors
    program = os.fork()
    if program:
        for descriptor in streams:
            os.close(descriptor)
        os.write(report, _NUMBER.pack(program))
        _, status = os.waitpid(program, 0)
        os.write(report, _NUMBER.pack(os.waitstatus_to_exitcode(status)))
        os._exit(0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
    for descriptor in descriptors:
        os.close(descriptor)


if __name__ == "__main__":
    from protoc.cli import main

    _read_the_program()
    sys.argv = ["protoc", *_serve(socket.socket(fileno=int(sys.argv[1])))]
    sys.exit(main())
