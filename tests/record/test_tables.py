"""The tables beside the record: an owner, a consent or a call that is changed there is found and named."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tests.caller import PORTRAIT, Caller, card_of, person
from tests.conftest import Clock, Statements, make_application
from tests.verifiers import ours, theirs
from verify.flows import checkpointing
from verify.models import Account, Attempt, Consent, Event, NoticeText, Verification
from verify.record import tables
from verify.record.tables import Compared
from verify.services import Services


class Lived(NamedTuple):
    """A verification by face with a consent that was withdrawn, and another account's by card."""

    victim: UUID
    other: UUID


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def lived(server: Caller, clock: Clock) -> Lived:
    made = server.create(account_ref="acct-1")["id"]
    server.consent(made)
    server.step(made, "identity", person())
    server.step(made, "face", PORTRAIT)
    other = server.create("bank_card", account_ref="acct-2")["id"]
    server.consent(other)
    server.step(other, "bank_card", card_of())
    clock.turn(hours=1)
    server.post("/v1/accounts/acct-1/consents/withdraw", {"items": ["face"]})
    return Lived(*(UUID(one.removeprefix("ver_")) for one in (made, other)))


def mismatch(services: Services) -> str | None:
    with services.read() as session:
        found = tables.first_mismatch(session, services.clock(), Compared())
    return None if found is None else str(found)


def of_victim(session: Session, table: Any, lived: Lived, **which: Any) -> Any:
    query = select(table).where(table.verification_id == lived.victim).filter_by(**which).order_by(table.id)
    return session.scalars(query).first()


def copied(session: Session, row: Any, **other: Any) -> None:
    values = {column.name: getattr(row, column.name) for column in row.__table__.columns}
    session.execute(insert(type(row)).values({**values, "id": uuid7(), **other}))


Tamper = Callable[[Session, Lived], None]


def of_verification(**values: Any) -> Tamper:
    def tamper(session: Session, lived: Lived) -> None:
        session.execute(update(Verification).where(Verification.id == lived.victim).values(values))

    return tamper


def of_consent(item: str = "identity", **values: Any) -> Tamper:
    def tamper(session: Session, lived: Lived) -> None:
        found = of_victim(session, Consent, lived, item=item)
        session.execute(update(Consent).where(Consent.id == found.id).values(values))

    return tamper


def of_attempt(**values: Any) -> Tamper:
    def tamper(session: Session, lived: Lived) -> None:
        found = of_victim(session, Attempt, lived)
        session.execute(update(Attempt).where(Attempt.id == found.id).values(values))

    return tamper


def given_to_another(session: Session, lived: Lived) -> None:
    other = session.get_one(Verification, lived.other)
    values = {"account_id": other.account_id, "account_ref": other.account_ref}
    session.execute(update(Verification).where(Verification.id == lived.victim).values(values))


def accounts_swapped(session: Session, lived: Lived) -> None:
    """The names of two accounts, wherever they stand."""
    for table in (Account, Verification):
        for before, after in (("acct-1", "acct-x"), ("acct-2", "acct-1"), ("acct-x", "acct-2")):
            session.execute(update(table).where(table.account_ref == before).values(account_ref=after))


def consent_moved(session: Session, lived: Lived) -> None:
    found = of_victim(session, Consent, lived, item="identity")
    session.execute(update(Consent).where(Consent.id == found.id).values(verification_id=lived.other))


def consent_deleted(session: Session, lived: Lived) -> None:
    session.delete(of_victim(session, Consent, lived, item="identity"))


def consent_put_in(session: Session, lived: Lived) -> None:
    copied(session, of_victim(session, Consent, lived, item="identity"), item="bank_card")


def attempt_deleted(session: Session, lived: Lived) -> None:
    session.delete(of_victim(session, Attempt, lived))


def attempt_moved(session: Session, lived: Lived) -> None:
    found = of_victim(session, Attempt, lived)
    session.execute(update(Attempt).where(Attempt.id == found.id).values(verification_id=lived.other))


