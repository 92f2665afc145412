"""A notice to many, of an incident or the end of the service."""

from marshmallow import fields, validate

from verify.api.fields import Answer
from verify.flows.bulletins.kinds import KINDS


class Bulletin(Answer):
    id = fields.String(required=True, metadata={"example": "anc_0198c0de-0000-7000-8000-000000000001"})
    object = fields.String(required=True, validate=validate.OneOf(["notice"]))
    livemode = fields.Boolean(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    subjects = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    texts = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata={"description": "By locale; plain text."}
    )
    effective_on = fields.Date(
        required=True, allow_none=True, metadata={"description": "Last day of the service, or day of the transfer."}
    )
    released_at = fields.DateTime(required=True, allow_none=True)
