"""What deploy/ holds speaks of things that exist."""

import re
from pathlib import Path

import pytest
from click import Context
from prometheus_client import REGISTRY

from verify import metrics
from verify.cli import main
from verify.config import Settings

DEPLOY = Path(__file__).parent.parent / "deploy"
FILES = [
    path for folder in ("docker", "nginx", "systemd", "grafana", "prometheus") for path in (DEPLOY / folder).iterdir()
]
SUFFIXES = ("_bucket", "_count", "_sum", "")


def known_metrics() -> set[str]:
    counted = {sample.name for family in REGISTRY.collect() for sample in family.samples}
    described = {f"{family.name}{suffix}" for family in REGISTRY.collect() for suffix in ("_total", *SUFFIXES)}
    return counted | described | set(metrics.STORED) | set(metrics.BACKLOG)


@pytest.mark.parametrize("file", ["grafana/realname.json", "prometheus/alerts.yaml"])
def test_only_metrics_that_exist_are_looked_at(file: str) -> None:
    used = set(re.findall(r"\brealname_[a-z_]+\b", (DEPLOY / file).read_text("utf-8")))
    assert used - known_metrics() == set()
    assert used


def test_every_gauge_of_the_store_is_on_the_dashboard() -> None:
    dashboard = (DEPLOY / "grafana/realname.json").read_text("utf-8")
    assert [name for name in metrics.STORED if name not in dashboard] == []


def test_only_settings_that_exist_are_set() -> None:
    known = {f"REALNAME_{name.upper()}" for name in Settings.__dataclass_fields__}
    used = {name for path in FILES for name in re.findall(r"\bREALNAME_[A-Z_]+\b", path.read_text("utf-8"))}
    assert used - known == set()
    assert used


@pytest.mark.parametrize("file", ["systemd/realname-web.service", "systemd/realname-worker.service"])
def test_a_unit_starts_a_command_that_takes_these_options(file: str) -> None:
    started = re.search(r"^ExecStart=\S*/realname (.+)$", (DEPLOY / file).read_text("utf-8"), re.MULTILINE)
    assert started is not None
    name, *words = started[1].split()
    found = main.get_command(Context(main), name)
    assert found is not None
    # raises for an option it does not know
    assert found.make_context(name, words, resilient_parsing=False).params
