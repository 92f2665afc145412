"""Health, metrics and the reference page."""

import hashlib
import json
import re
from base64 import b64encode
from collections import defaultdict
from hmac import compare_digest
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from markupsafe import Markup, escape
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from verify import metrics
from verify.auth import public, services
from verify.errors import Problem

blueprint = Blueprint("system", __name__, template_folder="templates")

LOOPBACK = {"127.0.0.1", "::1"}

STYLE = (files(__package__) / "templates" / "docs.css").read_text("utf-8")

#: nothing runs, nothing is loaded or sent, and the one style sheet is the very text above
DOCS_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
    f"frame-ancestors 'none'; style-src 'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'",
    "Referrer-Policy": "no-referrer",
}


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


@blueprint.app_template_filter("pretty")
def pretty(value: Any) -> str:
    """JSON to be read, in the order of the schema."""
    return json.dumps(value, ensure_ascii=False, indent=2)


@blueprint.app_template_filter("told")
def told(words: str | None) -> Markup:
    """A description, with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(words or ""))))  # noqa: S704 - escaped before


@blueprint.get("/docs")
@public
def docs() -> Response:
    """The OpenAPI document as a page, without a script from anywhere."""
    spec: dict[str, Any] = current_app.extensions["realname.openapi"].written()
    groups = defaultdict(list)
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and "operationId" in operation:
                shown = [*operations.get("parameters", []), *operation.get("parameters", [])]
                groups[operation["tags"][0]].append((method.upper(), path, {**operation, "shown": shown}))
    page = render_template("docs.html", spec=spec, groups=groups, style=Markup(STYLE))  # noqa: S704 - a file of ours
    return Response(page, content_type="text/html; charset=utf-8", headers=DOCS_HEADERS)
