"""Everything somebody who may write to the database could do, found and named by both verifiers."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, or_, select, text, update
from sqlalchemy.orm import Session, undefer
from uuid_utils.compat import uuid7

from crypto import checkpoint
from crypto.chain import event_hash
from tests.caller import Caller, person
from tests.conftest import Clock
from tests.custody.conftest import Told
from tests.verifiers import THEIRS, ours, theirs
from verify.custody import rotation, waiting
from verify.flows import checkpointing
from verify.flows.events import append_to_account, bound, canonical
from verify.jobs import checkpoints, retention
from verify.models import Account, Attempt, Checkpoint, Consent, Event, SealedStep, Verification
from verify.record import export, signers
from verify.services import Services


@pytest.fixture(scope="module")
def script() -> Any:
    return THEIRS


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def victim(services: Services, server: Caller, clock: Clock) -> UUID:
    """A verification whose events stand in two checkpoints, between others; some events are not signed yet."""
    server.create(account_ref="acct-1")
    made = server.create(account_ref="acct-2")["id"]
    checkpointing.make(services)
    clock.turn(minutes=30)
    server.consent(made)
    server.step(made, "identity", person())
    for act, body in (("suspend", {"reason": "fraud"}), ("reinstate", {}), ("suspend", {"reason": "debt"})):
        server.post(f"/v1/accounts/acct-2/{act}", body)
    server.create(account_ref="acct-3")
    clock.turn(minutes=30)
    checkpointing.make(services)
    clock.turn(minutes=30)
    server.create(account_ref="acct-4")
    server.post("/v1/accounts/acct-4/suspend", {"reason": "fraud"})
    return UUID(made.removeprefix("ver_"))


Change = Callable[[int, dict[str, Any]], dict[str, Any]]
Tamper = Callable[[Session, UUID], None]

#: an account's chain keeps its head as a verification's does
OWNERS = (Verification, Account)


def entries(session: Session, chain: UUID) -> Sequence[Event]:
    own = or_(Event.verification_id == chain, Event.account_id == chain)
    return session.scalars(select(Event).where(own).order_by(Event.seq)).all()


def set_head(session: Session, chain: UUID, **values: Any) -> None:
    for owner in OWNERS:
        session.execute(update(owner).where(owner.id == chain).values(values))


def rewrite(session: Session, chain: UUID, change: Change, first: int) -> None:
    """Write a whole chain anew with all hashes and its head right, as somebody would who knows the code."""
    events = entries(session, chain)
    previous = events[first - 2].hash if first > 1 else None
    for event in events[first - 1 :]:
        said = change(event.seq, json.loads(event.payload))
        event.created_at, event.type = datetime.fromisoformat(said["created_at"]), said["type"]
        event.payload = canonical(said | bound(event))
        event.hash = previous = event_hash(previous, event.seq, chain, event.payload)
    set_head(session, chain, event_hash=previous)


def of_account(tamper: Tamper) -> Tamper:
    """The same done to the chain of the verification's account."""

    def done(session: Session, chain: UUID) -> None:
        tamper(session, session.get_one(Verification, chain).account_id)

    done.__name__ = f"{tamper.__name__}_of_account"
    return done


def changed(session: Session, chain: UUID) -> None:
    rewrite(session, chain, lambda seq, payload: payload | ({"reason": "false"} if seq == 2 else {}), 2)


def changed_and_unsigned(session: Session, chain: UUID) -> None:
    changed(session, chain)
    for event in entries(session, chain):
        event.checkpoint = None


def removed_last(session: Session, chain: UUID) -> None:
    events = entries(session, chain)
    session.delete(events[-1])
    set_head(session, chain, event_seq=events[-2].seq, event_hash=events[-2].hash)
    status = json.loads(events[-2].payload).get("status")
    if status is not None:
        session.execute(update(Verification).where(Verification.id == chain).values(status=status))


