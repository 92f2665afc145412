"""Bodies of webhook endpoints, their deliveries and events."""

from collections.abc import Callable
from typing import Any

from marshmallow import ValidationError, fields, validate

from verify.api.fields import CODES, Answer, Body, Flag, OneOf, Query, Text
from verify.flows.events import PUBLIC
from verify.flows.webhooks.queue import EVERYTHING, STATUSES
from verify.outbound.refusals import CODES as DELIVERY_CODES

#: schemas of what an event can be about
ABOUT = ("Verification", "Account", "RightsRequest")

#: hours an old secret may go on signing after a rotation
OVERLAP, LONGEST_OVERLAP = 24, 168


def _no_mixture(types: list[str]) -> None:
    if len(set(types)) != len(types) or (EVERYTHING in types and len(types) > 1):
        msg = "not_allowed"
        raise ValidationError(msg)


class EventTypes(fields.List[str]):
    """Names of event types, or ``["*"]`` alone for all there are and will be."""

    default_error_messages = CODES

    def __init__(self, **kwargs: Any) -> None:
        checks: list[Callable[[list[str]], object]] = [
            validate.Length(min=1, error="too_short"),
            validate.Length(max=50, error="too_long"),
            _no_mixture,
        ]
        super().__init__(OneOf((EVERYTHING, *PUBLIC)), validate=checks, **kwargs)


class NewEndpoint(Body):
    url = Text(2048, required=True, metadata={"description": "https://…, on a public address."})
    event_types = EventTypes(load_default=[EVERYTHING])
    description = Text(200, low=0, load_default="")


class EndpointChange(Body):
    url = Text(2048)
    event_types = EventTypes()
    description = Text(200, low=0)
    enabled = Flag()


class Rotation(Body):
    overlap_hours = fields.Integer(
        load_default=OVERLAP,
        strict=True,
        validate=validate.Range(0, LONGEST_OVERLAP, error="out_of_range"),
        error_messages=CODES,
        metadata={"description": "For how long the old secret signs too."},
    )


class Resend(Body):
    endpoint = Text(60, metadata={"description": "To this endpoint alone, whatever types it asks for."})


class Paging(Query):
    limit = fields.Integer(
        load_default=20, strict=False, validate=validate.Range(1, 100, error="out_of_range"), error_messages=CODES
    )
    cursor = Text(60)


class DeliveryListing(Paging):
    status = OneOf(STATUSES)


class EventListing(Paging):
    verification = Text(60)
    type = OneOf(PUBLIC)
    created_after = fields.AwareDateTime(error_messages=CODES, metadata={"format": "date-time"})


class Endpoint(Answer):
    id = fields.String(required=True, metadata={"example": "whe_0198c0de-0000-7000-8000-000000000001"})
    object = fields.String(required=True, validate=validate.OneOf(["webhook_endpoint"]))
    livemode = fields.Boolean(required=True)
    url = fields.String(required=True)
    enabled = fields.Boolean(required=True)
    disabled_reason = fields.String(
        required=True, allow_none=True, metadata={"description": "by_request, or gone after a 410."}
    )
    event_types = fields.List(fields.String(), required=True)
    description = fields.String(required=True)
    old_secret_until = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


class EndpointWithSecret(Endpoint):
    secret = fields.String(required=True, metadata={"description": "whsec_…; shown here only."})


class EndpointPage(Answer):
    data = fields.List(fields.Nested(Endpoint), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class EndpointGone(Answer):
    id = fields.String(required=True)
    object = fields.String(required=True, validate=validate.OneOf(["webhook_endpoint"]))
    deleted = fields.Boolean(required=True)


class Delivery(Answer):
    object = fields.String(required=True, validate=validate.OneOf(["webhook_delivery"]))
    event = fields.String(required=True)
    type = fields.String(required=True)
    about = fields.String(required=True, metadata={"description": "The object whose events keep their order."})
    sequence = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    attempts = fields.Integer(required=True)
    last_error = fields.String(required=True, allow_none=True, validate=validate.OneOf(list(DELIVERY_CODES)))
    last_status_code = fields.Integer(required=True, allow_none=True)
    duration_ms = fields.Integer(required=True, allow_none=True)
    waits_for = fields.String(
        required=True, allow_none=True, metadata={"description": "An earlier event of the object, not delivered yet."}
    )
    waiting_seconds = fields.Integer(required=True, allow_none=True)
    next_attempt_at = fields.DateTime(required=True, allow_none=True)
    queued_at = fields.DateTime(required=True)
    delivered_at = fields.DateTime(required=True, allow_none=True)


class DeliveryPage(Answer):
    data = fields.List(fields.Nested(Delivery), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class Event(Answer):
    id = fields.String(required=True, metadata={"example": "evt_0198c0de-0000-7000-8000-000000000001"})
    type = fields.String(required=True, validate=validate.OneOf(PUBLIC))
    created_at = fields.DateTime(required=True)
    sequence = fields.Integer(required=True, metadata={"description": "Rises by one per object, without gaps."})
    data = fields.Raw(
        required=True,
        metadata={
            "description": "The object as it stands now; `object` names it.",
            "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ABOUT],
        },
    )


class EventPage(Answer):
    data = fields.List(fields.Nested(Event), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
