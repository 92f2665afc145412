"""How far a transfer has come: the one transition table, and the only writer of a transfer's status."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from providers.base import Misconfigured, NotReceived, Outcome, ProviderFailure, TransferWord
from verify.models import Transfer


class Stage(StrEnum):
    """A transfer's status. ``unknown``: it was ordered and nobody has told yet what became of it."""

    CREATED = "created"
    REQUESTED = "requested"
    SENT = "sent"
    FAILED = "failed"
    RETURNED = "returned"
    UNKNOWN = "unknown"


class News(StrEnum):
    """What happens to a transfer: the first four are ours, the rest is said of it."""

    ORDER = "order"  #: it is about to be ordered for the first time
    REPEAT = "repeat"  #: the same order is about to be sent again
    LOSE = "lose"  #: no answer came to the order
    SILENT = "silent"  #: no answer came to a read-back
    ABANDON = "abandon"  #: nobody has it and it will not be ordered (again)
    NOT_DONE = "not_done"  #: the provider says that it did nothing with the order
    NOT_RECEIVED = "not_received"  #: read-back: there is no such order
    ACCEPTED = "accepted"
    SENT = "sent"
    FAILED = "failed"
    RETURNED = "returned"


class Verdict(StrEnum):
    """In place of a stage: the news changes nothing."""

    IGNORE = "ignore"
    CONTRADICTS = "contradicts"  #: it cannot be true beside what is known; people must look


C, Q, S, F, R, U = Stage.CREATED, Stage.REQUESTED, Stage.SENT, Stage.FAILED, Stage.RETURNED, Stage.UNKNOWN
SKIP, AGAINST = Verdict.IGNORE, Verdict.CONTRADICTS

#: a pair that is not here is a bug
TRANSITIONS: Mapping[tuple[Stage, News], Stage | Verdict] = {
    **{(stage, News.SILENT): SKIP for stage in Stage},
    (C, News.ORDER): Q,
    (C, News.ABANDON): F,
    (C, News.NOT_DONE): SKIP,
    (C, News.NOT_RECEIVED): SKIP,
    (C, News.LOSE): SKIP,
    # said to have done nothing, and then found to have done it: believed, so that it is not ordered again
    (C, News.ACCEPTED): Q,
    (C, News.SENT): S,
    (C, News.FAILED): F,
    (C, News.RETURNED): R,
    (Q, News.LOSE): U,
    (Q, News.NOT_DONE): C,
    (Q, News.NOT_RECEIVED): AGAINST,
    (Q, News.ACCEPTED): SKIP,
    (Q, News.SENT): S,
    (Q, News.FAILED): F,
    (Q, News.RETURNED): R,
    (U, News.REPEAT): Q,
    (U, News.ABANDON): F,
    (U, News.LOSE): SKIP,
    (U, News.NOT_DONE): SKIP,
    (U, News.NOT_RECEIVED): SKIP,
    (U, News.ACCEPTED): Q,
    (U, News.SENT): S,
    (U, News.FAILED): F,
    (U, News.RETURNED): R,
    # after "sent" only money coming back is news; a bank that fails it then has it back
    (S, News.LOSE): SKIP,
    (S, News.NOT_DONE): SKIP,
    (S, News.NOT_RECEIVED): SKIP,
    (S, News.ACCEPTED): SKIP,
    (S, News.SENT): SKIP,
    (S, News.FAILED): R,
    (S, News.RETURNED): R,
    **{(end, news): SKIP for end in (F, R) for news in (News.LOSE, News.NOT_DONE, News.NOT_RECEIVED)},
    **{(end, news): AGAINST for end in (F, R) for news in (News.ACCEPTED, News.SENT)},
    **{(end, news): SKIP for end in (F, R) for news in (News.FAILED, News.RETURNED)},
}

#: nothing moves a transfer from here
FINAL = frozenset({F, R})

#: ordered, and its end is not known
OPEN = frozenset({Q, U})

WORDS: Mapping[TransferWord, News] = {
    TransferWord.REQUESTED: News.ACCEPTED,
    TransferWord.SENT: News.SENT,
    TransferWord.FAILED: News.FAILED,
    TransferWord.RETURNED: News.RETURNED,
}

#: kind of failure of a first order → what it says; every other kind leaves it open
FAILURES: Mapping[str, News] = {
    "Unavailable": News.NOT_DONE,
    "Throttled": News.NOT_DONE,
    "Misconfigured": News.NOT_DONE,
    "Refused": News.FAILED,
}


def following(stage: Stage, news: News) -> Stage | Verdict:
    """Raises KeyError for a pair that is not in the table."""
    return TRANSITIONS[stage, news]


def move(transfer: Transfer, stage: Stage, now: datetime) -> None:
    """Write the status of a locked transfer; whoever calls books the difference in the same transaction."""
    transfer.status = stage
    transfer.updated_at = now


def told_by_call(answer: Outcome | ProviderFailure | Misconfigured, *, repeated: bool) -> News:
    """News in the answer to an order. Of a repeated one "nothing was done" says nothing about the earlier ones."""
    if isinstance(answer, Outcome):
        return WORDS[answer.transfer] if answer.transfer else News.LOSE
    if repeated:
        return News.LOSE
    return FAILURES.get(type(answer).__name__, News.LOSE)


def told_by_reading(answer: Outcome | ProviderFailure) -> News:
    """News in a read-back. A failure to read says nothing."""
    if isinstance(answer, Outcome):
        return WORDS[answer.transfer] if answer.transfer else News.SILENT
    return News.NOT_RECEIVED if isinstance(answer, NotReceived) else News.SILENT
