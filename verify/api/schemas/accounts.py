"""The account: its gate, its life, withdrawal of consent."""

from marshmallow import fields, validate

from verify.api.fields import CODES, Answer, Body, Text


class Gate(Answer):
    status = fields.String(
        required=True,
        validate=validate.OneOf(["none", "pending", "review", "verified", "rejected", "expired", "suspended"]),
    )
    verification = fields.String(required=True, allow_none=True)
    reason = fields.String()
    consent = fields.String(
        validate=validate.OneOf(["outdated", "declined"]),
        metadata={"description": "After a major change of the notice: fresh consent is owed, or was refused."},
    )


class AccountView(Answer):
    account_ref = fields.String(required=True)
    livemode = fields.Boolean(required=True)
    personal = fields.Nested(Gate, required=True)
    enterprise = fields.Nested(Gate, required=True)


class Account(Answer):
    id = fields.String(required=True, metadata={"example": "acc_0198c0de-0000-7000-8000-000000000001"})
    object = fields.String(required=True, validate=validate.OneOf(["account"]))
    livemode = fields.Boolean(required=True)
    account_ref = fields.String(required=True)
    suspended_at = fields.DateTime(required=True, allow_none=True)
    suspended_reason = fields.String(required=True, allow_none=True)
    closed_at = fields.DateTime(required=True, allow_none=True)
    restricted_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "From then on it is stored and nothing else."}
    )
    erased_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)


class Suspension(Body):
    reason = Text(40, required=True, metadata={"description": "A code in lower case, such as fraud_found."})


class ConsentItems(Body):
    items = fields.List(
        Text(120),
        required=True,
        validate=[validate.Length(min=1, error="too_short"), validate.Length(max=50, error="too_long")],
        error_messages=CODES,
    )


class Withdrawal(Account):
    withdrawn = fields.List(fields.String(), required=True, metadata={"description": "Items that were live until now."})
    stopped = fields.List(
        fields.String(), required=True, metadata={"description": "Verifications that wait for a new consent."}
    )
