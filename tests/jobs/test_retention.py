"""Policy 5.4: what its class's time is over for is gone, and nothing else."""

from uuid import UUID

import pytest
from sqlalchemy import select

from tests.caller import PORTRAIT, Caller, card_of
from tests.conftest import Clock
from verify.jobs.retention import shred
from verify.models import SealedStep
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def ended(server: Caller) -> UUID:
    made = server.create("bank_card", contact={"email": "user@example.com"})["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of())
    server.step(made, "sms_code", {"code": "246810"})
    assert server.step(made, "face", PORTRAIT)["status"] == "verified"
    return UUID(made.removeprefix("ver_"))


def classes(services: Services) -> set[str]:
    with services.read() as session:
        return set(session.scalars(select(SealedStep.retention_class)))


def test_card_and_contact_go_30_days_after_the_end_and_the_identity_stays(
    server: Caller, services: Services, clock: Clock, ended: UUID
) -> None:
    clock.turn(days=29, hours=23)
    assert shred(services) == 0
    assert classes(services) == {"identity", "bank", "contact"}
    clock.turn(hours=1)
    assert shred(services) == 2
    assert shred(services) == 0
    assert classes(services) == {"identity"}
    assert server.read(f"ver_{ended}")["result"]["name"] is not None


def test_an_open_verification_keeps_what_it_still_needs(server: Caller, services: Services, clock: Clock) -> None:
    made = server.create("bank_card")["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of())
    clock.turn(days=60)
    assert shred(services) == 0


def test_a_crash_between_key_and_blob_is_made_good(services: Services, clock: Clock, ended: UUID) -> None:
    clock.turn(days=30)
    services.vault.shred(ended, ["bank"])
    assert shred(services) == 2
    assert classes(services) == {"identity"}
