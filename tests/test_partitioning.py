"""Events divided by month, with what is there and what comes afterwards."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from tests.caller import PORTRAIT, Caller, card_of
from tests.databases import postgres_url, scratch_database
from verify.audit import Tally, first_break
from verify.partitioning import FIRST, partition
from verify.services import Services, utc_now

DECEMBER = datetime(2026, 12, 30, tzinfo=UTC)


@pytest.fixture
def database() -> Iterator[str]:
    server = postgres_url()
    if server is None:
        pytest.skip("no PostgreSQL: set REALNAME_TEST_POSTGRES to a server's URL")
    with scratch_database(server) as url:
        yield url


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = create_engine(database)
    yield engine
    engine.dispose()


def rows_of(engine: Engine) -> dict[str, int]:
    """Part → its rows."""
    with engine.connect() as connection:
        counted = connection.execute(
            text("SELECT tableoid::regclass::text AS part, count(*) AS rows FROM events GROUP BY 1")
        ).all()
    return {row.part: row.rows for row in counted}


def verified(server: Caller) -> str:
    made: str = server.create("bank_card")["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of())
    server.step(made, "sms_code", {"code": "246810"})
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    return made


def test_what_was_there_is_the_first_part_and_chains_go_on(server: Caller, services: Services, engine: Engine) -> None:
    before = verified(server)
    count = sum(rows_of(engine).values())
    open_one = server.create("face", "acct-2")["id"]
    partition(engine, utc_now(), 3)  # ids are of the machine's time
    assert rows_of(engine) == {FIRST: count + 1}
    server.post(f"/v1/verifications/{open_one}/cancel")
    server.create("face", "acct-3")
    assert server.read(before)["status"] == "verified"
    assert len(server.get("/v1/events?limit=100").json["data"]) > 0
    with services.read(streams=True) as session:
        assert first_break(session, Tally()) is None


def test_each_month_has_a_part_and_a_second_time_makes_only_what_is_missing(app: object, engine: Engine) -> None:
    assert partition(engine, DECEMBER.replace(day=3), 2) == ["events_2027_01", "events_2027_02"]
    assert partition(engine, DECEMBER.replace(day=3), 2) == []
    assert partition(engine, DECEMBER.replace(day=3), 3) == ["events_2027_03"]


def test_at_the_end_of_a_month_the_first_part_takes_the_next_too(app: object, engine: Engine) -> None:
    assert partition(engine, DECEMBER, 2) == ["events_2027_02"]


def test_columns_indexes_and_references_are_as_before(app: object, engine: Engine) -> None:
    before = described(engine)
    partition(engine, DECEMBER, 1)
    assert described(engine) == before


def described(engine: Engine) -> tuple[object, ...]:
    found = inspect(engine)
    columns = [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns("events")]
    indexes = {(index["name"], tuple(index["column_names"])) for index in found.get_indexes("events")}
    keys = {str(key["constrained_columns"]) + key["referred_table"] for key in found.get_foreign_keys("events")}
    referring = {
        (table, key["name"])
        for table in ("webhook_deliveries", "notifications")
        for key in found.get_foreign_keys(table)
        if key["referred_table"] == "events"
    }
    return columns, indexes, keys, referring, found.get_pk_constraint("events")["constrained_columns"]


def test_sqlite_is_not_divided(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'main.db'}")
    with pytest.raises(ValueError, match="only PostgreSQL"):
        partition(engine, DECEMBER, 1)
