"""An error as it is told (RFC 9457)."""

from marshmallow import fields

from verify.api.fields import Answer


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
    reason = fields.String(
        metadata={"description": "unsupported_image, unsupported_file: the code that errors explains."}
    )
