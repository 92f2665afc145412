"""Requests by right, the copy, and the explanation of a decision."""

from marshmallow import fields, validate

from verify.api.fields import Answer, Body, OneOf, Text
from verify.api.schemas.accounts import Account
from verify.api.schemas.erasure import HoldingView
from verify.api.schemas.verifications import STATUSES
from verify.flows.rights.rules import EXTENSIONS, GROUNDS, KINDS, REQUESTERS
from verify.flows.rights.rules import STATUSES as RIGHTS_STATUSES


class NewRightsRequest(Body):
    kind = OneOf(tuple(KINDS), required=True)
    details = Text(4000, required=True, metadata={"description": "In the person's words; kept sealed."})
    requester = OneOf(
        REQUESTERS,
        load_default="self",
        metadata={"description": "Who asks: the person, or a guardian, close relative or agent for them."},
    )
    proof = Text(
        4000,
        metadata={
            "description": "How who asks was identified and, where it is not the person, what shows that they may. "
            "Kept sealed; may be given later. Nothing is handed out or done for another without it."
        },
    )
    third_party = Text(
        400,
        metadata={"description": "Of an access request: to whom else the copy is to go, with an address. Kept sealed."},
    )


class RightsProof(Body):
    proof = Text(4000, required=True, metadata={"description": "As in a new request; kept sealed."})


class RightsRequest(Answer):
    id = fields.String(required=True, metadata={"example": "req_0198c0de-0000-7000-8000-000000000001"})
    object = fields.String(required=True, validate=validate.OneOf(["rights_request"]))
    livemode = fields.Boolean(required=True)
    account_ref = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(tuple(KINDS)))
    status = fields.String(required=True, validate=validate.OneOf(RIGHTS_STATUSES))
    received_at = fields.DateTime(required=True)
    due_at = fields.DateTime(required=True, metadata={"description": "End of the last working day in China."})
    extension = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(tuple(EXTENSIONS)),
        metadata={"description": "Why it takes longer."},
    )
    refusal = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(tuple(GROUNDS)),
        metadata={"description": "The ground of a refusal."},
    )
    export_until = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "Until when the copy may be fetched."}
    )
    answered_at = fields.DateTime(required=True, allow_none=True)
    requester = fields.String(required=True, validate=validate.OneOf(REQUESTERS))
    verification = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Of a correction: where the person gives the right data to be checked."},
    )
    carried_out_at = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "When what was asked for was done."}
    )
    # events carry no words
    details = fields.String(allow_none=True)
    proof = fields.String(allow_none=True)
    third_party = fields.String(allow_none=True)
    answer = fields.String(allow_none=True)


class AuthorityRequestView(Answer):
    authority = fields.String(required=True)
    paper = fields.String(required=True)
    law = fields.String(required=True)
    data = fields.List(fields.String(), required=True)
    at = fields.DateTime(required=True)


class Export(Answer):
    account = fields.Nested(Account, required=True)
    third_party = fields.String(
        required=True, allow_none=True, metadata={"description": "To whom it is handed on at the person's wish."}
    )
    verifications = fields.List(fields.Dict(keys=fields.String()), required=True)
    authorities = fields.List(fields.Nested(AuthorityRequestView), required=True)
    accesses = fields.List(
        fields.Dict(keys=fields.String(), values=fields.String()),
        required=True,
        metadata={"description": "When somebody saw something of it in clear."},
    )
    kept = fields.List(fields.Nested(HoldingView), required=True)
    made_at = fields.DateTime(required=True)


class ExplainedReason(Answer):
    code = fields.String(required=True)
    message = fields.String(required=True)


class Explanation(Answer):
    verification = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    how = fields.String(required=True)
    reasons = fields.List(fields.Nested(ExplainedReason), required=True)
    steps = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)
    checks = fields.List(fields.Dict(keys=fields.String()), required=True)
    ask_a_person = fields.String(required=True)
