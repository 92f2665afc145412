import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.exc import OperationalError

from crypto.errors import DecryptionFailed, KeyMissing, KeyRetired, KeyShredded, NotIndexable
from crypto.keyring import Keyring
from crypto.seal import dek_id_of
from tests.conftest import Clock
from verify.models.engines import WRITE
from verify.models.keystore import SQLITE_PRAGMAS, KeyBase, data_keys, make_engine, owner_tags
from verify.models.vault import Keys, TagCount, TagUse, Vault

OWNER = UUID("01900000-0000-7000-8000-000000000001")
OTHER_OWNER = UUID("01900000-0000-7000-8000-000000000002")
CASE = UUID("01900000-0000-7000-8000-000000000011")
OTHER_CASE = UUID("01900000-0000-7000-8000-000000000012")
ROW = UUID("01900000-0000-7000-8000-000000000021")
NOBODY = UUID(int=0)
DAY = timedelta(days=1)
CONTEXT = "person.id_number"
CLASSES = ["identity", "bank"]


@pytest.fixture
def keyring(clock: Clock) -> Keyring:
    return Keyring.generate(clock())


@pytest.fixture
def vault(key_engine: Engine, keyring: Keyring, clock: Clock) -> Vault:
    return Vault(key_engine, keyring, clock)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements run, without BEGIN and pragmas."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def wrapped_keys(engine: Engine) -> dict[bytes, bytes]:
    with engine.connect() as connection:
        return {row.id: row.wrapped for row in connection.execute(select(data_keys.c.id, data_keys.c.wrapped))}


def tags_left(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(owner_tags)) or 0


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def use(value: str | bytes = "13800138000", **fields: Any) -> TagUse:
    kind = "mobile" if isinstance(value, str) else "face_image"
    return TagUse(
        **{
            "kind": kind,
            "value": value,
            "scope": b"",
            "holder": NOBODY,
            "owner": OWNER,
            "window": DAY,
            "keep": DAY,
            **fields,
        }
    )


# data keys


def test_what_a_new_key_seals_opens_later(vault: Vault) -> None:
    sealed = vault.create(OWNER, CASE, CLASSES).seal("identity", CONTEXT, ROW, b"plain")
    assert vault.keys(CASE).open(CONTEXT, ROW, sealed) == b"plain"


def test_classes_have_keys_of_their_own(vault: Vault) -> None:
    keys = vault.create(OWNER, CASE, CLASSES)
    ids = {dek_id_of(keys.seal(name, CONTEXT, ROW, b"x")) for name in CLASSES}
    assert ids == wrapped_keys(vault.engine).keys()
    assert len(ids) == 2


def test_creating_again_gives_the_same_keys_and_adds_missing_ones(vault: Vault) -> None:
    sealed = vault.create(OWNER, CASE, ["bank"]).seal("bank", CONTEXT, ROW, b"x")
    keys = vault.create(OWNER, CASE, ["identity", "bank", "bank"])
    assert keys.open(CONTEXT, ROW, sealed) == b"x"
    assert repr(keys) == "<Keys bank identity>"
    assert len(wrapped_keys(vault.engine)) == 2


def test_creating_no_class_creates_nothing(vault: Vault) -> None:
    with counted(vault.engine) as statements:
        assert repr(vault.create(OWNER, CASE, [])) == "<Keys >"
    assert (statements, wrapped_keys(vault.engine)) == ([], {})


def test_one_verification_does_not_open_what_anothers_key_sealed(vault: Vault) -> None:
    sealed = vault.create(OWNER, OTHER_CASE, CLASSES).seal("identity", CONTEXT, ROW, b"x")
    with pytest.raises(KeyShredded):
        vault.create(OWNER, CASE, CLASSES).open(CONTEXT, ROW, sealed)


def test_a_field_moved_to_another_row_is_refused(vault: Vault) -> None:
    keys = vault.create(OWNER, CASE, CLASSES)
    with pytest.raises(DecryptionFailed):
        keys.open(CONTEXT, OWNER, keys.seal("identity", CONTEXT, ROW, b"x"))


