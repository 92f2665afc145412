"""The guardian of a minor: who is named, and what they grant."""

from marshmallow import fields, validate

from verify.api.fields import Answer, Body, Flag, OneOf, Text
from verify.api.schemas.consent import Consent
from verify.api.schemas.steps import Identity
from verify.flows.minors.answers import STATUSES
from verify.flows.minors.rules import RELATIONSHIPS


class NewGuardian(Body):
    account_ref = Text(128, required=True, metadata={"description": "The guardian's own account, of a verified adult."})
    relationship = OneOf(RELATIONSHIPS, required=True)
    asked_by_guardian = Flag(
        load_default=False,
        metadata={"description": "The guardian asks for it, though they said no to this minor a short while ago."},
    )


class GuardianConsent(Consent, Identity):
    """``name`` and ``id_number`` are the minor's."""


class Guardian(Answer):
    id = fields.String(required=True, metadata={"example": "grd_0198c0de-0000-7000-8000-000000000001"})
    object = fields.String(required=True, validate=validate.OneOf(["guardian"]))
    verification = fields.String(required=True, metadata={"description": "The minor's."})
    account_ref = fields.String(required=True, metadata={"description": "The guardian's."})
    relationship = fields.String(required=True, validate=validate.OneOf(RELATIONSHIPS))
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    requested_at = fields.DateTime(required=True)
    answered_at = fields.DateTime(required=True, allow_none=True)
    ended_at = fields.DateTime(required=True, allow_none=True)


class NamedGuardian(Guardian):
    guardian_token = fields.String(required=True, metadata={"description": "Shown here only; never for the minor."})
    guardian_url = fields.String(
        required=True,
        metadata={"description": "The guardian's page, with the token behind the #; never for the minor."},
    )
