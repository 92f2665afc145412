import signal
import subprocess
import sys

import psutil
import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")

UNDUMPABLE = """
import ctypes, resource
from verify.process import disable_core_dumps
disable_core_dumps()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""

#: starts a child that says its id and would outlive it
PARENT = """
import os, subprocess, sys
from functools import partial
from verify.process import die_with
child = subprocess.Popen(["sleep", "60"], preexec_fn=partial(die_with, os.getpid()))
print(child.pid, flush=True)
child.wait()
"""

#: was told of another parent than the one it has
LATE = "from verify.process import die_with; die_with(1); print('alive')"


@pytest.mark.promise("2.1.1(2)")
@linux
def test_a_process_leaves_no_core() -> None:
    done = subprocess.run([sys.executable, "-c", UNDUMPABLE], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "(0, 0) 0"


@linux
def test_a_child_dies_with_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    gone, _ = psutil.wait_procs([child], timeout=10)
    assert gone == [child]


@linux
def test_a_child_whose_parent_is_gone_already_ends() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
