"""The whole matrix of stages and news, and where the money is afterwards."""

import pytest

from providers.base import (
    Misconfigured,
    NotReceived,
    Outcome,
    Refused,
    Result,
    Throttled,
    TransferWord,
    Unavailable,
    Unknown,
)
from verify.flows.transfers.ledger import PLACE, way
from verify.flows.transfers.states import (
    FINAL,
    TRANSITIONS,
    News,
    Stage,
    Verdict,
    following,
    told_by_call,
    told_by_reading,
)

X = "bug"
SKIP, AGAINST = Verdict.IGNORE, Verdict.CONTRADICTS

#: one row a stage; the columns are the members of News in order:
#: order, repeat, lose, silent, abandon, not_done, not_received, accepted, sent, failed, returned
MATRIX = {
    "created": ("requested", X, SKIP, SKIP, "failed", SKIP, SKIP, "requested", "sent", "failed", "returned"),
    "requested": (X, X, "unknown", SKIP, X, "created", AGAINST, SKIP, "sent", "failed", "returned"),
    "unknown": (X, "requested", SKIP, SKIP, "failed", SKIP, SKIP, "requested", "sent", "failed", "returned"),
    "sent": (X, X, SKIP, SKIP, X, SKIP, SKIP, SKIP, SKIP, "returned", "returned"),
    "failed": (X, X, SKIP, SKIP, X, SKIP, SKIP, AGAINST, AGAINST, SKIP, SKIP),
    "returned": (X, X, SKIP, SKIP, X, SKIP, SKIP, AGAINST, AGAINST, SKIP, SKIP),
}

CELLS = [(Stage(stage), news, cell) for stage, row in MATRIX.items() for news, cell in zip(News, row, strict=True)]


@pytest.mark.parametrize(("stage", "news", "expected"), CELLS)
def test_each_cell_of_the_matrix(stage: Stage, news: News, expected: str) -> None:
    if expected == X:
        with pytest.raises(KeyError):
            following(stage, news)
    else:
        assert following(stage, news) == expected


def test_nothing_moves_a_final_stage() -> None:
    assert [pair for pair, after in TRANSITIONS.items() if pair[0] in FINAL and isinstance(after, Stage)] == []


def test_sent_is_followed_by_returned_alone() -> None:
    assert {after for (stage, _), after in TRANSITIONS.items() if stage is Stage.SENT} == {SKIP, Stage.RETURNED}


CHANGES = [(stage, after) for (stage, _), after in TRANSITIONS.items() if isinstance(after, Stage)]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_every_change_books_the_money_to_where_the_stage_has_it(before: Stage, after: Stage) -> None:
    place = PLACE[before]
    for posting in way(before, after):
        assert posting.source is place
        place = posting.target
    assert place is PLACE[after]


FIRST_CALLS = [
    (Outcome(Result.ACCEPTED, transfer=TransferWord.REQUESTED), News.ACCEPTED),
    (Outcome(Result.ACCEPTED, transfer=TransferWord.SENT), News.SENT),
    (Outcome(Result.ACCEPTED, transfer=TransferWord.FAILED), News.FAILED),
    (Outcome(Result.ACCEPTED, transfer=TransferWord.RETURNED), News.RETURNED),
    (Outcome(Result.INCONCLUSIVE), News.LOSE),
    (Unavailable(), News.NOT_DONE),
    (Throttled(), News.NOT_DONE),
    (Misconfigured(), News.NOT_DONE),
    (Refused(), News.FAILED),
    (Unknown(), News.LOSE),
    (NotReceived(), News.LOSE),
]


@pytest.mark.parametrize(("answer", "news"), FIRST_CALLS)
def test_what_an_answer_to_a_first_order_says(answer: Outcome | Unknown, news: News) -> None:
    assert told_by_call(answer, repeated=False) is news


@pytest.mark.parametrize("answer", [Unavailable(), Throttled(), Misconfigured(), Refused(), Unknown()])
def test_a_failure_of_a_repeated_order_says_nothing_of_the_first(answer: Unknown) -> None:
    assert told_by_call(answer, repeated=True) is News.LOSE


@pytest.mark.parametrize(
    ("answer", "news"),
    [
        (Outcome(Result.ACCEPTED, transfer=TransferWord.SENT), News.SENT),
        (NotReceived(), News.NOT_RECEIVED),
        (Unavailable(), News.SILENT),
        (Refused(), News.SILENT),
        (Unknown(), News.SILENT),
    ],
)
def test_a_read_back_that_fails_says_nothing(answer: Outcome | Unknown, news: News) -> None:
    assert told_by_reading(answer) is news
