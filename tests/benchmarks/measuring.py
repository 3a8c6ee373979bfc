"""Times side by side: the candidates take turns, so that what slows the machine slows them all."""

import gc
import math
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import NamedTuple

Work = Callable[[], object]


class Comparison(NamedTuple):
    """Medians: seconds of each, and how often the time of the second the first took."""

    ours: float
    theirs: float
    ratio: float


def compare(ours: Work, theirs: Work, rounds: int = 15, least: float = 0.01) -> Comparison:
    """Run both in turns, each long enough to be measured; the median of the ratios."""
    times = (_repetitions(ours, least), _repetitions(theirs, least))
    pairs = []
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds):
            if turn % 2:  # neither is always the one that finds the caches warm
                second = _time(theirs, times[1])
                pairs.append((_time(ours, times[0]), second))
            else:
                pairs.append((_time(ours, times[0]), _time(theirs, times[1])))
    finally:
        gc.enable()
    return Comparison(
        median(a for a, _ in pairs), median(b for _, b in pairs), median(a / b for a, b in pairs)
    )


def seconds(work: Work, rounds: int = 5) -> float:
    """The median time of one run."""
    return median(_time(work, 1) for _ in range(rounds))


def exponent(sizes: Sequence[int], work: Callable[[int], Work], rounds: int = 5) -> float:
    """How cost grows with size: the slope through the best times, on logarithmic scales.

    The sizes take turns, so that a machine that becomes slower meanwhile does so for all of them.
    """
    works = {size: work(size) for size in sizes}
    best = dict.fromkeys(sizes, math.inf)
    for _ in range(rounds):
        for size, run in works.items():
            best[size] = min(best[size], _time(run, 1))
    points = [(math.log(size), math.log(seconds)) for size, seconds in best.items()]
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    covariance = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return covariance / sum((x - mean_x) ** 2 for x, _ in points)


def geometric_mean(values: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def _repetitions(work: Work, least: float) -> int:
    times = 1
    while _time(work, times) * times < least:
        times *= 2
    return times


def _time(work: Work, times: int) -> float:
    turns = [None] * times
    started = perf_counter()
    for _ in turns:
        work()
    return (perf_counter() - started) / times
