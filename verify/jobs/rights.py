"""Rights requests: reminding of those that fall due, once a day each, by the log, by mail to staff and by a webhook;
and letting go of what a correction replaced."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, or_, select
from uuid_utils.compat import uuid7

from verify.flows import accounts, events
from verify.flows.checks import SHANGHAI
from verify.flows.rights import correcting
from verify.flows.rights.rules import REMIND
from verify.models import RightsRequest
from verify.notifiers import EMAIL
from verify.notifiers.base import Letter, NotSent, Unclear
from verify.notifiers.mail import MailNotifier
from verify.notifiers.texts import DESK_SUBJECT, DESK_TEXT
from verify.services import Services

log = structlog.get_logger()

DAILY = timedelta(days=1)
BATCH = 100


def remind(services: Services) -> int:
    """Warn of those due soon or late; their number."""
    with services.read() as session:
        soon = select(RightsRequest.id, RightsRequest.account_id).where(*_conditions(services))
        found = session.execute(soon.order_by(RightsRequest.due_at).limit(BATCH)).all()
    due = [request for row in found if (request := _note(row.id, row.account_id, services))]
    if due:
        _mail(due, services)
    return len(due)


def let_go(services: Services) -> int:
    """Redact what was corrected and nothing needs any more; the number of verifications."""
    with services.read() as session:
        due = correcting.replaced(session, BATCH)
    for ref in due:
        correcting.let_go(ref, services)
    return len(due)


def _conditions(services: Services) -> Sequence[ColumnElement[bool]]:
    now = services.clock()
    return (
        RightsRequest.answered_at.is_(None),
        RightsRequest.due_at <= now + REMIND,
        or_(RightsRequest.reminded_at.is_(None), RightsRequest.reminded_at <= now - DAILY),
    )


def _note(request_id: UUID, account_id: UUID, services: Services) -> RightsRequest | None:
    """None where it was answered meanwhile, or somebody else reminds."""
    now = services.clock()
    with services.write() as session:
        account = accounts.get_locked(session, account_id)
        own = select(RightsRequest).where(RightsRequest.id == request_id, *_conditions(services))
        request = session.scalars(own.with_for_update().execution_options(populate_existing=True)).one_or_none()
        if request is None:
            return None
        request.reminded_at = now
        events.append_to_account(session, account, "rights_request.due", now, about=("rights_request", request))
    log.warning("rights request due", request=str(request.id), kind=request.kind, days=(request.due_at - now).days)
    return request


def _mail(due: Sequence[RightsRequest], services: Services) -> None:
    """One mail for all of them, ids and days only. What is not sent is in the log, and is tried again tomorrow."""
    notifier, to = services.notifiers.get(EMAIL), services.settings.rights_mail
    if not isinstance(notifier, MailNotifier) or to is None:
        return
    lines = [f"{_last_day(request)}  {request.kind}  req_{request.id}" for request in due]
    text = DESK_TEXT.format(lines="\n".join(lines), url=f"{services.settings.public_url}/ops/rights")
    try:
        notifier.post(Letter(str(uuid7()), to, "zh-CN", DESK_SUBJECT.format(count=len(due)), text), lambda *_: None)
    except NotSent as failed:
        log.warning("reminder not mailed", code=failed.code)
    except Unclear:
        log.warning("reminder not mailed", code="no_answer")


def _last_day(request: RightsRequest) -> str:
    return (request.due_at.astimezone(SHANGHAI) - timedelta(seconds=1)).date().isoformat()
