import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, create_engine, inspect, select, text
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.databases import postgres_url, scratch_database
from verify.boot import open_key_store
from verify.config import ConfigurationError, Settings
from verify.migrating import HISTORIES, History, downgrade, migration_engine, require_current, revision, upgrade
from verify.models import AccessEntry, Event, ReviewReason, Verification

BOTH = pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)


@pytest.fixture
def settings(tmp_path: Path, both_databases_bare: str) -> Settings:
    """Both stores on the same kind of database; on PostgreSQL in one, where they must not get in each other's way."""
    keys = f"sqlite:///{tmp_path / 'keys.db'}" if both_databases_bare.startswith("sqlite") else both_databases_bare
    return Settings(instance=tmp_path, database_url=both_databases_bare, keys_database_url=keys)


def tables(settings: Settings, history: History) -> set[str]:
    engine = migration_engine(history.url(settings))
    try:
        return set(inspect(engine).get_table_names()) & set(history.metadata.tables)
    finally:
        engine.dispose()


@BOTH
def test_a_history_has_one_head(history: History) -> None:
    assert len(ScriptDirectory.from_config(history.config()).get_heads()) == 1


# SQLite cannot be asked for an index over an expression; that one is looked at below
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@BOTH
def test_migrations_make_the_tables_of_the_models(settings: Settings, history: History) -> None:
    for each in HISTORIES.values():
        upgrade(settings, each)
    engine = migration_engine(history.url(settings))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, **history.options(connection)})
        differences = compare_metadata(context, history.metadata)
    engine.dispose()
    assert differences == []


def insert_at_0001(settings: Settings, kinds: list[str]) -> None:
    """A verification with these events, as the first release would have written it."""
    upgrade(settings, HISTORIES["main"], "0001")
    engine = migration_engine(settings.database_url)
    ids = {name: uuid4() for name in ("application", "account", "verification")}
    known = {**ids, "application_id": ids["application"], "account_id": ids["account"]}
    with engine.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
        for name in ("applications", "accounts", "verifications"):
            insert_some(connection, tables.tables[name], {**known, "id": ids[name[:-1]]})
        for seq, kind in enumerate(kinds, start=1):
            some = {"id": uuid4(), "verification_id": ids["verification"], "seq": seq, "type": kind}
            insert_some(connection, tables.tables["events"], some)
        connection.commit()
    engine.dispose()


#: something for columns that must not be null, by the name of their type
FILLERS = {
    "DATETIME": NOW,
    "TIMESTAMP": NOW,
    "BOOLEAN": False,
    "INTEGER": 1,
    "JSON": {},
    "JSONB": {},
    "BLOB": b"x",
    "BYTEA": b"x",
}


