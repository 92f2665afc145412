"""The process supervisor: web and worker as two children, restarted when they die, drained at SIGTERM."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import structlog

from verify import process
from verify.config import ConfigurationError, Settings
from verify.metrics import MULTIPROCESS

log = structlog.get_logger()

PROGRAM = (sys.executable, "-m", "verify.cli")

#: seconds
LOOK_EVERY = 0.2
DRAIN = 30.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
#: a child that lived this long died of something new
STEADY = 10.0


@dataclass
class Child:
    """One program kept alive. ``pause`` doubles with each quick death."""

    name: str
    words: Sequence[str]
    environment: dict[str, str] = field(repr=False)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    due_at: float = 0.0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - this very program
            [*PROGRAM, *self.words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            process_group=0,  # a terminal's Ctrl-C is the parent's to pass on
            preexec_fn=partial(process.die_with, os.getpid()),  # noqa: PLW1509 - the parent has one thread
        )

    def look(self) -> None:
        """Notice that it died, and start it again once its pause is over."""
        if self.process is not None and self.process.poll() is not None:
            log.warning("child ended", child=self.name, status=self.process.returncode)
            self.process = None
            now = time.monotonic()
            quick = now - self.started_at < STEADY
            self.pause = min(self.pause * 2, LONGEST_PAUSE) if quick else FIRST_PAUSE
            self.due_at = now + self.pause
        if self.process is None and time.monotonic() >= self.due_at:
            self.start()

    def ask_to_end(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def has_drained(self, deadline: float) -> bool:
        """Wait for its end, until the deadline; then kill it and answer False."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            log.warning("child killed", child=self.name)
            self.process.kill()
            self.process.wait()
            return False
        return True


def serve(settings: Settings, host: str, port: int, workers: int, *, with_worker: bool) -> int:
    """Run the service until SIGTERM or SIGINT; the exit status. Raises ConfigurationError for a port in use."""
    check_port(host, port)
    process.disable_core_dumps()
    environment = {**os.environ, MULTIPROCESS: fresh_folder(settings)}
    web = ("web", "--host", host, "--port", str(port), "--workers", str(workers))
    children = [Child("web", web, environment)]
    if with_worker:
        children.append(Child("worker", ("worker",), environment))
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    return supervise(children, stop)


def supervise(children: Iterable[Child], stop: threading.Event) -> int:
    """Keep the children alive until told to stop, then drain them: 0, or 1 when one had to be killed."""
    children = list(children)
    while not stop.wait(LOOK_EVERY):
        for child in children:
            child.look()
    log.info("draining")
    deadline = time.monotonic() + DRAIN
    for child in children:
        child.ask_to_end()
    drained = [child.has_drained(deadline) for child in children]
    log.info("stopped")
    return 0 if all(drained) else 1


def check_port(host: str, port: int) -> None:
    """Raises ConfigurationError when the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            msg = f"cannot listen on {host} port {port} ({error.strerror}): choose another with --host or --port"
            raise ConfigurationError(msg) from None


def fresh_folder(settings: Settings) -> str:
    """Where the processes of this run share what they count."""
    folder = settings.instance / "metrics"
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    return str(folder)
