"""The end of the service (policy 6.9): a stop of the intake, and the erasure of all accounts after the last day."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from verify.flows import erasure
from verify.flows.bulletins import matters
from verify.flows.bulletins.matters import NotNow
from verify.flows.case import Reach
from verify.flows.checks import SHANGHAI
from verify.models import Account, Addressee, Bulletin, Halt
from verify.services import Services

BATCH = 20


def halt(reason: str, by: str, services: Services) -> Halt:
    """No verification begins from now on, in any process within a second; those that run go on."""
    with services.write() as session:
        standing = session.scalars(select(Halt).where(Halt.lifted_at.is_(None))).first()
        if standing is not None:
            return standing
        row = Halt(id=uuid7(), reason=reason, since=services.clock(), placed_by=by)
        session.add(row)
    services.notebook.forget()
    return row


def resume(by: str, services: Services) -> bool:
    """Lift it; false where none stood."""
    with services.write() as session:
        rows = session.scalars(select(Halt).where(Halt.lifted_at.is_(None)).with_for_update()).all()
        for row in rows:
            row.lifted_at, row.lifted_by = services.clock(), by
    services.notebook.forget()
    return bool(rows)


def order(bulletin_id: UUID, services: Services) -> Bulletin:
    """Have the accounts of its addressees erased from now on. Raises NotNow before the day after the last one."""
    today = services.clock().astimezone(SHANGHAI).date()
    with services.write() as session:
        row = matters.load(session, bulletin_id)
        if row.kind != "shutdown" or row.released_at is None:
            raise NotNow("only a shutdown that was sent ends in erasure")
        if row.effective_on is None or today < row.effective_on + timedelta(days=1):
            raise NotNow("its last day is not over yet")
        if session.scalars(select(Halt.id).where(Halt.lifted_at.is_(None))).first() is None:
            raise NotNow("stop new verifications first")
        row.erasing_at = row.erasing_at or services.clock()
    return row


def erase(services: Services) -> int:
    """Erase a batch of accounts; how many. Each in transactions of its own, so that a crash loses nothing."""
    due = (
        select(Addressee.id, Account.application_id, Account.livemode, Account.account_ref)
        .join(Bulletin, Bulletin.id == Addressee.bulletin_id)
        .join(Account, Account.id == Addressee.account_id)
        .where(Bulletin.erasing_at <= services.clock(), Addressee.erased_at.is_(None))
        .order_by(Addressee.bulletin_id, Addressee.id)
        .limit(BATCH)
    )
    with services.read() as session:
        found = session.execute(due).all()
    for addressee_id, application_id, livemode, account_ref in found:
        erasure.erase_account(Reach(application_id, livemode), account_ref, services, ground="shutdown")
        with services.write() as session:
            session.get_one(Addressee, addressee_id, with_for_update=True).erased_at = services.clock()
    return len(found)
