"""What the OpenAPI document tells beyond its schemas: for every operation, and true to them."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from verify.api.told.calls import ANSWERED, SENT
from verify.api.told.descriptions import DESCRIPTIONS
from verify.api.told.errors import OF
from verify.errors import PROBLEMS

#: ids are for good: generated clients are named by them
PUBLISHED = set((Path(__file__).parent / "operation_ids.txt").read_text("utf-8").split())


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/openapi.json").json
    return found


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    paths = document["paths"].values()
    return {
        one["operationId"]: one
        for path in paths
        for one in path.values()
        if isinstance(one, dict) and "operationId" in one
    }


def examples(operation: dict[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    """Schema and value of each example that the operation shows."""
    described = [operation.get("requestBody", {}), *operation["responses"].values()]
    media = [one for part in described for one in part.get("content", {}).values()]
    single = [(one["schema"], one["example"]) for one in media if "example" in one]
    return single + [(one["schema"], case["value"]) for one in media for case in one.get("examples", {}).values()]


def test_every_operation_tells_its_errors(document: dict[str, Any]) -> None:
    found = operations(document)
    assert [name for name, one in found.items() if not any(status >= "400" for status in one["responses"])] == []


def test_every_example_is_what_its_schema_says(document: dict[str, Any]) -> None:
    wrong = []
    for name, operation in operations(document).items():
        for schema, value in examples(operation):
            check = jsonschema_rs.validator_for({**schema, "components": document["components"]})
            wrong += [f"{name} {error.instance_path}: {error.message}" for error in check.iter_errors(value)]
    assert wrong == []


def test_no_row_is_about_an_operation_that_is_gone() -> None:
    assert (set(DESCRIPTIONS) | set(SENT) | set(ANSWERED) | set(OF)) - PUBLISHED == set()


def test_every_problem_that_is_shown_belongs_to_its_status() -> None:
    shown = [(status, code) for by_status in OF.values() for status, codes in by_status.items() for code in codes]
    assert [pair for pair in shown if PROBLEMS[pair[1]].status != pair[0]] == []


def test_every_parameter_of_a_path_is_described(document: dict[str, Any]) -> None:
    given = [one for path in document["paths"].values() for one in path.get("parameters", [])]
    assert len(given) > len(document["paths"]) // 2
    assert [one["name"] for one in given if "description" not in one] == []
