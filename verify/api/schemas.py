"""Request and response bodies of the contract (api.md)."""

from datetime import UTC, datetime

from marshmallow import fields, validate

from verify.api.fields import CODES, Answer, Body, Labels, OneOf, Query, Text
from verify.flows.methods import METHODS, TYPES
from verify.flows.states import Status

METHOD_NAMES = tuple(
    dict.fromkeys((*(method for _, method in METHODS), "micro_transfer", "legal_representative", "authorized_person"))
)
LOCALES = ("zh-CN", "en")

#: no time of ours lies outside, and every database can compare these
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
STATUSES = tuple(status.value for status in Status)


class Contact(Body):
    email = Text(254)
    mobile = Text(20)


class NewVerification(Body):
    type = OneOf(TYPES, required=True)
    method = OneOf(METHOD_NAMES, required=True)
    account_ref = Text(128, required=True)
    contact = fields.Nested(Contact, error_messages=CODES)
    locale = OneOf(LOCALES, load_default="zh-CN")
    return_url = Text(2048)
    metadata = Labels(load_default=dict)


class Consent(Body):
    policy_version = Text(40, required=True)
    notice_id = Text(80)
    granted = fields.List(
        Text(120),
        required=True,
        validate=validate.Length(max=50, error="too_long"),
        error_messages=CODES,
    )


class Identity(Body):
    name = Text(100, required=True)
    id_number = Text(40, required=True)


class BankCard(Identity):
    card_number = Text(40, required=True)
    mobile = Text(30, required=True)


class SmsCode(Body):
    code = Text(20, required=True)


class BankAccount(Identity):
    account_number = Text(60, required=True)
    account_name = Text(100, required=True)
    bank_name = Text(60, required=True)
    bank_province = Text(60, required=True)
    bank_city = Text(60, required=True)
    bank_branch = Text(60, required=True)
    cnaps_code = Text(20)
    website = Text(200)


class TransferAmount(Body):
    """One of the three, as ``transfer.proof`` says."""

    amount = Text(20, metadata={"example": "0.37"})
    amounts = fields.List(
        Text(20),
        validate=validate.Length(equal=2, error="out_of_range"),
        error_messages=CODES,
        metadata={"description": "In the order the remarks tell."},
    )
    code = Text(20)


class AdvanceTransfer(Body):
    to = OneOf(("requested", "sent", "failed", "returned", "unknown"), required=True)


class CardSide(Query):
    side = OneOf(("front", "back"), required=True)


class SwitchMethod(Body):
    method = OneOf(METHOD_NAMES, required=True)


class Nothing(Body):
    """An operation without a body of its own."""


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


class StepView(Answer):
    name = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["pending", "processing", "passed", "failed"]))
    attempts_left = fields.Integer()
    resend_at = fields.DateTime()
    expires_at = fields.DateTime()
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
    metadata = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class CreatedVerification(Verification):
    client_token = fields.String(required=True, metadata={"description": "Shown here only."})
    hosted_url = fields.String(required=True, allow_none=True)


class ClientToken(Answer):
    client_token = fields.String(required=True)
    hosted_url = fields.String(required=True, allow_none=True)


class Page(Answer):
    data = fields.List(fields.Nested(Verification), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class RecipientView(Answer):
    name = fields.String(required=True)
    contact = fields.String(required=True)
    purpose = fields.String(required=True)
    method = fields.String(required=True)
    data = fields.List(fields.String(), required=True)


class NoticeItem(Answer):
    id = fields.String(required=True)
    required = fields.Boolean(required=True)
    purpose = fields.String(required=True)
    data = fields.List(fields.String(), required=True)
    retention = fields.String(required=True)
    recipient = fields.Nested(RecipientView)


class Notice(Answer):
    notice_id = fields.String(required=True)
    policy_version = fields.String(required=True)
    text = fields.String(required=True)
    items = fields.List(fields.Nested(NoticeItem), required=True)


class Gate(Answer):
    status = fields.String(
        required=True,
        validate=validate.OneOf(["none", "pending", "review", "verified", "rejected", "expired", "suspended"]),
    )
    verification = fields.String(required=True, allow_none=True)
    reason = fields.String()


class AccountView(Answer):
    account_ref = fields.String(required=True)
    livemode = fields.Boolean(required=True)
    personal = fields.Nested(Gate, required=True)
    enterprise = fields.Nested(Gate, required=True)


class FieldErrorView(Answer):
    field = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class ProblemView(Answer):
    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldErrorView))
    # what some codes add: ids and codes only
    verification = fields.String(metadata={"description": "verification_open: the open one."})
    missing = fields.List(fields.String(), metadata={"description": "consent_required: the missing items."})
    next_step = fields.String(allow_none=True, metadata={"description": "step_not_expected: the expected one."})
    notice_id = fields.String(metadata={"description": "notice_changed: the current one."})
    alternatives = fields.List(fields.String(), metadata={"description": "method_unavailable: what is left."})
    limit = fields.Integer(metadata={"description": "too_large: bytes at most."})
    reason = fields.String(metadata={"description": "unsupported_image: what is wrong with it."})
