"""Reading request bodies: bounded, never spooled, never believed, never echoed."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn
from uuid import UUID

from flask import g, request
from marshmallow import RAISE
from webargs.flaskparser import FlaskParser

from verify.auth import caller
from verify.errors import Problem

JSON_LIMIT = 64 * 1024
IMAGE_LIMIT = 5 * 1024 * 1024
PAPER_LIMIT = 10 * 1024 * 1024
DRAINED_AT_MOST = 16 * 1024 * 1024

#: bodies of one client token a process reads at once
READERS_AT_MOST = 4

_lock = threading.Lock()
_readers: Counter[UUID] = Counter()

IMAGE_TYPES = ("image/jpeg", "image/png", "application/octet-stream")
PAPER_TYPES = ("application/pdf", *IMAGE_TYPES)


def bounded(limit: int) -> bytes:
    """The body. Raises Problem length_required without Content-Length, too_large past ``limit`` bytes.

    A chunked body is refused rather than read: servers differ in whether they cut it at a limit.
    """
    if request.content_length is None:
        if request.headers.get("Transfer-Encoding"):
            raise Problem("length_required")
        return b""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem("unsupported_media_type", "Send the body without a content encoding.")
    if request.content_length > limit:
        _drain(request.content_length)
        raise Problem("too_large", limit=limit)
    with _reading():
        body = request.get_data(cache=True)
    if len(body) != request.content_length:
        raise Problem("invalid_input", "The body is shorter than its Content-Length.")
    return body


def _drain(length: int) -> None:
    """Take a refused body off the wire, up to a bound, so that clients that send before they listen get to
    read the refusal."""
    left = min(length, DRAINED_AT_MOST)
    with _reading():
        while left > 0 and (chunk := request.stream.read(min(left, 65_536))):
            left -= len(chunk)


@contextmanager
def _reading() -> Iterator[None]:
    """A client token holds few threads with bodies that never end; a server of the application is trusted."""
    who = caller() if "caller" in g else None
    subject = who.subject if who and who.verification else None
    if subject is None:
        yield
        return
    with _lock:
        if _readers[subject] >= READERS_AT_MOST:
            raise Problem("rate_limited", retry_after=1)
        _readers[subject] += 1
    try:
        yield
    finally:
        with _lock:
            _readers[subject] -= 1
            if not _readers[subject]:
                del _readers[subject]


def image() -> bytes:
    """A raw image body of at most IMAGE_LIMIT bytes; what it is is read from the bytes later."""
    if request.mimetype not in IMAGE_TYPES:
        raise Problem("unsupported_media_type", f"Send one of {', '.join(IMAGE_TYPES)} as the raw body.")
    if request.content_length is None:
        raise Problem("length_required")
    return bounded(IMAGE_LIMIT)


def paper() -> bytes:
    """A raw scan of at most PAPER_LIMIT bytes, held once in memory; what it is is read from the bytes later."""
    if request.mimetype not in PAPER_TYPES:
        raise Problem("unsupported_media_type", f"Send one of {', '.join(PAPER_TYPES)} as the raw body.")
    if request.content_length is None:
        raise Problem("length_required")
    return bounded(PAPER_LIMIT)


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
    """webargs over our own reading of JSON bodies; unknown parameters are refused, not ignored."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": RAISE, "query": RAISE}  # noqa: RUF012 - webargs' own attribute

    def use_args(self, argmap: Any, *args: Any, **kwargs: Any) -> Any:
        """One schema for all requests; webargs would make one for each, which copies every field."""
        return super().use_args(argmap() if isinstance(argmap, type) else argmap, *args, **kwargs)

    def load_json(self, req: Any, schema: Any) -> Any:  # noqa: ARG002 - webargs' signature
        return json_object()