def test_a_class_without_a_key_seals_nothing(vault: Vault) -> None:
    with pytest.raises(KeyShredded, match=r"^data key is gone$"):
        vault.create(OWNER, CASE, ["bank"]).seal("identity", CONTEXT, ROW, b"x")


def test_keys_of_many_verifications_come_at_once(vault: Vault) -> None:
    sealed = vault.create(OWNER, CASE, ["identity"]).seal("identity", CONTEXT, ROW, b"x")
    vault.create(OTHER_OWNER, OTHER_CASE, CLASSES)
    many = vault.many([CASE, OTHER_CASE, ROW, CASE])
    assert list(many) == [CASE, OTHER_CASE, ROW]
    assert [*map(repr, many.values())] == ["<Keys identity>", "<Keys bank identity>", "<Keys >"]
    assert many[CASE].open(CONTEXT, ROW, sealed) == b"x"
    assert vault.many([]) == {}


CALLS: dict[str, Callable[[Vault], object]] = {
    "create": lambda vault: vault.create(OWNER, CASE, [*CLASSES, "contact"]),
    "create again": lambda vault: vault.create(OWNER, OTHER_CASE, CLASSES),
    "keys": lambda vault: vault.keys(OTHER_CASE).seal("bank", CONTEXT, ROW, b"x"),
    "many": lambda vault: vault.many([CASE, OTHER_CASE, *(uuid4() for _ in range(50))]),
    "note": lambda vault: vault.note([use(), use("13900139000"), use(b"image", window=None), use()]),
    "ping": lambda vault: vault.ping(),
    "shred": lambda vault: vault.shred(OTHER_CASE),
    "shred of a class": lambda vault: vault.shred_class([OTHER_CASE], "bank"),
    "sweep_tags": lambda vault: vault.sweep_tags(datetime.now(UTC), 10),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_one_statement(vault: Vault, keyring: Keyring, clock: Clock, call: str) -> None:
    vault.create(OWNER, OTHER_CASE, CLASSES)
    rotated = Vault(vault.engine, keyring.with_new_primary("index", clock()), clock)
    with counted(vault.engine) as statements:
        CALLS[call](rotated)
    assert len(statements) == 1


def test_counting_nothing_and_asking_for_nothing_runs_nothing(vault: Vault) -> None:
    with counted(vault.engine) as statements:
        assert (vault.note([]), vault.many([])) == ([], {})
    assert statements == []


def test_threads_that_create_the_same_keys_at_once_get_the_same(vault: Vault) -> None:
    names = [f"class {number}" for number in range(20)]
    start = Barrier(4)

    def create(number: int) -> list[Keys]:
        start.wait(10)
        return [vault.create(OWNER, case, names if number % 2 else names[::-1]) for case in cases]

    cases = [uuid4() for _ in range(2)] * 10
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(create, range(4)))
    for case, *same in zip(cases, *made, strict=True):
        sealed = [same[0].seal(name, CONTEXT, ROW, b"x") for name in names]
        assert {keys.open(CONTEXT, ROW, field) for keys in [*same, vault.keys(case)] for field in sealed} == {b"x"}


# key destruction


def test_a_shredded_class_is_gone_and_others_stay(vault: Vault) -> None:
    keys = vault.create(OWNER, CASE, CLASSES)
    name, card = (keys.seal(cls, CONTEXT, ROW, b"x") for cls in CLASSES)
    assert vault.shred(CASE, ["bank", "contact"]) == 1
    assert vault.keys(CASE).open(CONTEXT, ROW, name) == b"x"
    with pytest.raises(KeyShredded, match=f"^data key {dek_id_of(card).hex()} is gone$"):
        vault.keys(CASE).open(CONTEXT, ROW, card)


