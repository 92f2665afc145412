"""A Realname service for the length of the example: in a folder of its own that goes with it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from examples.signup.realname import Realname

READY_WITHIN = 180.0
PROGRAM = (sys.executable, "-m", "verify.cli")


@contextmanager
def running(port: int, shop: str) -> Iterator[Realname]:
    """The service at ``port``, with an application for the ``shop``'s origin whose webhooks go there."""
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="realname-example-") as folder:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("REALNAME_")},
            "REALNAME_INSTANCE": folder,
            "REALNAME_PUBLIC_URL": base,
            "REALNAME_LOG_LEVEL": "warning",
            "REALNAME_WEBHOOK_ALLOW_PRIVATE": "1",  # the shop is on this machine
        }

        def command(*words: str) -> str:
            done = subprocess.run([*PROGRAM, *words], env=environment, check=True, capture_output=True, text=True)  # noqa: S603 - our own program
            return done.stdout

        command("db", "upgrade")
        key = json.loads(command("app", "create", "云帆科技", "--origin", shop, "--json"))["test_key"]
        serving = subprocess.Popen([*PROGRAM, "serve", "--port", str(port), "--workers", "1"], env=environment)  # noqa: S603 - as above
        try:
            _wait(base)
            yield Realname(base, key, _register(base, key, f"{shop}/hooks/realname"), folder)
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.wait()


def _wait(base: str) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            requests.get(f"{base}/readyz", timeout=2).raise_for_status()
        except requests.RequestException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _register(base: str, key: str, url: str) -> str:
    headers = {"Authorization": f"Bearer {key}"}
    made = requests.post(f"{base}/v1/webhook_endpoints", headers=headers, json={"url": url}, timeout=10)
    made.raise_for_status()
    return str(made.json()["secret"])
