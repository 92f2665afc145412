"""Uses of a value are counted by its tag, across spellings, owners and rotations."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import update

from crypto.errors import NotIndexable
from crypto.keyring import Keyring
from tests.conftest import Clock
from tests.models.vaults import DAY, OTHER_OWNER, OWNER, tags_left, use, utc
from tests.plans import planned
from verify.models.engines import WRITE
from verify.models.keystore import owner_tags
from verify.models.vault import TagCount, Vault


def test_uses_are_counted_across_spellings_and_owners(vault: Vault) -> None:
    assert [vault.note([one])[0].uses for one in (use(), use("+86 138 0013 8000"), use(owner=OTHER_OWNER))] == [1, 2, 3]
    assert vault.note([use("13900139000")])[0].uses == 1


def test_the_first_owner_is_told(vault: Vault) -> None:
    vault.note([use(b"image", window=None)])
    [count] = vault.note([use(b"image", window=None, owner=OTHER_OWNER)])
    assert count == TagCount(uses=2, first_owner=OWNER, resets_at=None)


@pytest.mark.parametrize(
    "other",
    [{"scope": b"app"}, {"holder": OWNER}, {"kind": "bank_card", "value": "4111111111111111"}, {"window": None}],
    ids=lambda fields: next(iter(fields)),
)
def test_uses_are_counted_apart(vault: Vault, other: dict[str, Any]) -> None:
    vault.note([use()])
    assert [count.uses for count in vault.note([use(**other), use()])] == [1, 2]


def test_counts_come_in_the_order_asked(vault: Vault) -> None:
    vault.note([use("13900139000"), use("13900139000")])
    counts = vault.note([use(b"image", window=None), use("13900139000"), use("13700137000"), use("13900139000")])
    assert [count.uses for count in counts] == [1, 4, 1, 4]


@pytest.mark.parametrize(
    ("window", "moment", "starts"),
    [
        (DAY, "2026-12-01T15:59:59.999999", "2026-11-30T16:00"),
        (DAY, "2026-12-01T16:00:00", "2026-12-01T16:00"),
        (DAY, "2026-12-02T15:59:59", "2026-12-01T16:00"),
        (2 * DAY, "2026-12-01T15:59:59", "2026-11-30T16:00"),
        (2 * DAY, "2026-12-02T15:59:59", "2026-11-30T16:00"),
        (timedelta(hours=1), "2026-12-01T15:59:59", "2026-12-01T15:00"),
        (timedelta(minutes=10), "2026-12-01T16:19:59", "2026-12-01T16:10"),
        (timedelta(hours=36), "2026-12-01T00:00:00", "2026-11-30T00:00"),
    ],
)
def test_whole_day_windows_start_at_midnight_in_shanghai(
    vault: Vault, clock: Clock, window: timedelta, moment: str, starts: str
) -> None:
    clock.now = utc(moment)
    assert vault.note([use(window=window)])[0].resets_at == utc(starts) + window


def test_a_days_count_starts_afresh_at_midnight_in_shanghai(vault: Vault, clock: Clock) -> None:
    def uses(moment: str) -> int:
        clock.now = utc(moment)
        return vault.note([use()])[0].uses

    assert uses("2026-11-30T16:00:00") == 1
    assert uses("2026-12-01T15:59:59.999999") == 2
    assert uses("2026-12-01T16:00:00") == 1
    assert uses("2026-12-02T15:59:59") == 2


def test_a_clock_in_another_zone_counts_the_same_day(vault: Vault, clock: Clock) -> None:
    vault.note([use()])
    clock.now = clock.now.astimezone(timezone(timedelta(hours=-11)))
    assert vault.note([use()])[0].uses == 2


def test_a_count_outlasts_a_shorter_keep_until_its_window_ends(vault: Vault, clock: Clock) -> None:
    clock.now = utc("2026-11-30T16:00:00")
    brief = use(keep=timedelta(minutes=1))
    vault.note([brief])
    clock.turn(hours=23)
    assert vault.sweep_tags(clock(), 10) == 0
    assert vault.note([brief])[0].uses == 2


def test_a_tag_past_its_time_is_forgotten_swept_or_not(vault: Vault, clock: Clock) -> None:
    kept = timedelta(days=30)
    vault.note([use(b"image", window=None, keep=kept)])
    clock.turn(days=29)
    assert vault.note([use(b"image", window=None, keep=kept, owner=OTHER_OWNER)])[0].first_owner == OWNER
    clock.turn(days=1)
    [count] = vault.note([use(b"image", window=None, keep=kept, owner=OTHER_OWNER)])
    assert count == TagCount(uses=1, first_owner=OTHER_OWNER, resets_at=None)


def test_a_sweep_takes_as_many_as_it_may_of_what_is_over(vault: Vault, clock: Clock) -> None:
    vault.note([use(f"1380013800{n}") for n in range(5)])
    vault.note([use(b"image", window=None, keep=3 * DAY)])
    assert vault.sweep_tags(clock(), 10) == 0
    clock.turn(days=1)
    assert [vault.sweep_tags(clock(), 3) for _ in range(3)] == [3, 2, 0]
    assert tags_left(vault.engine) == 1


def test_counts_carry_over_a_rotation_of_the_index_key(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    face = use(b"image", window=None)
    vault.note([use(), use(), face])
    after = Vault(vault.engine, keyring.with_new_primary("index", clock()), clock)
    [count, seen] = after.note([use(owner=OTHER_OWNER), replace(face, owner=OTHER_OWNER)])
    assert (count.uses, count.first_owner) == (3, OWNER)
    assert (seen.uses, seen.first_owner) == (2, OWNER)
    assert after.note([use()])[0].uses == 4


def test_after_a_rotation_uses_are_written_under_both_keys(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    former, rotated = keyring.primary("index"), keyring.with_new_primary("index", clock())
    Vault(vault.engine, rotated, clock).note([use(), use()])
    retired = Keyring(replace(k, state="retired") if k.id == former.id else k for k in rotated.keys)
    assert Vault(vault.engine, retired, clock).note([use()])[0].uses == 3


def test_threads_that_count_at_once_count_every_use(vault: Vault) -> None:
    uses = [use(f"138001380{number:02}") for number in range(30)]
    vault.note(uses)

    def count_first(number: int) -> int:
        return vault.note(uses)[0].uses if number % 2 else vault.note(uses[::-1])[-1].uses

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(count_first, range(40))) == list(range(2, 42))


def test_a_tag_used_again_while_it_is_swept_stays(vault: Vault, clock: Clock) -> None:
    vault.note([use()])
    clock.turn(days=1)
    with ThreadPoolExecutor(1) as threads:
        with vault.engine.execution_options(**{WRITE: True}).begin() as other:
            other.execute(update(owner_tags).values(expires_at=clock() + DAY))
            sweep = threads.submit(vault.sweep_tags, clock(), 10)
            time.sleep(0.2)
        assert sweep.result() == 0
    assert tags_left(vault.engine) == 1


def test_what_is_not_indexable_counts_nothing(vault: Vault) -> None:
    with pytest.raises(NotIndexable) as caught:
        vault.note([use(), use("not a mobile")])
    assert "not a mobile" not in str(caught.value)
    assert tags_left(vault.engine) == 0


@pytest.mark.parametrize("key_engine", ["sqlite"], indirect=True)
def test_each_look_is_one_into_the_index(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    vault.note([use(), use("13900139000")])
    changed = keyring.with_new_primary("index", clock())
    vault.accept(changed)
    rotated = Vault(vault.engine, changed, clock)
    with planned(vault.engine, "owner_tags") as plans:
        rotated.count([use(), use("13900139000")])
        rotated.owners("mobile", "13800138000", [b"", b"app"])
        assert rotated.retag([("mobile", value, b"") for value in ("13800138000", "13900139000")]) == 2
        assert rotated.forget([use(), use("13900139000")]) == 2
    looks = [plan.partition("(")[2] for plan in plans if "owner_tags" in plan]
    assert len(looks) >= 10
    assert {look for look in looks if not look.startswith("kind=? AND index_key=? AND tag=?")} == set()


@pytest.mark.parametrize("key_engine", ["sqlite"], indirect=True)
def test_tags_under_a_key_are_deleted_by_index(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    vault.note([use(), use("13900139000"), use("13700137000")])
    [former] = keyring.usable("index")
    with planned(vault.engine, "owner_tags") as plans:
        assert vault.drop_tags(former.id, 2) == 2
        assert vault.drop_tags(former.id, 2) == 1
        assert vault.drop_tags(former.id, 2) == 0
    assert {plan.partition("(")[2] for plan in plans} == {
        "kind=? AND index_key=? AND tag=? AND holder=? AND window=?)",
        "kind=? AND index_key=?)",
    }
