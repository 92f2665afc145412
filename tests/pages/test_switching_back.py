"""What the page's way back to a card rests on: switching to a method and back asks for no consent again."""

from tests.caller import Caller, card_of


def test_switching_away_and_back_keeps_consents_that_are_live(server: Caller) -> None:
    made = server.create("bank_card")["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of())
    away = server.post(f"/v1/verifications/{made}/switch_method", {"method": "face"}).json
    assert away["next_step"] == "consent"
    back = server.post(f"/v1/verifications/{made}/switch_method", {"method": "bank_card"}).json
    assert back["next_step"] == "bank_card"
    assert back["steps"][1]["attempts_left"] == 3
