"""Many verifications that wait for a slow vendor at once, on one web process, against the bare two transactions.

So many connections have a request under way at every moment. wrk corrects its latencies for what a stall kept it
from sending (coordinated omission).
"""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
from sqlalchemy import Engine, create_engine, text

from benchmarks.ground import Ground, ground, wrk
from benchmarks.table import RUNS, Row
from tests.databases import postgres_url

#: how long the vendor thinks
VENDOR = 1.0
SECONDS = 6
LOADERS = 2

SHARE, P99, MEMORY, CONNECTIONS = 0.9, 2.0, 1.3, 20


@dataclass(frozen=True)
class Seen:
    """What one side did under one load."""

    per_second: float
    errors: int
    p99: float
    megabytes: float
    connections: int


def measure() -> Iterator[Row]:
    """Nothing where wrk or PostgreSQL (REALNAME_TEST_POSTGRES) is missing."""
    if postgres_url() is None or shutil.which("wrk") is None:
        return
    with ground("face", VENDOR) as found:
        for side in found.sides:  # threads and connections are made at first use
            _loaded(found, side, 100, 3)
        yield from _of_200(found)
        yield from _of_500(found)


def _of_200(found: Ground) -> Iterator[Row]:
    rounds = [{side: _loaded(found, side, 200, SECONDS) for side in found.sides} for _ in range(RUNS)]
    ours = [each["service"] for each in rounds]
    bare = max(each["limit"].per_second for each in rounds)
    rates = tuple(each.per_second / (200 / VENDOR) for each in ours)
    yield Row("200 in flight, of concurrency / latency", SHARE, rates, at_least=True, beside=f"bare {bare:.0f} /s")
    yield Row("200 in flight, p99", P99, tuple(each.p99 for each in ours), unit="s")
    memory = tuple(each["service"].megabytes / each["limit"].megabytes for each in rounds)
    yield Row("200 in flight, PSS, against bare", MEMORY, memory, beside=f"{ours[-1].megabytes:.0f} MB")
    yield Row("200 in flight, connections", CONNECTIONS, tuple(float(each.connections) for each in ours), unit="")
    yield Row("200 in flight, errors", 0, tuple(float(each.errors) for each in ours), unit="")


def _of_500(found: Ground) -> Iterator[Row]:
    rounds = [{side: _loaded(found, side, 500, SECONDS) for side in found.sides} for _ in range(RUNS)]
    shares = tuple(each["service"].per_second / each["limit"].per_second for each in rounds)
    best = max(each["service"].per_second for each in rounds)
    yield Row("500 in flight, against bare", SHARE, shares, at_least=True, beside=f"{best:.0f} /s")
    yield Row("500 in flight, errors", 0, tuple(float(each["service"].errors) for each in rounds), unit="")


def _loaded(found: Ground, side: str, connections: int, seconds: int) -> Seen:
    file = found.folder / "requests"
    file.write_text("".join(_ready(found, side, connections * (seconds + 2))), "utf-8")
    with _counted(found, side) as counter:
        said = wrk("submit.lua", found.sides[side], LOADERS, connections, seconds, [file, LOADERS])
    told = re.search(r"answered (\d+) errors (\d+) seconds ([0-9.]+) p99 ([0-9.]+)", said)
    if told is None:
        raise ValueError(said)
    # nothing can be answered before the vendor has thought once
    rate = int(told[1]) / (float(told[3]) - VENDOR)
    return Seen(rate, int(told[2]), float(told[4]), _megabytes(found.sides[side]), counter.most)


def _ready(found: Ground, side: str, count: int) -> list[str]:
    """Lines of load/submit.lua: the next step of so many fresh verifications."""
    plan = found.plan.read_text("utf-8").splitlines()[2:]
    lines: list[str] = []
    while len(lines) < count:
        reached = found.folder / f"reached-{side}-{found.used.get(side, 0)}"
        found.flows(side, 10, 2, str(reached))
        for part in found.folder.glob(f"{reached.name}.*"):
            lines.extend(_line(side, line, plan) for line in part.read_text().splitlines())
            part.unlink()
    return lines


def _line(side: str, reached: str, plan: list[str]) -> str:
    id_, token, who = reached.rsplit(" ", 2)
    path = f"/flow/{who}/3" if side == "limit" else f"/v1/verifications/{id_}/steps/identity"
    return f"{path}\t{token}\t{plan[int(who) - 1]}\n"


def _megabytes(base: str) -> float:
    """Of the process that answers; its parents only watch over it."""
    port = int(base.rsplit(":", 1)[1])
    sockets = [each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN and each.pid]
    listening = {each.pid for each in sockets if getattr(each.laddr, "port", None) == port}
    family = {each.pid: each for pid in listening for each in (psutil.Process(pid), *psutil.Process(pid).children())}
    return float(max(each.memory_full_info().pss for each in family.values())) / 1e6


@dataclass
class Counter:
    """The most connections a side held to its databases."""

    engine: Engine
    names: list[str]
    most: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        query = text("SELECT count(*) FROM pg_stat_activity WHERE datname = ANY(:names)")
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not self.ended.wait(0.2):
                self.most = max(self.most, connection.scalar(query, {"names": self.names}) or 0)


@contextmanager
def _counted(found: Ground, side: str) -> Iterator[Counter]:
    names = [url.rsplit("/", 1)[1] for url in found.databases[side]]
    engine = create_engine(found.databases[side][0].rsplit("/", 1)[0] + "/postgres")
    counter = Counter(engine, names)
    thread = threading.Thread(target=counter.run)
    thread.start()
    try:
        yield counter
    finally:
        counter.ended.set()
        thread.join()
        engine.dispose()
