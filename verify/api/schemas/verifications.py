"""The verification: how it is asked for, listed and shown."""

from datetime import UTC, datetime

from marshmallow import fields, validate

from verify.api.fields import CODES, Answer, Body, Flag, Labels, OneOf, Query, Text
from verify.api.schemas.common import LOCALES
from verify.flows.methods import METHODS, TYPES
from verify.flows.states import Status

METHOD_NAMES = tuple(
    dict.fromkeys((*(method for _, method in METHODS), "micro_transfer", "legal_representative", "authorized_person"))
)
STATUSES = tuple(status.value for status in Status)

#: no time of ours lies outside, and every database can compare these
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Contact(Body):
    email = Text(254)
    mobile = Text(20)


class NewVerification(Body):
    type = OneOf(TYPES, required=True)
    method = OneOf(METHOD_NAMES, required=True)
    account_ref = Text(128, required=True)
    contact = fields.Nested(Contact, error_messages=CODES)
    asked_by_user = Flag(
        load_default=False,
        metadata={"description": "The user asks for it, though they withdrew a consent it needs a short while ago."},
    )
    locale = OneOf(LOCALES, load_default="zh-CN")
    return_url = Text(2048)
    metadata = Labels(load_default=dict)


class Listing(Query):
    account_ref = Text(128)
    status = OneOf(STATUSES)
    type = OneOf(TYPES)
    method = OneOf(METHOD_NAMES)
    created_after = fields.AwareDateTime(
        error_messages=CODES, validate=validate.Range(min=EARLIEST, max=LATEST, error="out_of_range")
    )
    limit = fields.Integer(
        load_default=20, strict=False, validate=validate.Range(1, 100, error="out_of_range"), error_messages=CODES
    )
    cursor = Text(60)


class CancelVerification(Body):
    reason = OneOf(
        ("consent_declined",),
        metadata={
            "description": "The user read the notice and said no: for `consent_cooldown_hours` nobody asks again "
            "for what it required, unless the user asks. Only while `next_step` is `consent`."
        },
    )


class SwitchMethod(Body):
    method = OneOf(METHOD_NAMES, required=True)


class StepView(Answer):
    name = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["pending", "processing", "passed", "failed"]))
    attempts_left = fields.Integer()
    resend_at = fields.DateTime()
    expires_at = fields.DateTime()
    next_check_at = fields.DateTime(metadata={"description": "When a register without a record is asked again."})
    sent_to = fields.String(metadata={"description": "Masked mobile the code went to."})
    needs = fields.List(fields.String(), metadata={"description": "Sides of the ID card still to be given."})


class LastError(Answer):
    step = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "One of GET /v1/reason_codes."})
    message = fields.String(required=True)
    retryable = fields.Boolean(required=True)


class Decision(Answer):
    by = fields.String(required=True, validate=validate.OneOf(["rules", "staff"]))
    reason_codes = fields.List(fields.String(), required=True)
    message = fields.String(required=True)


class Assurance(Answer):
    check = fields.String(required=True)
    provider = fields.String(required=True)
    liveness = fields.Boolean()
    proof = fields.String(metadata={"description": "What was read back from the statement."})
    guessing_odds = fields.String(metadata={"description": "Chance that guessing alone would have passed."})


class TransferView(Answer):
    status = fields.String(
        required=True, validate=validate.OneOf(["created", "requested", "sent", "failed", "returned", "unknown"])
    )
    proof = fields.String(required=True, validate=validate.OneOf(["amount", "two_amounts", "remark_code"]))
    arrives_by = fields.DateTime(required=True, allow_none=True)
    answer_by = fields.DateTime(required=True, allow_none=True)
    attempts_left = fields.Integer(
        required=True, metadata={"description": "Wrong answers the account number may still have."}
    )


class Result(Answer):
    name = fields.String(required=True, allow_none=True, metadata={"description": "Masked."})
    id_number = fields.String(required=True, allow_none=True, metadata={"description": "First and last character."})
    enterprise_name = fields.String(allow_none=True, metadata={"description": "Of enterprises; public, not masked."})
    credit_code = fields.String(allow_none=True, metadata={"description": "Of enterprises; public, not masked."})
    organization_code = fields.String(
        allow_none=True, metadata={"description": "Of enterprises that gave it in place of a credit code."}
    )
    representative_role = fields.String(validate=validate.OneOf(["legal_representative", "authorized_person"]))
    verified_at = fields.DateTime(required=True)
    assurance = fields.List(fields.Nested(Assurance), required=True)


class Verification(Answer):
    id = fields.String(required=True, metadata={"example": "ver_0198c0de-0000-7000-8000-000000000001"})
    object = fields.String(required=True, validate=validate.OneOf(["verification"]))
    livemode = fields.Boolean(required=True)
    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    method = fields.String(required=True)
    account_ref = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    next_step = fields.String(required=True, allow_none=True)
    steps = fields.List(fields.Nested(StepView), required=True)
    last_error = fields.Nested(LastError, required=True, allow_none=True)
    decision = fields.Nested(Decision, required=True, allow_none=True)
    request = fields.String(required=True, allow_none=True)
    supersedes = fields.String(required=True, allow_none=True)
    result = fields.Nested(Result, required=True, allow_none=True)
    transfer = fields.Nested(TransferView, required=True, allow_none=True)
    alternatives = fields.List(fields.String(), required=True)
    redacted_at = fields.DateTime(required=True, allow_none=True)
    expires_at = fields.DateTime(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    locale = fields.String(required=True, validate=validate.OneOf(LOCALES))
    return_url = fields.String(
        required=True, allow_none=True, metadata={"description": "Where the hosted page sends the user at the end."}
    )
    metadata = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class CreatedVerification(Verification):
    client_token = fields.String(required=True, metadata={"description": "Shown here only."})
    hosted_url = fields.String(
        required=True,
        metadata={"description": "Walks the user through. It holds the token: never log it."},
    )


class ClientToken(Answer):
    client_token = fields.String(required=True)
    hosted_url = fields.String(
        required=True,
        metadata={"description": "Walks the user through. It holds the token: never log it."},
    )


class Page(Answer):
    data = fields.List(fields.Nested(Verification), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
