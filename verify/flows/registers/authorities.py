"""What authorities asked for and were given: on legal papers only, decided by two people (policy 4.2.3, 4.4).

The entry says which kinds of data of which account; the data itself is handed over outside this service.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import Kind
from verify.flows import accounts, checks, events
from verify.flows.view import rfc3339
from verify.models import Account, AuthorityRequest
from verify.services import Services

#: kinds of papers that oblige us → what they are (刑事诉讼法 54, 民事诉讼法 70, 网络安全法 30, 反电信网络诈骗法 26)
PAPERS: Mapping[str, str] = {
    "evidence_order": "调取证据通知书",
    "investigation_letter": "协查函、协助查询通知书",
    "subpoena": "传票、法院调查令",
    "administrative_order": "行政机关依法出具的书面要求",
}


class BadEntry(ValueError):
    """Not an entry of this register; says why, without a value."""


@dataclass(frozen=True)
class Paper:
    """What came in writing."""

    authority: str
    kind: str
    number: str
    article: str


@dataclass(frozen=True)
class Answer:
    """What two people decided. ``kinds`` is empty where it was refused, and then ``refusal`` says why.

    ``silence`` says why the person must not be told of it.
    """

    decided_by: str
    seconded_by: str
    kinds: Collection[str] = ()
    refusal: str | None = None
    silence: str | None = None


def enter(account_id: UUID, paper: Paper, answer: Answer, services: Services) -> AuthorityRequest:
    """Write the entry, and tell the account's record unless a reason forbids it. Raises BadEntry."""
    _check(paper, answer)
    now = services.clock()
    with services.write() as session:
        account = accounts.get_locked(session, account_id)
        row = AuthorityRequest(
            id=uuid7(),
            account_id=account.id,
            authority=paper.authority,
            paper_kind=paper.kind,
            paper_number=paper.number,
            article=paper.article,
            decided_by=answer.decided_by,
            seconded_by=answer.seconded_by,
            kinds=sorted(set(answer.kinds)),
            refusal=answer.refusal,
            answered_at=now,
            silence=answer.silence,
        )
        session.add(row)
        if answer.silence is None:
            _tell(session, account, row, now)
    return row


def break_silence(request_id: UUID, services: Services) -> bool:
    """The person may be told now; false where there is nothing to tell."""
    with services.write() as session:
        row = session.get(AuthorityRequest, request_id, with_for_update=True, populate_existing=True)
        if row is None or row.told_at is not None:
            return False
        account = session.scalars(accounts.locked(select(Account).where(Account.id == row.account_id))).one_or_none()
        if account is None:
            return False
        row.silence = None
        _tell(session, account, row, services.clock())
    return True


def _tell(session: Session, account: Account, row: AuthorityRequest, now: datetime) -> None:
    row.told_at = now
    given = "given" if row.kinds else "refused"
    events.append_to_account(
        session, account, "account.authority_request", now, request=str(row.id), result=given, data=list(row.kinds)
    )


def _check(paper: Paper, answer: Answer) -> None:
    words = (paper.authority, paper.number, paper.article, answer.refusal or "–", answer.silence or "–")
    wrong = {
        "a legal paper of a known kind is needed": paper.kind not in PAPERS,
        "the second person must be another": answer.decided_by.strip() == answer.seconded_by.strip(),
        "these are not kinds of data": not set(answer.kinds) <= set(Kind),
        "name what was given, or why nothing was": bool(answer.kinds) == bool(answer.refusal),
        "authority, number and article must be named": not all(text.strip() for text in words),
        "the entry must hold nothing of a person": any(checks.looks_personal(text) for text in words),
    }
    for sentence, is_wrong in wrong.items():
        if is_wrong:
            raise BadEntry(sentence)


def of_account(session: Session, account_id: UUID) -> list[dict[str, Any]]:
    """What the account's owner may know, oldest first."""
    told = select(AuthorityRequest).where(
        AuthorityRequest.account_id == account_id, AuthorityRequest.told_at.is_not(None)
    )
    return [
        {
            "authority": row.authority,
            "paper": row.paper_number,
            "law": row.article,
            "data": row.kinds,
            "at": rfc3339(row.answered_at),
        }
        for row in session.scalars(told.order_by(AuthorityRequest.id))
    ]


def show(row: AuthorityRequest) -> dict[str, Any]:
    """As the register lists it."""
    return {
        "id": str(row.id),
        "at": row.answered_at.isoformat(),
        "account": f"acc_{row.account_id}",
        "authority": row.authority,
        "paper_kind": row.paper_kind,
        "paper_number": row.paper_number,
        "article": row.article,
        "decided_by": row.decided_by,
        "seconded_by": row.seconded_by,
        "kinds": row.kinds,
        "refusal": row.refusal,
        "silence": row.silence,
        "told_at": row.told_at.isoformat() if row.told_at else None,
    }
