"""Problems a caller can meet, as RFC 9457 documents: stable codes, never a submitted value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from verify.field_messages import field_message
from verify.file_messages import FILE_MESSAGES


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
    "account_closed": Kind(HTTPStatus.CONFLICT, "The account is closed; nothing of it is processed any more."),
    "rights_request_final": Kind(HTTPStatus.CONFLICT, "This request cannot be changed in this way any more."),
    "not_carried_out": Kind(
        HTTPStatus.CONFLICT, "What is asked for was not done yet: do it, or refuse it on a ground."
    ),
    "proof_required": Kind(HTTPStatus.CONFLICT, "Who asks for another has to show first that they may."),
    "consent_refused": Kind(
        HTTPStatus.CONFLICT, "The account's owner withdrew what this rests on; ask again later, or when they ask."
    ),
    "method_unavailable": Kind(HTTPStatus.CONFLICT, "This verification cannot move to that method."),
    "personal_verification_required": Kind(
        HTTPStatus.CONFLICT, "An enterprise verification needs a verified person of the same account first."
    ),
    "guardian_not_verified": Kind(
        HTTPStatus.CONFLICT, "The guardian needs an account of their own whose owner, an adult, is verified."
    ),
    "no_endpoint": Kind(HTTPStatus.CONFLICT, "There is no enabled webhook endpoint to send this to."),
    "too_many_endpoints": Kind(HTTPStatus.CONFLICT, "The application has as many webhook endpoints as it may have."),
    "not_in_review": Kind(HTTPStatus.CONFLICT, "This verification is not in review."),
    "case_claimed": Kind(HTTPStatus.CONFLICT, "Somebody else works on this case."),
    "second_person_required": Kind(HTTPStatus.CONFLICT, "A second person has to agree to this."),
    "nothing_to_do": Kind(HTTPStatus.CONFLICT, "There is nothing here that this could be done to."),
    "proposal_answered": Kind(
        HTTPStatus.CONFLICT, "What waited for a second person was answered or taken back meanwhile."
    ),
    "own_proposal": Kind(HTTPStatus.FORBIDDEN, "Nobody is their own second person."),
    "session_unavailable": Kind(
        HTTPStatus.CONFLICT, "This application takes face images itself; send one to the face step."
    ),
    "step_unanswered": Kind(HTTPStatus.CONFLICT, "A step has no answer yet; ask the user for it again."),
    "documents_unopened": Kind(
        HTTPStatus.CONFLICT, "Every page of the papers that wait to be read has to be opened in the console first."
    ),
    "request_in_progress": Kind(HTTPStatus.CONFLICT, "The first request with this idempotency key still runs."),
    "length_required": Kind(HTTPStatus.LENGTH_REQUIRED, "Content-Length is required."),
    "too_large": Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large."),
    "unsupported_media_type": Kind(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "This content type is not taken here."),
    "invalid_input": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "Some fields are not valid."),
    "idempotency_key_reused": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "This idempotency key was used with another body."),
    "underage": Kind(
        HTTPStatus.UNPROCESSABLE_ENTITY, "People under 18 are not verified here; nothing that was given was kept."
    ),
    "unsupported_image": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "The image cannot be used."),
    "unsupported_file": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "This file cannot be used."),
    "unsupported_document": Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "This kind of identity paper is not taken here."),
    "rate_limited": Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests."),
    "too_many_attempts": Kind(HTTPStatus.TOO_MANY_REQUESTS, "Too many attempts; wait before the next."),
    "internal_error": Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here."),
    "step_returned": Kind(
        HTTPStatus.CONFLICT, "The provider would not; `reason` and the verification's last_error say why."
    ),
    "provider_unavailable": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The provider cannot do this now; try again."),
    "provider_limited": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "A limit agreed on with the provider is reached; wait."),
    "provider_throttled": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The provider takes no more requests now; wait."),
    "storage_unavailable": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "Documents cannot be stored now; try again."),
    "not_ready": Kind(HTTPStatus.SERVICE_UNAVAILABLE, "The service is not ready for this."),
}


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field. ``field`` is a name of the contract, never one the caller made up."""

    field: str
    code: str


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

    def document(self, request_id: str, locale: str = "en") -> dict[str, Any]:
        """The body. The words for fields are in the user's language, the rest is for developers."""
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
            body["errors"] = [
                {"field": error.field, "code": error.code, "message": field_message(error.code, locale)}
                for error in self.errors
            ]
        return body


def invalid(field: str, code: str) -> Problem:
    """A 422 about one field."""
    return Problem("invalid_input", errors=[FieldError(field, code)])


def unusable(code: str, why: str) -> Problem:
    """A 422 about the file itself, ``unsupported_file`` or ``unsupported_image``; ``why`` is a key of FILE_MESSAGES."""
    return Problem(code, FILE_MESSAGES[why].en, errors=[FieldError("file", why)], reason=why)
