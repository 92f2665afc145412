from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crypto.keyring import Keyring
from tests.conftest import Clock
from tests.databases import postgres_url, scratch_database
from verify.models.keystore import KeyBase, make_engine
from verify.models.vault import Vault


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


@pytest.fixture
def keyring(clock: Clock) -> Keyring:
    return Keyring.generate(clock())


@pytest.fixture
def vault(key_engine: Engine, keyring: Keyring, clock: Clock) -> Vault:
    return Vault(key_engine, keyring, clock)
