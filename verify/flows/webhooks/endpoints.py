"""Endpoints of an application: making, changing, rotating and deleting them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.errors import Problem, invalid
from verify.flows import checks, idempotency
from verify.flows.case import Reach
from verify.flows.idempotency import Ticket
from verify.flows.sealing import open_secret, seal_secret
from verify.flows.view import rfc3339
from verify.flows.webhooks import message, queue
from verify.models import WebhookDelivery, WebhookEndpoint
from verify.outbound import NotDelivered
from verify.services import Services

AT_MOST = 20

BY_REQUEST = "by_request"

CLASS = "webhook_secret"


@dataclass(frozen=True, repr=False)
class Wanted:
    url: str
    event_types: Sequence[str]
    description: str


def reachable(reach: Reach) -> Select[WebhookEndpoint]:
    return select(WebhookEndpoint).where(
        WebhookEndpoint.application_id == reach.application_id, WebhookEndpoint.livemode == reach.livemode
    )


def load(session: Session, reach: Reach, endpoint_id: UUID, *, lock: bool = False) -> WebhookEndpoint:
    """Raises Problem not_found."""
    query = reachable(reach).where(WebhookEndpoint.id == endpoint_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise Problem("not_found")
    return found


def create(
    reach: Reach, wanted: Wanted, services: Services, ticket: Ticket | None = None
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret, which can be had nowhere else. Raises Problem."""
    _check(reach, services, url=wanted.url, description=wanted.description)
    now = services.clock()
    endpoint_id, secret = uuid7(), message.new_secret()
    with services.write() as session:
        idempotency.claim(session, ticket, endpoint_id, now, status=201)
        if len(session.scalars(reachable(reach).with_only_columns(WebhookEndpoint.id)).all()) >= AT_MOST:
            raise Problem("too_many_endpoints", limit=AT_MOST)
        keys = services.vault.create(reach.application_id, endpoint_id, [CLASS])
        endpoint = WebhookEndpoint(
            id=endpoint_id,
            application_id=reach.application_id,
            livemode=reach.livemode,
            url=wanted.url,
            enabled=True,
            event_types=list(wanted.event_types),
            description=wanted.description,
            secret_ct=seal_secret(keys, endpoint_id, secret),
            created_at=now,
            updated_at=now,
        )
        session.add(endpoint)
    return endpoint, secret


def change(reach: Reach, endpoint_id: UUID, values: Mapping[str, Any], services: Services) -> WebhookEndpoint:
    """Set url, event_types, description or enabled. What waits for one that is disabled is given up."""
    _check(reach, services, url=values.get("url"), description=values.get("description"))
    with services.write() as session:
        endpoint = load(session, reach, endpoint_id, lock=True)
        for name, value in values.items():
            setattr(endpoint, name, value)
        endpoint.updated_at = services.clock()
        if "enabled" in values:
            endpoint.disabled_reason = None if endpoint.enabled else BY_REQUEST
        if not endpoint.enabled:
            queue.give_up_all(session, endpoint_id)
    return endpoint


def rotate(
    reach: Reach, endpoint_id: UUID, overlap: timedelta, services: Services, ticket: Ticket | None = None
) -> tuple[WebhookEndpoint, str]:
    """A new secret; the one before it signs too until the overlap is over, any older one no more."""
    now = services.clock()
    secret = message.new_secret()
    with services.write() as session:
        idempotency.claim(session, ticket, endpoint_id, now, status=200)
        endpoint = load(session, reach, endpoint_id, lock=True)
        endpoint.old_secret_ct, endpoint.old_secret_until = endpoint.secret_ct, now + overlap
        endpoint.secret_ct = seal_secret(services.vault.keys(endpoint_id), endpoint_id, secret)
        endpoint.updated_at = now
    return endpoint, secret


def remove(reach: Reach, endpoint_id: UUID, services: Services, ticket: Ticket | None = None) -> None:
    """Delete it with its deliveries, and destroy the key of its secrets."""
    with services.write() as session:
        idempotency.claim(session, ticket, endpoint_id, services.clock(), status=200)
        endpoint = load(session, reach, endpoint_id, lock=True)
        queue.give_up_all(session, endpoint_id)
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint_id))
        session.delete(endpoint)
    services.vault.shred(endpoint_id)


def secret_of(endpoint: WebhookEndpoint, services: Services) -> str:
    """The secret once more, for the repeated request whose first answer was lost."""
    return open_secret(services.vault.keys(endpoint.id), endpoint.id, endpoint.secret_ct)


def show(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """The object of the contract, without secrets."""
    return {
        "id": f"whe_{endpoint.id}",
        "object": "webhook_endpoint",
        "livemode": endpoint.livemode,
        "url": endpoint.url,
        "enabled": endpoint.enabled,
        "disabled_reason": endpoint.disabled_reason,
        "event_types": endpoint.event_types,
        "description": endpoint.description,
        "old_secret_until": rfc3339(endpoint.old_secret_until),
        "created_at": rfc3339(endpoint.created_at),
        "updated_at": rfc3339(endpoint.updated_at),
    }


def _check(reach: Reach, services: Services, *, url: str | None, description: str | None) -> None:
    """Before any transaction, since it asks the resolver."""
    if description is not None and checks.looks_personal(description):
        raise invalid("description", "looks_personal")
    if url is None:
        return
    try:
        services.outbound.check(url, livemode=reach.livemode)
    except NotDelivered as refused:
        raise invalid("url", refused.code) from None
