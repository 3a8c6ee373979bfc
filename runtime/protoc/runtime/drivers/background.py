"""A blocking driver in a thread of its own, and how other threads reach its session."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread, current_thread
from typing import TypeVar

from protoc.runtime.drivers.blocking import Driver
from protoc.runtime.errors import TransportError

T = TypeVar("T")


class Background:
    """Runs an opened driver until closed. Only its thread touches the session."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name=f"protoc {driver.endpoint.url}", daemon=True)
        driver.wakeable()
        self._thread.start()

    def _run(self) -> None:
        try:
            self._driver.run()
        except BaseException as error:  # noqa: BLE001 - it is raised where the thread is used
            self._error = error

    def do(self, action: Callable[[], T]) -> T:
        """Have something done between two steps of the conversation; returns what it returns.

        Raises:
            TransportError: the conversation is over.
            Exception: whatever the action raises.
        """
        if current_thread() is self._thread:  # in an event callback: it is between two steps
            return action()
        future: Future[T] = Future()

        def step() -> None:
            try:
                future.set_result(action())
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller
                future.set_exception(error)

        self._driver.post(step)
        while True:
            try:
                return future.result(timeout=0.1)
            except TimeoutError:
                if future.done():  # the action itself raised it
                    raise
                if not self._thread.is_alive():
                    url = self._driver.endpoint.url
                    raise TransportError(f"{url}: the conversation is over") from self._error

    def close(self) -> None:
        """End the thread and close the line.

        Raises:
            Exception: what ended the thread before.
        """
        self._driver.stop()
        if current_thread() is self._thread:  # it ends when the callback has
            return
        self._thread.join()
        self._driver.close()
        if self._error is not None:
            raise self._error
