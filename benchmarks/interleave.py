"""Timing two sides in turn within one run, so that a drifting machine moves both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 15
SECONDS_A_ROUND = 0.05


@dataclass(frozen=True)
class Measured:
    """Seconds a call on each side (medians) and the ratio of each round: median, least, most."""

    ours: float
    theirs: float
    ratio: float
    least: float
    most: float


def compare(ours: Callable[[], object], theirs: Callable[[], object]) -> Measured:
    """A B A B …; the ratio is taken round by round."""
    calls = [_calls_a_round(side) for side in (ours, theirs)]
    rounds = [(_seconds(ours, calls[0]), _seconds(theirs, calls[1])) for _ in range(ROUNDS)]
    ratios = sorted(a / b for a, b in rounds)
    return Measured(
        statistics.median(a for a, _ in rounds),
        statistics.median(b for _, b in rounds),
        statistics.median(ratios),
        ratios[0],
        ratios[-1],
    )


def _calls_a_round(side: Callable[[], object]) -> int:
    return max(1, round(SECONDS_A_ROUND / _seconds(side, 20)))


def _seconds(side: Callable[[], object], calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        side()
    return (time.perf_counter() - started) / calls
