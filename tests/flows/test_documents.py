"""Documents of 10 MB go up and come down in memory that does not grow."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

#: bytes that a process may hold more in the end than after the second time
GROWTH = 25_000_000


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["pdf", "image"])
def test_ten_megabytes_again_and_again(kind: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.memory", kind, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    sizes = json.loads(done.stdout.splitlines()[-1])
    assert sizes[-1] - sizes[1] < GROWTH, sizes
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in kept if path.read_bytes().startswith((b"%PDF-", b"\xff\xd8\xff"))] == []
