"""A main store that came back from a backup: told, it is visible and verified; untold, it stays a fork."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from crypto import checkpoint
from crypto.checkpoint import Restore
from tests.caller import Caller
from tests.conftest import Clock
from tests.custody.conftest import Told
from tests.restoring import Life, copy_of, put_back
from tests.verifiers import THEIRS, ours, theirs
from verify.config import Settings
from verify.custody import rotation, waiting
from verify.jobs import checkpoints
from verify.models import Checkpoint
from verify.record import export, outside, restoring
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


@pytest.fixture
def settings(tmp_path: Path, database: str, file: Path) -> Settings:
    return Settings(instance=tmp_path, database_url=database, request_rate="100000 per second", audit_file=file)


@pytest.fixture
def life(services: Services, server: Caller, clock: Clock) -> Life:
    return Life(services, server, clock)


def tell(services: Services, file: Path) -> Restore:
    told = restoring.tell(outside.read(file), services.clock(), "Li", services)
    checkpoints.publish(services)
    assert told.restore is not None
    return told.restore


def both(services: Services, file: Path) -> tuple[str | None, str | None]:
    return ours(services, file), theirs(services, file)


def exported(services: Services, path: Path) -> Path:
    with services.read(streams=True) as session:
        path.write_text("".join(f"{line}\n" for line in export.lines(session, services)), "utf-8")
    return path


@pytest.mark.parametrize("before", [0, 1, 4], ids="{} checkpoints before it was told".format)
def test_a_told_restore_is_verified_and_named(
    services: Services, life: Life, file: Path, tmp_path: Path, before: int
) -> None:
    life.goes_on(2)
    backup = copy_of(services)
    life.goes_on(3)
    put_back(services, backup)
    life.goes_on(before)
    assert None not in both(services, file)
    restore = tell(services, file)
    assert [(lost.first, lost.last, lost.events) for lost in restore.lost] == [(3, 5, 3)]
    assert both(services, file) == (None, None)
    life.goes_on(2)
    assert both(services, file) == (None, None)
    said = THEIRS.verify(exported(services, tmp_path / "record"), file, [])
    assert f"checkpoint {3 + before} tells of a restore: on 2026-12-01T" in said
    assert "by Li; lost: checkpoints 3 to 5 with 3 events" in said


def test_a_restore_that_nobody_told_stays_a_fork_after_one_that_was(services: Services, life: Life, file: Path) -> None:
    life.goes_on(1)
    backup = copy_of(services)
    life.goes_on(1)
    put_back(services, backup)
    tell(services, file)
    life.goes_on(1)
    later = copy_of(services)
    life.goes_on(1)
    put_back(services, later)
    life.goes_on(3)
    for verdict in both(services, file):
        assert verdict is not None
        assert verdict.startswith("checkpoint 4: a fork: ")


def test_a_backup_from_before_the_last_restore_is_told_too(services: Services, life: Life, file: Path) -> None:
    life.goes_on(1)
    first = copy_of(services)
    life.goes_on(2)
    put_back(services, first)
    life.goes_on(1)
    tell(services, file)
    life.goes_on(1)
    put_back(services, first)
    restore = tell(services, file)
    assert [(lost.first, lost.last) for lost in restore.lost] == [(2, 3), (2, 4)]
    assert both(services, file) == (None, None)


def test_what_the_backup_had_not_signed_yet_is_not_back_dated(services: Services, life: Life, file: Path) -> None:
    life.goes_on(1)
    life.server.create(account_ref="acct-unsigned")
    backup = copy_of(services)
    life.clock.turn(hours=10)
    life.goes_on(1)
    put_back(services, backup)
    life.clock.turn(hours=2)
    tell(services, file)
    life.goes_on(1)
    assert both(services, file) == (None, None)


def test_the_first_of_all_checkpoints_may_tell_of_one(services: Services, life: Life, file: Path) -> None:
    life.server.create(account_ref="acct-unsigned")
    backup = copy_of(services)
    life.goes_on(2)
    put_back(services, backup)
    assert tell(services, file).lost[0].first == 1
    life.goes_on(1)
    assert both(services, file) == (None, None)


def test_a_restore_that_is_taken_out_again_is_found(services: Services, life: Life, file: Path) -> None:
    life.goes_on(1)
    backup = copy_of(services)
    life.goes_on(1)
    put_back(services, backup)
    tell(services, file)
    with services.write() as session:
        session.execute(delete(Checkpoint).where(Checkpoint.number == 2))
    for verdict in both(services, file):
        assert verdict is not None
        assert verdict.startswith("checkpoint 2: ")


def test_the_word_of_a_stranger_excuses_nothing(services: Services, life: Life, file: Path) -> None:
    life.goes_on(1)
    backup = copy_of(services)
    life.goes_on(1)
    put_back(services, backup)
    tell(services, file)
    notes = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    found = checkpoint.read(notes[-1])
    stranger = checkpoint.signer(services.keyring.primary("pepper"))
    forged = stranger.sign(found.text.replace(str(found.verifier), str(stranger.verifier)))
    file.write_text("".join(json.dumps(note) + "\n" for note in [*notes[:-1], forged]), "utf-8")
    with services.write() as session:
        session.execute(update(Checkpoint).where(Checkpoint.number == 2).values(note=forged))
    for verdict in both(services, file):
        assert verdict is not None
        assert verdict.startswith("checkpoint 2: ")


@pytest.mark.parametrize("is_destroyed", [False, True], ids=["the key is kept", "the key was destroyed"])
def test_a_backup_may_be_older_than_the_key_that_signs_now(
    services: Services,
    life: Life,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_destroyed: bool,
) -> None:
    monkeypatch.setattr(waiting, "DRAIN", 0.0)
    former = services.keyring.primary("audit")
    life.goes_on(1)
    backup = copy_of(services)
    rotation.rotate(services, "audit", Told())
    life.goes_on(1)
    put_back(services, backup)
    if is_destroyed:
        rotation.publish(services, lambda k: k.without(former.id))
    tell(services, file)
    life.goes_on(1)
    assert ours(services, file) is None
    record = exported(services, tmp_path / "record")
    keys = {str(checkpoint.signer(key).verifier) for key in (former, services.keyring.primary("audit"))}
    assert "tells of a restore" in THEIRS.verify(record, file, list(keys))
    if is_destroyed:
        with pytest.raises(THEIRS.Wrong, match="checkpoint 2: it is signed by a key that no"):
            THEIRS.verify(record, file, [])


def test_what_was_exported_or_proved_before_a_restore_is_told_to_be_lost(
    services: Services, life: Life, file: Path, tmp_path: Path
) -> None:
    life.goes_on(1)
    backup = copy_of(services)
    made = life.server.create(account_ref="acct-lost")["id"]
    life.goes_on(1)
    record = exported(services, tmp_path / "record")
    with services.read() as session:
        proof = tmp_path / "proof"
        proof.write_text(json.dumps(export.proof(session, UUID(made.removeprefix("ver_"))), indent=1), "utf-8")
    put_back(services, backup)
    life.clock.turn(minutes=1)
    tell(services, file)
    for paper in (record, proof):
        said = THEIRS.verify(paper, file, [])
        assert "the database lost checkpoints 2 to 2 of these in a restore since" in said
        assert "checkpoint 2 tells of a restore" in said
