"""Policy 6.3, 6.5: what may go is erased, what a law keeps is only stored, and the person gets it in writing."""

import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import and_, create_engine, func, select, text
from uuid_utils.compat import uuid7

from crypto.errors import KeyShredded
from crypto.notes import BadNote, Signer
from providers.base import Capability, Unavailable
from providers.sandbox import Sandbox
from tests.caller import Caller, card_of, person
from tests.conftest import Clock, make_application, running
from tests.databases import postgres_url, scratch_database
from verify.audit import Tally, first_break
from verify.blobs.base import NoBlob
from verify.config import Settings
from verify.flows import certificate, disposal, erasure, holds
from verify.flows.case import Reach, Ref
from verify.flows.holdings import HELD
from verify.flows.sealing import Restricted, open_steps, seal_document
from verify.images import draw_portrait
from verify.jobs import erasures, retention
from verify.models import Account, Document, SealedStep, Verification
from verify.models.keystore import data_keys, owner_tags
from verify.services import Services

ACCOUNT = "/v1/accounts/acct-1001"


@pytest.fixture
def verified(server: Caller) -> UUID:
    return verify(server)


def verify(server: Caller, account_ref: str = "acct-1001", n: int = 1) -> UUID:
    made = server.create("bank_card", account_ref, contact={"email": "user@example.com"})["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of(n))
    server.step(made, "sms_code", {"code": "246810"})
    assert server.step(made, "face", draw_portrait(320, 400, noise_seed=n))["status"] == "verified"
    return UUID(made.removeprefix("ver_"))


def erase(server: Caller, path: str = ACCOUNT, **more: Any) -> dict[str, Any]:
    response = server.send("DELETE", path, **more)
    assert response.status_code == 200, response.json
    found: dict[str, Any] = response.json
    return found


def classes(services: Services, verification: UUID) -> set[str]:
    """Of which there is a key still."""
    with services.vault.engine.connect() as connection:
        return set(connection.scalars(select(data_keys.c["class"]).where(data_keys.c.verification_id == verification)))


class TestBothDatabases:
    @pytest.fixture
    def database(self, both_databases: str) -> str:
        return both_databases

    @pytest.mark.promise("6.3", "PIPL 47")
    def test_what_no_law_keeps_goes_and_the_rest_has_its_day(
        self, server: Caller, services: Services, verified: UUID
    ) -> None:
        answer = erase(server)
        assert answer["status"] == "done"
        assert {"class": "bank", "keys_destroyed": 1} in answer["erased"]
        years = ("account", "identity", "consent", "event", "attempt", "erasure_order")
        assert {entry["class"]: entry["until"] for entry in answer["restricted"]} == {
            **dict.fromkeys(years, "2029-12-01T16:00:00.000Z"),
            "daily_count": "2026-12-02T04:00:00.000Z",
            "network_log": "2027-05-30T04:00:00.000Z",
        }
        assert classes(services, verified) == {"identity"}
        with services.read() as session:
            assert set(session.scalars(select(SealedStep.retention_class))) == {"identity"}
            assert first_break(session, Tally()) is None

    def test_after_its_day_nothing_is_left(
        self, server: Caller, services: Services, verified: UUID, clock: Clock
    ) -> None:
        erase(server)
        clock.turn(days=3 * 366)
        retention.run(services)
        assert classes(services, verified) == set()
        with services.read() as session:
            assert session.scalar(select(func.count()).select_from(Account)) == 0

    @pytest.mark.usefixtures("verified")
    def test_a_second_order_answers_the_first(self, server: Caller, clock: Clock) -> None:
        first = erase(server)
        clock.turn(hours=1)
        assert erase(server) == first
        once = erase(server, headers={"Idempotency-Key": "once"})
        assert once.pop("restricted") != first.pop("restricted")  # that it is known again is kept too
        assert once == first
        again = erase(server, headers={"Idempotency-Key": "once"})
        assert {name: again[name] for name in first} == first

    def test_one_verification_is_redacted_and_its_account_goes_on(
        self, server: Caller, services: Services, verified: UUID
    ) -> None:
        other = server.create()["id"]
        answer = server.post(f"/v1/verifications/ver_{verified}/redact").json
        assert answer["verification"] == f"ver_{verified}"
        shown = server.read(f"ver_{verified}")
        assert shown["redacted_at"] is not None
        assert (shown["result"]["name"], shown["metadata"]) == (None, {})
        assert server.read(other)["status"] == "pending"
        assert classes(services, verified) == {"identity"}


def test_the_application_is_told(server: Caller, verified: UUID) -> None:
    erase(server)
    told = [(event["type"], event["data"]["object"]) for event in server.get("/v1/events?limit=100").json["data"]]
    assert told[-2:] == [("verification.redacted", "verification"), ("account.erased", "account")]


def test_who_was_never_verified_leaves_no_identity(server: Caller, services: Services) -> None:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person())
    erase(server)
    assert server.read(made)["status"] == "canceled"
    assert classes(services, UUID(made.removeprefix("ver_"))) == set()


