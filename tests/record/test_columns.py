"""What stands beside an event's payload is bound to what is hashed: changed, it is named by both verifiers."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import or_, select, update
from uuid_utils.compat import uuid7

from crypto.chain import event_hash
from tests.caller import Caller, person
from tests.conftest import make_application
from tests.verifiers import THEIRS, ours, theirs
from verify.flows import checkpointing
from verify.flows.events import canonical
from verify.models import Account, Event, Verification
from verify.record import export
from verify.services import Services

Made = Callable[[Event, Event], Any]

#: column → another value for it, of an event and of one of another chain
OTHERWISE: dict[str, Made] = {
    "type": lambda _event, _other: "verification.verified",
    "created_at": lambda event, _other: event.created_at + timedelta(microseconds=1),
    "application_id": lambda _event, other: other.application_id,
    "livemode": lambda event, _other: not event.livemode,
    "about": lambda event, _other: "account" if event.about == "verification" else "rights_request",
    "about_id": lambda _event, other: other.about_id,
    "sequence": lambda event, _other: (event.sequence or 0) + 1,
    "id": lambda _event, _other: uuid7(),
}

#: what the first format held, beside what the owner of the chain tells
OF_THE_FIRST = ("type", "created_at", "application_id", "livemode", "about_id", "id")


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def lived(app: Flask, server: Caller) -> str:
    """Two applications with an account each; of one the chains of a verification and of its account."""
    stranger = Caller(app, make_application(app, "Other", "https://other.example").test)
    stranger.create(account_ref="acct-1")
    made = server.create(account_ref="acct-2")["id"]
    server.consent(made)
    server.step(made, "identity", person())
    server.post("/v1/accounts/acct-2/suspend", {"reason": "fraud"})
    return made.removeprefix("ver_")


def chain_of(services: Services, made: str, owner: str) -> UUID:
    with services.read() as session:
        verification = session.get_one(Verification, UUID(made))
        return verification.id if owner == "verification" else verification.account_id


def change(services: Services, chain: UUID, column: str) -> None:
    own = or_(Event.verification_id == chain, Event.account_id == chain)
    with services.write() as session:
        event = session.scalars(select(Event).where(own, Event.seq == 1)).one()
        other = session.scalars(select(Event).where(Event.application_id != event.application_id)).first()
        assert other is not None
        values = {column: OTHERWISE[column](event, other)}
        session.execute(update(Event).where(Event.id == event.id).values(values))


def write_as_before(services: Services) -> None:
    """Every chain as it was written when payloads held less."""
    with services.write() as session:
        for owner in (Verification, Account):
            for row in session.scalars(select(owner)):
                own = or_(Event.verification_id == row.id, Event.account_id == row.id)
                row.event_hash = None
                for event in session.scalars(select(Event).where(own).order_by(Event.seq)):
                    said = json.loads(event.payload)
                    for name in ("format", "application", "livemode", "about", "sequence"):
                        said.pop(name, None)
                    event.payload = canonical(said)
                    event.hash = row.event_hash = event_hash(row.event_hash, event.seq, row.id, event.payload)


@pytest.mark.parametrize("owner", ["verification", "account"])
@pytest.mark.parametrize("column", OTHERWISE)
def test_a_changed_column_is_found_and_named(services: Services, lived: str, owner: str, column: str) -> None:
    checkpointing.make(services)
    assert (ours(services), theirs(services)) == (None, None)
    chain = chain_of(services, lived, owner)
    change(services, chain, column)
    for verdict in (ours(services), theirs(services)):
        assert verdict is not None
        assert f"{chain}: event 1" in verdict
        assert column.removesuffix("_id") in verdict


@pytest.mark.parametrize("owner", ["verification", "account"])
@pytest.mark.parametrize("column", OF_THE_FIRST)
def test_events_of_the_first_format_are_verified_as_far_as_they_go(
    services: Services, lived: str, owner: str, column: str
) -> None:
    write_as_before(services)
    checkpointing.make(services)
    assert (ours(services), theirs(services)) == (None, None)
    chain = chain_of(services, lived, owner)
    change(services, chain, column)
    for verdict in (ours(services), theirs(services)):
        assert verdict is not None
        assert f"{chain}: event 1" in verdict


def test_a_chain_goes_on_in_the_present_format(services: Services, lived: str, server: Caller) -> None:
    write_as_before(services)
    server.post(f"/v1/verifications/ver_{lived}/cancel")
    checkpointing.make(services)
    assert (ours(services), theirs(services)) == (None, None)


@pytest.mark.parametrize("moved", ["application_id", "livemode"])
def test_a_chain_whose_owner_moved_is_found_with_all_its_columns_moved(
    services: Services, lived: str, moved: str
) -> None:
    chain = chain_of(services, lived, "account")
    with services.write() as session:
        account = session.get_one(Account, chain)
        other = session.scalars(select(Account).where(Account.application_id != account.application_id)).one()
        values = {moved: other.application_id if moved == "application_id" else not account.livemode}
        session.execute(update(Account).where(Account.id == chain).values(values))
        session.execute(update(Event).where(Event.account_id == chain).values(values))
    for verdict in (ours(services), theirs(services)):
        assert verdict is not None
        assert f"{chain}: event 1" in verdict


def test_an_export_of_before_is_still_verified(services: Services, lived: str) -> None:
    write_as_before(services)
    checkpointing.make(services)
    with services.read(streams=True) as session:
        lines = [json.loads(line) for line in export.lines(session, services)]
    assert lines[0]["format"] == "realname-audit-export/2"
    lines[0]["format"] = "realname-audit-export/1"
    for line in lines:
        line.pop("columns", None)
    assert THEIRS.verify_export(list(map(json.dumps, lines)), []).unsigned == 0


@pytest.mark.parametrize(
    ("at", "spoil", "words"),
    [
        (0, {"format": "realname-audit-export/3"}, "no export that this program knows"),
        (-1, {"columns": None}, "line .* of the export cannot be read"),
    ],
)
def test_an_export_that_cannot_be_read_is_refused(
    services: Services, lived: str, at: int, spoil: dict[str, Any], words: str
) -> None:
    with services.read(streams=True) as session:
        lines = [json.loads(line) for line in export.lines(session, services)]
    lines[at] |= spoil
    with pytest.raises(THEIRS.Wrong, match=words):
        THEIRS.verify_export(list(map(json.dumps, lines)), [])
