"""What makes thousands of small tests quick: temporary files in memory, no garbage looked for among imports, and
programs that are compiled once."""

import gc
import os
import shutil
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there, for its owner only
ENOUGH = 2**30


def pytest_configure(config: pytest.Config) -> None:
    """Every test that opens stores waits for its disk a dozen times otherwise, and every command of the program that a
    test runs would compile it anew, which takes as long as loading it."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays; walking it again and again was a third of a small test."""
    gc.collect()
    gc.freeze()