@pytest.mark.promise("7")
def test_what_should_never_have_been_here_goes_altogether(server: Caller, services: Services, verified: UUID) -> None:
    """Policy 7.3, 7.4.4: a minor found later."""
    with services.read() as session:
        found = session.get_one(Verification, verified)
        ref = Ref(verified, found.application_id, found.livemode)
    erasure.redact(ref, services, ground="unlawful")
    assert classes(services, verified) == set()
    assert server.read(f"ver_{verified}")["redacted_at"] is not None


@pytest.mark.promise("PIPL 47", "6.3")
def test_what_is_restricted_is_stored_and_not_opened(server: Caller, services: Services, verified: UUID) -> None:
    erase(server)
    assert server.read(f"ver_{verified}")["result"]["name"] is None
    assert server.get(ACCOUNT).json["personal"]["status"] == "suspended"
    with services.read() as session:
        found = session.get_one(Verification, verified)
        with pytest.raises(Restricted):
            open_steps(session, services.vault.keys(verified), found, ["bank_card"])


def test_no_browser_is_let_in_again_where_nothing_is_left_to_see(server: Caller, verified: UUID) -> None:
    path = f"/v1/verifications/ver_{verified}/client_tokens"
    assert server.post(path).status_code == 201
    server.post(f"/v1/verifications/ver_{verified}/redact")
    refused = server.post(path)
    assert (refused.status_code, refused.json["code"]) == (409, "verification_final")
    erase(server)
    refused = server.post(path)
    assert (refused.status_code, refused.json["code"]) == (409, "account_closed")


def test_nobody_goes_on_with_an_erased_account(server: Caller, verified: UUID) -> None:
    erase(server)
    wanted = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
    assert server.post("/v1/verifications", wanted).json["code"] == "account_closed"


def test_caps_that_guard_others_outlive_the_person_who_was_counted_first(
    server: Caller, services: Services, verified: UUID
) -> None:
    for n in range(4):
        assert server.post("/v1/verifications", {"type": "personal", "method": "bank_card", "account_ref": f"a-{n}"})
    erase(server)
    with services.vault.engine.connect() as connection:
        left = connection.execute(select(owner_tags)).all()
    assert {row.kind for row in left} == {"mobile", "bank_card", "cn.id_number"}
    assert all(row.window for row in left)


@pytest.mark.promise("6.3")
def test_counts_that_outlive_an_erasure_stand_in_its_lists_until_they_go(
    server: Caller, services: Services, verified: UUID, clock: Clock
) -> None:
    answer = erase(server)
    kept = [line for line in answer["restricted"] if line["class"] == "daily_count"]
    assert [line["until"] for line in kept] == ["2026-12-02T04:00:00.000Z"]
    certified = answer["certificate"]["statement"]["restricted"]
    assert [line["until"] for line in certified if line["class"] == "daily_count"] == ["2026-12-02T04:00:00.000Z"]
    clock.turn(days=1)
    retention.run(services)
    assert "daily_count" not in {line["class"] for line in erase(server)["restricted"]}
    with services.vault.engine.connect() as connection:
        assert connection.execute(select(owner_tags)).all() == []