def attempt_put_in(session: Session, lived: Lived) -> None:
    copied(session, of_victim(session, Attempt, lived))


TAMPERING: dict[str, tuple[Tamper, str]] = {
    "owner": (given_to_another, "its account_id is not what event 1 holds"),
    "name of the account": (of_verification(account_ref="acct-9"), "its account_ref is not what event 1 holds"),
    "salt": (of_verification(ref_salt=bytes(16)), "its account_ref is not what event 1 holds"),
    "no salt": (of_verification(ref_salt=None), "its account_ref is not what event 1 holds"),
    "names of two accounts": (accounts_swapped, "its account_ref is not what event 1 holds"),
    "type": (of_verification(type="enterprise"), "its type is not what event 1 holds"),
    "method": (of_verification(method="bank_card"), "its method is not what event 1 holds"),
    "consent moved": (consent_moved, "consent identity is missing: event 2 holds it"),
    "consent deleted": (consent_deleted, "consent identity is missing: event 2 holds it"),
    "consent put in": (consent_put_in, "consent bank_card was put in: no event holds it"),
    "consent to more": (of_consent(kinds=["name", "mobile"]), "consent identity is not what event 2 holds"),
    "consent to another": (
        of_consent("share.face.sandbox", provider="other"),
        "consent share.face.sandbox is not what event 2 holds",
    ),
    "consent's notice": (of_consent(notice_id="0" * 64), "consent identity is not what event 2 holds"),
    "consent's version": (of_consent(policy_version="2020-01-01"), "consent identity is not what event 2 holds"),
    "withdrawal undone": (
        of_consent("face", withdrawn_at=None),
        "consent face is not withdrawn as the events of its account say",
    ),
    "withdrawal put in": (
        of_consent(withdrawn_at=datetime(2026, 12, 1, tzinfo=UTC)),
        "consent identity is not withdrawn as the events of its account say",
    ),
    "consent asked first": (
        of_consent("share.face.sandbox", position=-1),
        "the position of consent share.face.sandbox is not what event 2 holds",
    ),
    "decision": (of_verification(decision={"by": "staff"}), "its decision is not what the event of its end holds"),
    "no decision": (of_verification(decision=None), "its decision is not what the event of its end holds"),
    "end": (
        of_verification(ended_at=datetime(2020, 1, 1, tzinfo=UTC)),
        "its ended_at is not when the event of its end says",
    ),
    "hidden": (
        of_verification(redacted_at=datetime(2026, 12, 1, tzinfo=UTC)),
        "its redacted_at is not what its events say",
    ),
    "attempt's outcome": (of_attempt(outcome="mismatch"), "is not what event 3 holds"),
    "attempt's recipient": (of_attempt(provider="other"), "is not what event 3 holds"),
    "attempt's kinds": (of_attempt(kinds=["name"]), "is not what event 3 holds"),
    "attempt's consent": (of_attempt(consent_item="face"), "is not what event 3 holds"),
    "attempt's reference": (of_attempt(vendor_reference="x"), "is not what event 3 holds"),
    "attempt not answered": (of_attempt(finished_at=None, outcome=None), "is not what event 3 holds"),
    "attempt deleted": (attempt_deleted, "is missing: event 3 holds it"),
    "attempt moved": (attempt_moved, "is missing: event 3 holds it"),
    "attempt put in": (attempt_put_in, "was put in: no event holds it"),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_is_changed_beside_the_record_is_found_and_named(services: Services, lived: Lived, what: str) -> None:
    assert ours(services) is None
    tamper, words = TAMPERING[what]
    with services.write() as session:
        tamper(session, lived)
    found = ours(services)
    assert found is not None
    assert found.startswith(f"ver_{lived.victim}: ")
    assert words in found


def test_a_withdrawal_at_another_time_is_found(services: Services, lived: Lived) -> None:
    with services.write() as session:
        row = of_victim(session, Consent, lived, item="face")
        row.withdrawn_at += timedelta(days=1)
    assert str(mismatch(services)).endswith("consent face is not withdrawn as the events of its account say")


def test_a_withdrawal_right_after_the_grant_cannot_be_undone_unseen(
    services: Services, server: Caller, clock: Clock
) -> None:
    server.consent(server.create(account_ref="acct-5")["id"])
    clock.turn(seconds=1)
    server.post("/v1/accounts/acct-5/consents/withdraw", {"items": ["face"]})
    assert mismatch(services) is None
    with services.write() as session:
        session.execute(update(Consent).values(withdrawn_at=None))
    assert str(mismatch(services)).endswith("consent face is not withdrawn as the events of its account say")


def test_another_owner_shows_in_an_export_too(services: Services, lived: Lived) -> None:
    checkpointing.make(services)
    assert theirs(services) is None
    with services.write() as session:
        given_to_another(session, lived)
    assert theirs(services) == f"{lived.victim}: event 1 names another account than its chain"


def test_a_row_of_another_application_is_found(app: Flask, services: Services, lived: Lived) -> None:
    stranger = Caller(app, make_application(app, "Other", "https://other.example").test)
    stranger.create(account_ref="acct-1")
    with services.write() as session:
        account = session.scalars(select(Account).where(Account.account_ref == "acct-2")).one()
        other = session.scalars(select(Account.application_id).where(Account.application_id != account.application_id))
        session.execute(update(Account).where(Account.id == account.id).values(application_id=other.one()))
    assert mismatch(services) == f"ver_{lived.other}: its account_ref, application or mode is not its account's"


def test_consent_given_again_after_a_withdrawal_is_held_too(
    services: Services, lived: Lived, server: Caller, clock: Clock
) -> None:
    made = server.create(account_ref="acct-3")["id"]
    server.consent(made)
    clock.turn(minutes=1)
    server.post("/v1/accounts/acct-3/consents/withdraw", {"items": ["face"]})
    clock.turn(minutes=1)
    server.consent(made)
    assert mismatch(services) is None
    tally = Compared()
    with services.read() as session:
        tables.first_mismatch(session, services.clock(), tally)
        rows = session.query(Consent).count()
        calls = session.query(Attempt).count()
    assert (tally.consents, tally.attempts) == (rows, calls)


@pytest.mark.parametrize("table", [Consent, Attempt])
def test_rows_may_be_gone_when_their_time_is_over(services: Services, lived: Lived, clock: Clock, table: Any) -> None:
    with services.write() as session:
        session.execute(delete(table))
    assert mismatch(services) is not None
    clock.turn(days=3 * 366 + 1)
    assert mismatch(services) is None


def test_no_digest_lets_an_accounts_name_be_guessed(services: Services, lived: Lived) -> None:
    with services.read() as session:
        salts = set(session.scalars(select(Verification.ref_salt)))
        payloads = [bytes(payload) for payload in session.scalars(select(Event.payload))]
    assert len(salts) == 2
    assert [len(salt or b"") for salt in salts] == [16, 16]
    assert [payload for payload in payloads for salt in salts if (salt or b"").hex().encode() in payload] == []


def test_a_notice_that_is_not_what_was_shown_is_named(services: Services, lived: Lived) -> None:
    with services.write() as session:
        assert tables.odd_notice(session) is None
        row = session.scalars(select(NoticeText).order_by(NoticeText.id)).first()
        assert row is not None
        row.content = row.content.replace(b"Sign-up", b"Sign-in")
        session.flush()
        assert tables.odd_notice(session) == f"notice {row.id} is not the one that was shown"
        session.delete(row)
        session.flush()
        assert tables.odd_notice(session) == f"notice {row.id} is missing: consents were given under it"


def test_a_notice_is_kept_once_for_all_who_were_shown_it(
    services: Services, lived: Lived, server: Caller, statements: Statements
) -> None:
    made = server.create(account_ref="acct-4")["id"]
    statements.clear()
    server.consent(made)
    assert [statement for statement in statements.main if "notices" in statement] == []
    with services.read() as session:
        assert session.query(NoticeText).count() == 2  # by face, and by card