@pytest.mark.parametrize(("classes", "gone"), [(None, 2), (CLASSES, 2), (["bank"], 1), (["contact"], 0), ([], 0)])
def test_shredding_counts_the_keys_that_went(vault: Vault, classes: list[str] | None, gone: int) -> None:
    vault.create(OWNER, CASE, CLASSES)
    vault.create(OWNER, OTHER_CASE, CLASSES)
    assert vault.shred(CASE, classes) == gone
    assert len(wrapped_keys(vault.engine)) == 4 - gone
    assert vault.shred(CASE, classes) == 0


def test_shredding_an_account_takes_all_its_keys_and_tags(vault: Vault) -> None:
    vault.create(OWNER, CASE, CLASSES)
    vault.create(OWNER, OTHER_CASE, ["identity"])
    kept = vault.create(OTHER_OWNER, ROW, ["identity"])
    vault.note([use(), use(holder=OWNER), use("13900139000", owner=OTHER_OWNER)])
    assert vault.shred_owner(OWNER) == 3
    # a cap that everybody is counted under lives on without an owner
    assert (len(wrapped_keys(vault.engine)), tags_left(vault.engine)) == (1, 2)
    [counted] = vault.note([use()])
    assert (counted.uses, counted.first_owner) == (2, NOBODY)
    assert vault.keys(ROW).open(CONTEXT, ROW, kept.seal("identity", CONTEXT, ROW, b"x")) == b"x"
    assert vault.shred_owner(OWNER) == 0


def test_keys_made_after_shredding_open_nothing_of_before(vault: Vault) -> None:
    sealed = vault.create(OWNER, CASE, CLASSES).seal("identity", CONTEXT, ROW, b"x")
    vault.shred(CASE)
    with pytest.raises(KeyShredded):
        vault.create(OWNER, CASE, CLASSES).open(CONTEXT, ROW, sealed)


@pytest.fixture
def sqlite_vault(tmp_path: Path, keyring: Keyring, clock: Clock) -> Iterator[Vault]:
    engine = make_engine(f"sqlite:///{tmp_path / 'keys.db'}")
    KeyBase.metadata.create_all(engine)
    yield Vault(engine, keyring, clock)
    engine.dispose()


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("keys.db*")) if not path.name.endswith("-shm"))


def found_on_disk(folder: Path, wrapped: dict[bytes, bytes]) -> int:
    """How many of these can still be read off the disk, by the middle of their ciphertext."""
    disk = bytes_on_disk(folder)
    return sum(key[20:48] in disk for key in wrapped.values())


def test_shredding_leaves_no_wrapped_key_on_disk(sqlite_vault: Vault, tmp_path: Path) -> None:
    cases = [uuid4() for _ in range(200)]
    for case in cases:
        sqlite_vault.create(OWNER if case.int % 3 else OTHER_OWNER, case, CLASSES)
    before = wrapped_keys(sqlite_vault.engine)
    assert found_on_disk(tmp_path, before) == 400
    for case in cases[::7]:
        sqlite_vault.shred(case, ["bank"])
    sqlite_vault.shred_owner(OTHER_OWNER)
    after = wrapped_keys(sqlite_vault.engine)
    gone = {dek_id: wrapped for dek_id, wrapped in before.items() if dek_id not in after}
    assert len(gone) > 100
    assert (found_on_disk(tmp_path, gone), found_on_disk(tmp_path, after)) == (0, len(after))


def test_shredding_at_once_with_other_work_leaves_nothing_either(sqlite_vault: Vault, tmp_path: Path) -> None:
    cases = [uuid4() for _ in range(40)]
    for case in cases:
        sqlite_vault.create(OWNER, case, CLASSES)
    before = wrapped_keys(sqlite_vault.engine)

    def work(number: int) -> None:
        sqlite_vault.shred(cases[number])
        sqlite_vault.create(OTHER_OWNER, uuid4(), CLASSES)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(40)))
    assert found_on_disk(tmp_path, before) == 0
    assert len(wrapped_keys(sqlite_vault.engine)) == 80


