"""How a command ends when it cannot do what was asked."""

from __future__ import annotations

DONE = 0
WRONG_INPUT = 1
WRONG_USAGE = 2
CONVERSATION_FAILED = 3
OUR_FAULT = 70


class Failure(Exception):
    """Ends a command with one plain sentence on stderr.

    Attributes:
        code: what the process exits with.
    """

    def __init__(self, message: str, code: int = WRONG_INPUT) -> None:
        self.code = code
        super().__init__(message)


class UsageFailure(Failure):
    """The command line itself is wrong."""

    def __init__(self, message: str) -> None:
        super().__init__(message, WRONG_USAGE)


def reason(error: OSError) -> str:
    """What the system says, without number and file name."""
    return error.strerror or str(error) or type(error).__name__
