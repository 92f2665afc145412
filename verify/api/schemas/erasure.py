"""What went, what stays until when, and who has confirmed."""

from marshmallow import fields, validate

from verify.api.fields import Answer
from verify.flows.erasure import GROUNDS
from verify.flows.holdings import HELD, PERIOD, REASONS


class GoneView(Answer):
    class_ = fields.String(required=True, data_key="class")
    keys_destroyed = fields.Integer(metadata={"description": "Of classes that are sealed under keys of their own."})
    rows_deleted = fields.Integer(metadata={"description": "Of classes that are rows without a key; one of the two."})


class HoldingView(Answer):
    of = fields.String(
        required=True, metadata={"description": "The verification, rights request or account it belongs to."}
    )
    class_ = fields.String(required=True, data_key="class", metadata={"description": "A retention class."})
    holds = fields.String(required=True)
    basis = fields.String(required=True, metadata={"description": "The law or purpose that keeps it."})
    until = fields.DateTime(required=True, allow_none=True)
    reason = fields.String(
        required=True,
        validate=validate.OneOf([PERIOD, HELD, *dict.fromkeys(REASONS.values())]),
        metadata={"description": "Why it is still there."},
    )
    only_stored = fields.Boolean(
        required=True, metadata={"description": "After an erasure or a correction nothing else is done with it."}
    )


class VendorCopy(Answer):
    provider = fields.String(required=True)
    capability = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["waiting", "confirmed", "not_offered"]))
    receipt = fields.String(required=True, allow_none=True, metadata={"description": "The vendor's word for it."})
    confirmed_at = fields.DateTime(required=True, allow_none=True)


class Certificate(Answer):
    statement = fields.Dict(keys=fields.String(), required=True)
    note = fields.String(required=True, metadata={"description": "The statement, signed with Ed25519 as a C2SP note."})
    verifier = fields.String(required=True, metadata={"description": "The key that checks it."})


class Erasure(Answer):
    id = fields.String(required=True, metadata={"example": "era_0198c0de-0000-7000-8000-000000000001"})
    object = fields.String(required=True, validate=validate.OneOf(["erasure"]))
    account_ref = fields.String(required=True)
    livemode = fields.Boolean(required=True)
    verification = fields.String(required=True, allow_none=True, metadata={"description": "Null: the whole account."})
    status = fields.String(required=True, validate=validate.OneOf(["done", "on_hold"]))
    ground = fields.String(required=True, validate=validate.OneOf(list(GROUNDS)))
    asked_at = fields.DateTime(required=True)
    erased = fields.List(fields.Nested(GoneView), required=True)
    restricted = fields.List(
        fields.Nested(HoldingView), required=True, metadata={"description": "Stored and nothing else, until its day."}
    )
    recipients = fields.List(fields.Nested(VendorCopy), required=True)
    certificate = fields.Nested(Certificate, required=True, allow_none=True)
