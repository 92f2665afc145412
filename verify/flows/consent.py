"""The consent notice, and granting its items (policy 2.3, 4.2; PIPL 14, 17, 23, 29)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import Capability
from verify import policies
from verify.errors import Problem, invalid
from verify.flows import events, idempotency, progress
from verify.flows.case import Ref, load, load_open, refuse_overdue
from verify.flows.checks import SHANGHAI
from verify.flows.idempotency import Ticket
from verify.flows.methods import STEPS
from verify.flows.routing import draw, needed
from verify.flows.states import Action, advance
from verify.models import Consent, Verification
from verify.policies.items import ITEMS, SHARES, Item
from verify.policies.items import Share as ShareText
from verify.services import Services


@dataclass(frozen=True)
class Granted:
    """What the user says: which version and notice they saw, and the items they granted."""

    policy_version: str
    notice_id: str | None
    items: tuple[str, ...]


@dataclass(frozen=True)
class Share:
    """An item that names a recipient. The first of a capability is required, fall-backs are optional."""

    capability: Capability
    provider: str
    position: int
    kinds: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"share.{self.capability}.{self.provider}"

    @property
    def required(self) -> bool:
        return self.position == 0


@dataclass(frozen=True)
class Notice:
    """What one verification's user has to be told, made from configuration and the provider register."""

    policy: policies.Policy
    purposes: tuple[Item, ...]
    shares: tuple[Share, ...]

    @property
    def id(self) -> str:
        """Names exactly what was shown: any other text, item or recipient makes another notice."""
        shown = {
            "policy": [self.policy.version, self.policy.digest],
            "purposes": [[item.id, item.required, item.kinds, *_words(item)] for item in self.purposes],
            "shares": [[s.id, s.position, s.kinds, *_words(SHARES[s.capability])] for s in self.shares],
        }
        canonical = json.dumps(shown, sort_keys=True, ensure_ascii=True)
        return "ntc_" + hashlib.sha256(canonical.encode()).hexdigest()[:32]

    @property
    def items(self) -> tuple[Item | Share, ...]:
        return (*self.purposes, *self.shares)

    def ids(self, *, required: bool) -> set[str]:
        return {item.id for item in self.items if item.required or not required}


def _words(text: Item | ShareText) -> list[Mapping[str, str]]:
    return [text.purpose, text.retention]


def render(verification: Verification, services: Services) -> Notice:
    """The notice as it has to be shown now; the same until policy or configuration change."""
    steps = {step.name for step in progress.steps_of(verification)}
    shares = [
        Share(capability, name, position, tuple(sorted(SHARES[capability].kinds)))
        for capability in needed(verification)
        for position, name in enumerate(draw(verification, capability, services))
    ]
    return Notice(
        policies.current(services.clock().astimezone(SHANGHAI).date()),
        tuple(item for item in ITEMS if steps & set(item.applies_to)),
        tuple(shares),
    )


def notice_of(ref: Ref, services: Services) -> dict[str, Any]:
    """The notice in the verification's language."""
    with services.read() as session:
        verification = load(session, ref)
    notice = render(verification, services)
    locale = verification.locale
    return {
        "notice_id": notice.id,
        "policy_version": notice.policy.version,
        "text": notice.policy.text(locale, operator=verification.application.name),
        "items": [_purpose(item, locale) for item in notice.purposes]
        + [_share(share, locale, services) for share in notice.shares],
    }


def _purpose(item: Item, locale: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "required": item.required,
        "purpose": item.purpose[locale],
        "data": sorted(item.kinds),
        "retention": item.retention[locale],
    }


def _share(share: Share, locale: str, services: Services) -> dict[str, Any]:
    recipient = services.providers[share.provider].recipient
    text = SHARES[share.capability]
    return {
        "id": share.id,
        "required": share.required,
        "purpose": text.purpose[locale],
        "data": list(share.kinds),
        "retention": text.retention[locale],
        "recipient": {
            "name": recipient.name[locale],
            "contact": recipient.contact,
            "purpose": text.purpose[locale],
            "method": recipient.method.get(locale, text.method[locale]),
            "data": list(share.kinds),
        },
    }


def grant(ref: Ref, granted: Granted, services: Services, ticket: Ticket | None = None) -> Verification:
    """Keep each granted item. Raises Problem naming what is missing, unknown or changed meanwhile."""
    with refuse_overdue(ref, services), services.write() as session:
        now = services.clock()
        idempotency.claim(session, ticket, ref.verification_id, now, status=200)
        verification = load_open(session, ref, services)
        if progress.next_step(verification) != "consent":
            raise Problem("step_not_expected", next_step=progress.next_step(verification))
        notice = render(verification, services)
        _check(notice, granted)
        _keep(session, verification, notice, set(granted.items), services)
        progress.put(verification, STEPS["consent"].name, progress.PASSED)
        verification.last_error = None
        advance(verification, Action.ADVANCE, now)
        events.append(
            session,
            verification,
            "verification.step_passed",
            now,
            step="consent",
            notice=notice.id,
            items=sorted(set(granted.items)),
        )
    return verification


def _check(notice: Notice, granted: Granted) -> None:
    if granted.policy_version != notice.policy.version or granted.notice_id not in {None, notice.id}:
        raise Problem("notice_changed", notice_id=notice.id)
    if set(granted.items) - notice.ids(required=False):
        raise invalid("granted", "unknown_item")
    missing = sorted(notice.ids(required=True) - set(granted.items))
    if missing:
        raise Problem("consent_required", missing=missing)


def _keep(session: Session, verification: Verification, notice: Notice, granted: set[str], services: Services) -> None:
    """One row per item not live already; live items of this notice are not asked twice."""
    live = {consent.item for consent in verification.consents if consent.withdrawn_at is None}
    for item in notice.items:
        if item.id not in granted - live:
            continue
        share = item if isinstance(item, Share) else None
        session.add(
            Consent(
                id=uuid7(),
                verification_id=verification.id,
                item=item.id,
                capability=share.capability if share else None,
                provider=share.provider if share else None,
                kinds=sorted(item.kinds),
                position=share.position if share else 0,
                policy_version=notice.policy.version,
                notice_id=notice.id,
                granted_at=services.clock(),
            )
        )


def reopen_where_missing(verification: Verification, services: Services) -> None:
    """After a switch: consent is owed again for items the other method needs and nobody granted."""
    live = {consent.item for consent in verification.consents if consent.withdrawn_at is None}
    if render(verification, services).ids(required=True) - live:
        progress.put(verification, "consent", progress.PENDING)
