"""How long each class of what is kept stays, why, and how it ends: the schedule as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from verify.flows.methods import CODE_LIFETIME


class Anchor(StrEnum):
    """From when a period is counted."""

    CREATED = "created"  #: the row or value itself came to be
    ANSWERED = "answered"  #: the answer was right, given up or too late
    CLOSED = "closed"  #: staff put the matter away
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
    #: kept to its day though its owner asks for erasure: a law asks for it, or it guards others
    stays: bool = False
    #: classes under whose data keys it lies sealed, where it is a part of others and not one of its own
    sealed_as: tuple[str, ...] = ()

    @property
    def period(self) -> str:
        """In words."""
        if self.years:
            return f"{self.years} years"
        days, seconds = self.lasts.days, self.lasts.seconds
        hours = days * 24 + seconds // 3600
        return f"{days} days" if days > 1 else f"{hours} hours" if hours else f"{seconds // 60} minutes"

    def described(self) -> dict[str, str]:
        """As ``retention show`` and the pages print it."""
        return {
            "class": self.name,
            "holds": self.holds,
            "basis": self.basis,
            "period": self.period,
            "from": self.anchor.value.replace("_", " "),
            "ends": self.end.value,
            "on request": "stays" if self.stays else "at once",
        }


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
            stays=True,
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
            "enterprise",
            holds="enterprise name, credit or organization code, industry, products and website, sealed",
            basis="反电信网络诈骗法 21: real identity of each user; 民法典 188: three years to bring a claim",
            anchor=Anchor.ACCOUNT_CLOSED,
            end=End.KEY_DESTROYED,
            years=3,
            stays=True,
        ),
        RetentionClass(
            "unverified",
            holds="the same of verifications that were rejected, expired or canceled: nobody was sold anything by them",
            basis="个人信息保护法 19: shortest time; 30 days to appeal, and 60 for the answer and what follows it",
            anchor=Anchor.ENDED,
            end=End.KEY_DESTROYED,
            lasts=timedelta(days=90),
            sealed_as=("identity", "enterprise"),
        ),
        RetentionClass(
            "document",
            holds="licence and letter of authorization, sealed each under a data key of its own; a keyed digest stays",
            basis="个人信息保护法 19: shortest time; 30 days to appeal; at once after an automatic pass",
            anchor=Anchor.ENDED,
            end=End.KEY_DESTROYED,
            lasts=timedelta(days=30),
        ),
        RetentionClass(
            "reading",
            holds="what was read from a licence, sealed, for a reviewer to compare",
            basis="个人信息保护法 19: shortest time; 30 days to appeal",
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
            basis="个人信息保护法 19: shortest time; proves the account once",
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
            stays=True,
        ),
        RetentionClass(
            "code",
            holds="one-time code by SMS",
            basis="个人信息保护法 19: shortest time; proves the mobile once",
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
            stays=True,
        ),
        RetentionClass(
            "event",
            holds="state changes of a verification: ids and codes, chained",
            basis="个人信息保护法 54, 56: audits and records of processing, three years",
            anchor=Anchor.ENDED,
            end=End.ROW_DELETED,
            years=3,
            stays=True,
        ),
        RetentionClass(
            "attempt",
            holds="disclosures: which kinds of data went to whom, why and when, never the data",
            basis="个人信息保护法 55, 56: records of entrusting and providing, three years",
            anchor=Anchor.ENDED,
            end=End.ROW_DELETED,
            years=3,
            stays=True,
        ),
        RetentionClass(
            "review",
            holds="words of staff about a verification and to its user, sealed",
            basis="个人信息保护法 54: audits, three years; 24: to explain a decision",
            anchor=Anchor.ENDED,
            end=End.KEY_DESTROYED,
            lasts=timedelta(days=1096),
            stays=True,
        ),
        RetentionClass(
            "review_record",
            holds="who claimed, wrote, proposed and agreed in a review, and why it was one: ids, codes and times",
            basis="个人信息保护法 54: audits, three years; 24: to explain a decision",
            anchor=Anchor.ENDED,
            end=End.ROW_DELETED,
            years=3,
            stays=True,
        ),
        RetentionClass(
            "access_log",
            holds="what staff did and were refused: ids and codes",
            basis="个人信息保护法 54, 56: audits and records of processing, three years",
            anchor=Anchor.CREATED,
            end=End.ROW_DELETED,
            years=3,
            stays=True,
        ),
        RetentionClass(
            "rights_request",
            holds="what people asked about their own data and were answered: words sealed, ids and codes",
            basis="个人信息保护法 50, 54: how requests were handled; 民法典 188: three years to bring a claim",
            anchor=Anchor.ANSWERED,
            end=End.ROW_DELETED,
            years=3,
            stays=True,
        ),
        RetentionClass(
            "authority_request",
            holds="what authorities asked for: papers, articles, who decided, which kinds of data; never the data",
            basis="个人信息保护法 54, 55, 56: records of providing, three years",
            anchor=Anchor.ANSWERED,
            end=End.ROW_DELETED,
            years=3,
            stays=True,
        ),
        RetentionClass(
            "bulletin",
            holds="incidents and other notices to many: the text, which accounts it concerned and how each was told",
            basis="个人信息保护法 54, 57: how incidents were handled; 民法典 188: three years to bring a claim",
            anchor=Anchor.CLOSED,
            end=End.ROW_DELETED,
            years=3,
            stays=True,
        ),
        RetentionClass(
            "account",
            holds="account_ref, states and decisions of its verifications, its events and erasures: ids and codes",
            basis="反电信网络诈骗法 21; 民法典 188: three years to bring a claim",
            anchor=Anchor.ACCOUNT_CLOSED,
            end=End.ROW_DELETED,
            years=3,
            stays=True,
        ),
        RetentionClass(
            "erasure_order",
            holds="which erasures were ordered, in the key store: ids, codes, times and the certificate",
            basis="个人信息保护法 47, 51: an erasure holds though the main store comes back from a backup",
            anchor=Anchor.CREATED,
            end=End.ROW_DELETED,
            years=3,
            stays=True,
        ),
        RetentionClass(
            "idempotency",
            holds="keyed digests of a request, its status and resource id",
            basis="个人信息保护法 19: shortest time; a repeated request is answered once",
            anchor=Anchor.CREATED,
            end=End.ROW_DELETED,
            lasts=timedelta(hours=24),
            stays=True,
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
            "blind_index",
            holds="keyed digests of ID, card and account number and of an enterprise's code, by which its accounts are "
            "found, in the key store",
            basis="反电信网络诈骗法 21: real identity of each user; 民法典 188: three years to bring a claim",
            anchor=Anchor.ACCOUNT_CLOSED,
            end=End.ROW_DELETED,
            years=3,
        ),
        RetentionClass(
            "daily_count",
            holds="how often in a day a mobile was sent a code, a card or ID number was checked, money went to an "
            "account number: keyed digests and numbers, in the key store",
            basis="个人信息保护法 51: against trying out what is another's",
            anchor=Anchor.CREATED,
            end=End.ROW_DELETED,
            lasts=timedelta(hours=24),
            stays=True,
        ),
        RetentionClass(
            "wrong_amounts",
            holds="wrong amounts of an account number, 30 days, and that it is blocked after three: keyed digest and "
            "number, in the key store",
            basis="个人信息保护法 51: against guessing what was sent to another's account; 民法典 188",
            anchor=Anchor.CREATED,
            end=End.ROW_DELETED,
            lasts=timedelta(days=1096),
            stays=True,
        ),
        RetentionClass(
            "network_log",
            holds="request logs, pseudonymous: ids, codes, times",
            basis="网络安全法 23 (2025): at least six months",
            anchor=Anchor.CREATED,
            end=End.LOG_DROPPED,
            lasts=timedelta(days=180),
            stays=True,
        ),
    )
}
