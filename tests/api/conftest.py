"""Callers for endpoint tests."""

import pytest
from flask import Flask

from tests.caller import Caller
from tests.conftest import Keys


@pytest.fixture
def server(app: Flask, api_keys: Keys) -> Caller:
    """The sign-up backend with a test key."""
    return Caller(app, api_keys.test)
