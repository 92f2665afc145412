"""What the OpenAPI document says beyond what the code shows: problems, raw bodies, credentials."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask
from flask_smorest import Api

from verify.api.body import IMAGE_TYPES, PAPER_TYPES
from verify.api.schemas import ProblemView
from verify.auth import demand_of

PROBLEM, PROBLEM_TYPE = ProblemView(), "application/problem+json"

T = TypeVar("T", bound=Callable[..., Any])


def problems(*statuses: int) -> Callable[[T], T]:
    """Document these error answers, each a problem document.

    Written beside what the decorators below wrote: ``alt_response`` would wrap the view once for each status, and
    copy all that was written before.
    """

    def decorate(view: T) -> T:
        written = vars(view).setdefault("_apidoc", {}).setdefault("response", {}).setdefault("responses", {})
        for status in statuses:
            problem = {"schema": PROBLEM, "description": HTTPStatus(status).phrase, "content_type": PROBLEM_TYPE}
            written.setdefault(status, []).append(problem)
        return view

    return decorate


RAW_IMAGE: dict[str, Any] = {
    "required": True,
    "content": {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in IMAGE_TYPES},
}

RAW_PAPER: dict[str, Any] = {
    "required": True,
    "content": {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in PAPER_TYPES},
}

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Repeat a request safely: kept 24 hours, same key and body answer the same.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}

SECURITY_SCHEMES: dict[str, Any] = {
    "secretKey": {"type": "http", "scheme": "bearer", "description": "rn_test_… or rn_live_…, held by your server."},
    "clientToken": {"type": "http", "scheme": "bearer", "description": "rn_client_…, held by one user's browser."},
    "guardianToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "rn_guardian_…, held by a guardian's browser.",
    },
}

#: credentials by what a view declares (verify.auth)
SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "secret": [{"secretKey": []}],
    "either": [{"secretKey": []}, {"clientToken": []}],
    "guardian": [{"guardianToken": []}],
    "guardian_or_secret": [{"secretKey": []}, {"guardianToken": []}],
    "vendor": [],
    "public": [],
}


def describe_security(app: Flask, spec: Api) -> None:
    """Give each operation the credentials its view declares."""
    by_operation = {
        documented["operationId"]: demand_of(view)
        for view in app.view_functions.values()
        if "operationId" in (documented := getattr(view, "_apidoc", {}).get("manual_doc", {}))
    }
    for path in spec.spec._paths.values():  # noqa: SLF001 - apispec has no public way back to its paths
        for verb, operation in path.items():
            if isinstance(operation, dict) and verb in {"post", "delete"}:
                operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
            if isinstance(operation, dict) and operation.get("operationId") in by_operation:
                demand = by_operation[operation["operationId"]]
                operation["security"] = SECURITY[demand.who if demand else "public"]


def describe_defaults(spec: Api) -> None:
    """Tell defaults in words: generators take a member with a ``default`` for one that is always there, and
    then demand it in a request."""
    for schema in spec.spec.components.schemas.values():
        for member in schema.get("properties", {}).values():
            if "default" in member:
                told = f"Default: {json.dumps(member.pop('default'), ensure_ascii=False)}."
                member["description"] = f"{member.get('description', '')} {told}".strip()
