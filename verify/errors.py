"""Problems a caller can meet, as RFC 9457 documents: stable codes, never a submitted value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True)
class Kind:
    status: HTTPStatus
    title: str


#: every ``code`` of api.md, with the sentence a developer reads
PROBLEMS: Mapping[str, Kind] = {
    "malformed_json": Kind(HTTPStatus.BAD_REQUEST, "The body is not valid JSON."),
    "invalid_credentials": Kind(HTTPStatus.UNAUTHORIZED, "The credential is missing, wrong, revoked or expired."),
    "forbidden": Kind(HTTPStatus.FORBIDDEN, "This credential may not do this."),
    "consent_required": Kind(HTTPStatus.FORBIDDEN, "A consent this step rests on is missing."),
    "not_found": Kind(HTTPStatus.NOT_FOUND, "There is no such resource."),
    "method_not_allowed": Kind(HTTPStatus.METHOD_NOT_ALLOWED, "This resource does not know this method."),
    "step_not_expected": Kind(HTTPStatus.CONFLICT, "This step is not the next one."),
    "verification_final": Kind(HTTPStatus.CONFLICT, "This verification has ended and stays as it is."),
    "verification_open": Kind(HTTPStatus.CONFLICT, "The account has an open verification of this type."),
    "notice_changed": Kind(HTTPStatus.CONFLICT, "The consent notice has changed; read and show it again."),
    "method_unavailable": Kind(HTTPStatus.CONFLICT, "This verification cannot move to that method."),
    "personal_verification_required": Kind(
        HTTPStatus.CONFLICT, "An enterprise verification needs a verified person of the same account first."
    ),
    "request_in_progress": Kind(HTTPStatus.CONFLICT, "The first request with this idempotency key still runs."),
    "length_required": Kind(HTTPStatus.LENGTH_REQUIRED, "Content-Length is required."),
    "too_large": Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large."),
    "unsupported_media_type": Kind(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "This content type is not taken here."),
    "invalid_input": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Some fields are not valid."),
    "idempotency_key_reused": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "This idempotency key was used with another body."),
    "underage": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "People under 18 need a guardian, which is not offered here yet."
    ),
    "unsupported_image": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "The image cannot be used."),
    "unsupported_document": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "This kind of identity paper is not taken here."),
    "rate_limited": Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests."),
    "too_many_attempts": Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too many attempts; wait before the next."),
    "internal_error": Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here."),
    "provider_unavailable": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The provider cannot be reached; try again."),
    "not_ready": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The service is not ready for this."),
}


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field. ``field`` is a name of the contract, never one the caller made up."""

    field: str
    code: str
    message: str


class Problem(Exception):
    """Ends a request with a problem document. ``members`` are extension members: ids and codes only."""

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        retry_after: int | None = None,
        **members: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.kind = PROBLEMS[code]
        self.detail = detail or self.kind.title
        self.errors = errors
        self.retry_after = retry_after
        self.members = members

    def document(self, request_id: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"urn:realname:problem:{self.code}",
            "title": self.kind.title,
            "status": int(self.kind.status),
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
            **self.members,
        }
        if self.errors:
            body["errors"] = [{"field": e.field, "code": e.code, "message": e.message} for e in self.errors]
        return body


#: what a field error code means, for ``errors[].message``
FIELD_MESSAGES: Mapping[str, str] = {
    "required": "This field is required.",
    "unknown_field": "The body has a field this operation does not know.",
    "wrong_type": "This value has the wrong type.",
    "too_long": "This value is too long.",
    "too_short": "This value is too short.",
    "not_allowed": "This value is not one of those allowed.",
    "looks_personal": "This value looks like personal data, which does not belong here.",
    "origin_not_registered": "This URL is not on a registered origin of the application.",
    "method_unavailable": "This method is not offered for this type.",
    "unknown_item": "An item is not part of the notice.",
    "item_required": "A required item is not granted.",
    "out_of_range": "This value is out of range.",
    "invalid_characters": "This value has characters that are not allowed.",
    "control_characters": "This value has characters that are not allowed.",
    "invalid_email": "This is not an e-mail address.",
    "name_length": "A name has 2 to 60 characters.",
    "name_characters": "A name has letters, Han characters and a middle dot, nothing else.",
    "id_number_format": "A resident ID number has 18 characters: 17 digits and a digit or X.",
    "id_number_15_digits": "ID numbers of 15 digits are no longer valid; use the one of 18.",
    "id_number_check_digit": "The check digit does not fit; compare with the card.",
    "id_number_birth_date": "The birth date in this ID number is not possible.",
    "card_number_format": "A card number has 13 to 19 digits.",
    "card_number_check_digit": "The check digit does not fit; compare with the card.",
    "mobile_format": "A mainland mobile has 11 digits.",
}


def invalid(field: str, code: str) -> Problem:
    """A 422 about one field."""
    return Problem("invalid_input", errors=[field_error(field, code)])


def field_error(field: str, code: str) -> FieldError:
    return FieldError(field, code, FIELD_MESSAGES.get(code, "This value is not valid."))
