"""A worker on its own is scraped at its own port."""

import re
import subprocess
import time
from pathlib import Path

import pytest
import requests

from tests.functional.service import PROGRAM, Service, free_port
from tests.waiting import WITHIN

pytestmark = pytest.mark.enable_socket


def test_a_worker_tells_what_it_did(tmp_path: Path) -> None:
    service, port = Service(tmp_path), free_port()
    service.prepare()
    with service.log.open("ab") as log:
        worker = subprocess.Popen(
            [*PROGRAM, "worker", "--metrics-port", str(port)], env=service.environment, stdout=log, stderr=log
        )
    try:
        assert re.search(r'realname_jobs_total{job="sweep [a-z_ ]+",result="done"}', scraped(port))
    finally:
        worker.terminate()
        worker.wait(30)


def scraped(port: int) -> str:
    """The first scrape that tells of a sweep; an empty one where none came in time."""
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        try:
            text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=2).text
        except requests.ConnectionError:
            text = ""
        if "realname_jobs_total{" in text:
            return text
        time.sleep(0.1)
    return ""
