"""A rotation of the KEK wraps every data key anew, beside whoever else is at work."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import update

from crypto.errors import KeyMissing, KeyRetired
from crypto.keyring import Keyring
from tests.conftest import Clock
from tests.models.vaults import CASE, CLASSES, CONTEXT, OWNER, ROW, wrapped_keys
from verify.models.keystore import data_keys
from verify.models.vault import Vault


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
