"""What staff do to a case beside deciding it: ask a vendor again, give time, take another vendor, take it in."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from providers.base import Capability
from verify.errors import Problem, invalid
from verify.flows import events, troubles
from verify.flows.enterprise import parking
from verify.flows.review import cases, four_eyes, paying, repeating
from verify.flows.review.referring import refer
from verify.flows.routing import can_serve
from verify.flows.staff.desk import Staff, acting
from verify.flows.staff.roles import Permission
from verify.flows.states import FINAL, InvalidTransition, Status
from verify.flows.transfers.callbacks import make_due
from verify.models import Attempt, Consent, Verification
from verify.services import Services

#: days that may be given at once
EXTENSIONS = (3, 7, 14, 30)


def retry(staff: Staff, verification_id: UUID, services: Services) -> bool:
    """Have every answer that a vendor owes asked for now, or after an outage the step's vendors once more.

    False where still none answers. Raises Problem where there is nothing to ask.
    """
    with acting(staff, Permission.STEER, "review.retry", services, verification_id) as session:
        verification = cases.load_locked(session, staff, verification_id)
        is_before_staff = verification.status == Status.REVIEW
        owed = owed_attempts(session, [verification.id])
        parked = parking.of(session, verification, parking.Kind.RECORD)
        again = None
        paid = paying.of(session, verification)
        if parked is not None and parked.due_at is not None:
            parked.due_at = services.clock()
        elif paid is not None and paying.can_be_asked_about(paid, services):
            make_due(session, paid.id, services)
        elif not owed:
            again = repeating.owed(verification)
            if again is None:
                raise Problem("nothing_to_do")
            four_eyes.dismiss(session, verification, staff, services)
        for attempt in owed:
            attempt.due_at, attempt.readings = services.clock(), 0
        detail = {"step": again} if again else {"attempts": [str(a.id) for a in owed]}
        cases.log(session, verification, "retried", staff, services, **detail)
    for attempt in owed:
        services.nudge("attempts", attempt.id)
    if paid is not None:
        services.nudge("transfers", paid.id)
    if again is None:
        return True
    stood = repeating.repeat(verification, services).verification
    if is_before_staff and stood.status != Status.REVIEW:
        with services.write() as session:
            cases.drop_claim(session, stood)
    return troubles.outage(stood) is None


def owed_attempts(session: Session, verification_ids: Sequence[UUID]) -> list[Attempt]:
    return list(
        session.scalars(
            select(Attempt).where(Attempt.verification_id.in_(verification_ids), Attempt.finished_at.is_(None))
        )
    )


def extend(staff: Staff, verification_id: UUID, days: int, services: Services) -> None:
    """Give the user more time. Raises Problem after the end."""
    with acting(staff, Permission.STEER, "review.extend", services, verification_id) as session:
        if days not in EXTENSIONS:
            raise invalid("days", "not_allowed")
        verification = _open(cases.load_locked(session, staff, verification_id))
        verification.expires_at += timedelta(days=days)
        cases.log(session, verification, "extended", staff, services, days=days)


def switch_provider(
    staff: Staff, verification_id: UUID, capability: Capability, provider: str, services: Services
) -> None:
    """Have a consented recipient asked first from now on. Raises Problem for one the user did not consent to."""
    with acting(staff, Permission.STEER, "review.switch_provider", services, verification_id) as session:
        verification = _open(cases.load_locked(session, staff, verification_id))
        wanted = [c for c in recipients(verification, services) if (c.capability, c.provider) == (capability, provider)]
        if not wanted:
            raise Problem("consent_required", "The user has not consented to this recipient.")
        first = min(c.position for c in verification.consents if c.capability == capability)
        wanted[0].position = first - 1
        moved = {"consent": str(wanted[0].id), "position": first - 1}
        named = {"capability": capability, "provider": provider, **moved}
        cases.log(session, verification, "provider_switched", staff, services, **named)


def recipients(verification: Verification, services: Services) -> list[Consent]:
    """Live consents whose recipient can serve, in the order they are asked."""
    live = [
        c
        for c in verification.consents
        if c.withdrawn_at is None
        and c.capability
        and c.provider
        and can_serve(c.provider, Capability(c.capability), livemode=verification.livemode, services=services)
    ]
    return sorted(live, key=lambda c: (c.capability or "", c.position))


def others(verification: Verification, services: Services) -> list[Consent]:
    """Recipients that are not asked first now."""
    first: set[str] = set()
    found = []
    for consent in recipients(verification, services):
        kind = consent.capability or ""
        if kind in first:
            found.append(consent)
        first.add(kind)
    return found


def take_in(staff: Staff, verification_id: UUID, why: str, services: Services) -> None:
    """Bring a verification that the user cannot finish before a person. Raises Problem."""
    with acting(staff, Permission.STEER, "review.take_in", services, verification_id) as session:
        verification = _open(cases.load_locked(session, staff, verification_id))
        reason = cases.write(session, verification, "note", why, staff, services)
        try:
            refer(session, verification, services.clock())
        except InvalidTransition:
            raise Problem("nothing_to_do") from None
        cases.log(session, verification, "taken_in", staff, services, note=str(reason))
        events.append(session, verification, "verification.review", services.clock(), by="staff")


def _open(verification: Verification) -> Verification:
    if verification.status in FINAL:
        raise Problem("verification_final")
    return verification
