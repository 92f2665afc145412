import os
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.databases import postgres_url, scratch_database
from verify import backup
from verify.backup import back_up
from verify.config import ConfigurationError, Settings

NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Both stores with a table and a row."""
    instance = tmp_path / "instance"
    instance.mkdir()
    settings = Settings(instance=instance)
    for url in (settings.database_url, settings.keys_database_url):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (n)"))
            connection.execute(text("INSERT INTO t VALUES (7)"))
        engine.dispose()
    return settings


def rows(file: Path) -> list[tuple[int]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT n FROM t").fetchall()


@pytest.mark.parametrize("name", ["main", "keys"])
def test_a_copy_holds_what_the_store_holds(settings: Settings, tmp_path: Path, name: str) -> None:
    copy = back_up(settings, name, tmp_path / "backups", NOW)
    assert copy.name == f"realname-{name}-20261201T040000Z.db"
    assert rows(copy) == [(7,)]


def test_a_copy_is_taken_while_somebody_writes(settings: Settings, tmp_path: Path) -> None:
    file = make_url(settings.database_url).database
    with closing(sqlite3.connect(str(file), isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO t VALUES (8)")
        copy = back_up(settings, "main", tmp_path / "backups", NOW)
        writer.execute("COMMIT")
    assert rows(copy) == [(7,)]


def test_a_copy_is_its_owners_alone(settings: Settings, tmp_path: Path) -> None:
    copy = back_up(settings, "main", tmp_path / "backups", NOW)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(("first", "second"), [("main", "keys"), ("keys", "main")])
def test_copies_of_both_stores_are_not_put_together(
    settings: Settings, tmp_path: Path, first: str, second: str
) -> None:
    back_up(settings, first, tmp_path / "backups", NOW)
    with pytest.raises(ConfigurationError, match=f"backups of {first}"):
        back_up(settings, second, tmp_path / "backups", NOW)


def test_a_copy_is_not_put_beside_the_store(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="instance folder"):
        back_up(settings, "main", settings.instance, NOW)


def test_what_is_not_there_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no database"):
        back_up(Settings(instance=tmp_path / "none"), "main", tmp_path / "backups", NOW)
    assert list((tmp_path / "backups").iterdir()) == []


def test_on_postgresql_the_copy_can_be_restored(tmp_path: Path) -> None:
    server = postgres_url()
    if server is None or shutil.which("pg_dump") is None:
        pytest.skip("no PostgreSQL with pg_dump: set REALNAME_TEST_POSTGRES to a server's URL")
    with scratch_database(server) as url, scratch_database(server) as other:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (n INTEGER)"))
            connection.execute(text("INSERT INTO t VALUES (7)"))
        engine.dispose()
        copy = back_up(Settings(instance=tmp_path, database_url=url), "main", tmp_path / "backups", NOW)
        environment = {**os.environ, **backup._connection(make_url(other))}
        database = str(make_url(other).database)
        subprocess.run(["pg_restore", "--dbname", database, str(copy)], env=environment, check=True, timeout=60)
        engine = create_engine(other)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT n FROM t")) == 7
        engine.dispose()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_failed_dump_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    if shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump: install PostgreSQL's client programs")
    settings = Settings(instance=tmp_path, database_url="postgresql+psycopg://u:hidden@127.0.0.1:1/realname")
    with pytest.raises(ConfigurationError, match="pg_dump failed") as caught:
        back_up(settings, "main", tmp_path / "backups", NOW)
    assert "hidden" not in str(caught.value)
    assert list((tmp_path / "backups").iterdir()) == []


def test_without_pg_dump_the_sentence_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = Settings(instance=tmp_path, database_url="postgresql+psycopg://127.0.0.1:1/realname")
    with pytest.raises(ConfigurationError, match="pg_dump is not installed"):
        back_up(settings, "main", tmp_path / "backups", NOW)


def test_a_password_is_given_to_pg_dump_where_others_cannot_see_it() -> None:
    given = backup._connection(make_url("postgresql+psycopg://u:p@db.example:5433/a?sslmode=require"))
    assert given == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "u",
        "PGPASSWORD": "p",
        "PGDATABASE": "a",
        "PGSSLMODE": "require",
    }
