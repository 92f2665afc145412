"""The two halves of the service as processes of their own, each started again as soon as it was killed."""

import contextlib
import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass

import psutil

from tests.functional.service import PROGRAM, Service


@dataclass
class Half:
    """Web or worker. ``killed_at`` is the time of the last kill (epoch seconds)."""

    service: Service
    words: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    killed_at: float = 0.0

    def start(self) -> None:
        with self.service.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*PROGRAM, *self.words],
                env=self.service.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, luck: random.Random) -> None:
        """``kill -9``: all of it or, as often, one process that it started."""
        self.killed_at = time.time()
        assert self.process is not None
        children = psutil.Process(self.process.pid).children(recursive=True) if self.process.poll() is None else []
        if children and luck.random() < 0.5:
            with contextlib.suppress(psutil.NoSuchProcess):
                luck.choice(children).kill()
            return
        self.end()
        self.start()

    def end(self) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
