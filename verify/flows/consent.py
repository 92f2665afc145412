"""The consent notice, and granting its items (policy 2.3, 4.2; PIPL 14, 17, 23, 29)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import Capability
from verify import policies
from verify.errors import Problem, invalid
from verify.flows import accounts, binding, consent_notice, decisions, events, idempotency, progress, troubles
from verify.flows.case import Reach, Ref, load, load_open, refuse_overdue
from verify.flows.checks import SHANGHAI
from verify.flows.consent_notice import Notice, Share
from verify.flows.disclosure import is_live
from verify.flows.effects import Effect, Verb
from verify.flows.idempotency import Ticket
from verify.flows.methods import METHODS
from verify.flows.results import asks_to_text
from verify.flows.routing import Working, draw, needed
from verify.flows.states import Action, Status, advance
from verify.flows.supply import has_been_working, is_affordable, is_working
from verify.models import Consent, Verification
from verify.models.base import insert_now
from verify.policies.items import ITEMS, Item
from verify.policies.shares import SHARES
from verify.services import Services


@dataclass(frozen=True)
class Granted:
    """What the user says: which version and notice they saw, and the items they granted."""

    policy_version: str
    notice_id: str | None
    items: tuple[str, ...]


def render(verification: Verification, services: Services, working: Working | None = None) -> Notice:
    """The notice as it has to be shown now; the same until policy or configuration change.

    ``working``: nobody has answered it yet, so who is not is named last.
    """
    steps = {step.name for step in progress.steps_of(verification)}
    # whether a letter is needed hangs on the representative's role, which is not known yet
    steps |= {progress.LETTER_STEP} & set(METHODS[verification.type, verification.method])
    shares = [
        Share(capability, name, position, tuple(sorted(SHARES[capability].kinds)))
        for capability in _shared(verification, services)
        for position, name in enumerate(draw(verification, capability, services, working))
    ]
    return Notice(
        policies.current(services.clock().astimezone(SHANGHAI).date()),
        tuple(item for item in ITEMS if steps & set(item.applies_to) and verification.type in item.types),
        tuple(shares),
        verification.application,
        services,
    )


def _shared(verification: Verification, services: Services) -> list[Capability]:
    """What providers are asked for; last, where no other channel reaches the user, telling them the result."""
    to_tell = [Capability.NOTICE] if asks_to_text(verification, services) else []
    return [*needed(verification), *to_tell]


def notice_of(ref: Ref, services: Services, locale: str | None = None) -> dict[str, Any]:
    """The notice in the verification's language or in ``locale``; its id names the texts of both."""
    with services.read() as session:
        verification = load(session, ref)
    notice = _standing(verification, services)[0]
    return notice.show(locale or verification.locale)


def _standing(verification: Verification, services: Services) -> list[Notice]:
    """The notice to be shown first, then what may have been shown a while ago, before a circuit moved."""
    usual = render(verification, services)
    if progress.state(verification, "consent").get("asked"):
        return [usual]
    now, before = (_drawn(usual, verification, services, working) for working in (is_working, has_been_working))
    return [now, *(notice for notice in (usual, before) if notice != now)]


def _drawn(usual: Notice, verification: Verification, services: Services, working: Working) -> Notice:
    """As ``render`` makes it: the usual one where everybody is working, as mostly."""
    works = all(working(share.provider, share.capability, services) for share in usual.shares)
    return usual if works else render(verification, services, working)


def _answered(notices: list[Notice], granted: Granted) -> Notice:
    """The one the answer is to; where it does not say, one whose required items are all granted."""
    for notice in notices:
        told = granted.notice_id == notice.id
        if told or (granted.notice_id is None and notice.ids(required=True) <= set(granted.items)):
            return notice
    return notices[0]


def grant(ref: Ref, granted: Granted, services: Services, ticket: Ticket | None = None) -> Verification:
    """Keep each granted item. Raises Problem naming what is missing, unknown or changed meanwhile."""
    with refuse_overdue(ref, services), services.write() as session:
        now = services.clock()
        idempotency.claim(session, ticket, ref.verification_id, now, status=200)
        verification = load_open(session, ref, services)
        if progress.next_step(verification) != "consent":
            raise Problem("step_not_expected", next_step=progress.next_step(verification))
        notice = _answered(_standing(verification, services), granted)
        check(notice, granted)
        kept = keep(session, verification, notice, set(granted.items), services)
        _pass(verification, set(granted.items))
        events.append(
            session,
            verification,
            "verification.step_passed",
            now,
            step="consent",
            notice=notice.id,
            items=sorted(set(granted.items)),
            consents=kept,
        )
        decisions.go_on(session, verification, services)
    consent_notice.is_kept(notice, services)
    return verification


def _pass(verification: Verification, granted: set[str]) -> None:
    """What was offered and not taken is not asked for again."""
    known = progress.state(verification, "consent")
    declined = {*known.get("declined", ()), *known.get("asked", ())} - granted
    progress.put(verification, "consent", progress.PASSED, asked=None, declined=sorted(declined) or None)


