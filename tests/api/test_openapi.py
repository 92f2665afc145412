"""The OpenAPI document and the service say the same: schemathesis holds one against the other."""

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
    assert set(document["components"]["securitySchemes"]) == {"secretKey", "clientToken"}


def test_raw_bodies_are_offered_as_octet_stream_too(document: dict[str, Any]) -> None:
    body = document["paths"]["/v1/verifications/{verification_id}/steps/face"]["post"]["requestBody"]
    assert set(body["content"]) == {"image/jpeg", "image/png", "application/octet-stream"}


def test_every_operation_says_who_may_call_it(document: dict[str, Any]) -> None:
    assert [one["operationId"] for one in operations(document) if "security" not in one] == []


def test_no_generated_request_breaks_it(app: Flask, api_keys: Keys, document: dict[str, Any]) -> None:
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
        settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))(run)()
    assert len(tried) == len(operations(document))


def test_the_reference_page_names_every_operation(app: Flask, document: dict[str, Any]) -> None:
    page = app.test_client().get("/docs")
    assert page.status_code == 200
    for operation in operations(document):
        assert f"<code>{operation['operationId']}</code>" in page.text
    assert "<script" not in page.text
