"""Data keys: one for each verification and class, asked for in one statement, shown to nobody."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from crypto.errors import DecryptionFailed, KeyShredded
from crypto.keyring import Keyring
from crypto.seal import dek_id_of
from tests.conftest import Clock
from tests.models.vaults import (
    CASE,
    CLASSES,
    CONTEXT,
    OTHER_CASE,
    OTHER_OWNER,
    OWNER,
    ROW,
    counted,
    use,
    wrapped_keys,
)
from verify.models.keystore import make_engine
from verify.models.vault import Keys, Vault


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
