"""Looking for whose time is over reads what is left of a class, by index, and not all that there ever was."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from tests.caller import Caller
from tests.conftest import Clock
from tests.plans import planned, read_whole
from verify.flows.case import load_any
from verify.flows.keeping import KEPT
from verify.flows.overdue import BY_SEAL, counts, due
from verify.flows.sealing import seal_step
from verify.jobs import retention
from verify.services import Services


@pytest.mark.parametrize("name", KEPT)
def test_no_table_is_read_from_end_to_end(app: Flask, services: Services, name: str) -> None:
    lines = look(app, services, name)
    assert lines
    assert read_whole(lines) == []


@pytest.mark.parametrize("name", sorted(BY_SEAL))
def test_a_batch_of_what_was_sealed_comes_in_the_order_of_sealing(app: Flask, services: Services, name: str) -> None:
    lines = look(app, services, name)
    assert "ix_sealed_steps_retention" in lines[0]
    assert [line for line in lines if "ORDER BY" in line] == []


def look(app: Flask, services: Services, name: str) -> list[str]:
    """How SQLite goes about it, line by line."""
    with planned(app.extensions["sqlalchemy"].engine) as lines, services.read() as session:
        session.scalars(due(KEPT[name], services.clock()).limit(retention.BATCH)).all()
    return lines


class TestSeveralBlobs:
    """Of one class in one verification, sealed by one step after the other or by two at once."""

    @pytest.fixture
    def database(self, both_databases: str) -> str:
        return both_databases

    @pytest.mark.parametrize("hours", [0, 1])
    def test_a_verification_with_several_blobs_is_due_once(
        self, server: Caller, services: Services, clock: Clock, hours: int
    ) -> None:
        made = server.create()["id"]
        with services.write() as session:
            verification = load_any(session, UUID(made.removeprefix("ver_")))
            keys = services.vault.create(verification.account_id, verification.id, ["bank"])
            for number, step in enumerate(("bank_card", "micro_transfer", "identity")):
                at = clock.now - timedelta(hours=hours * number)
                seal_step(session, keys, verification, step, {"bank": {"a": "1"}}, at)
        server.post(f"/v1/verifications/{made}/cancel")
        clock.turn(days=31)
        assert counts(services)["bank"] == 1
        assert retention.run(services)["bank"] == 1
        assert counts(services)["bank"] == 0
