"""The one transition table, and the only writer of a verification's status."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from verify.models import Verification


class Status(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    REVIEW = "review"
    VERIFIED = "verified"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELED = "canceled"


FINAL = frozenset({Status.VERIFIED, Status.REJECTED, Status.EXPIRED, Status.CANCELED})

#: ends without anybody having been verified
UNVERIFIED = FINAL - {Status.VERIFIED}


class Action(StrEnum):
    """What happens to a verification. ASK and after are ours and the providers'; the last five are orders."""

    ASK = "ask"  #: a provider is about to be asked
    WAIT = "wait"  #: it owes its answer still
    ADVANCE = "advance"  #: a step passed, another follows
    RETURN = "return"  #: the user is to do a step again
    VERIFY = "verify"
    REJECT = "reject"
    REFER = "refer"  #: a person has to decide
    EXPIRE = "expire"
    CANCEL = "cancel"
    SWITCH = "switch"
    ASK_AGAIN = "ask_again"  #: a reviewer sends one step back


IGNORE: Literal["ignore"] = "ignore"

P, W, R = Status.PENDING, Status.PROCESSING, Status.REVIEW

TRANSITIONS: Mapping[tuple[Status, Action], Status | Literal["ignore"]] = {
    (P, Action.ASK): W,
    (P, Action.ADVANCE): P,
    (P, Action.RETURN): P,
    (P, Action.VERIFY): Status.VERIFIED,
    (P, Action.REJECT): Status.REJECTED,
    (P, Action.REFER): R,
    (P, Action.EXPIRE): Status.EXPIRED,
    (P, Action.CANCEL): Status.CANCELED,
    (P, Action.SWITCH): P,
    (W, Action.WAIT): W,
    (W, Action.ADVANCE): P,
    (W, Action.RETURN): P,
    (W, Action.VERIFY): Status.VERIFIED,
    (W, Action.REJECT): Status.REJECTED,
    (W, Action.REFER): R,
    (W, Action.EXPIRE): IGNORE,
    (W, Action.CANCEL): Status.CANCELED,
    (R, Action.ASK): W,  # staff have a vendor asked in the user's place
    (R, Action.VERIFY): Status.VERIFIED,
    (R, Action.REJECT): Status.REJECTED,
    (R, Action.EXPIRE): IGNORE,
    (R, Action.CANCEL): Status.CANCELED,
    (R, Action.ASK_AGAIN): P,
    # an answer that comes after the end changes nothing
    **{
        (final, action): IGNORE
        for final in FINAL
        for action in (
            Action.WAIT,
            Action.ADVANCE,
            Action.RETURN,
            Action.VERIFY,
            Action.REJECT,
            Action.REFER,
            Action.EXPIRE,
        )
    },
}


class InvalidTransition(Exception):
    """The pair is not in the table: a caller's order came too late, or a bug."""

    def __init__(self, status: Status, action: Action) -> None:
        super().__init__(f"{action} while {status}")
        self.status = status
        self.action = action


def following(status: Status, action: Action) -> Status | Literal["ignore"]:
    """The next status or IGNORE. Raises InvalidTransition for a pair the table does not hold."""
    try:
        return TRANSITIONS[status, action]
    except KeyError:
        raise InvalidTransition(status, action) from None


def advance(verification: Verification, action: Action, now: datetime) -> bool:
    """Move the (locked) verification; false where the action is to be ignored.

    The clock of ``expires_at`` stands still in processing and review (api.md).
    """
    after = following(Status(verification.status), action)
    if after is IGNORE:
        return False
    if after is P and verification.paused_at is not None:
        verification.expires_at += now - verification.paused_at
        verification.paused_at = None
    if after in {W, R} and verification.paused_at is None:
        verification.paused_at = now
    verification.status = after
    verification.updated_at = now
    if after in {Status.VERIFIED, Status.REJECTED}:
        verification.decided_at = now
    if after in FINAL:
        verification.ended_at = now
    return True
