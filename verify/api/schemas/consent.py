"""The notice a user is shown, and what they grant."""

from marshmallow import fields, validate

from verify.api.fields import CODES, Answer, Body, Text


class Consent(Body):
    policy_version = Text(40, required=True)
    notice_id = Text(80)
    granted = fields.List(
        Text(120),
        required=True,
        validate=validate.Length(max=50, error="too_long"),
        error_messages=CODES,
    )


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
