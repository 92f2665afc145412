"""The public endpoints: blueprints, problems, CORS, and the OpenAPI document they make."""

from typing import Any

from flask import Flask, g, request
from flask_limiter import Limiter
from flask_smorest import Api

from crypto.hashing import request_digest
from verify.api import (
    accounts,
    callbacks,
    events,
    forcing,
    problems,
    reference,
    requests,
    steps,
    system,
    verifications,
    webhook_endpoints,
)
from verify.api.documentation import SECURITY_SCHEMES, describe_security
from verify.auth import authenticate, services

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


def register(app: Flask, spec: Api) -> None:
    """Attach everything to an application that holds its Services."""
    problems.register(app)
    requests.register(app)
    limiter = Limiter(rate_limit_key, app=app)
    limiter.exempt(system.blueprint)
    app.before_request(authenticate)
    for part in (verifications, steps, accounts, webhook_endpoints, events, callbacks, forcing, reference):
        spec.register_blueprint(part.blueprint)
    describe_security(app, spec)
    app.extensions["realname.openapi"] = spec.spec
    app.register_blueprint(system.blueprint)


def rate_limit_key() -> str:
    """Request rates are counted per credential, without keeping it, or per address."""
    if "rate_key" not in g:
        who = request.headers.get("Authorization") or request.remote_addr or ""
        pepper = services().keyring.primary("pepper")
        g.rate_key = request_digest(pepper, b"rate", who.encode("utf-8", "surrogatepass")).hex()
    return str(g.rate_key)
