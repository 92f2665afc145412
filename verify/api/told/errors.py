"""Which problems stand behind a status, so that the document shows one of each with its body."""

from collections.abc import Iterator, Mapping
from typing import Any

from verify.api.told import consents
from verify.errors import FieldError, Problem

REQUEST_ID = "0198c0de00007000800000000000000a"

#: the codes that any operation may answer with, by status
USUAL: Mapping[int, tuple[str, ...]] = {
    400: ("malformed_json",),
    401: ("invalid_credentials",),
    403: ("forbidden",),
    404: ("not_found",),
    409: ("request_in_progress",),
    411: ("length_required",),
    413: ("too_large",),
    415: ("unsupported_media_type",),
    422: ("invalid_input", "idempotency_key_reused"),
    429: ("rate_limited",),
    503: ("not_ready",),
}

_STEP = ("step_not_expected", "verification_final", "request_in_progress")
_CHECK = {403: ("forbidden", "consent_required"), 409: _STEP, 503: ("not_ready", "provider_unavailable")}
_REFUSED = {503: ("not_ready", "provider_unavailable", "provider_limited", "provider_throttled")}
_COUNTED = {429: ("rate_limited", "too_many_attempts")}
_IMAGE = {422: ("unsupported_image", "invalid_input", "idempotency_key_reused")}
_PAPER = {422: ("unsupported_file", "invalid_input"), 503: ("not_ready", "storage_unavailable")}
_WHO = {422: ("invalid_input", "underage", "unsupported_document", "idempotency_key_reused")}

#: operation id → status → codes, where they differ from the usual ones
OF: Mapping[str, Mapping[int, tuple[str, ...]]] = {
    "createVerification": {
        409: (
            "verification_open",
            "personal_verification_required",
            "consent_refused",
            "account_closed",
            "request_in_progress",
        ),
    },
    "createClientToken": {409: ("verification_final", "request_in_progress")},
    "cancelVerification": {409: ("verification_final", "step_not_expected", "request_in_progress")},
    "switchMethod": {409: ("method_unavailable", "verification_final", "request_in_progress")},
    "submitConsent": {409: ("notice_changed", *_STEP)},
    "submitIdentity": {**_CHECK, **_COUNTED, **_WHO},
    "submitFace": {**_CHECK, **_COUNTED, **_IMAGE},
    "openFaceSession": {**_CHECK, **_COUNTED, **_REFUSED, 409: ("session_unavailable", "step_returned", *_STEP)},
    "submitBankCard": {**_CHECK, **_COUNTED, **_WHO},
    "submitSmsCode": {**_CHECK, **_COUNTED},
    "resendSmsCode": {**_CHECK, **_COUNTED, **_REFUSED, 409: ("step_returned", *_STEP)},
    "submitBankAccount": {**_CHECK, **_COUNTED, **_WHO},
    "submitIdCard": {**_CHECK, **_COUNTED, **_IMAGE},
    "submitEnterprise": {409: _STEP},
    "submitLicense": {**_CHECK, **_PAPER},
    "submitRepresentative": {**_CHECK, **_COUNTED, **_WHO},
    "submitAuthorizationLetter": {**_CHECK, **_PAPER},
    "getAuthorizationLetterTemplate": {409: ("step_not_expected",)},
    "submitTransferAmount": {409: _STEP},
    "closeAccount": {409: ("account_closed", "request_in_progress")},
    "withdrawConsents": {409: ("account_closed", "request_in_progress")},
    "createRightsRequest": {409: ("account_closed", "request_in_progress")},
    "proveRightsRequest": {409: ("rights_request_final", "request_in_progress")},
    "exportAccount": _COUNTED,
    **consents.OF,
    "createWebhookEndpoint": {409: ("too_many_endpoints", "request_in_progress")},
    "resendEvent": {409: ("no_endpoint", "request_in_progress")},
    "advanceTransfer": {409: ("nothing_to_do", "verification_final", "request_in_progress")},
    "reviewVerification": {409: ("not_in_review", "step_unanswered", "request_in_progress")},
}


def problems_of(operation_id: str, status: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Codes an operation answers this status with, each with its body."""
    for code in OF.get(operation_id, {}).get(status, USUAL.get(status, ())):
        yield code, _body(code)


def _body(code: str) -> dict[str, Any]:
    wrong = [FieldError("id_number", "id_number_check_digit")] if code == "invalid_input" else []
    return Problem(code, errors=wrong).document(REQUEST_ID)
