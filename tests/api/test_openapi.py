"""The OpenAPI document and the service say the same: schemathesis holds one against the other."""

import hashlib
import re
from base64 import b64encode
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.caller import Caller
from tests.conftest import Keys

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/openapi.json").json
    return found


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    paths = document["paths"].values()
    return [one for path in paths for one in path.values() if isinstance(one, dict) and "operationId" in one]


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert set(document["components"]["securitySchemes"]) == {"secretKey", "clientToken", "guardianToken"}


def test_raw_bodies_are_offered_as_octet_stream_too(document: dict[str, Any]) -> None:
    body = document["paths"]["/v1/verifications/{verification_id}/steps/face"]["post"]["requestBody"]
    assert set(body["content"]) == {"image/jpeg", "image/png", "application/octet-stream"}


def test_a_default_is_told_in_words(document: dict[str, Any]) -> None:
    members = document["components"]["schemas"]["NewVerification"]["properties"]
    assert "default" not in members["locale"]
    assert members["locale"]["description"].endswith('Default: "zh-CN".')


def test_no_operation_answers_an_error_of_another_shape(document: dict[str, Any]) -> None:
    assert [one["operationId"] for one in operations(document) if "default" in one["responses"]] == []


def test_every_response_is_described(document: dict[str, Any]) -> None:
    answers = [(one["operationId"], *answer) for one in operations(document) for answer in one["responses"].items()]
    shared = document["components"].get("responses", {}).items()
    told = [*answers, *(("components", *answer) for answer in shared)]
    assert len(told) > len(operations(document))
    assert [one for one in told if "$ref" not in one[2] and not one[2].get("description")] == []


def test_every_operation_says_who_may_call_it(document: dict[str, Any]) -> None:
    assert [one["operationId"] for one in operations(document) if "security" not in one] == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("requests", [4, pytest.param(25, marks=pytest.mark.long)])
def test_no_generated_request_breaks_it(app: Flask, api_keys: Keys, document: dict[str, Any], requests: int) -> None:
    """So many to each operation there is."""
    server = Caller(app, api_keys.test)
    known = {
        "verification_id": server.create()["id"],
        "endpoint_id": server.post("/v1/webhook_endpoints", {"url": "https://hooks.example/"}).json["id"],
        "event_id": server.get("/v1/events").json["data"][0]["id"],
    }
    tried = set()

    def hold(case: schemathesis.Case) -> None:
        tried.add(case.operation.label)
        for name in known.keys() & case.path_parameters.keys():
            if len(case.path_parameters[name]) % 2:
                case.path_parameters[name] = known[name]
        with app.app_context():
            case.call_and_validate(headers={"Authorization": f"Bearer {api_keys.test}"}, checks=CHECKS)

    for found in schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations():
        run = given(case=found.ok().as_strategy())(hold)
        settings(max_examples=requests, deadline=None, database=None, suppress_health_check=list(HealthCheck))(run)()
    assert len(tried) == len(operations(document))


def test_the_reference_page_names_every_operation(app: Flask, document: dict[str, Any]) -> None:
    page = app.test_client().get("/docs")
    assert page.status_code == 200
    for operation in operations(document):
        assert f"<code>{operation['operationId']}</code>" in page.text
    assert "<script" not in page.text
    assert "`" not in page.text


def test_the_reference_page_lets_nothing_run_or_load_but_its_own_style(app: Flask) -> None:
    page = app.test_client().get("/docs")
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["style-src"] == f"'sha256-{digest}'"
    assert "script-src" not in policy
    assert not re.search(r"\sstyle=|\son[a-z]+=", page.text)
