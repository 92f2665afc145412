"""What a process asks of the operating system: no core dumps, private files, no life without its parent."""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4


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


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
