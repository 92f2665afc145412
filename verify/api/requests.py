"""What surrounds every request: its id, its log line, CORS, and the idempotency ticket."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec
from uuid import UUID, uuid4

import structlog
from flask import Flask, Response, g, request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from crypto.hashing import request_digest
from verify import metrics
from verify.auth import caller, services
from verify.errors import Problem, invalid
from verify.flows.idempotency import Replay, Ticket
from verify.models import Origin

P = ParamSpec("P")
log = structlog.get_logger()

EXPOSED = "Date, ETag, Retry-After, Idempotent-Replayed, X-Request-Id"
ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-None-Match"
KEY_LENGTH = 255


def register(app: Flask) -> None:
    app.before_request(_begin)
    app.before_request(_preflight)
    app.after_request(_cors)
    app.after_request(_end)


def _begin() -> None:
    g.request_id = f"rq_{uuid4().hex}"
    g.started = time.monotonic()


def _preflight() -> Response | None:
    """A preflight carries no credential, so it answers any registered origin; the request checks its own."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    origin = request.headers.get("Origin", "")
    response = Response(status=204)
    if _is_registered(origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        response.headers["Access-Control-Max-Age"] = "600"
    response.headers["Vary"] = "Origin"
    return response


def _cors(response: Response) -> Response:
    origin = g.get("cors_origin") or _origin_of_a_problem(response)
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        response.vary.add("Origin")
    return response


def _origin_of_a_problem(response: Response) -> str | None:
    """A caller who could not be told apart may still read why, on any registered origin, or anything public."""
    origin = request.headers.get("Origin")
    if origin is None or "caller" in g:
        return None
    if response.status_code < 400:  # noqa: PLR2004 - HTTP
        return origin if request.method == "GET" and request.path.startswith("/v1/") else None
    return origin if response.status_code != 403 and _is_registered(origin) else None  # noqa: PLR2004 - HTTP


def _is_registered(origin: str) -> bool:
    try:
        with services().read() as session:
            known = session.execute(select(Origin.origin).where(Origin.origin == origin).limit(1)).first()
    except SQLAlchemyError:
        return False
    return known is not None


def _end(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "unmatched"
    seconds = time.monotonic() - g.get("started", time.monotonic())
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if _is_unread():
        # the server is about to close it; a client that is not told so sends its next request into nothing
        response.headers["Connection"] = "close"
    metrics.request_answered(route, request.method, response.status_code, seconds)
    log.info(
        "request answered",
        request_id=g.get("request_id"),
        route=route,
        method=request.method,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
    )
    return response


def _is_unread() -> bool:
    """Answered before the body was read, as a request without credential is; nobody waits for its bytes."""
    return bool(request.content_length) and "stream" not in vars(request)


def ticket(body: bytes = b"") -> Ticket | None:
    """The request as its Idempotency-Key names it; None without one. Raises Problem for an unusable key."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not key or len(key) > KEY_LENGTH:
        raise invalid("Idempotency-Key", "too_long" if key else "too_short")
    who = caller()
    scope = (who.subject.bytes, b"live" if who.livemode else b"test", request.method, request.path, key)
    encoded = [part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass") for part in scope]
    content = body or request.get_data(cache=True)
    first, *others = [
        Ticket(
            request_digest(pepper, b"scope", *encoded), request_digest(pepper, b"body", request.query_string, content)
        )
        for pepper in services().keyring.usable("pepper")
    ]
    return replace(first, also=tuple(others))


def replayable(answer_again: Callable[[Replay], Response]) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Answer a repeated request with ``answer_again``, marked Idempotent-Replayed."""

    def decorate(view: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(view)
        def replaying(*args: P.args, **kwargs: P.kwargs) -> Any:
            try:
                return view(*args, **kwargs)
            except Replay as replay:
                response = answer_again(replay)
                response.headers["Idempotent-Replayed"] = "true"
                return response

        return replaying

    return decorate


def resource_id(prefix: str, text: str) -> UUID:
    """The UUID in a prefixed id. Raises Problem not_found for anything else."""
    if not text.startswith(prefix):
        raise Problem("not_found")
    try:
        return UUID(text.removeprefix(prefix))
    except ValueError:
        raise Problem("not_found") from None
