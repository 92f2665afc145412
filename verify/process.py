"""What a process asks of the operating system: no core dumps, private files, no life without its parent."""

import ctypes
import gc
import os
import resource
import signal
import sys
from importlib import import_module
from types import ModuleType

#: in the environment: where processes of one service share what they count, as prometheus-client reads it
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NAME = 15


def disable_core_dumps() -> None:
    """A dump would hold keys and faces. Children inherit the limit; being undumpable ends with each exec."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(PR_SET_DUMPABLE, 0)


def keep_files_private() -> None:
    """What this process and its children write is its user's alone."""
    os.umask(0o077)


def die_with(parent: int) -> None:
    """Be killed when the process that started this one dies (Linux). Ends at once if it is dead by now."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def call_it(name: str) -> None:
    """The name that ``ps -o comm`` and ``pgrep`` show of this process (Linux; 15 bytes at most)."""
    _prctl(PR_SET_NAME, ctypes.c_char_p(f"realname-{name}"[:15].encode("ascii")))


def load(name: str) -> ModuleType:
    """Import a module and all it needs. What is imported stays, so that looking for garbage among it meanwhile, an
    eighth of the time, finds none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return import_module(name)
    finally:
        if was_enabled:
            gc.enable()


class Gate:
    """Processes forked from this one wait at it until it is opened here; once it is, nobody waits."""

    def __init__(self) -> None:
        self._ends: tuple[int, int] | None = os.pipe()

    def wait(self) -> None:
        """In a process that was forked. Returns too when the one that would open it ended."""
        if self._ends is not None:
            waiting, opening = self._ends
            os.close(opening)
            os.read(waiting, 1)
            os.close(waiting)

    def open(self) -> None:
        if self._ends is not None:
            ends, self._ends = self._ends, None
            for end in ends:
                os.close(end)


def _prctl(option: int, value: int | ctypes.c_char_p) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
