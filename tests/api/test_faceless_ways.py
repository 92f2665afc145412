"""人脸办法 2025: a face is never the only way. Beside each step that shows one stands a method that asks for none."""

from uuid import UUID

import pytest
from sqlalchemy import select

from providers.base import Capability
from tests.caller import PORTRAIT, Caller, account_of, card_of, person
from tests.enterprises import authorized, give_letter, in_person, to_representative
from verify.flows.methods import METHODS
from verify.models import Attempt, Consent
from verify.services import Services

WITH_FACE = [key for key, steps in METHODS.items() if "face" in steps]


def to_face(server: Caller, type_: str, method: str) -> str:
    """A verification that owes nothing but the face."""
    if type_ == "enterprise":
        made = to_representative(server, method)
        server.step(made, "representative", authorized() if method == "authorized_person" else in_person())
        if method == "authorized_person":
            give_letter(server, made)
        return made
    made = str(server.create(method)["id"])
    server.consent(made)
    if method == "bank_card":
        server.step(made, "bank_card", card_of())
        server.step(made, "sms_code", {"code": "246810"})
    else:
        server.step(made, "identity", person())
    return made


@pytest.mark.promise("人脸办法 2025")
@pytest.mark.parametrize(("type_", "method"), WITH_FACE, ids=str)
def test_beside_every_face_step_stands_a_method_that_asks_for_none(server: Caller, type_: str, method: str) -> None:
    made = to_face(server, type_, method)
    shown = server.read(made)
    assert shown["next_step"] == "face"
    [way] = [way for way in shown["alternatives"] if "face" not in METHODS[type_, way]]
    switched = server.post(f"/v1/verifications/{made}/switch_method", {"method": way}).json
    assert switched["status"] == "pending"
    assert "face" not in {step["name"] for step in switched["steps"]}


@pytest.mark.promise("人脸办法 2025", "GB/T 35273")
def test_who_takes_it_is_verified_and_no_face_was_asked_for_or_sent(server: Caller, services: Services) -> None:
    made = to_face(server, "personal", "face")
    server.post(f"/v1/verifications/{made}/switch_method", {"method": "micro_transfer"})
    notice = server.get(f"/v1/verifications/{made}/consent_notice").json
    assert "face" not in {item["id"] for item in notice["items"]}
    server.consent(made)
    server.step(made, "bank_account", account_of())
    for side in ("front", "back"):
        server.step(made, f"id_card?side={side}", PORTRAIT, status=None)
    assert server.step(made, "transfer_amount", {"amount": "0.37"})["status"] == "verified"
    assert server.get("/v1/accounts/acct-1001").json["personal"]["status"] == "verified"
    with services.read() as session:
        own = Attempt.verification_id == UUID(made.removeprefix("ver_"))
        asked = set(session.scalars(select(Attempt.capability).where(own)))
        assert asked.isdisjoint({Capability.FACE, Capability.LIVENESS})
        assert session.scalars(select(Consent.item)).all() != []
