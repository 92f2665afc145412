"""Schema parts whose messages are our field error codes, so that nothing submitted is echoed."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, validate

CODES: dict[str, Any] = {
    "invalid_awareness": "wrong_type",
    "format": "wrong_type",
    "required": "required",
    "null": "wrong_type",
    "invalid": "wrong_type",
    "invalid_utf8": "wrong_type",
}

METADATA_KEYS = 20

#: the last two code points of each plane (Unicode 23.7)
NONCHARACTER = 0xFFFE


class Documented(Schema):
    """flask-smorest copies all that is documented of a view at each of its decorators; a schema never changes."""

    def __deepcopy__(self, _memo: dict[int, Any]) -> "Documented":
        return self


class Body(Documented):
    """A JSON body: unknown fields are refused, not ignored."""

    class Meta:
        unknown = RAISE

    error_messages = {  # noqa: RUF012 - marshmallow's own attribute
        "unknown": "unknown_field",
        "type": "wrong_type",
    }


class Query(Body):
    """A query string, held to the same rule."""


class Answer(Documented):
    """What we answer. A later release may add members, so clients must let unknown ones pass."""

    class Meta:
        unknown = INCLUDE


def is_clean(value: str) -> bool:
    """No control characters, lone surrogates or noncharacters."""
    return not any(unicodedata.category(c) in {"Cc", "Cs"} or ord(c) & NONCHARACTER == NONCHARACTER for c in value)


class Text(fields.String):
    """A string of ``low`` to ``high`` code points without control characters or lone surrogates."""

    default_error_messages = CODES

    def __init__(self, high: int, low: int = 1, **kwargs: Any) -> None:
        checks: list[Callable[[str], object]] = [
            validate.Length(max=high, error="too_long"),
            validate.Length(min=low, error="too_short"),
            _clean,
        ]
        super().__init__(validate=checks, **kwargs)


def _clean(value: str) -> None:
    if not is_clean(value):
        msg = "invalid_characters"
        raise ValidationError(msg)


class OneOf(fields.String):
    """A string out of a closed list."""

    default_error_messages = CODES

    def __init__(self, choices: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(choices, error="not_allowed"), **kwargs)


class Flag(fields.Boolean):
    """true or false, and nothing that looks like them."""

    default_error_messages = CODES

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:  # noqa: ARG002 - marshmallow's signature
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Labels(fields.Field[Mapping[str, str]]):
    """Up to 20 labels of the caller's own: names of 40, values of 500 code points (as Stripe's metadata)."""

    default_error_messages = CODES

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Mapping[str, str]:  # noqa: ARG002 - marshmallow's signature
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            raise self.make_error("invalid")
        if len(value) > METADATA_KEYS or any(len(k) > 40 or len(v) > 500 for k, v in value.items()):  # noqa: PLR2004 - stated above
            msg = "too_long"
            raise ValidationError(msg)
        if not all(is_clean(part) for item in value.items() for part in item):
            msg = "invalid_characters"
            raise ValidationError(msg)
        return value
