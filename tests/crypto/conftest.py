from datetime import UTC, datetime

import pytest

from crypto.keyring import Keyring
from tests.crypto.known import known_keyring

NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring.generate(NOW)


@pytest.fixture(scope="session")
def known() -> Keyring:
    """The keyring that vectors.json was made with."""
    return known_keyring()
