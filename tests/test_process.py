import gc
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from verify import process

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


def test_nothing_is_collected_while_the_program_loads_and_again_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "loaded_here.py").write_text("import gc\nCOLLECTED = gc.isenabled()\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert process.load("loaded_here").COLLECTED is False
    assert gc.isenabled()
    monkeypatch.delitem(sys.modules, "loaded_here")


def test_what_cannot_be_loaded_leaves_the_collector_on() -> None:
    with pytest.raises(ModuleNotFoundError):
        process.load("verify.nowhere")
    assert gc.isenabled()
