"""The real service for functional tests: its own instance, its own processes, real HTTP."""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

PROGRAM = [sys.executable, "-m", "verify.cli"]
READY_WITHIN = 120


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Service:
    """``realname serve`` on an instance folder; every file it or its children write is below ``root``."""

    root: Path
    database_url: str | None = None
    more: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.root / "service.log"

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("REALNAME_")}
        temp = self.root / "tmp"
        temp.mkdir(exist_ok=True)
        chosen = {"REALNAME_INSTANCE": str(self.root / "instance"), "TMPDIR": str(temp), **self.more}
        if self.database_url:
            chosen["REALNAME_DATABASE_URL"] = self.database_url
        return {**kept, **chosen}

    def command(self, *words: str, timeout: float = 300) -> str:
        done = subprocess.run(
            [*PROGRAM, *words], env=self.environment, capture_output=True, text=True, check=True, timeout=timeout
        )
        return done.stdout

    def prepare(self) -> dict[str, str]:
        """Tables and an application; its id and keys."""
        if not self.database_url and not self.more:
            folder, made = _prepared()
            shutil.copytree(folder, self.root / "instance")
            return dict(made)
        return self._prepare()

    def _prepare(self) -> dict[str, str]:
        self.command("db", "upgrade")
        made: dict[str, str] = json.loads(self.command("app", "create", "Sign-up", "--json"))
        return made

    def start(self, *words: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*PROGRAM, "serve", "--port", str(self.port), *words],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.base}/readyz", timeout=2).status_code == requests.codes.ok:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.1)
        self.kill()
        raise AssertionError("not ready: " + self.log.read_text("utf-8", "replace")[-2000:])

    def stop(self) -> int:
        """SIGTERM, and its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def send(self, method: str, path: str, token: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return requests.request(method, self.base + path, headers=headers, timeout=30, **more)


@cache
def _prepared() -> tuple[Path, dict[str, str]]:
    """An instance folder as every service without settings of its own begins: made once, copied for each."""
    folder = TemporaryDirectory(prefix="realname-prepared-")
    atexit.register(folder.cleanup)
    service = Service(Path(folder.name))
    made = service._prepare()
    return service.root / "instance", made


@contextmanager
def running(root: Path, **parts: Any) -> Iterator[tuple[Service, dict[str, str]]]:
    """A prepared and started service, stopped at the end."""
    service = Service(root, **parts)
    made = service.prepare()
    service.start()
    try:
        yield service, made
    finally:
        if service.process and service.process.poll() is None:
            service.stop()
