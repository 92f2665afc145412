"""What is installed from a wheel is what runs from a checkout."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = ("crypto", "migrations", "providers", "verify")
LEFT_BEHIND = {"__pycache__", ".mypy_cache"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of a copy of the tree, unpacked."""
    work = tmp_path_factory.mktemp("wheel")
    source = work / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    for name in SHIPPED:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(work)], cwd=source, check=True, capture_output=True, timeout=120)
    (wheel,) = work.glob("*.whl")
    unpacked = work / "installed"
    zipfile.ZipFile(wheel).extractall(unpacked)
    return unpacked


def test_a_wheel_holds_every_file_that_the_service_reads(installed: Path) -> None:
    wanted = {
        path.relative_to(ROOT)
        for name in SHIPPED
        for path in (ROOT / name).rglob("*")
        if path.is_file() and not LEFT_BEHIND & set(path.parts)
    }
    assert [str(path) for path in sorted(wanted) if not (installed / path).is_file()] == []


def test_tables_are_made_from_an_installed_wheel(installed: Path, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "verify.cli", "db", "upgrade"]
    environment = {"PYTHONPATH": str(installed), "REALNAME_INSTANCE": str(tmp_path), "PATH": ""}
    subprocess.run(program, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60)
    assert {"realname.db", "realname-keys.db"} <= {path.name for path in tmp_path.iterdir()}
