"""How long a call takes against another one, measured in turns."""

import time
from collections.abc import Callable

from benchmarks.table import RUNS, Row

Call = Callable[[], object]

ROUNDS = 5
ROUND_SECONDS = 0.08


def compare(
    name: str, call: Call, yardstick: Call, goal: float, repeats: int | None = None, rounds: int = ROUNDS
) -> Row:
    """RUNS times the ratio of one call's time to the other's; ``repeats`` a round where there is no work for more."""
    runs = [best(call, yardstick, repeats, rounds) for _ in range(RUNS)]
    taken = min(ours for ours, _ in runs)
    return Row(name, goal, tuple(ours / theirs for ours, theirs in runs), beside=f"{taken:.1f} µs")


def best(call: Call, yardstick: Call, repeats: int | None = None, rounds: int = ROUNDS) -> tuple[float, float]:
    """Microseconds of each: they take turns, and each has its best round, since what disturbs makes it longer."""
    counts = {each: repeats or _repeats(each) for each in (call, yardstick)}
    taken = [[_round(each, count) for each, count in counts.items()] for _ in range(rounds)]
    ours, theirs = (min(column) for column in zip(*taken, strict=True))
    return ours, theirs


def _repeats(call: Call) -> int:
    start = time.perf_counter()
    call()
    return max(1, int(ROUND_SECONDS / max(time.perf_counter() - start, 1e-7)))


def _round(call: Call, repeats: int) -> float:
    """Microseconds a call."""
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats * 1e6
