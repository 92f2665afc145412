"""The public endpoints: blueprints, problems, CORS, and the OpenAPI document they make."""

from typing import Any

from flask import Flask, request

from crypto.hashing import request_digest
from verify.api import (
    accounts,
    callbacks,
    events,
    forcing,
    guardians,
    notices,
    problems,
    reference,
    requests,
    rights,
    sandbox_page,
    steps,
    system,
    verifications,
    webhook_endpoints,
)
from verify.api.document import Document
from verify.api.documentation import SECURITY_SCHEMES
from verify.auth import authenticate, services
from verify.errors import Problem
from verify.rates import Rates

OPENAPI: dict[str, Any] = {
    "API_TITLE": "Realname",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "Self-hosted real-name verification. Everything read back is masked.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "components": {"securitySchemes": SECURITY_SCHEMES},
    },
}


PARTS = (
    verifications,
    steps,
    guardians,
    accounts,
    rights,
    notices,
    webhook_endpoints,
    events,
    callbacks,
    forcing,
    reference,
)


def register(app: Flask, spec: Document) -> None:
    """Attach everything to an application that holds its Services."""
    problems.register(app)
    requests.register(app)
    settings = app.extensions["realname"].settings
    rates = Rates(settings.limits_url, settings.request_rate)
    app.before_request(lambda: _count(rates))
    app.before_request(authenticate)
    for part in PARTS:
        spec.register_blueprint(part.blueprint)
    app.extensions["realname.openapi"] = spec
    app.register_blueprint(system.blueprint)
    app.register_blueprint(sandbox_page.blueprint)


def _count(rates: Rates) -> None:
    """Per endpoint and credential, without keeping it, or address. Raises Problem rate_limited."""
    if request.endpoint is None or request.blueprint == system.blueprint.name:
        return
    who = request.headers.get("Authorization") or request.remote_addr or ""
    digest = request_digest(services().keyring.primary("pepper"), b"rate", who.encode("utf-8", "surrogatepass"))
    wait = rates.wait(digest.hex(), request.endpoint)
    if wait:
        raise Problem("rate_limited", retry_after=wait)
