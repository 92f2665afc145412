"""Consent asked for again after a major change of the notice."""

from marshmallow import fields

from verify.api.fields import CODES, Body, OneOf
from verify.api.schemas.common import InLanguage
from verify.api.schemas.consent import Consent
from verify.flows.methods import TYPES


class OfType(Body):
    type = OneOf(TYPES, load_default="personal")


class Renewal(Consent, OfType):
    """Items of the notice that is in force."""


class RenewalQuery(InLanguage):
    type = OneOf(TYPES, load_default="personal")
    asked_by_user = fields.Boolean(load_default=False, error_messages=CODES)
