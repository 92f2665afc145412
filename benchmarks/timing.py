"""How long a call takes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

Call = Callable[[], object]

ROUNDS = 9
ROUND_SECONDS = 0.08


@dataclass(frozen=True)
class Measured:
    """``ratio`` is this against its yardstick; the goal is the most it should be."""

    name: str
    microseconds: float
    ratio: float
    goal: float

    def __str__(self) -> str:
        verdict = "ok" if self.ratio <= self.goal else "SLOW"
        return f"{self.name:<44} {self.microseconds:>10.1f} µs  {self.ratio:>7.2f} x  goal {self.goal:>5.2f}  {verdict}"


def compare(name: str, call: Call, yardstick: Call, goal: float) -> Measured:
    """Take turns, and let each have its best round: what disturbs a round only makes it longer."""
    repeats = {each: _repeats(each) for each in (call, yardstick)}
    rounds = [[_round(each, count) for each, count in repeats.items()] for _ in range(ROUNDS)]
    taken, against = (min(column) for column in zip(*rounds, strict=True))
    return Measured(name, taken, taken / against, goal)


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
