import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.databases import postgres_url, scratch_database
from verify.models import engines


@pytest.fixture
def engine() -> Iterator[Engine]:
    server = postgres_url()
    if server is None:
        pytest.skip("no PostgreSQL: set REALNAME_TEST_POSTGRES to a server's URL")
    with scratch_database(server) as url:
        engine = create_engine(url, pool_size=1, max_overflow=0)
        engines.ping_idle(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def pings(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    seen: list[object] = []
    ask = engine.dialect.do_ping

    def note(connection: object) -> bool:
        seen.append(connection)
        return ask(connection)

    monkeypatch.setattr(engine.dialect, "do_ping", note)
    return seen


def process_of(engine: Engine) -> int:
    with engine.connect() as connection:
        found: int = connection.scalar(text("SELECT pg_backend_pid()"))
        return found


def let_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(engines, "time", type("Later", (), {"monotonic": lambda: now + engines.FRESH}))


def test_a_connection_in_use_is_not_asked_whether_it_lives(engine: Engine, pings: list[object]) -> None:
    assert {process_of(engine) for _ in range(3)} == {process_of(engine)}
    assert pings == []


def test_one_that_idled_is(engine: Engine, pings: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    process = process_of(engine)
    let_idle(monkeypatch)
    assert process_of(engine) == process
    assert len(pings) == 1


def test_one_that_died_idle_is_replaced(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    process = process_of(engine)
    killer = create_engine(engine.url)
    with killer.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend({process})"))
    killer.dispose()
    let_idle(monkeypatch)
    assert process_of(engine) != process
