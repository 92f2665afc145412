"""Sealing a field against what other libraries offer for it, and a document against one AES-GCM call over all of it.

The libraries are installed apart (``make bench`` does it), so both sides run in a child with their interpreter.
"""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

from benchmarks.table import RUNS, Row
from benchmarks.vendors import PYTHON, ROOT

#: the most that our time may be of the library's
GOALS = {
    "AesGcmEngine of sqlalchemy-utils": 0.2,
    "Fernet": 0.25,
    "tink": 1.4,
    "a 10 MB document, one AES-GCM call over it": 0.6,
}

#: MiB that sealing and opening a document may take beyond the document itself
MEMORY_GOAL = 2.0


def measure() -> Iterator[Row]:
    if not PYTHON.exists():
        print("other libraries: not measured, they are not installed (make bench)")  # noqa: T201 - the result
        return
    told = [_told() for _ in range(RUNS)]
    for name, goal in GOALS.items():
        pairs = [each["times"][name] for each in told]
        ours = min(pair[0] for pair in pairs)
        yield Row(f"seal and open against {name}", goal, tuple(a / b for a, b in pairs), beside=f"{ours:.1f} µs")
    extra = tuple(each["extra_mib"] for each in told)
    yield Row("memory of sealing a 10 MB document", MEMORY_GOAL, extra, unit="MiB", beside=f"{min(extra):.2f} MiB")


def _told() -> dict[str, Any]:
    asked = [str(PYTHON), "-m", "benchmarks.library_calls"]
    done = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)  # noqa: S603 - ourselves
    found: dict[str, Any] = json.loads(done.stdout)
    return found
