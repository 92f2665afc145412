"""An appeal that is upheld: a new verification in place of the contested one, which stays as it ended (api.md)."""

from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.errors import KeyShredded
from verify.errors import Problem
from verify.flows import accounts, closing, events, progress
from verify.flows.case import locked, with_application
from verify.flows.sealing import open_steps, seal_step
from verify.flows.states import FINAL, UNVERIFIED
from verify.flows.verifications import Wanted, drafted, enter, servable
from verify.models import Account, Verification
from verify.services import Services


def uphold(account_id: UUID, verification_id: UUID | None, services: Services) -> UUID | None:
    """Lift a suspension, and open anew what ended unverified; the new one's id where there is one.

    ``verification_id`` is the contested one, the account's last that ended where none is named. Done a second time it
    finds what it opened. Raises Problem, nothing_to_do where nothing was decided against the account's owner.
    """
    with services.write() as session:
        account = accounts.get_locked(session, account_id)
        if account.closed_at is not None:
            raise Problem("account_closed")
        contested = _contested(session, account, verification_id)
        lifted = closing.lift(session, account, services)
        if contested is not None and contested.status in UNVERIFIED:
            return _in_place_of(session, contested, services)
        if not lifted:
            raise Problem("nothing_to_do")
    return None


def _contested(session: Session, account: Account, verification_id: UUID | None) -> Verification | None:
    """Locked. Raises Problem not_found for one that is not this account's or has not ended."""
    query = with_application().where(Verification.account_id == account.id, Verification.status.in_(FINAL))
    if verification_id is not None:
        query = query.where(Verification.id == verification_id)
    last = session.scalars(query.order_by(Verification.id.desc()).limit(1)).one_or_none()
    if last is not None:
        return session.scalars(locked(with_application().where(Verification.id == last.id))).unique().one()
    if verification_id is not None:
        raise Problem("not_found")
    return None


def _in_place_of(session: Session, contested: Verification, services: Services) -> UUID:
    try:
        made = _like(session, contested, services)
    except Problem as problem:
        if problem.code != "verification_open":
            raise
        opened = UUID(str(problem.members["verification"]).removeprefix("ver_"))
        if session.get_one(Verification, opened).supersedes_id != contested.id:
            raise
        return opened
    _take_contact(session, contested, made, services)
    events.append(session, contested, "verification.superseded", services.clock(), by=str(made.id))
    return made.id


def _like(session: Session, ended: Verification, services: Services) -> Verification:
    """To be gone through anew, with all tries. Raises Problem."""
    now = services.clock()
    wanted = Wanted(
        ended.type,
        ended.method,
        ended.account_ref,
        locale=ended.locale,
        return_url=ended.return_url,
        labels=ended.labels,
    )
    made = drafted(uuid7(), ended.application, ended.account_id, wanted, now, livemode=ended.livemode)
    made.supersedes_id = ended.id
    progress.offer(made, servable(made, services))
    progress.note_contact(made, progress.contact(ended))
    enter(session, made, events.created(made, now, supersedes=str(ended.id)), services)
    return made


def _take_contact(session: Session, contested: Verification, made: Verification, services: Services) -> None:
    """Where its result is told, while that is still kept."""
    try:
        contact = open_steps(session, services.vault.keys(contested.id), contested, ["contact"])
    except KeyShredded:
        return
    if contact:
        keys = services.vault.create(made.account_id, made.id, ["contact"])
        seal_step(session, keys, made, "contact", {"contact": contact}, services.clock())
