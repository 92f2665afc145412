"""Databases of PostgreSQL with the main store's tables and no row, emptied after each test and given to the next.

Making one takes four times as long as most tests that use it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import NullPool, create_engine, delete, text

from tests.databases import make_tables, scratch_database
from verify.models import Base

#: columns, constraints, indexes, triggers and sequences; a test that changes them has its database thrown away
_SHAPE = text("""
    SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
        SELECT format('%s.%s %s %s', attrelid::regclass, attname, atttypid, attnotnull)
          FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
         WHERE relnamespace = 'public'::regnamespace AND attnum > 0
        UNION ALL SELECT format('%s %s', conrelid::regclass, conname)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT format('%s %s', tgrelid::regclass, tgname) FROM pg_trigger WHERE NOT tgisinternal
    ) AS found (line)
""")

#: whoever still holds a connection, as a test's threads may
_HANG_UP = text("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
""")

#: foreign keys and whatever guards rows aside; TRUNCATE makes files anew and takes ten times as long
_EMPTY = "; ".join(
    ["SET LOCAL session_replication_role = replica", *(str(delete(table)) for table in Base.metadata.sorted_tables)]
)


class Databases:
    """Of one server. ``close`` drops them."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._made = ExitStack()
        self._shapes: dict[str, str] = {}
        self._free: list[str] = []

    @contextmanager
    def one(self) -> Iterator[str]:
        """URL of a database that nobody else uses, in SQLAlchemy's form."""
        url = self._free.pop() if self._free else self._make()
        yield url
        if self._empty(url):
            self._free.append(url)

    def close(self) -> None:
        self._made.close()

    def _make(self) -> str:
        url = self._made.enter_context(scratch_database(self._server))
        make_tables(url, Base.metadata)
        with create_engine(url, poolclass=NullPool).connect() as connection:
            self._shapes[url] = connection.execute(_SHAPE).scalar_one()
        return url

    def _empty(self, url: str) -> bool:
        """False where it is no longer what was made."""
        with create_engine(url, poolclass=NullPool).begin() as connection:
            connection.execute(_HANG_UP)
            if connection.scalar(_SHAPE) != self._shapes[url]:
                return False
            connection.exec_driver_sql(_EMPTY)
        return True