@pytest.mark.promise("GB/T 35273")
def test_tags_of_a_shredded_account_leave_the_disk(sqlite_vault: Vault, tmp_path: Path) -> None:
    sqlite_vault.note([use(holder=OWNER), use(b"image", window=None)])
    with sqlite_vault.engine.connect() as connection:
        tags = list(connection.scalars(select(owner_tags.c.tag)))
    assert [tag in bytes_on_disk(tmp_path) for tag in tags] == [True, True]
    sqlite_vault.shred_owner(OWNER)
    assert [tag in bytes_on_disk(tmp_path) for tag in tags] == [False, False]


def test_a_shredding_held_up_by_a_reader_says_so_and_is_finished_by_the_next(
    sqlite_vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(SQLITE_PRAGMAS, "busy_timeout", 50)
    sqlite_vault.engine.dispose()
    sqlite_vault.create(OWNER, CASE, CLASSES)
    before = wrapped_keys(sqlite_vault.engine)
    with caplog.at_level(logging.WARNING), sqlite_vault.engine.connect() as reader:
        reader.execute(select(data_keys)).all()
        assert sqlite_vault.shred(CASE) == 2
    assert [record.message for record in caplog.records] == ["key store checkpoint held up"]
    assert found_on_disk(tmp_path, before) == 2
    sqlite_vault.sweep_tags(datetime.now(UTC), 10)
    assert found_on_disk(tmp_path, before) == 0


# rotation of the KEK


def test_rewrapping_moves_every_key_under_the_primary_kek(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    sealed = vault.create(OWNER, CASE, CLASSES).seal("identity", CONTEXT, ROW, b"x")
    for _ in range(4):
        vault.create(OWNER, uuid4(), ["identity"])
    former = keyring.primary("kek")
    rotated = keyring.with_new_primary("kek", clock())
    after = Vault(vault.engine, rotated, clock)
    assert [after.rewrap(4), after.rewrap(4), after.rewrap(4)] == [4, 2, 0]
    assert {wrapped[2:6] for wrapped in wrapped_keys(vault.engine).values()} == {rotated.primary("kek").id}
    retired = Keyring(replace(k, state="retired") if k.id == former.id else k for k in rotated.keys)
    assert Vault(vault.engine, retired, clock).keys(CASE).open(CONTEXT, ROW, sealed) == b"x"


@pytest.mark.parametrize("first", [b"\x00\x00\x00\x00", b"\xff\xff\xff\xff"])
def test_rewrapping_finds_keys_under_any_id(vault: Vault, keyring: Keyring, clock: Clock, first: bytes) -> None:
    renamed = Keyring(replace(k, id=first) if k.purpose == "kek" else k for k in keyring.keys)
    Vault(vault.engine, renamed, clock).create(OWNER, CASE, CLASSES)
    assert Vault(vault.engine, renamed.with_new_primary("kek", clock()), clock).rewrap(10) == 2


def test_a_fresh_store_has_nothing_to_rewrap(vault: Vault) -> None:
    vault.create(OWNER, CASE, CLASSES)
    assert (vault.rewrap(10), vault.rewrap(0)) == (0, 0)


def test_before_rewrapping_old_and_new_keys_open(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    after = Vault(vault.engine, keyring.with_new_primary("kek", clock()), clock)
    old = vault.create(OWNER, CASE, ["bank"]).seal("bank", CONTEXT, ROW, b"old")
    new = after.create(OWNER, CASE, CLASSES).seal("identity", CONTEXT, ROW, b"new")
    keys = after.keys(CASE)
    assert (keys.open(CONTEXT, ROW, old), keys.open(CONTEXT, ROW, new)) == (b"old", b"new")


def test_a_key_under_a_missing_kek_names_it(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    vault.create(OWNER, CASE, CLASSES)
    stranger = Vault(vault.engine, Keyring.generate(clock()), clock)
    with pytest.raises(KeyMissing, match=f"^kek key {keyring.primary('kek').id.hex()} is missing$"):
        stranger.keys(CASE).seal("identity", CONTEXT, ROW, b"x")
    with pytest.raises(KeyMissing):
        stranger.rewrap(10)


def test_a_data_key_left_under_a_retired_kek_is_only_rewrapped(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    vault.create(OWNER, CASE, CLASSES)
    former, rotated = keyring.primary("kek"), keyring.with_new_primary("kek", clock())
    retired = Keyring(replace(k, state="retired") if k.id == former.id else k for k in rotated.keys)
    after = Vault(vault.engine, retired, clock)
    with pytest.raises(KeyRetired):
        after.keys(CASE).seal("identity", CONTEXT, ROW, b"x")
    assert after.rewrap(10) == len(CLASSES)
    assert after.wraps() == {rotated.primary("kek").id: len(CLASSES)}
    after.keys(CASE).seal("identity", CONTEXT, ROW, b"x")


def test_a_data_key_under_a_destroyed_kek_is_named(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    vault.create(OWNER, CASE, CLASSES)
    former, rotated = keyring.primary("kek"), keyring.with_new_primary("kek", clock())
    with pytest.raises(KeyMissing, match=former.id.hex()):
        Vault(vault.engine, rotated.with_retired([former.id]).without(former.id), clock).rewrap(10)


def test_rewrapping_twice_at_once_with_new_work_loses_nothing(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    cases = [uuid4() for _ in range(60)]
    sealed = {case: vault.create(OWNER, case, CLASSES).seal("bank", CONTEXT, case, b"x") for case in cases}
    after = Vault(vault.engine, keyring.with_new_primary("kek", clock()), clock)

    def work(number: int) -> int:
        if number % 3:
            return after.rewrap(7)
        after.create(OWNER, cases[number], CLASSES[::-1])
        return 0

    with ThreadPoolExecutor(4) as threads:
        done = sum(threads.map(work, range(60)))
    done += after.rewrap(1000)
    assert done == 120
    assert all(after.keys(case).open(CONTEXT, case, field) == b"x" for case, field in sealed.items())


@pytest.mark.parametrize("key_engine", ["postgresql"], indirect=True)
def test_rewrapping_waits_for_nobody(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    vault.create(OWNER, CASE, CLASSES)
    after = Vault(vault.engine, keyring.with_new_primary("kek", clock()), clock)
    with vault.engine.begin() as other:
        other.execute(update(data_keys).where(data_keys.c["class"] == "bank").values(owner_id=OWNER))
        assert after.rewrap(10) == 1
    assert after.rewrap(10) == 1


# counted tags


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


# failing and showing


def test_a_store_that_does_not_answer_counts_nothing_and_opens_nothing(keyring: Keyring, clock: Clock) -> None:
    gone = Vault(make_engine("postgresql+psycopg://realname@127.0.0.1:1/keys"), keyring, clock)
    calls: list[Callable[[], object]] = [gone.ping, gone.is_empty, lambda: gone.note([use()]), lambda: gone.keys(CASE)]
    for call in calls:
        with pytest.raises(OperationalError):
            call()


def test_nothing_here_shows_a_value_or_a_key(vault: Vault) -> None:
    keys = vault.create(OWNER, CASE, CLASSES)
    shown = repr([vault, keys, use(), use(b"image")])
    assert shown == "[<Vault>, <Keys bank identity>, <TagUse mobile>, <TagUse face_image>]"


def test_no_log_of_statements_holds_a_value_or_a_key(
    key_engine: Engine, keyring: Keyring, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sqlalchemy.engine")
    vault = Vault(make_engine(key_engine.url.render_as_string(hide_password=False)), keyring, clock)
    vault.create(OWNER, CASE, CLASSES).seal("identity", CONTEXT, ROW, b"plaintext")
    vault.note([use("13900139000")])
    vault.engine.dispose()
    assert "INSERT INTO owner_tags" in caplog.text
    shown = [repr(wrapped)[20:60] for wrapped in wrapped_keys(key_engine).values()]
    assert not any(value in caplog.text for value in [*shown, "plaintext", "13900139000"])
