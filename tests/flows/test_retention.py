"""The retention schedule, and the moment each class must be gone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from verify.flows.checks import SHANGHAI
from verify.flows.keeping import is_unverified
from verify.flows.methods import CODE_LIFETIME
from verify.flows.periods import anchored_before, keep_until
from verify.flows.retention import CLASSES, Anchor, End, RetentionClass
from verify.models.verification import UNVERIFIED

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

#: (class, counted from, ends by, gone when counted from NOON)
SCHEDULE = [
    ("identity", Anchor.ACCOUNT_CLOSED, End.KEY_DESTROYED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("bank", Anchor.ENDED, End.KEY_DESTROYED, NOON + timedelta(days=30)),
    ("enterprise", Anchor.ACCOUNT_CLOSED, End.KEY_DESTROYED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("unverified", Anchor.ENDED, End.KEY_DESTROYED, NOON + timedelta(days=90)),
    ("document", Anchor.ENDED, End.KEY_DESTROYED, NOON + timedelta(days=30)),
    ("reading", Anchor.ENDED, End.KEY_DESTROYED, NOON + timedelta(days=30)),
    ("contact", Anchor.ENDED, End.KEY_DESTROYED, NOON + timedelta(days=30)),
    ("transfer", Anchor.ANSWERED, End.KEY_DESTROYED, NOON + timedelta(minutes=10)),
    ("transfer_record", Anchor.ENDED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("code", Anchor.CREATED, End.NOTHING_STORED, NOON + timedelta(minutes=10)),
    ("consent", Anchor.ACCOUNT_CLOSED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("event", Anchor.ENDED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("attempt", Anchor.ENDED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("review", Anchor.ENDED, End.KEY_DESTROYED, NOON + timedelta(days=1096)),
    ("review_record", Anchor.ENDED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("access_log", Anchor.CREATED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("rights_request", Anchor.ANSWERED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("authority_request", Anchor.ANSWERED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("bulletin", Anchor.CLOSED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("account", Anchor.ACCOUNT_CLOSED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("erasure_order", Anchor.CREATED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("idempotency", Anchor.CREATED, End.ROW_DELETED, NOON + timedelta(hours=24)),
    ("face_tag", Anchor.CREATED, End.ROW_DELETED, NOON + timedelta(days=30)),
    ("blind_index", Anchor.ACCOUNT_CLOSED, End.ROW_DELETED, datetime(2029, 11, 24, 16, tzinfo=UTC)),
    ("daily_count", Anchor.CREATED, End.ROW_DELETED, NOON + timedelta(hours=24)),
    ("wrong_amounts", Anchor.CREATED, End.ROW_DELETED, NOON + timedelta(days=1096)),
    ("network_log", Anchor.CREATED, End.LOG_DROPPED, NOON + timedelta(days=180)),
]


@pytest.mark.promise("5.4")
@pytest.mark.parametrize(("name", "anchor", "end", "gone"), SCHEDULE)
def test_a_class_goes_on_its_day_in_its_way(name: str, anchor: Anchor, end: End, gone: datetime) -> None:
    assert (CLASSES[name].anchor, CLASSES[name].end) == (anchor, end)
    assert keep_until(name, NOON) == gone


def test_the_schedule_names_every_class() -> None:
    assert [row[0] for row in SCHEDULE] == list(CLASSES)


@pytest.mark.parametrize("row", CLASSES.values(), ids=lambda row: row.name)
def test_a_class_says_what_it_holds_and_why_for_one_period(row: RetentionClass) -> None:
    assert row.holds
    assert row.basis
    assert bool(row.years) != bool(row.lasts)


def test_a_code_is_gone_when_it_no_longer_works() -> None:
    assert CLASSES["code"].lasts == CODE_LIFETIME


@pytest.mark.parametrize(
    ("closed", "gone"),
    [
        # 29 February has no corresponding day three years on: the month's last one
        (datetime(2028, 2, 29, 1, tzinfo=UTC), datetime(2031, 2, 28, 16, tzinfo=UTC)),
        # 16:30 UTC is the next day in China
        (datetime(2026, 12, 31, 16, 30, tzinfo=UTC), datetime(2030, 1, 1, 16, tzinfo=UTC)),
        (datetime(2026, 12, 31, 15, 30, tzinfo=UTC), datetime(2029, 12, 31, 16, tzinfo=UTC)),
        (datetime(2027, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=8))), datetime(2030, 1, 1, 16, tzinfo=UTC)),
    ],
)
def test_years_end_with_the_corresponding_day_in_china(closed: datetime, gone: datetime) -> None:
    assert keep_until("identity", closed) == gone


@given(st.timedeltas(timedelta(0), timedelta(days=70 * 365)).map(NOON.__add__))
def test_three_years_are_never_short_and_never_two_days_longer(closed: datetime) -> None:
    gone = keep_until("identity", closed)

    assert timedelta(days=3 * 365) < gone - closed <= timedelta(days=3 * 365 + 2)
    assert gone.astimezone(SHANGHAI).hour == 0


@pytest.mark.parametrize("class_name", ["identity", "bank"])
@given(
    began=st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001 - made aware below
    after=st.timedeltas(timedelta(0), timedelta(days=1100)),
)
def test_what_is_over_is_found_by_when_it_began(class_name: str, began: datetime, after: timedelta) -> None:
    began = began.replace(tzinfo=UTC)
    now = began + after
    assert (began < anchored_before(class_name, now)) == (keep_until(class_name, began) <= now)


@pytest.mark.parametrize("day", [datetime(2028, 2, 28, 16, tzinfo=UTC), datetime(2031, 2, 28, 16, tzinfo=UTC)])
@pytest.mark.parametrize("began", [datetime(2028, 2, 29, 1, tzinfo=UTC), datetime(2025, 2, 28, 1, tzinfo=UTC)])
def test_the_end_of_february_is_no_exception(day: datetime, began: datetime) -> None:
    assert (began < anchored_before("identity", day)) == (keep_until("identity", began) <= day)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive time"):
        keep_until("bank", NOON.replace(tzinfo=None))


def test_the_unverified_are_asked_for_in_the_words_of_their_index() -> None:
    asked = is_unverified().compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    assert str(asked) == f"verifications.{UNVERIFIED}"