def test_under_a_hold_everything_is_hidden_and_nothing_destroyed_until_it_is_lifted(
    server: Caller, services: Services, verified: UUID, clock: Clock
) -> None:
    with services.read() as session:
        account = session.scalars(select(Account.id)).one()
    hold = holds.place(account, "case 2026-117", "compliance", services)
    answer = erase(server)
    assert (answer["status"], answer["certificate"]) == ("on_hold", None)
    assert {entry["reason"] for entry in answer["restricted"]} == {HELD}
    assert "bank" in classes(services, verified)
    holds.lift(hold, "compliance", services)
    clock.turn(days=1)
    assert erasures.sweep(services) == 1
    assert classes(services, verified) == {"identity"}
    assert erase(server)["status"] == "done"


def test_a_process_that_dies_in_between_loses_nothing(
    server: Caller, services: Services, verified: UUID, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(disposal, "destroy", die)
        with pytest.raises(KeyboardInterrupt):
            server.send("DELETE", ACCOUNT)
    assert server.read(f"ver_{verified}")["result"]["name"] is None
    clock.turn(minutes=2)
    assert erasures.sweep(services) == 1
    assert erasures.sweep(services) == 0
    assert classes(services, verified) == {"identity"}


class Erasing(Sandbox):
    """A vendor that deletes what it compared, once it can be reached."""

    def __init__(self) -> None:
        super().__init__()
        face = replace(self.capabilities[Capability.FACE], erases=True)
        self.capabilities = {**self.capabilities, Capability.FACE: face}
        self.is_down = True

    def erase(self, capability: Capability, reference: str, theirs: str | None = None) -> str:
        if self.is_down:
            raise Unavailable("down")
        return f"deleted {capability} {bool(reference)} {theirs is not None}"


class TestVendors:
    @pytest.fixture
    def sandbox(self) -> Erasing:
        return Erasing()

    @pytest.mark.promise("4.1", "6.3")
    @pytest.mark.usefixtures("verified")
    def test_a_vendor_is_asked_until_it_confirms(
        self, server: Caller, services: Services, sandbox: Erasing, clock: Clock
    ) -> None:
        asked = {entry["capability"]: entry["status"] for entry in erase(server)["recipients"]}
        assert asked == {"sms": "not_offered", "bank_card": "not_offered", "face": "waiting"}
        assert erasures.sweep_copies(services) == 1
        assert erasures.sweep_copies(services) == 0
        sandbox.is_down = False
        clock.turn(minutes=5)
        assert erasures.sweep_copies(services) == 1
        [face] = [entry for entry in erase(server)["recipients"] if entry["capability"] == "face"]
        assert (face["status"], face["receipt"][:12]) == ("confirmed", "deleted face")


@pytest.mark.promise("5.4", "6.3")
def test_the_certificate_is_checked_without_us_and_names_two_dates(
    server: Caller, services: Services, verified: UUID
) -> None:
    shown = erase(server)["certificate"]
    known = Signer(certificate.NAME, services.keyring.primary("audit").secret).verifier
    assert shown["verifier"] == str(known)
    assert certificate.check(shown["note"], str(known)) == shown["statement"]
    statement = shown["statement"]
    assert (statement["live_at"], statement["backups_by"]) == ("2026-12-01T04:00:00.000Z", "2026-12-08T04:00:00.000Z")
    assert statement["verifications"] == [f"ver_{verified}"]


@pytest.mark.usefixtures("verified")
def test_a_changed_certificate_does_not_pass(server: Caller) -> None:
    shown = erase(server)["certificate"]
    forged = shown["note"].replace('"bank"', '"card"')
    assert forged != shown["note"]
    with pytest.raises(BadNote):
        certificate.check(forged, shown["verifier"])


def test_with_one_server_for_both_stores_the_certificate_promises_no_day(
    server: Caller, services: Services, verified: UUID
) -> None:
    url = "postgresql+psycopg://db.example/realname"
    shared = replace(services.settings, database_url=url, keys_database_url=url + "_keys")
    assert certificate.backups(services.clock(), shared)[0] is None
    apart = replace(shared, keys_database_url="postgresql+psycopg://keys.example/realname")
    assert certificate.backups(services.clock(), apart)[0] is not None


def add_document(services: Services, verification: UUID) -> Document:
    document = Document(
        id=uuid7(),
        verification_id=verification,
        step="license",
        media_type="image/jpeg",
        size=3,
        pages=1,
        digest="",
        attempts=0,
        created_at=services.clock(),
        taken_at=services.clock(),
    )
    with services.read() as session:
        owner = session.get_one(Verification, verification).account_id
    keys = services.vault.create(owner, document.id, ["document"])
    services.blobs.put(str(document.id), seal_document(keys, document.id, [b"abc"]))
    with services.write() as session:
        session.add(document)
    return document


def test_documents_go_with_their_keys_and_bytes(server: Caller, services: Services, verified: UUID) -> None:
    document = add_document(services, verified)
    assert {"class": "document", "keys_destroyed": 1} in erase(server)["erased"]
    assert classes(services, document.id) == set()
    with pytest.raises(NoBlob):
        list(services.blobs.get(str(document.id)))


# Backups and files


def backup(settings: Settings, to: Path) -> None:
    """A copy of the main store, as a backup makes it."""
    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as source, sqlite3.connect(to) as copy:
        source.backup(copy)


@pytest.mark.promise("5.4")
def test_of_an_old_backup_beside_todays_keys_the_erased_cannot_be_read_and_all_others_can(
    server: Caller, services: Services, settings: Settings, tmp_path: Path, clock: Clock
) -> None:
    """Policy 5.4: source data and backup data, class by class."""
    erased, never, other = (verify(server, f"acct-{n}", n) for n in (1, 2, 3))
    open_one = server.create(account_ref="acct-4")["id"]
    server.consent(open_one)
    server.step(open_one, "identity", person(4))
    unknown = UUID(open_one.removeprefix("ver_"))
    old = tmp_path / "old.db"
    backup(settings, old)
    erase(server, "/v1/accounts/acct-1")
    erase(server, "/v1/accounts/acct-4")
    clock.turn(days=30)
    retention.run(services)
    assert readable(old, services, erased) == {"identity"}
    assert readable(old, services, unknown) == set()
    assert readable(old, services, never) == {"identity"}
    assert readable(old, services, other) == {"identity"}
    fourth = verify(server, "acct-5", 5)
    backup(settings, old)
    assert readable(old, services, fourth) == {"identity", "bank", "contact"}


def readable(old: Path, services: Services, verification: UUID) -> set[str]:
    """Classes of which today's keys open what the old file holds."""
    keys = services.vault.keys(verification)
    found = set()
    engine = create_engine(f"sqlite:///{old}")
    with engine.connect() as connection:
        rows = connection.execute(select(SealedStep.__table__).where(SealedStep.verification_id == verification)).all()
    engine.dispose()
    assert rows
    for row in rows:
        try:
            assert keys.open(f"sealed_step.{row.step}.{row.retention_class}", verification, row.ciphertext)
        except KeyShredded:
            continue
        found.add(row.retention_class)
    return found


@pytest.mark.promise("5.4", "6.3")
def test_nothing_of_the_person_is_left_in_any_live_file(server: Caller, services: Services, settings: Settings) -> None:
    """Wrapped keys, tags, sealed blobs and documents, in every file of the instance with its write-ahead logs."""
    made = verify(server)
    add_document(services, made)
    verify(server, "acct-2", 2)
    needles = belongings(services, made)
    assert len(needles) > 9
    assert found_in(settings.instance, needles) == needles
    with services.read() as session:
        found = session.get_one(Verification, made)
        reach = Reach(found.application_id, found.livemode)
    erasure.erase_account(reach, "acct-1001", services, ground="unlawful")
    assert found_in(settings.instance, needles) == set()


def belongings(services: Services, verification: UUID) -> set[bytes]:
    """What is stored under somebody's keys: the wrapped keys, their tags, the sealed blobs."""
    with services.read() as session:
        found = session.get_one(Verification, verification)
        owner, display = found.account_id, found.display_ct
        blobs = session.scalars(select(SealedStep.ciphertext).where(SealedStep.verification_id == verification)).all()
        papers = session.scalars(select(Document.id).where(Document.verification_id == verification)).all()
    with services.vault.engine.connect() as connection:
        wrapped = connection.scalars(select(data_keys.c.wrapped).where(data_keys.c.owner_id == owner)).all()
        own = and_(owner_tags.c.owner_id == owner, owner_tags.c.window == 0)
        tags = connection.scalars(select(owner_tags.c.tag).where(own)).all()
    documents = [b"".join(services.blobs.get(str(paper))) for paper in papers]
    return {bytes(value) for value in (*blobs, *wrapped, *tags, *documents, display) if value}


def found_in(folder: Path, needles: set[bytes]) -> set[bytes]:
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert files
    return {needle for needle in needles if any(needle in content for content in files)}


@pytest.mark.promise("5.4")
def test_on_postgresql_nothing_is_left_in_the_data_directory_after_the_documented_steps(
    tmp_path: Path, clock: Clock, parts: dict[str, Any]
) -> None:
    """docs/erasure.md: scrub, then a checkpoint; the write-ahead log aside."""
    server_url = postgres_url()
    if server_url is None:
        pytest.skip("no PostgreSQL: set REALNAME_TEST_POSTGRES to a server's URL")
    with scratch_database(server_url) as main, scratch_database(server_url) as keys:
        folder = data_directory(main)
        settings = Settings(
            instance=tmp_path, database_url=main, keys_database_url=keys, request_rate="100000 per second"
        )
        for app in running(settings, clock=clock, nudge=lambda *_: None, **parts):
            with app.app_context():
                services: Services = app.extensions["realname"]
                made = verify(Caller(app, make_application(app).test))
                add_document(services, made)
                needles = belongings(services, made)
                checkpoint(main)
                assert in_data(folder, main, keys, needles) | found_in(tmp_path, needles) == needles
                with services.read() as session:
                    found = session.get_one(Verification, made)
                    reach = Reach(found.application_id, found.livemode)
                erasure.erase_account(reach, "acct-1001", services, ground="unlawful")
                assert "data_keys" in disposal.scrub(services)
                checkpoint(main)
                assert in_data(folder, main, keys, needles) | found_in(tmp_path, needles) == set()
                services.session.remove()


def data_directory(url: str) -> Path:
    engine = create_engine(url)
    with engine.connect() as connection:
        folder = Path(connection.scalar(text("SHOW data_directory")) or "")
    engine.dispose()
    if not os.access(folder / "base", os.R_OK | os.X_OK):
        pytest.skip("the server's data directory cannot be read from here")
    return folder


def checkpoint(url: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
    engine.dispose()


def in_data(folder: Path, main: str, keys: str, needles: set[bytes]) -> set[bytes]:
    found = set()
    for url in (main, keys):
        engine = create_engine(url)
        with engine.connect() as connection:
            oid = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        engine.dispose()
        files = [path.read_bytes() for path in (folder / "base" / str(oid)).iterdir() if path.is_file()]
        assert files
        found |= {needle for needle in needles if any(needle in content for content in files)}
    return found
