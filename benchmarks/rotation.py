"""Re-wrapping data keys against the same batched UPDATE without crypto, while nobody is served."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import Engine, bindparam, insert, update

from benchmarks.table import RUNS, Row
from crypto.keyring import Keyring
from crypto.seal import new_data_key, wrap
from tests.databases import postgres_url, scratch_database
from verify.custody.moving import BATCH
from verify.models.engines import WRITE
from verify.models.keystore import KeyBase, data_keys, make_engine
from verify.models.vault import Vault, not_under

#: of BATCH data keys, in each round
BATCHES = 10

GOAL = 0.8


def measure() -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        urls = [f"sqlite:///{Path(folder) / name}.db" for name in ("ours", "plain")]
        yield _measured("re-wrap data keys, SQLite", *urls)
    server = postgres_url()
    if server:
        with scratch_database(server) as ours, scratch_database(server) as plain:
            yield _measured("re-wrap data keys, PostgreSQL", ours, plain)


def _measured(name: str, *urls: str) -> Row:
    """Batch by batch in turn, and in each round the median of either side: the machine is never quiet for long."""
    keyring = Keyring.generate(datetime.now(UTC))
    ours, plain = (_filled(url, keyring) for url in urls)
    shares, times = [], []
    for number in range(RUNS):
        keyring = keyring.with_new_primary("kek", datetime.now(UTC))
        vault = Vault(ours, keyring, lambda: datetime.now(UTC))
        header = bytes((1, 1, 0, 0, 0, number))
        batches = [(_time(partial(vault.rewrap, BATCH)), _time(partial(_moved, plain, header))) for _ in range(BATCHES)]
        sides = [median(column) for column in zip(*batches, strict=True)]
        shares.append(sides[1] / sides[0])
        times.append(sides[0])
    for engine in (ours, plain):
        engine.dispose()
    return Row(name, GOAL, tuple(shares), at_least=True, beside=f"{BATCH / min(times):.0f} /s")


def _filled(url: str, keyring: Keyring) -> Engine:
    engine = make_engine(url)
    KeyBase.metadata.create_all(engine)
    kek = keyring.primary("kek")
    rows = []
    for _ in range(BATCH * BATCHES):
        dek_id, dek = new_data_key(kek.suite)
        row = {"id": dek_id, "owner_id": uuid4(), "verification_id": uuid4(), "class": "identity"}
        rows.append({**row, "wrapped": wrap(kek, dek_id, dek)})
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(insert(data_keys), rows)
    return engine


def _moved(engine: Engine, header: bytes) -> int:
    """The statements of a re-wrapping; only the key's id in each blob is another."""
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        rows = not_under(connection, header[2:], BATCH)
        again = [{"dek_id": row.id, "again": header + row.wrapped[6:]} for row in rows]
        moved = update(data_keys).where(data_keys.c.id == bindparam("dek_id"))
        connection.execute(moved.values(wrapped=bindparam("again")), again)
    return len(again)


def _time(batch: Callable[[], int]) -> float:
    start = time.perf_counter()
    if batch() != BATCH:
        msg = "a batch was not full"
        raise RuntimeError(msg)
    return time.perf_counter() - start
