"""Clients that generators make of the OpenAPI document, unmodified, take a person through the bank-card flow."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from providers.testing.identities import adult, card, mobile
from tests.functional.service import Service, running
from verify.images import draw_portrait

pytestmark = [pytest.mark.long, pytest.mark.enable_socket]

HERE = Path(__file__).parent / "clients"
ROOT = HERE.parent.parent.parent

Running = tuple[Service, dict[str, str]]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest.fixture
def portrait(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Another picture for each test: one that comes twice is refused."""
    path = tmp_path / "nobody.jpg"
    path.write_bytes(draw_portrait(640, 800, noise_seed=len(request.node.name)))
    return path


@pytest.fixture(scope="module")
def document(live: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    path.write_bytes(requests.get(f"{live[0].base}/openapi.json", timeout=10).content)
    return path


def said(*command: str | Path, cwd: Path = ROOT) -> str:
    """What a program that ends well prints."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def python_client(document: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where it is, and what its generator said."""
    made = tmp_path_factory.mktemp("python") / "client"
    program = [sys.executable, "-m", "openapi_python_client"]
    return made, said(*program, "generate", "--path", document, "--output-path", made)


def test_the_python_generator_leaves_no_operation_out(python_client: tuple[Path, str], document: Path) -> None:
    made, told = python_client
    paths = json.loads(document.read_text("utf-8"))["paths"]
    ids = {one["operationId"] for path in paths.values() for one in path.values() if "operationId" in one}
    modules = {path.stem for path in made.glob("*/api/*/*.py")}
    assert {snake(name) for name in ids} - modules == set(), told


def test_a_python_client_verifies_a_person(live: Running, python_client: tuple[Path, str], portrait: Path) -> None:
    service, made = live
    program = [sys.executable, "-m", "tests.functional.clients.bank_card"]
    assert said(*program, python_client[0], service.base, made["test_key"], portrait).split() == ["verified"]


def test_a_typescript_client_verifies_a_person(live: Running, document: Path, portrait: Path, tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    service, made = live
    project = shutil.copytree(HERE / "typescript", tmp_path / "client", ignore=shutil.ignore_patterns("node_modules"))
    said("npm", "ci", "--silent", cwd=project)
    said("npx", "openapi-typescript", document, "--output", "api.d.ts", cwd=project)
    said("npx", "tsc", cwd=project)
    who = adult(12)
    person = {"name": who.name, "id_number": who.id_number, "card_number": card(12), "mobile": mobile(12)}
    program = ["node", "built/bank_card.js"]
    told = said(*program, service.base, made["test_key"], portrait, json.dumps(person), cwd=project)
    assert told.split() == ["verified"]


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
