"""The process supervisor: web and worker as two children, restarted when they die, drained at SIGTERM.

It loads the program once and forks them, so that they start together and share what was loaded. It opens nothing and
starts no thread; what it would leave to them is the same as at their first start when it starts them again.
"""

import gc
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from verify import process
from verify.config import ConfigurationError, Settings
from verify.process import MULTIPROCESS, Gate

log = structlog.get_logger()

#: what the halves need, and nothing that opens or starts anything
LOADED = ("verify.commands.halves",)

FORK = multiprocessing.get_context("fork")

#: seconds
LOOK_EVERY = 0.2
DRAIN = 30.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
#: a child that lived this long died of something new
STEADY = 10.0

STOPPING = (signal.SIGTERM, signal.SIGINT)


@dataclass
class Child:
    """One command of this program kept alive. ``pause`` doubles with each quick death."""

    name: str
    words: Sequence[str]
    gate: Gate | None = None
    process: BaseProcess | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    due_at: float = 0.0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = fork(self.name, self.words, self.gate)

    def look(self) -> None:
        """Notice that it died, and start it again once its pause is over."""
        if self.process is not None and not self.process.is_alive():
            log.warning("child ended", child=self.name, status=self.process.exitcode)
            self.process = None
            now = time.monotonic()
            quick = now - self.started_at < STEADY
            self.pause = min(self.pause * 2, LONGEST_PAUSE) if quick else FIRST_PAUSE
            self.due_at = now + self.pause
        if self.process is None and time.monotonic() >= self.due_at:
            self.start()

    def end(self) -> None:
        """At once: it has done nothing yet."""
        if self.process is not None:
            self.process.kill()
            self.process.join()

    def ask_to_end(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def has_drained(self, deadline: float) -> bool:
        """Wait for its end, until the deadline; then kill it and answer False."""
        if self.process is None:
            return True
        self.process.join(max(deadline - time.monotonic(), 0))
        if self.process.is_alive():
            log.warning("child killed", child=self.name)
            self.end()
            return False
        return True


def fork(name: str, words: Sequence[str], gate: Gate | None = None) -> BaseProcess:
    """A process that runs this command. A signal that comes meanwhile is not taken for one that its child had."""
    child = FORK.Process(target=_begin, args=(name, words, os.getpid(), gate), name=name)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        child.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    return child


def _begin(name: str, words: Sequence[str], parent: int, gate: Gate | None) -> None:
    os.setpgid(0, 0)  # a terminal's Ctrl-C is the parent's to pass on
    for signum in STOPPING:
        signal.signal(signum, signal.default_int_handler if signum == signal.SIGINT else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    process.die_with(parent)
    process.call_it(name)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    if gate is not None:
        gate.wait()
    run(words)


def run(words: Sequence[str]) -> None:
    """The command, as ``realname`` runs it. Raises SystemExit."""
    import_module("verify.cli").main(list(words), prog_name="realname")


def serve(settings: Settings, host: str, port: int, workers: int, threads: int, *, with_worker: bool) -> int:
    """Run the service until SIGTERM or SIGINT; the exit status. Raises ConfigurationError for a port in use.

    While the installation is looked at, the halves wait at the gate.
    """
    check_port(host, port)
    process.disable_core_dumps()
    if not settings.instance.is_dir() and (status := look_whether_fit()):
        return status
    size = ("--workers", str(workers), "--threads", str(threads))
    web = ("web", "--host", host, "--port", str(port), *size)
    gate = Gate()
    children = [Child("web", web, gate)]
    if with_worker:
        children.append(Child("worker", ("worker",), gate))
    # not in the instance folder: another run may use the same one, and have processes of the same numbers
    with TemporaryDirectory(prefix="realname-metrics-") as counted:
        os.environ[MULTIPROCESS] = counted  # looked for when the counters are loaded
        load()
        return run_until_told(children, gate)


def run_until_told(children: Sequence[Child], gate: Gate) -> int:
    """Open the gate once the installation is found fit, and supervise; the exit status."""
    stop = threading.Event()
    for signum in STOPPING:
        signal.signal(signum, lambda *_: stop.set())
    for child in children:
        child.start()
    if status := look_whether_fit():
        for child in children:
            child.end()
        return status
    gate.open()
    return supervise(children, stop)


def load() -> None:
    """Into this process, for all that are forked from it; no collector walks over what they share."""
    for name in LOADED:
        process.load(name)
    gc.collect()
    gc.freeze()


def look_whether_fit() -> int:
    """The exit status of ``realname startable``, which says what is wrong; this process opens no database."""
    looking = fork("startable", ("startable",))
    looking.join()
    return looking.exitcode or 0


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
