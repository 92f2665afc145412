"""Tries of a step are counted for each method, and going back to one finds them used."""

from typing import Any

from tests.caller import PORTRAIT, Caller, card_of, person

DIFFERS = "张人脸不符"


def face_of(verification: dict[str, Any]) -> int:
    return next(int(s["attempts_left"]) for s in verification["steps"] if s["name"] == "face")


def switch(server: Caller, verification: str, method: str) -> None:
    """To the method, and through its consent where one is owed."""
    answer = server.post(f"/v1/verifications/{verification}/switch_method", {"method": method})
    assert answer.status_code == 200, answer.json
    if answer.json["next_step"] == "consent":
        server.consent(verification)


def test_going_to_another_method_and_back_gains_no_try(server: Caller) -> None:
    made = server.create("face")
    server.consent(made["id"])
    server.step(made["id"], "identity", person(name=DIFFERS))
    assert face_of(server.step(made["id"], "face", PORTRAIT)) == 2
    switch(server, made["id"], "bank_card")
    server.step(made["id"], "bank_card", card_of(name=DIFFERS))
    assert face_of(server.step(made["id"], "sms_code", {"code": "246810"})) == 3
    assert face_of(server.step(made["id"], "face", PORTRAIT)) == 2
    switch(server, made["id"], "face")
    assert face_of(server.read(made["id"])) == 2
    switch(server, made["id"], "bank_card")
    assert face_of(server.read(made["id"])) == 2


def test_a_method_whose_tries_are_used_is_closed_for_good(server: Caller) -> None:
    made = server.create("face")
    server.consent(made["id"])
    server.step(made["id"], "identity", person(name=DIFFERS))
    for _ in range(3):
        after = server.step(made["id"], "face", PORTRAIT)
    assert after["next_step"] is None
    switch(server, made["id"], "bank_card")
    assert "face" not in server.read(made["id"])["alternatives"]
    refused = server.post(f"/v1/verifications/{made['id']}/switch_method", {"method": "face"})
    assert refused.status_code == 409
    assert refused.json["code"] == "method_unavailable"
