"""Policy 5.4, 6.3: what is sealed can be read, until the key of its class is destroyed."""

from uuid import UUID

import pytest

from crypto.errors import DecryptionFailed, KeyShredded
from tests.caller import Caller, card_of
from verify.flows import sealing
from verify.flows.retention import CLASSES
from verify.models import SealedStep, Verification
from verify.services import Services

#: every sealed field and the class whose key it is lost with
FIELDS = {"name": "identity", "id_number": "identity", "card_number": "bank", "mobile": "bank"}


@pytest.fixture
def kept(server: Caller) -> UUID:
    """A verification that holds every field there is."""
    made = server.create("bank_card")["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of())
    return UUID(made.removeprefix("ver_"))


def read(services: Services, verification_id: UUID, field: str) -> str:
    with services.read() as session:
        verification = session.get_one(Verification, verification_id)
        row = session.get_one(SealedStep, (verification_id, "bank_card", FIELDS[field]))
    keys = services.vault.keys(verification_id)
    name = sealing.context("bank_card", FIELDS[field])
    return sealing.unpack(keys.open(name, verification.id, row.ciphertext))[field]


@pytest.mark.promise("5.2")
@pytest.mark.parametrize("field", FIELDS)
def test_each_sealed_field_comes_back_as_it_went_in(services: Services, kept: UUID, field: str) -> None:
    assert read(services, kept, field) == card_of()[field]


@pytest.mark.parametrize(("field", "retention_class"), FIELDS.items())
def test_each_sealed_field_is_gone_with_the_key_of_its_class(
    services: Services, kept: UUID, field: str, retention_class: str
) -> None:
    assert services.vault.shred(kept, [retention_class]) == 1
    with pytest.raises(KeyShredded):
        read(services, kept, field)


@pytest.mark.promise("5.4")
def test_a_card_is_gone_while_the_name_is_still_readable(server: Caller, services: Services, kept: UUID) -> None:
    services.vault.shred(kept, ["bank"])
    with services.read() as session:
        verification = session.get_one(Verification, kept)
    shown = sealing.open_display(services.vault.keys(kept), verification)
    assert shown["name"][0] == card_of()["name"][0]


def test_what_is_read_back_is_gone_with_the_identity(server: Caller, services: Services, kept: UUID) -> None:
    server.step(f"ver_{kept}", "sms_code", {"code": "246810"})
    services.vault.shred(kept, ["identity"])
    answer = server.get(f"/v1/verifications/ver_{kept}")
    assert answer.status_code == 200
    assert all("sent_to" not in step for step in answer.json["steps"])


@pytest.mark.parametrize("retention_class", sorted(set(FIELDS.values())))
def test_each_class_says_how_long_it_is_kept_and_why(retention_class: str) -> None:
    row = CLASSES[retention_class]
    assert row.basis
    assert row.years or row.lasts


def test_a_blob_moved_to_another_row_does_not_open(server: Caller, services: Services, kept: UUID) -> None:
    other = server.create("bank_card", "acct-2")["id"]
    server.consent(other)
    with services.write() as session:
        moved = session.get_one(SealedStep, (kept, "bank_card", "bank"))
        session.add(
            SealedStep(
                verification_id=UUID(other.removeprefix("ver_")),
                step="bank_card",
                retention_class="bank",
                ciphertext=moved.ciphertext,
                sealed_at=moved.sealed_at,
            )
        )
    with services.read() as session:
        verification = session.get_one(Verification, UUID(other.removeprefix("ver_")))
        with pytest.raises(DecryptionFailed):
            sealing.open_steps(session, services.vault.keys(kept), verification, ["bank_card"])
