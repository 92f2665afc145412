"""One signed call through our adapters against the same call through the vendors' own clients, in processor time.

Both ask one server on this machine, from one process, in turns. The clients are installed apart (``make bench`` does
it), so the pair runs in a child with their interpreter.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import RUNS, Row

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / "build" / "sdks" / "bin" / "python"

SERVE = """
from providers.testing.server import SandboxServer
server = SandboxServer()
print(server.endpoint, flush=True)
server.serve()
"""


def measure() -> Iterator[Row]:
    if not PYTHON.exists():
        print("signed vendor calls: not measured, the vendors' clients are not installed (make bench)")  # noqa: T201 - the result
        return
    with subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:  # noqa: S603 - ourselves
        try:
            assert server.stdout is not None  # noqa: S101 - a pipe was asked for
            endpoint = server.stdout.readline().strip()
            asked = [str(PYTHON), "-m", "benchmarks.vendor_clients", endpoint]
            told = [_told(asked) for _ in range(RUNS)]
        finally:
            server.terminate()
    for same in zip(*told, strict=True):
        runs = tuple(ours / theirs for _, ours, theirs in same)
        yield Row(same[0][0], 1.0, runs, beside=f"{min(ours for _, ours, _ in same):.0f} µs")


def _told(asked: list[str]) -> list[tuple[str, float, float]]:
    done = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)  # noqa: S603 - ourselves
    found: list[tuple[str, float, float]] = json.loads(done.stdout)
    return found
