"""What a guardian answers: consent item by item, a refusal, or its withdrawal later (policy 7; PIPL 15, 31)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from verify.errors import Problem, invalid
from verify.flows import (
    accounts,
    binding,
    consent_notice,
    decisions,
    erasure,
    events,
    idempotency,
    progress,
    troubles,
    withdrawal,
)
from verify.flows.case import Reach, Ref, load, load_locked, load_open, refuse_overdue
from verify.flows.consent import Granted
from verify.flows.enterprise.suspending import suspend
from verify.flows.idempotency import Ticket
from verify.flows.minors import answers, asking, notice
from verify.flows.minors.rules import DECIDED_BY_PEOPLE, group_of
from verify.flows.sealing import seal_step
from verify.flows.states import Status
from verify.flows.steps.person import checked
from verify.models import Account, Consent, Guardianship, Verification
from verify.policies.minors import PREFIX
from verify.services import Services

STEP = progress.GUARDIAN_STEP
PERSON = ("name", "id_number")
DECLINED = "guardian_declined"


@dataclass(frozen=True, repr=False)
class Answer:
    """Whose token it came with, and by which request."""

    ref: Ref
    guardianship_id: UUID
    ticket: Ticket | None = None


def grant(answer: Answer, granted: Granted, minor: Mapping[str, str], services: Services) -> Guardianship:
    """Keep each granted item, and whom it is for, so that nobody else can be verified by it. Raises Problem."""
    with refuse_overdue(answer.ref, services), services.write() as session:
        now = services.clock()
        verification, guardianship = _asked(session, answer, services)
        asking.able(session, answer.ref, guardianship.account_ref, verification, services)
        shown = notice.render(verification, services)
        shown.check(granted)
        values = _minor(verification, minor, now)
        keys = services.vault.create(verification.account_id, verification.id, ["identity"])
        seal_step(session, keys, verification, STEP, {"identity": values}, now)
        consent_notice.keep_text(session, shown, services)
        kept = _keep(session, verification, shown, set(granted.items), now)
        group = progress.minor(verification) or ""
        progress.put(verification, STEP, progress.PASSED, refer=DECIDED_BY_PEOPLE.get(group))
        guardianship.status, guardianship.answered_at = answers.GRANTED, now
        said = {"notice": shown.id, "items": sorted(set(granted.items)), "consents": kept}
        events.append(session, verification, "verification.step_passed", now, step=STEP, **said)
        decisions.go_on(session, verification, services)
    consent_notice.is_kept(shown, services)
    return guardianship


def _asked(session: Session, answer: Answer, services: Services) -> tuple[Verification, Guardianship]:
    idempotency.claim(session, answer.ticket, answer.ref.verification_id, services.clock(), status=200)
    verification = load_open(session, answer.ref, services)
    if progress.next_step(verification) != STEP:
        raise Problem("step_not_expected", next_step=progress.next_step(verification))
    guardianship = asking.standing(session, verification.id)
    if guardianship is None or guardianship.id != answer.guardianship_id:
        raise Problem("not_found")
    return verification, guardianship


def _minor(verification: Verification, given: Mapping[str, str], now: datetime) -> dict[str, str]:
    values = checked(given, PERSON)
    if group_of(values["id_number"], now) != progress.minor(verification):
        raise invalid("id_number", "other_age")
    return values


def _keep(
    session: Session, verification: Verification, shown: notice.GuardianNotice, items: set[str], now: datetime
) -> list[str]:
    """Beside the minor's own. They name no recipient to be asked: that the minor's do, and these stand behind them.

    What the event of it is to hold of them.
    """
    given = [
        Consent(
            id=uuid7(),
            verification_id=verification.id,
            item=item,
            kinds=shown.kinds[item],
            position=0,
            policy_version=shown.policy.version,
            notice_id=shown.id,
            granted_at=now,
        )
        for item in sorted(items)
    ]
    session.add_all(given)
    return binding.of_consents(given)


def decline(answer: Answer, services: Services) -> Guardianship:
    """The guardian says no; they are not asked again for a while, and somebody else may be. Raises Problem."""
    with refuse_overdue(answer.ref, services), services.write() as session:
        now = services.clock()
        verification, guardianship = _asked(session, answer, services)
        asking.end(guardianship, answers.DECLINED, now)
        guardianship.answered_at = now
        _remember(session, answer.ref, guardianship, verification, now)
        troubles.note(verification, STEP, DECLINED, now)
        events.append(session, verification, "verification.step_failed", now, step=STEP, code=DECLINED)
    return guardianship


def withdraw(ref: Ref, services: Services, ticket: Ticket | None = None) -> Guardianship:
    """Nothing rests on the guardian's consent any more. What has not been verified ends and is erased as if it had
    never been here; an account that was is suspended, and what a law keeps of it is kept to its day. Raises Problem."""
    now = services.clock()
    order = None
    with services.read() as session:
        account_ref = load(session, ref).account_ref
    with services.write() as session:
        account = accounts.load_locked(session, Reach(ref.application_id, ref.livemode), account_ref)
        idempotency.claim(session, ticket, ref.verification_id, now, status=200)
        verification = load_locked(session, ref)
        guardianship = asking.standing(session, verification.id)
        if guardianship is None or guardianship.status != answers.GRANTED:
            raise Problem("not_found")
        asking.end(guardianship, answers.WITHDRAWN, now)
        _remember(session, ref, guardianship, verification, now)
        _end_consents(session, account, verification, now)
        if verification.status == Status.VERIFIED:
            suspend(session, verification, answers.WITHDREW, services)
        else:
            order = erasure.order(session, account, verification.id, "unlawful", services).id
    if order is not None:
        erasure.carry_out(order, services)
    return guardianship


def _end_consents(session: Session, account: Account, verification: Verification, now: datetime) -> None:
    which = Consent.verification_id == verification.id, Consent.item.startswith(PREFIX, autoescape=True)
    ended = withdrawal.mark(session, *which, now=now)
    said: dict[str, Any] = {
        "items": sorted({row.item for row in ended}),
        "stopped": [] if verification.status == Status.VERIFIED else [f"ver_{verification.id}"],
        "rows": sorted(str(row.id) for row in ended),
        "verification": str(verification.id),
    }
    events.append_to_account(session, account, "consent.withdrawn", now, **said)


def _remember(
    session: Session, ref: Ref, guardianship: Guardianship, verification: Verification, now: datetime
) -> None:
    """A refusal, on the guardian's account, where that is still there."""
    reach = Reach(ref.application_id, ref.livemode)
    guardian = session.scalars(accounts.locked(accounts.reachable(reach, guardianship.account_ref))).one_or_none()
    if guardian is not None:
        guardian.refusals = {**guardian.refusals, asking.refusal(verification): now.isoformat()}
