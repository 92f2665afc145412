"""The two migration histories, of the main store and of the key store, run through Alembic's own commands."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, event, text
from sqlalchemy.exc import DBAPIError

from verify import store
from verify.boot import UPGRADE, make_instance
from verify.config import ConfigurationError, Settings
from verify.models import Base
from verify.models.engines import WRITE
from verify.models.keystore import KeyBase

FOLDER = Path(__file__).parent.parent / "migrations"

#: PostgreSQL advisory lock that makes a second upgrade wait for the first
LOCK = 0x7265616C6E616D65


@dataclass(frozen=True)
class History:
    """One store's migrations. ``setting`` names the database in sentences."""

    name: str
    metadata: MetaData
    setting: str

    def url(self, settings: Settings) -> str:
        found: str = getattr(settings, self.setting.removeprefix("REALNAME_").lower())
        return found

    def config(self, **attributes: Any) -> Config:
        """Alembic's configuration, with attributes for env.py."""
        config = Config(attributes=attributes)
        config.set_main_option("script_location", str(FOLDER / self.name).replace("%", "%%"))
        return config

    def options(self, connection: Connection) -> dict[str, Any]:
        """Options of a migration context. Tables of others in the same database are none of its business."""
        return {
            "version_table": f"alembic_{self.name}",
            "target_metadata": self.metadata,
            "render_as_batch": connection.dialect.name == "sqlite",
            "transactional_ddl": True,
            "include_name": lambda name, kind, _: kind != "table" or name in self.metadata.tables,
        }

    def knows(self, found: str) -> bool:
        """True for a migration of this release."""
        return found in {script.revision for script in ScriptDirectory.from_config(self.config()).walk_revisions()}

    def head(self) -> str | None:
        return ScriptDirectory.from_config(self.config()).get_current_head()


HISTORIES: Mapping[str, History] = {
    "main": History("main", Base.metadata, "REALNAME_DATABASE_URL"),
    "keys": History("keys", KeyBase.metadata, "REALNAME_KEYS_DATABASE_URL"),
}


def upgrade(settings: Settings, history: History, to: str = "head") -> None:
    """Migrate in one transaction; of two at once the second finds nothing left to do."""
    with _locked(history, settings) as connection:
        command.upgrade(history.config(connection=connection), to)


def downgrade(settings: Settings, history: History, to: str = "base") -> None:
    """Migrate back, in one transaction."""
    with _locked(history, settings) as connection:
        command.downgrade(history.config(connection=connection), to)


def require_current(settings: Settings) -> None:
    """Raises ConfigurationError when a store does not answer or lacks a migration.

    A migration that this release does not know is one of a later release, which only added (docs/upgrade.md).
    """
    for history in HISTORIES.values():
        found = revision(settings, history)
        if found is None or (found != history.head() and history.knows(found)):
            msg = f"the tables of {history.setting} are not those of this release: {UPGRADE}"
            raise ConfigurationError(msg)


def revision(settings: Settings, history: History) -> str | None:
    """The migration the store is at; None for an empty one. Raises ConfigurationError when it does not answer."""
    make_instance(settings)
    engine = migration_engine(history.url(settings))
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection, opts=history.options(connection)).get_current_revision()
    except DBAPIError as error:
        msg = f"{history.setting} names a database that does not answer ({type(error).__name__})"
        raise ConfigurationError(msg) from None
    finally:
        engine.dispose()


def migration_engine(url: str) -> Engine:
    """On SQLite without foreign keys, which a table's rebuilding would trip over."""
    engine = store.unpooled_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF").close())
    return engine


def run_environment(name: str) -> None:
    """What each history's env.py does: migrate over the connection that ``upgrade`` opened and commits."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, **HISTORIES[name].options(connection))
    with context.begin_transaction():
        context.run_migrations()


@contextmanager
def _locked(history: History, settings: Settings) -> Iterator[Connection]:
    make_instance(settings)
    engine = migration_engine(history.url(settings))
    try:
        with engine.connect() as connection:
            connection.execution_options(**{WRITE: True})
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                yield connection
    except DBAPIError as error:
        msg = f"{history.setting}: the migration failed ({type(error).__name__}: {type(error.orig).__name__})"
        raise ConfigurationError(msg) from error
    finally:
        engine.dispose()