def inserted(session: Session, chain: UUID) -> None:
    """One more entry in the middle, and all after it counted anew."""
    events = entries(session, chain)
    for event in reversed(events[1:]):
        event.seq += 1
        session.flush()
    made, after = uuid7(), events[1]
    columns = {column.name: getattr(after, column.name) for column in Event.__table__.columns}
    columns |= {"id": made, "seq": 2, "sequence": None, "checkpoint": None}
    session.execute(insert(Event).values(columns))
    session.expire_all()

    def counted(seq: int, payload: dict[str, Any]) -> dict[str, Any]:
        return payload | {"seq": seq} | ({"id": str(made)} if seq == 2 else {})

    rewrite(session, chain, counted, 2)
    set_head(session, chain, event_seq=len(events) + 1)


def removed_with_its_chain(session: Session, chain: UUID) -> None:
    for table in (Event, SealedStep, Attempt, Consent):
        session.execute(delete(table).where(table.verification_id == chain))
    session.execute(delete(Verification).where(Verification.id == chain))


def reordered(session: Session, chain: UUID) -> None:
    payloads = [json.loads(event.payload) for event in entries(session, chain)]
    swapped = {2: payloads[2], 3: payloads[1]}

    def swap(seq: int, payload: dict[str, Any]) -> dict[str, Any]:
        return swapped.get(seq, payload) | {"seq": seq, "id": payload["id"], "type": payload["type"]}

    rewrite(session, chain, swap, 2)


def back_dated(session: Session, chain: UUID) -> None:
    """An event that was never signed, with a time before the last checkpoint."""
    other = session.scalars(select(Verification).where(Verification.account_ref == "acct-4")).one()
    _date_back(session, other.id)


def back_dated_of_account(session: Session, chain: UUID) -> None:
    _date_back(session, session.scalars(select(Account.id).where(Account.account_ref == "acct-4")).one())


def _date_back(session: Session, chain: UUID) -> None:
    before = (entries(session, chain)[0].created_at - timedelta(hours=1)).isoformat()
    rewrite(session, chain, lambda _, payload: payload | {"created_at": before}, 1)


def put_in(session: Session, chain: UUID) -> None:
    """An event that was never signed, said to stand in a checkpoint."""
    other = session.scalars(select(Verification).where(Verification.account_ref == "acct-4")).one()
    session.execute(update(Event).where(Event.verification_id == other.id).values(checkpoint=2))


def put_in_of_account(session: Session, chain: UUID) -> None:
    other = session.scalars(select(Account).where(Account.account_ref == "acct-4")).one()
    session.execute(update(Event).where(Event.account_id == other.id).values(checkpoint=2))


def checkpoints_swapped(session: Session, chain: UUID) -> None:
    for number, then in ((1, 0), (2, 1), (0, 2)):
        session.execute(update(Checkpoint).where(Checkpoint.number == number).values(number=then))


def list_changed(session: Session, chain: UUID) -> None:
    row = session.scalars(select(Checkpoint).options(undefer(Checkpoint.leaves)).where(Checkpoint.number == 2)).one()
    row.leaves = checkpoint.pack(leaf for leaf in checkpoint.unpack(row.leaves or b"") if leaf.chain != chain)


def list_dropped(session: Session, chain: UUID) -> None:
    session.execute(update(Checkpoint).where(Checkpoint.number == 2).values(leaves=None))


def note_changed(session: Session, chain: UUID) -> None:
    row = session.scalars(select(Checkpoint).where(Checkpoint.number == 2)).one()
    row.note = row.note.replace("events ", "events 1", 1)


def checkpoint_removed(session: Session, chain: UUID) -> None:
    session.execute(delete(Checkpoint).where(Checkpoint.number == 1))


def chain_of(services: Services, owner: type[Verification | Account], account_ref: str) -> UUID:
    with services.read(streams=True) as session:
        return session.scalars(select(owner.id).where(owner.account_ref == account_ref)).one()


