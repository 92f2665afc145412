"""Health, metrics and the reference page."""

from collections import defaultdict
from hmac import compare_digest
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from verify import metrics
from verify.auth import public, services
from verify.errors import Problem

blueprint = Blueprint("system", __name__, template_folder="templates")

LOOPBACK = {"127.0.0.1", "::1"}


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """Both stores answer."""
    try:
        with services().read() as session:
            session.execute(text("SELECT 1"))
        services().vault.ping()
    except SQLAlchemyError:
        raise Problem("not_ready", retry_after=2) from None
    return jsonify({"status": "ready"})


@blueprint.get("/metrics")
@public
def expose() -> Response:
    """Prometheus metrics: with the bearer token where one is set, else over loopback without a proxy."""
    token = services().settings.metrics_token
    if token is not None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        allowed = compare_digest(given.encode(), token.encode())
    else:
        allowed = request.remote_addr in LOOPBACK and "X-Forwarded-For" not in request.headers
    if not allowed:
        raise Problem("not_found")
    body, content_type = metrics.expose(services())
    return Response(body, content_type=content_type)


@blueprint.get("/docs")
@public
def docs() -> str:
    """The OpenAPI document as a page, without a script from anywhere."""
    spec: dict[str, Any] = current_app.extensions["realname.openapi"].to_dict()
    groups = defaultdict(list)
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and "operationId" in operation:
                groups[operation["tags"][0]].append((method.upper(), path, operation))
    return render_template("docs.html", spec=spec, groups=groups)
