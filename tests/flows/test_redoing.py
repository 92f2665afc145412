"""Policy 5.4: an old backup of the main store brings no erasure back that was ordered since."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.caller import Caller
from tests.conftest import Clock
from tests.flows.test_erasure import ACCOUNT, backup, classes, erase, verify
from verify.audit import Tally, first_break
from verify.config import Settings
from verify.flows import holds, redoing
from verify.flows.redoing import ABSENT, HELD, KNOWN, REPEATED, redo
from verify.jobs import erasures
from verify.models import Account, Hold, SealedStep
from verify.services import Services


def restore(settings: Settings, old: Path, services: Services) -> None:
    """The main store as it was, beside the key store of today."""
    services.session.remove()
    with sqlite3.connect(old) as source, sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as live:
        source.backup(live)


@pytest.mark.promise("5.4", "6.3")
def test_after_redo_a_restored_store_is_as_it_was(
    server: Caller, services: Services, settings: Settings, tmp_path: Path, clock: Clock
) -> None:
    erased, other = verify(server), verify(server, "acct-2", 2)
    redacted = verify(server, "acct-3", 3)
    backup(settings, old := tmp_path / "old.db")
    clock.turn(days=1)
    server.post(f"{ACCOUNT}/close")
    clock.turn(days=1)
    told = erase(server)
    redaction = server.post(f"/v1/verifications/ver_{redacted}/redact").json
    restore(settings, old, services)
    clock.turn(days=1)
    assert server.get(ACCOUNT).json["personal"]["status"] == "verified"
    assert redo(services.vault.orders(), "compliance", services) == {REPEATED: 2}
    assert server.get(ACCOUNT).json["personal"]["status"] == "suspended"
    assert server.read(f"ver_{erased}")["result"]["name"] is None
    assert erase(server) == told
    assert server.post(f"/v1/verifications/ver_{redacted}/redact").json == redaction
    assert server.read(f"ver_{other}")["result"]["name"] is not None
    assert classes(services, other) == {"identity", "bank", "contact"}
    with services.read() as session:
        assert first_break(session, Tally()) is None
        left = select(SealedStep.retention_class).where(SealedStep.verification_id == erased)
        assert set(session.scalars(left)) == {"identity"}
    assert redo(services.vault.orders(), "compliance", services) == {KNOWN: 2}


def test_what_came_after_the_backup_is_not_there_to_be_erased(
    server: Caller, services: Services, settings: Settings, tmp_path: Path
) -> None:
    backup(settings, old := tmp_path / "old.db")
    verify(server)
    erase(server)
    restore(settings, old, services)
    assert redo(services.vault.orders(), "compliance", services) == {ABSENT: 1}


def test_what_a_hold_kept_is_hidden_and_held_again(
    server: Caller, services: Services, settings: Settings, tmp_path: Path, clock: Clock
) -> None:
    made = verify(server)
    backup(settings, old := tmp_path / "old.db")
    with services.read() as session:
        account = session.scalars(select(Account.id)).one()
    holds.place(account, "case 2026-117", "compliance", services)
    assert erase(server)["status"] == "on_hold"
    restore(settings, old, services)
    assert redo(services.vault.orders(), "compliance", services) == {HELD: 1}
    assert server.read(f"ver_{made}")["result"]["name"] is None
    assert "bank" in classes(services, made)
    with services.read() as session:
        hold = session.scalars(select(Hold)).one()
    assert hold.ground == redoing.HOLD
    holds.lift(hold.id, "compliance", services)
    clock.turn(days=1)
    assert erasures.sweep(services) == 1
    assert classes(services, made) == {"identity"}


def test_orders_are_written_down_and_read_again(server: Caller, services: Services, clock: Clock) -> None:
    made = verify(server)
    server.post(f"/v1/verifications/ver_{made}/redact")
    clock.turn(days=1)
    erase(server)
    orders = services.vault.orders()
    assert [order.verification_id for order in orders] == [made, None]
    assert [redoing.read(redoing.shown(order)) for order in orders] == list(orders)


@pytest.mark.parametrize(
    "wrong", [{"ground": "whim"}, {"asked_at": "2026-12-01T04:00:00"}, {"account": "acct-1"}, {"id": None}]
)
def test_a_line_that_is_no_order_is_refused(server: Caller, services: Services, wrong: dict[str, str]) -> None:
    verify(server)
    erase(server)
    [order] = services.vault.orders()
    with pytest.raises((ValueError, AttributeError)):
        redoing.read({**redoing.shown(order), **wrong})


def test_orders_are_remembered_for_three_years(server: Caller, services: Services, clock: Clock) -> None:
    verify(server)
    erase(server)
    clock.turn(days=3 * 365)
    assert erasures.forget_orders(services) == 0
    clock.turn(days=3)
    assert (erasures.forget_orders(services), services.vault.orders()) == (1, [])
