"""Whole bank-card flows over HTTP with an instant vendor, against the bare statements of the flow, taking turns.

That is one web process either side; flows a second are counted of two.
"""

import shutil
from collections.abc import Iterator

from benchmarks.ground import STAGES, ground
from benchmarks.table import RUNS, Row
from tests.databases import postgres_url

SECONDS = 6

GOAL, FLOWS_A_SECOND = 0.7, 40.0

#: that the goal of whole flows a second allows, with PostgreSQL and the load beside the service on them
CORES = 2


def measure() -> Iterator[Row]:
    """Nothing where wrk or PostgreSQL (REALNAME_TEST_POSTGRES) is missing."""
    if postgres_url() is None or shutil.which("wrk") is None:
        return
    stages = STAGES["bank_card"]
    with ground("bank_card") as found:
        for side in found.sides:  # the first requests of either make what later ones find
            found.flows(side, 2, stages)
        rounds = [{side: found.flows(side, SECONDS, stages) for side in found.sides} for _ in range(RUNS)]
    shares = tuple(each["service"] / each["limit"] for each in rounds)
    bare = max(each["limit"] for each in rounds)
    yield Row("bank-card flow, against its bare statements", GOAL, shares, at_least=True, beside=f"bare {bare:.0f} /s")
    with ground("bank_card", workers=CORES) as found:
        found.flows("service", 2, stages)
        rates = tuple(found.flows("service", SECONDS, stages) for _ in range(RUNS))
    yield Row("complete bank-card flows", FLOWS_A_SECOND, rates, at_least=True, unit="/s", beside=f"{CORES} processes")
