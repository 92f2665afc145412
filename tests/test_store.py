import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from verify import store
from verify.config import Settings
from verify.models.engines import WRITE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "main.db"


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    settings = Settings(instance=file.parent, database_url=f"sqlite:///{file}", pool_size=2)
    engine = create_engine(settings.database_url, **store.engine_options(settings))
    store.configure(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def begun(engine: Engine) -> list[str]:
    """The statements that opened transactions."""
    seen: list[str] = []
    event.listen(
        engine, "before_cursor_execute", lambda *args: seen.append(args[2]) if args[2].startswith("BEGIN") else None
    )
    return seen


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 1), ("busy_timeout", 10_000), ("foreign_keys", 1), ("secure_delete", 1)],
)
def test_sqlite_gets_its_pragmas(engine: Engine, pragma: str, value: object) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text(f"PRAGMA {pragma}")) == value


def test_a_sqlite_file_is_its_owners_alone(engine: Engine, file: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n)"))
        sidecars = [*file.parent.glob("main.db*")]
        assert {stat.S_IMODE(path.stat().st_mode) for path in sidecars} == {0o600}
        assert len(sidecars) == 3


def test_a_write_takes_the_lock_at_its_start(engine: Engine, begun: list[str]) -> None:
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        connection.execute(text("SELECT 1"))
    assert begun == ["BEGIN IMMEDIATE"]


def test_a_read_takes_no_write_lock(engine: Engine, begun: list[str]) -> None:
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT 1"))
    assert begun == ["BEGIN"]


def test_schema_changes_are_undone_with_their_transaction(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE t (n)"))
        connection.rollback()
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT * FROM t"))


def test_errors_do_not_show_parameters(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n UNIQUE)"))
        connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": "13800000001"})
    with engine.connect() as connection, pytest.raises(IntegrityError) as caught:
        connection.execute(text("INSERT INTO t VALUES (:n)"), {"n": "13800000001"})
    assert isinstance(caught.value, StatementError)
    assert "13800000001" not in str(caught.value)


def test_a_process_holds_no_more_connections_than_its_pool(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "POOL_TIMEOUT", 0.05)
    settings = Settings(instance=file.parent, pool_size=1)
    engine = create_engine(settings.database_url, **store.engine_options(settings))
    with engine.connect(), pytest.raises(PoolTimeout):
        engine.connect()
    engine.dispose()


def test_postgresql_connections_are_bounded(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, database_url="postgresql+psycopg://db.example/realname", pool_size=7)
    options = store.engine_options(settings)
    assert (options["pool_size"], options["max_overflow"]) == (7, 0)
    assert "lock_timeout" in options["connect_args"]["options"]


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:////srv/a.db", Path("/srv/a.db")),
        ("sqlite:///a.db", Path("a.db")),
        ("sqlite://", None),
        ("postgresql+psycopg://db.example/a", None),
    ],
)
def test_the_file_behind_a_url(url: str, file: Path | None) -> None:
    assert store.sqlite_file(url) == file
