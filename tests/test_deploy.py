"""What deploy/ holds speaks of things that exist."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Context
from prometheus_client import REGISTRY

from verify import metrics
from verify.cli import main
from verify.config import Settings
from verify.serve import DRAIN

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


def compose() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((DEPLOY / "docker/compose.yaml").read_text("utf-8"))["services"]
    return services


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


@pytest.mark.parametrize("service", ["web", "worker"])
def test_a_container_may_drain_before_it_is_killed(service: str) -> None:
    assert seconds(compose()[service]["stop_grace_period"]) > DRAIN


@pytest.mark.parametrize("half", ["web", "worker"])
def test_a_unit_may_drain_before_it_is_killed(half: str) -> None:
    unit = (DEPLOY / f"systemd/realname-{half}.service").read_text("utf-8")
    assert float(unit.partition("TimeoutStopSec=")[2].splitlines()[0]) > DRAIN


def test_whatever_stays_up_has_a_health_check_that_can_be_waited_for() -> None:
    # `up --wait` ends with an error for a container whose check is switched off
    staying = {name: part for name, part in compose().items() if part.get("restart") != "no"}
    assert [name for name, part in staying.items() if "disable" in part.get("healthcheck", {})] == []


def test_nginx_starts_anew_with_what_it_passes_on_to() -> None:
    assert compose()["nginx"]["depends_on"]["web"] == {"condition": "service_healthy", "restart": True}


def test_every_job_that_is_scraped_is_missed_when_it_is_down() -> None:
    documented = (DEPLOY.parent / "docs/deploy.md").read_text("utf-8")
    jobs = re.findall(r"job_name: (\S+)", documented)
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
    down = next(rule["expr"] for rule in rules if rule["alert"] == "RealnameDown")
    missed = re.search(r'job=~"([^"]+)"', down)
    assert missed is not None
    assert [job for job in jobs if not re.fullmatch(missed[1], job)] == []
    assert len(jobs) == 2


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_page_that_is_named_exists(file: Path) -> None:
    named = re.findall(r"docs/[a-z-]+\.md", file.read_text("utf-8"))
    assert [page for page in named if not (DEPLOY.parent / page).is_file()] == []


def test_the_image_is_built_from_what_its_build_is_given() -> None:
    copied = [
        source
        for line in (DEPLOY / "docker/Dockerfile").read_text("utf-8").splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    given = (DEPLOY / "docker/Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert [source for source in copied if f"!{source}" not in given] == []
    assert [source for source in copied if not (DEPLOY.parent / source).exists()] == []


def test_nginx_sends_no_submission_twice_and_keeps_none() -> None:
    rules = (DEPLOY / "nginx/realname.conf").read_text("utf-8")
    assert re.findall(r"^ *proxy_next_upstream (.+);", rules, re.MULTILINE) == ["error"]
    assert re.findall(r"^ *proxy_(?:request_)?buffering (.+);", rules, re.MULTILINE) == ["off", "off"]
