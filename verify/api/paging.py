"""Cursors: the last id of a page, opaque to callers."""

import base64
import binascii
from uuid import UUID

from verify.errors import invalid


def cursor(last: UUID) -> str:
    return base64.urlsafe_b64encode(last.bytes).rstrip(b"=").decode()


def after(cursor: str) -> UUID:
    """The id a page ended with. Raises Problem for anything ``cursor`` did not give."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor.encode() + b"=="))
    except (ValueError, binascii.Error):
        raise invalid("cursor", "not_allowed") from None
