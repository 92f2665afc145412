"""Seeking a request's personal data in text that must not hold it, in every spelling it is likely to leave in."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import fields
from urllib.parse import quote

from providers.base import Photo, Request

#: fields that are nobody's in particular
IMPERSONAL = frozenset(
    {
        "locale",
        "side",
        "amount_fen",
        "remark",
        "corporate",
        "enterprise_name",
        "credit_code",
    }
)

#: bytes of an image that are sought; a multiple of three, so that base64 of the whole holds that of the piece
PIECE = 24


def leaks(request: Request, text: str) -> list[str]:
    """Names of the fields whose value stands in ``text``."""
    return [name for name, value in _personal(request) if any(spelling in text for spelling in _spellings(value))]


def _personal(request: Request) -> Iterator[tuple[str, bytes]]:
    for field in fields(request):
        value = getattr(request, field.name)
        if isinstance(value, Photo):
            middle = len(value.data) // 2 // 3 * 3
            yield field.name, value.data[middle : middle + PIECE]
        elif isinstance(value, Mapping):
            yield from ((field.name, each.encode()) for each in value.values())
        elif field.name not in IMPERSONAL and value is not None:
            yield field.name, value.encode()


def _spellings(value: bytes) -> set[str]:
    text = value.decode("utf-8", "backslashreplace")
    return {
        text,
        quote(value),
        repr(value)[2:-1],
        json.dumps(text)[1:-1],
        b64encode(value).decode().rstrip("="),
        value.hex(),
    }
