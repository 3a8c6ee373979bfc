"""What candidates that failed have explained of a frame, and what trying them has cost."""

from __future__ import annotations

from protoc.runtime.errors import DecodeError, Incomplete


def extent(error: DecodeError) -> int:
    """How many bytes a rejected frame covers, as far as is known."""
    return max(error.size, error.offset + 1)


def explained(error: DecodeError) -> tuple[int, bool]:
    """How many bytes a candidate explained: checks and values come when the frame is whole.

    One that is too long explained all it was allowed to.
    """
    whole = was_whole(error) or error.reason == "too long"
    return (error.size if whole else error.offset), error.reason != "constant"


def was_damaged(error: DecodeError) -> bool:
    """Whether everything was there and its length or check is wrong."""
    return error.size > 0 and error.reason in ("length", "crc")


def was_whole(error: DecodeError) -> bool:
    """Whether everything was there and only a length, a check or a value is wrong."""
    return error.size > 0 and error.reason in ("length", "crc", "value")


def effort(error: DecodeError) -> int:
    """How many bytes were looked at before: a checksum sums all, a delimiter is found quickly."""
    return error.size if error.reason == "crc" else error.offset + 1 + error.size // 16


def effort_so_far(more: Incomplete, present: int) -> int:
    """How many bytes an unfinished candidate looked at: with a length told, hardly any."""
    told = not more.until and more.needed > present + 8
    return min(present, 64) if told else present
