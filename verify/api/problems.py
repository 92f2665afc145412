"""Every way a request can fail, turned into problem+json with a request id."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask, Response, g, json, request
from werkzeug.exceptions import HTTPException

from verify import unforeseen
from verify.errors import FieldError, Problem

#: what is no code of ours is a library's sentence, which may quote the value
CODE = re.compile(r"[a-z][a-z0-9_]*")

#: HTTP errors the framework raises, in our words
FRAMEWORK = {
    400: "malformed_json",
    404: "not_found",
    405: "method_not_allowed",
    411: "length_required",
    413: "too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    503: "not_ready",
}


def register(app: Flask) -> None:
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _framework)
    app.register_error_handler(Exception, lambda error: answer(unforeseen.recorded(error)))


def answer(problem: Problem) -> Response:
    response = Response(
        json.dumps(problem.document(g.get("request_id", ""), _locale()), ensure_ascii=False),
        status=problem.kind.status,
        content_type="application/problem+json",
    )
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    if problem.code == "invalid_credentials":
        response.headers["WWW-Authenticate"] = 'Bearer realm="realname"'
    return response


def _locale() -> str:
    """The verification's language for its own user, else what the request asks for."""
    who = g.get("caller")
    if who is not None and who.verification is not None:
        return str(who.verification.locale)
    return request.accept_languages.best_match(["en", "zh-CN", "zh"]) or "en"


def _framework(error: HTTPException) -> Response:
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        return answer(Problem("invalid_input", errors=list(_field_errors(messages))))
    code = FRAMEWORK.get(error.code or 500, "internal_error")
    response = answer(Problem(code, retry_after=1 if code == "rate_limited" else None))
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _field_errors(messages: Mapping[str, Any]) -> Iterator[FieldError]:
    """webargs: {location: {field: [code, …] or {nested: …}}}. Names of unknown fields are not repeated."""
    for fields in messages.values():
        for name, found in fields.items():
            code = _first(found)
            field = "" if code == "unknown_field" or name == "_schema" else str(name)
            yield FieldError(field, code)


def _first(found: Any) -> str:
    """The first code below a field, however deep."""
    while not isinstance(found, str):
        found = next(iter(found.values() if isinstance(found, Mapping) else found))
    return found if CODE.fullmatch(found) else "wrong_type"