@pytest.mark.parametrize(
    ("tamper", "named", "words"),
    [
        (changed, "acct-2", ("event 2", "changed")),
        (changed_and_unsigned, "acct-2", ("event 2", "signed once", "was changed", "back-dated")),
        (removed_last, "acct-2", ("missing",)),
        (removed_with_its_chain, "acct-2", ("event 1", "missing")),
        (reordered, "acct-2", ("event 2", "changed")),
        (inserted, "acct-2", ("event 2", "changed")),
        (back_dated, "acct-4", ("event 1", "back-dated")),
        (put_in, "acct-4", ("event 1", "put in")),
        (of_account(changed), "acct-2", ("event 2", "changed")),
        (of_account(changed_and_unsigned), "acct-2", ("event 2", "signed once", "was changed", "back-dated")),
        (of_account(removed_last), "acct-2", ("event 3", "missing")),
        (of_account(reordered), "acct-2", ("event 2", "changed")),
        (of_account(inserted), "acct-2", ("event 2", "changed")),
        (back_dated_of_account, "acct-4", ("event 1", "back-dated")),
        (put_in_of_account, "acct-4", ("event 1", "put in")),
        (checkpoints_swapped, None, ("checkpoint",)),
        (list_changed, None, ("checkpoint 2: its list of events was changed",)),
        (list_dropped, None, ("checkpoint 2", "list", "its list of events is missing")),
        (note_changed, None, ("checkpoint 2", "signed", "not a checkpoint", "cannot be read")),
        (checkpoint_removed, None, ("checkpoint", "missing before it", "missing")),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_tampering_is_found_and_named_by_both(
    services: Services,
    victim: UUID,
    script: Any,
    tamper: Tamper,
    named: str | None,
    words: Sequence[str],
) -> None:
    assert (ours(services), theirs(services)) == (None, None)
    owner = Account if tamper.__name__.endswith("of_account") else Verification
    chain = None if named is None else chain_of(services, owner, named)
    with services.write() as session:
        tamper(session, victim)
    for verdict in (ours(services), theirs(services)):
        assert verdict is not None
        assert any(word in verdict for word in words), verdict
        assert chain is None or str(chain) in verdict


def test_what_was_deleted_after_its_time_is_not_tampering(
    services: Services, victim: UUID, script: Any, clock: Clock
) -> None:
    with services.write() as session:
        removed_with_its_chain(session, victim)
    clock.turn(days=3 * 365)
    assert ours(services) is not None
    assert theirs(services) is not None
    clock.turn(days=3)
    assert (ours(services), theirs(services)) == (None, None)


def test_lists_are_dropped_with_the_time_of_their_events(
    services: Services, victim: UUID, script: Any, clock: Clock
) -> None:
    assert checkpoints.forget(services) == 0
    clock.turn(days=1200)
    assert checkpoints.forget(services) == 2
    assert (ours(services), theirs(services)) == (None, None)


def test_checkpoints_go_on_under_a_rotated_key_and_no_other(
    services: Services, victim: UUID, script: Any, server: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "DRAIN", 0.0)
    former = checkpoint.signer(services.keyring.primary("audit")).verifier
    rotation.rotate(services, "audit", Told())
    server.create(account_ref="acct-5")
    assert checkpointing.make(services) > 0
    assert (ours(services), theirs(services)) == (None, None)
    signer = checkpoint.signer(services.keyring.primary("audit"))
    with services.read(streams=True) as session:
        assert [span.verifier for span in signers.spans(session)] == [former, signer.verifier]
    with services.write() as session:
        row = session.scalars(select(Checkpoint).order_by(Checkpoint.number.desc())).first()
        assert row is not None
        assert checkpoint.read(row.note).verifier == signer.verifier
        stranger = checkpoint.signer(services.keyring.primary("pepper"))
        found = checkpoint.read(row.note)
        row.note = stranger.sign(found.text.replace(str(found.verifier), str(stranger.verifier)))
    for verdict in (ours(services), theirs(services)):
        assert verdict is not None
        assert "a key that no checkpoint before it names" in verdict


def test_a_proof_of_one_verification_stands_by_itself(services: Services, victim: UUID, script: Any) -> None:
    with services.read(streams=True) as session:
        proof = export.proof(session, victim)
        assert export.proof(session, UUID(int=1)) is None
    assert proof is not None
    found = script.verify_proof(proof)
    assert (found.unsigned, len(found.notes)) == (0, 2)
    assert set(found.keys) == {str(checkpoint.signer(services.keyring.primary("audit")).verifier)}
    for spoil in (
        lambda p: p["events"][1].update(payload=p["events"][1]["payload"].replace("consent", "dissent")),
        lambda p: p["events"].pop(1),
        lambda p: p["events"][0].update(index=p["events"][0]["index"] + 1),
        lambda p: p["events"][0].update(path=[]),
        lambda p: p["checkpoints"].update({"1": p["checkpoints"]["2"]}),
    ):
        spoiled = json.loads(json.dumps(proof))
        spoil(spoiled)
        with pytest.raises(script.Wrong):
            script.verify_proof(spoiled)


def written_outside(services: Services, path: Path) -> None:
    with services.read() as session:
        notes = session.scalars(select(Checkpoint.note).order_by(Checkpoint.number)).all()
    path.write_text("".join(json.dumps(note) + "\n" for note in notes), "utf-8")


@pytest.mark.usefixtures("victim")
def test_a_file_of_checkpoints_newer_than_the_export_is_no_alarm(
    services: Services, server: Caller, script: Any, clock: Clock, tmp_path: Path
) -> None:
    record, outside = tmp_path / "record.jsonl", tmp_path / "checkpoints"
    with services.read(streams=True) as session:
        record.write_text("\n".join(export.lines(session, services)), "utf-8")
    clock.turn(minutes=30)
    server.create(account_ref="acct-6")
    checkpointing.make(services)
    written_outside(services, outside)
    assert "the file is newer than the export: 1 checkpoints" in script.verify(record, outside, [])


@pytest.mark.usefixtures("victim")
@pytest.mark.parametrize("gone", [0, 1])
def test_a_checkpoint_that_the_export_could_hold_and_does_not_is_an_alarm(
    services: Services, script: Any, clock: Clock, tmp_path: Path, gone: int
) -> None:
    clock.turn(minutes=30)
    with services.read(streams=True) as session:
        found = script.verify_export(list(export.lines(session, services)), [])
    outside = tmp_path / "checkpoints"
    written_outside(services, outside)
    notes = {number: note for number, note in found.notes.items() if number != gone + 1}
    with pytest.raises(script.Wrong, match="missing, though it was written outside"):
        script.compare(found._replace(notes=notes), script.outside(outside), [])


def test_two_leaders_at_once_make_one_checkpoint_each_event(services: Services, server: Caller) -> None:
    server.create(account_ref="acct-1")
    made = [checkpointing.make(services) for _ in range(3)]
    assert made[0] > 0
    assert made[1:] == [0, 0]
    with services.read(streams=True) as session:
        assert session.execute(text("SELECT count(*) FROM events WHERE checkpoint IS NULL")).scalar() == 0
        assert session.scalars(select(Account.account_ref)).all() == ["acct-1"]


def test_a_full_checkpoint_says_how_far_it_reaches(
    services: Services, server: Caller, script: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpointing, "LARGEST", 2)
    for n in range(5):
        server.create(account_ref=f"acct-{n}")
        clock.turn(hours=1)
    while checkpointing.make(services):
        pass
    assert (ours(services), theirs(services)) == (None, None)


def test_the_schedules_own_deletions_are_lawful(
    services: Services, victim: UUID, script: Any, server: Caller, clock: Clock
) -> None:
    server.post(f"/v1/verifications/ver_{victim}/cancel")
    checkpointing.make(services)
    clock.turn(days=3 * 366 + 2)
    retention.run(services)
    checkpointing.make(services)
    with services.read(streams=True) as session:
        assert session.scalar(select(Event.id).where(Event.verification_id == victim)) is None
    assert (ours(services), theirs(services)) == (None, None)


def test_a_deletion_on_record_before_its_time_is_found(services: Services, victim: UUID, script: Any) -> None:
    with services.write() as session:
        verification = session.get_one(Verification, victim)
        account = session.get_one(Account, verification.account_id)
        digest = (verification.event_hash or b"").hex()
        append_to_account(
            session,
            account,
            "record.deleted",
            services.clock(),
            verification=str(victim),
            last=verification.event_seq,
            hash=digest,
        )
        verification.events_deleted_at = services.clock()
        session.execute(delete(Event).where(Event.verification_id == victim))
    for verdict in (ours(services), theirs(services)):
        assert verdict is not None
        assert f"{victim}: event 1" in verdict
        assert "missing" in verdict