def offer_another(verification: Verification, capability: Capability, services: Services) -> Effect | None:
    """Reopen the consent step where a provider that works was not consented to; None where there is none.

    Its item stays optional: whoever does not take it goes on with the provider agreed to, when that is back.
    """
    if progress.minor(verification) is not None:  # a guardian's word would be owed as well
        return None
    known = progress.state(verification, "consent")
    live = live_items(verification, services)
    for name in draw(verification, capability, services):
        item = Share(capability, name, 0, ()).id
        can = is_working(name, capability, services) and is_affordable(name, capability, services)
        if can and item not in {*live, *known.get("declined", ())}:
            progress.put(verification, "consent", progress.PENDING, asked=sorted({*known.get("asked", ()), item}))
            return Effect(Verb.FAIL, "other_provider_offered")
    return None


def decline(ref: Ref, services: Services, ticket: Ticket | None = None) -> Verification:
    """The user reads the notice and says no: the verification ends, and nobody asks again at once. Raises Problem."""
    with services.read() as session:
        account_ref = load(session, ref).account_ref
    with refuse_overdue(ref, services), services.write() as session:
        now = services.clock()
        account = accounts.load_locked(session, Reach(ref.application_id, ref.livemode), account_ref)
        idempotency.claim(session, ticket, ref.verification_id, now, status=200)
        verification = load_open(session, ref, services)
        if progress.next_step(verification) != "consent":
            raise Problem("step_not_expected", next_step=progress.next_step(verification))
        notice = _standing(verification, services)[0]
        refused = sorted(notice.ids(required=True) - live_items(verification, services))
        account.refusals = {**account.refusals, **dict.fromkeys(refused, now.isoformat())}
        advance(verification, Action.CANCEL, now)
        events.append(session, verification, "verification.canceled", now, code="consent_declined")
        events.append_to_account(
            session, account, "consent.declined", now, verification=str(verification.id), version=notice.policy.version
        )
    return verification


def check(notice: Notice, granted: Granted) -> None:
    if granted.policy_version != notice.policy.version or granted.notice_id not in {None, notice.id}:
        raise Problem("notice_changed", notice_id=notice.id)
    if set(granted.items) - notice.ids(required=False):
        raise invalid("granted", "unknown_item")
    missing = sorted(notice.ids(required=True) - set(granted.items))
    if missing:
        raise Problem("consent_required", missing=missing)


def keep(
    session: Session, verification: Verification, notice: Notice, granted: set[str], services: Services
) -> list[str]:
    """One row per item not live already; live items of this notice are not asked twice.

    What the event of it is to hold of them.
    """
    live = live_items(verification, services)
    consent_notice.keep_text(session, notice, services)
    given = [_kept(verification, notice, item, services) for item in notice.items if item.id in granted - live]
    if given:
        insert_now(session, *given)
    return binding.of_consents(given)


def _kept(verification: Verification, notice: Notice, item: Item | Share, services: Services) -> Consent:
    share = item if isinstance(item, Share) else None
    return Consent(
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


def live_items(verification: Verification, services: Services) -> set[str]:
    today = services.clock().astimezone(SHANGHAI).date()
    return {consent.item for consent in verification.consents if is_live(consent, today)}


class Outdated(Exception):
    """The consents a step rests on were given before a major change of the notice."""


def refuse_outdated(verification: Verification, services: Services) -> None:
    """Raises Outdated, for ``asked_again`` to see to."""
    granted = [consent for consent in verification.consents if consent.withdrawn_at is None]
    today = services.clock().astimezone(SHANGHAI).date()
    if any(not is_live(consent, today) for consent in granted) and _is_owed(verification, services):
        raise Outdated


def _is_owed(verification: Verification, services: Services) -> bool:
    live = live_items(verification, services)
    return all(notice.ids(required=True) - live for notice in _standing(verification, services))


@contextmanager
def asked_again(ref: Ref, services: Services) -> Iterator[None]:
    """Turns Outdated into consent that is owed again and Problem notice_changed (policy 8.2)."""
    try:
        yield
    except Outdated:
        with services.write() as session:
            verification = load_open(session, ref, services)
            reopen_where_missing(verification, services)
            now = services.clock()
            if verification.status == Status.REVIEW:
                troubles.hand_back(verification, now)
                advance(verification, Action.ASK_AGAIN, now)
            troubles.note(verification, "consent", "notice_changed", now)
            events.append(
                session, verification, "verification.step_returned", now, step="consent", code="notice_changed"
            )
        raise Problem("notice_changed", notice_id=_standing(verification, services)[0].id) from None


def reopen_where_missing(verification: Verification, services: Services) -> None:
    """Consent is owed again for required items that nobody granted, or that are no longer live."""
    if _is_owed(verification, services):
        _owe(verification)


def _owe(verification: Verification) -> None:
    """Of somebody under 18 the guardian's too."""
    progress.put(verification, "consent", progress.PENDING)
    if progress.minor(verification) is not None:
        progress.put(verification, progress.GUARDIAN_STEP, progress.PENDING)


def settle_after_switch(verification: Verification, services: Services) -> None:
    """Consent has passed where every item the method requires is live, and is owed where one is not."""
    if _is_owed(verification, services):
        _owe(verification)
    else:
        progress.put(verification, "consent", progress.PASSED)
