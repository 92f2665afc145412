from uuid import UUID

import pytest
from sqlalchemy import ColumnElement, delete, select, text, update
from sqlalchemy.orm import Session

from tests.caller import Caller, person
from verify import audit
from verify.audit import Break, Tally, first_break
from verify.models import Event, Verification
from verify.services import Services


@pytest.fixture
def verified(server: Caller) -> UUID:
    """A verification with a record of several entries, between two others."""
    server.create(account_ref="acct-1")
    made = server.create(account_ref="acct-2")["id"]
    server.consent(made)
    server.step(made, "identity", person())
    server.create(account_ref="acct-3")
    return UUID(made.removeprefix("ver_"))


def walk(services: Services) -> Break | None:
    with services.read() as session:
        return first_break(session, Tally())


def length(session: Session, verification: UUID) -> int:
    return session.scalars(select(Verification.event_seq).where(Verification.id == verification)).one()


def entry(verification: UUID, seq: int) -> ColumnElement[bool]:
    return (Event.verification_id == verification) & (Event.seq == seq)


def test_an_untouched_record_is_unbroken(services: Services, verified: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 2)
    tally = Tally()
    with services.read() as session:
        assert first_break(session, tally) is None
    assert tally.verifications == 3
    assert tally.events > 4


def test_a_changed_payload_is_found(services: Services, verified: UUID) -> None:
    with services.write() as session:
        session.execute(update(Event).where(entry(verified, 2)).values(payload=b"{}"))
    assert walk(services) == Break(verified, 2, "changed")


def test_a_changed_hash_is_found(services: Services, verified: UUID) -> None:
    with services.write() as session:
        session.execute(update(Event).where(entry(verified, 1)).values(hash=bytes(32)))
    assert walk(services) == Break(verified, 1, "changed")


def test_a_changed_column_is_found(services: Services, verified: UUID) -> None:
    with services.write() as session:
        session.execute(update(Event).where(entry(verified, 2)).values(type="verification.verified"))
    assert walk(services) == Break(verified, 2, "its column type is not what was hashed")


def test_an_entry_taken_out_is_found(services: Services, verified: UUID) -> None:
    with services.write() as session:
        session.execute(delete(Event).where(entry(verified, 2)))
    assert walk(services) == Break(verified, 2, "missing")


def test_a_tail_cut_off_is_found(services: Services, verified: UUID) -> None:
    with services.write() as session:
        last = length(session, verified)
        session.execute(delete(Event).where(entry(verified, last)))
    assert walk(services) == Break(verified, last, "cut off")


def test_a_whole_record_cut_off_is_found(services: Services, verified: UUID) -> None:
    with services.write() as session:
        session.execute(delete(Event).where(Event.verification_id == verified))
    assert walk(services) == Break(verified, 1, "cut off")


def test_a_tail_cut_off_with_its_count_is_found(services: Services, verified: UUID) -> None:
    with services.write() as session:
        last = length(session, verified)
        session.execute(delete(Event).where(entry(verified, last)))
        session.execute(update(Verification).where(Verification.id == verified).values(event_seq=last - 1))
    assert walk(services) == Break(verified, last - 1, "not the head its verification keeps")


def test_an_entry_put_in_from_another_record_is_found(services: Services, verified: UUID) -> None:
    with services.write() as session:
        other = session.scalars(select(Verification.id).where(Verification.account_ref == "acct-1")).one()
        first = session.scalars(select(Event).where(entry(verified, 1))).one()
        session.execute(update(Event).where(entry(other, 1)).values(payload=first.payload, hash=first.hash))
    assert walk(services) == Break(other, 1, "changed")


def test_an_entry_added_at_the_end_is_found(services: Services, verified: UUID) -> None:
    with services.write() as session:
        last = length(session, verified)
        event = session.scalars(select(Event).where(entry(verified, last))).one()
        session.execute(
            update(Verification).where(Verification.id == verified).values(event_seq=last - 1, event_hash=event.hash)
        )
    assert walk(services) == Break(verified, last, "added")


@pytest.mark.parametrize("falsified", ["verified", "canceled"])
def test_a_status_its_record_does_not_end_with_is_found(services: Services, verified: UUID, falsified: str) -> None:
    with services.write() as session:
        last = length(session, verified)
        session.execute(update(Verification).where(Verification.id == verified).values(status=falsified))
    assert walk(services) == Break(verified, last, audit.STATUS)


def test_a_payload_turned_into_text_is_found(services: Services, verified: UUID) -> None:
    with services.write() as session:
        session.execute(text("UPDATE events SET payload = CAST(payload AS TEXT) WHERE seq = 2"))
    assert walk(services) == Break(verified, 2, "changed")
