"""Reading request bodies: bounded, never spooled, never believed, never echoed."""

import json
from typing import Any, NoReturn

from flask import request
from webargs.flaskparser import FlaskParser

from verify.errors import Problem

JSON_LIMIT = 64 * 1024
IMAGE_LIMIT = 5 * 1024 * 1024
IMAGE_TYPES = ("image/jpeg", "image/png", "application/octet-stream")


def bounded(limit: int) -> bytes:
    """The body. Raises Problem length_required without Content-Length, too_large past ``limit`` bytes.

    A chunked body is refused rather than read: servers differ in whether they cut it at a limit.
    """
    if request.content_length is None:
        if request.headers.get("Transfer-Encoding"):
            raise Problem("length_required")
        return b""
    if request.content_length > limit:
        raise Problem("too_large", limit=limit)
    body = request.get_data(cache=True)
    if len(body) != request.content_length:
        raise Problem("invalid_input", "The body is shorter than its Content-Length.")
    return body


def image() -> bytes:
    """A raw image body of at most IMAGE_LIMIT bytes; what it is is read from the bytes later."""
    if request.mimetype not in IMAGE_TYPES:
        raise Problem("unsupported_media_type", f"Send one of {', '.join(IMAGE_TYPES)} as the raw body.")
    if request.content_length is None:
        raise Problem("length_required")
    return bounded(IMAGE_LIMIT)


def _refuse(_constant: str) -> NoReturn:
    msg = "not JSON"
    raise ValueError(msg)


def json_object() -> dict[str, Any]:
    """The JSON object of the body; an absent body is an empty object. NaN and Infinity are not JSON."""
    body = bounded(JSON_LIMIT)
    if not body:
        return {}
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise Problem("unsupported_media_type", "Send application/json.")
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Problem("malformed_json") from None
    if not isinstance(value, dict):
        raise Problem("malformed_json", "The body must be a JSON object.")
    return value


class Parser(FlaskParser):
    """webargs over our own reading of JSON bodies."""

    def load_json(self, req: Any, schema: Any) -> Any:  # noqa: ARG002 - webargs' signature
        return json_object()
