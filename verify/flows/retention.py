"""How long each class of what is kept stays, why, and how it ends: the schedule as data."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from verify.flows.checks import SHANGHAI
from verify.flows.methods import CODE_LIFETIME


class Anchor(StrEnum):
    """From when a period is counted."""

    CREATED = "created"  #: the row or value itself came to be
    ANSWERED = "answered"  #: the answer was right, given up or too late
    ENDED = "ended"  #: the verification was decided, or ended without a decision
    ACCOUNT_CLOSED = "account_closed"


class End(StrEnum):
    """What happens when the period is over."""

    KEY_DESTROYED = "data key destroyed"  #: reaches backups of the sealed blobs too
    ROW_DELETED = "row deleted"
    LOG_DROPPED = "log files dropped"  #: by whoever stores the log stream
    NOTHING_STORED = "derived, nothing stored"


@dataclass(frozen=True)
class RetentionClass:
    """A period is whole calendar ``years``, where a law says so, or the exact time ``lasts``; never both."""

    name: str
    holds: str
    basis: str  #: law or purpose
    anchor: Anchor
    end: End
    years: int = 0
    lasts: timedelta = timedelta(0)


CLASSES: Mapping[str, RetentionClass] = {
    row.name: row
    for row in (
        RetentionClass(
            "identity",
            holds="name, ID number and their masked forms, sealed",
            basis="反电信网络诈骗法 21: real identity of each user; 民法典 188: three years to bring a claim",
            anchor=Anchor.ACCOUNT_CLOSED,
            end=End.KEY_DESTROYED,
            years=3,
        ),
        RetentionClass(
            "bank",
            holds="card or account number, bank, website and reserved mobile, sealed",
            basis="个人信息保护法 19: shortest time; 30 days for questions about the decision",
            anchor=Anchor.ENDED,
            end=End.KEY_DESTROYED,
            lasts=timedelta(days=30),
        ),
        RetentionClass(
            "contact",
            holds="e-mail and mobile for telling the result, sealed",
            basis="个人信息保护法 19: shortest time; 30 days for questions about the decision",
            anchor=Anchor.ENDED,
            end=End.KEY_DESTROYED,
            lasts=timedelta(days=30),
        ),
        RetentionClass(
            "transfer",
            holds="amount or code of a transfer with the exact order, sealed",
            basis="proves the account once",
            anchor=Anchor.ANSWERED,
            end=End.KEY_DESTROYED,
            lasts=timedelta(minutes=10),
        ),
        RetentionClass(
            "transfer_record",
            holds="stages of transfers, callbacks, statement lines and the ledger: ids, codes and sealed amounts",
            basis="个人信息保护法 54, 56: audits and records of processing; 民法典 188: three years to bring a claim",
            anchor=Anchor.ENDED,
            end=End.ROW_DELETED,
            years=3,
        ),
        RetentionClass(
            "code",
            holds="one-time code by SMS",
            basis="proves the mobile once",
            anchor=Anchor.CREATED,
            end=End.NOTHING_STORED,
            lasts=CODE_LIFETIME,
        ),
        RetentionClass(
            "consent",
            holds="which items of which notice were granted and withdrawn, and when",
            basis="个人信息保护法 14, 23, 29, 69: to be shown for as long as the identity is kept",
            anchor=Anchor.ACCOUNT_CLOSED,
            end=End.ROW_DELETED,
            years=3,
        ),
        RetentionClass(
            "event",
            holds="state changes of a verification: ids and codes, chained",
            basis="个人信息保护法 54, 56: audits and records of processing, three years",
            anchor=Anchor.ENDED,
            end=End.ROW_DELETED,
            years=3,
        ),
        RetentionClass(
            "attempt",
            holds="disclosures: which kinds of data went to whom, why and when, never the data",
            basis="个人信息保护法 55, 56: records of entrusting and providing, three years",
            anchor=Anchor.ENDED,
            end=End.ROW_DELETED,
            years=3,
        ),
        RetentionClass(
            "idempotency",
            holds="keyed digests of a request, its status and resource id",
            basis="a repeated request is answered once",
            anchor=Anchor.CREATED,
            end=End.ROW_DELETED,
            lasts=timedelta(hours=24),
        ),
        RetentionClass(
            "face_tag",
            holds="keyed digest of a face image's bytes, in the key store; no image and no feature of a face",
            basis="个人信息保护法 51: against the same picture used again by others",
            anchor=Anchor.CREATED,
            end=End.ROW_DELETED,
            lasts=timedelta(days=30),
        ),
        RetentionClass(
            "network_log",
            holds="request logs, pseudonymous: ids, codes, times",
            basis="网络安全法 23 (2025): at least six months",
            anchor=Anchor.CREATED,
            end=End.LOG_DROPPED,
            lasts=timedelta(days=180),
        ),
    )
}


def keep_until(class_name: str, anchor_time: datetime) -> datetime:
    """The UTC moment from which a class must be gone. Raises ValueError for a naive time.

    Years end with the corresponding day in China, or with its month where there is none, at 24:00
    (民法典 201 to 203).
    """
    if anchor_time.tzinfo is None:
        msg = "naive time"
        raise ValueError(msg)
    row = CLASSES[class_name]
    if not row.years:
        return anchor_time.astimezone(UTC) + row.lasts
    return _end_of_years(anchor_time, row.years)


def _end_of_years(anchor_time: datetime, years: int) -> datetime:
    first = anchor_time.astimezone(SHANGHAI).date()
    last_of_month = calendar.monthrange(first.year + years, first.month)[1]
    last = first.replace(year=first.year + years, day=min(first.day, last_of_month))
    return datetime.combine(last + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)
