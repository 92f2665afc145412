from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.databases import postgres_url, scratch_database
from verify.models.keystore import KeyBase, make_engine


@pytest.fixture(scope="module")
def postgres_keys() -> Iterator[str]:
    server = postgres_url()
    if server is None:
        pytest.skip("no PostgreSQL: set REALNAME_TEST_POSTGRES to a server's URL")
    with scratch_database(server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def key_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A key store with fresh tables, on SQLite and on PostgreSQL where one is found."""
    on_sqlite = request.param == "sqlite"
    engine = make_engine(f"sqlite:///{tmp_path / 'keys.db'}" if on_sqlite else request.getfixturevalue("postgres_keys"))
    KeyBase.metadata.create_all(engine)
    yield engine
    KeyBase.metadata.drop_all(engine)
    engine.dispose()