def insert_some(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    """A row of these values, with fillers where there is none."""
    row = {
        column.name: values.get(column.name, FILLERS.get(type(column.type).__name__, "x"))
        for column in table.columns
        if column.name in values or not column.nullable
    }
    # as SQLite keeps them, which has no type for ids
    kept = {k: v.hex if isinstance(v, UUID) and connection.dialect.name == "sqlite" else v for k, v in row.items()}
    connection.execute(table.insert().values(kept))


def test_events_that_were_there_are_numbered_and_not_sent_out(settings: Settings) -> None:
    insert_at_0001(settings, ["verification.created", "verification.code_sent", "verification.step_passed"])
    upgrade(settings, HISTORIES["main"])
    engine = migration_engine(settings.database_url)
    with Session(engine) as session:
        events = session.scalars(select(Event).order_by(Event.seq)).all()
        verification = session.scalars(select(Verification)).one()
        assert [event.sequence for event in events] == [1, None, 2]
        assert all(event.fanned_out_at == event.created_at for event in events)
        assert {(event.application_id, event.livemode) for event in events} == {(verification.application_id, False)}
        assert verification.sequence == 2
    engine.dispose()


def test_a_case_that_waited_before_is_filtered_by_why(settings: Settings) -> None:
    upgrade(settings, HISTORIES["main"], "0018")
    engine = migration_engine(settings.database_url)
    ids = {name: uuid4() for name in ("application", "account")}
    known = {**ids, "application_id": ids["application"], "account_id": ids["account"]}
    waiting = {
        "license_unreadable": {"progress": {"steps": {"license": {"status": "passed", "refer": "license_unreadable"}}}},
        "transfer_unconfirmed": {"progress": {}, "last_error": {"code": "transfer_unconfirmed"}},
        "taken_in": {"progress": {}},
    }
    with engine.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
        insert_some(connection, tables.tables["applications"], {**known, "id": ids["application"]})
        insert_some(connection, tables.tables["accounts"], {**known, "id": ids["account"]})
        for code, values in waiting.items():
            row = {**known, **values, "id": uuid4(), "status": "review", "type": code}
            insert_some(connection, tables.tables["verifications"], row)
        connection.commit()
    upgrade(settings, HISTORIES["main"])
    with Session(engine) as session:
        why = select(Verification.type, ReviewReason.code).join(ReviewReason)
        assert {tuple(row) for row in session.execute(why)} == {(code, code) for code in waiting}
    engine.dispose()


def test_what_staff_read_at_the_rights_desk_before_names_its_account(settings: Settings) -> None:
    upgrade(settings, HISTORIES["main"], "0025")
    engine = migration_engine(settings.database_url)
    ids = {name: uuid4() for name in ("application", "account", "request")}
    known = {"application_id": ids["application"], "account_id": ids["account"], "operator_id": None}
    with engine.connect() as connection:
        tables = MetaData()
        tables.reflect(
            connection, only=("applications", "accounts", "rights_requests", "access_log"), resolve_fks=False
        )
        insert_some(connection, tables.tables["applications"], {"id": ids["application"]})
        insert_some(connection, tables.tables["accounts"], {**known, "id": ids["account"]})
        insert_some(connection, tables.tables["rights_requests"], {**known, "id": ids["request"]})
        for action, detail in (("rights.reveal", {"request": str(ids["request"])}), ("case.search", {})):
            insert_some(connection, tables.tables["access_log"], {"id": uuid4(), "action": action, "detail": detail})
        connection.commit()
    upgrade(settings, HISTORIES["main"])
    with Session(engine) as session:
        named = {entry.action: entry.account_id for entry in session.scalars(select(AccessEntry))}
        assert named == {"rights.reveal": ids["account"], "case.search": None}
    engine.dispose()


def test_the_index_over_an_expression_is_there(settings: Settings) -> None:
    upgrade(settings, HISTORIES["keys"])
    engine = open_key_store(settings)
    catalogue = "SELECT name FROM sqlite_master" if engine.name == "sqlite" else "SELECT indexname FROM pg_indexes"
    with engine.connect() as connection:
        assert "ix_data_keys_kek" in connection.scalars(text(catalogue)).all()
    engine.dispose()


@BOTH
def test_migrations_go_back_to_nothing(settings: Settings, history: History) -> None:
    upgrade(settings, history)
    assert tables(settings, history) == set(history.metadata.tables)
    downgrade(settings, history)
    assert tables(settings, history) == set()
    upgrade(settings, history)
    assert revision(settings, history) == history.head()


def test_upgrades_at_once_are_as_good_as_one(settings: Settings) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("REALNAME_")},
        "REALNAME_INSTANCE": str(settings.instance),
        **{h.setting: h.url(settings).replace("+psycopg", "") for h in HISTORIES.values()},
    }
    command = [sys.executable, "-m", "verify.cli", "db", "upgrade"]
    at_once = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [process.wait(300) for process in at_once] == [0, 0, 0]
    require_current(settings)


def test_a_migration_that_fails_leaves_nothing_behind(settings: Settings) -> None:
    history = HISTORIES["main"]
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE events (n INTEGER)"))
    engine.dispose()
    with pytest.raises(ConfigurationError, match="REALNAME_DATABASE_URL: the migration failed"):
        upgrade(settings, history)
    assert tables(settings, history) == {"events"}
    assert revision(settings, history) is None


def test_stores_without_tables_stop_the_start(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="run `realname db upgrade`"):
        require_current(settings)


def test_stores_at_the_head_do_not(settings: Settings) -> None:
    for history in HISTORIES.values():
        upgrade(settings, history)
    require_current(settings)


def test_tables_of_the_next_release_do_not_keep_this_one_from_starting(settings: Settings) -> None:
    for history in HISTORIES.values():
        upgrade(settings, history)
        engine = migration_engine(history.url(settings))
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE alembic_{history.name} SET version_num = '9999'"))  # noqa: S608 - our own names
        engine.dispose()
    require_current(settings)


def test_tables_of_the_release_before_do(settings: Settings) -> None:
    for history in HISTORIES.values():
        upgrade(settings, history)
    downgrade(settings, HISTORIES["main"], "0014")
    with pytest.raises(ConfigurationError, match="run `realname db upgrade`"):
        require_current(settings)


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, database_url="postgresql+psycopg://127.0.0.1:1/realname")
    with pytest.raises(ConfigurationError, match="REALNAME_DATABASE_URL names a database that does not answer"):
        require_current(settings)


def test_the_tables_of_a_broker_in_the_same_database_are_left_alone() -> None:
    server = postgres_url()
    if server is None:
        pytest.skip("no PostgreSQL: set REALNAME_TEST_POSTGRES to a server's URL")
    history = HISTORIES["main"]
    with scratch_database(server) as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE realname_task (id INTEGER)"))
            context = MigrationContext.configure(connection, opts=history.options(connection))
            named = {str(difference) for difference in compare_metadata(context, history.metadata)}
        engine.dispose()
    assert not any("realname_task" in difference for difference in named)
