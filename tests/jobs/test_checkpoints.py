import json
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from sqlalchemy import delete, select, update

from crypto import checkpoint
from tests.caller import Caller
from verify.config import Settings
from verify.flows import checkpointing
from verify.jobs import checkpoints
from verify.models import Checkpoint, Event
from verify.record import export
from verify.record import outside as copies
from verify.services import Services

SCRIPT = Path(__file__).parents[2] / "verify" / "record" / "verify_audit.py"


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    return Settings(
        instance=tmp_path, database_url=database, request_rate="100000 per second", audit_file=tmp_path / "audit"
    )


def outside(services: Services) -> list[str]:
    assert services.settings.audit_file is not None
    return [json.loads(line) for line in services.settings.audit_file.read_text("utf-8").splitlines()]


def test_checkpoints_are_written_to_the_file_and_to_the_log(services: Services, server: Caller) -> None:
    for n in range(2):
        server.create(account_ref=f"acct-{n}")
        assert checkpoints.make(services) > 0
    with structlog.testing.capture_logs() as logged:
        assert checkpoints.publish(services) == 2
        assert checkpoints.publish(services) == 0
    notes = outside(services)
    assert [checkpoint.read(note).number for note in notes] == [1, 2]
    assert [entry["note"] for entry in logged if entry["event"] == "audit checkpoint"] == notes
    assert services.settings.audit_file is not None
    assert services.settings.audit_file.stat().st_mode & 0o777 == 0o600


def test_what_is_signed_is_outside_at_once(services: Services, server: Caller) -> None:
    server.create(account_ref="acct-1")
    assert checkpoints.sign(services) == 1
    assert [checkpoint.read(note).number for note in outside(services)] == [1]
    assert checkpoints.sign(services) == 0


def test_without_new_events_there_is_no_checkpoint(services: Services) -> None:
    assert checkpoints.make(services) == 0
    assert checkpoints.publish(services) == 0


def test_a_checkpoint_cut_off_at_the_end_is_found_by_the_file(
    services: Services, server: Caller, tmp_path: Path
) -> None:
    for n in range(2):
        server.create(account_ref=f"acct-{n}")
        checkpoints.make(services)
    checkpoints.publish(services)
    file = services.settings.audit_file
    assert file is not None
    notes = copies.read(file)
    with services.write() as session:
        assert copies.difference(session, notes) is None
        session.execute(update(Event).where(Event.checkpoint == 2).values(checkpoint=None))
        session.execute(delete(Checkpoint).where(Checkpoint.number == 2))
        found = copies.difference(session, notes)
    with services.read(streams=True) as session:
        exported = tmp_path / "record"
        exported.write_text("\n".join(export.lines(session, services)), "utf-8")
    named = "checkpoint 2: missing, though it was written outside the database: "
    assert str(found).startswith(named)
    program = [sys.executable, SCRIPT, exported, "--checkpoints", services.settings.audit_file]
    ended = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert named in ended.stderr


def test_a_checkpoint_holds_a_bounded_number_of_events(
    services: Services, server: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpointing, "LARGEST", 2)
    for n in range(3):
        server.create(account_ref=f"acct-{n}")
    assert [checkpoints.make(services) for _ in range(3)] == [2, 1, 0]
    with services.read() as session:
        notes = session.scalars(select(Checkpoint.note).order_by(Checkpoint.number)).all()
    assert [checkpoint.read(note).events for note in notes] == [2, 1]
