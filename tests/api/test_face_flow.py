"""Personal verification by face, from outside in, with the sandbox's values."""

import pytest

from tests.caller import PORTRAIT, Caller, account_of, card_of, person
from tests.conftest import Clock, Nudges
from verify.jobs.attempts import reconcile
from verify.services import Services


def started(server: Caller, account_ref: str = "acct-1001") -> str:
    made = server.create("face", account_ref)
    server.consent(made["id"])
    return str(made["id"])


def test_a_person_is_verified_by_face(server: Caller) -> None:
    made = server.create()
    assert made["status"] == "pending"
    assert made["next_step"] == "consent"
    assert server.consent(made["id"])["next_step"] == "identity"
    assert server.step(made["id"], "identity", person())["next_step"] == "face"
    done = server.step(made["id"], "face", PORTRAIT)
    assert done["status"] == "verified"
    assert done["next_step"] is None
    assert done["decision"] == {
        "by": "rules",
        "reason_codes": ["checks_passed"],
        "message": done["decision"]["message"],
    }
    assert done["result"]["assurance"] == [
        {"check": "identity", "provider": "sandbox"},
        {"check": "face", "provider": "sandbox", "liveness": False},
    ]


@pytest.mark.promise("5.2")
def test_the_result_is_masked(server: Caller) -> None:
    verification = started(server)
    who = person(7, name="王小明")
    server.step(verification, "identity", who)
    result = server.step(verification, "face", PORTRAIT)["result"]
    assert result["name"] == "王**"
    assert result["id_number"] == who["id_number"][0] + "*" * 16 + who["id_number"][-1]


@pytest.mark.parametrize(
    ("name", "step", "code"),
    [
        ("张不符", "identity", "identity_mismatch"),
        ("Zhang Mismatch", "identity", "identity_mismatch"),
        ("张无记录", "identity", "no_record"),
        ("张人脸不符", "face", "face_mismatch"),
        ("Li Wrongface", "face", "face_mismatch"),
        ("张活体失败", "face", "liveness_failed"),
        ("Li Spoof", "face", "liveness_failed"),
    ],
)
def test_a_mismatch_costs_a_try_and_asks_for_the_step_again(server: Caller, name: str, step: str, code: str) -> None:
    verification = started(server)
    after = server.step(verification, "identity", person(name=name))
    if step == "face":
        assert after["next_step"] == "face"
        after = server.step(verification, "face", PORTRAIT)
    assert after["status"] == "pending"
    assert after["next_step"] == step
    assert after["last_error"]["step"] == step
    assert after["last_error"]["code"] == code
    assert after["last_error"]["retryable"] is True
    assert [s["attempts_left"] for s in after["steps"] if s["name"] == step] == [2]


def test_an_outage_costs_nothing(server: Caller) -> None:
    verification = started(server)
    after = server.step(verification, "identity", person(name="张故障"))
    assert after["status"] == "pending"
    assert after["next_step"] == "identity"
    assert after["last_error"]["code"] == "provider_unavailable"
    assert [s["attempts_left"] for s in after["steps"] if s["name"] == "identity"] == [3]


def test_a_time_out_is_read_back_to_a_match(server: Caller, services: Services, clock: Clock, nudges: Nudges) -> None:
    verification = started(server)
    owed = server.step(verification, "identity", person(name="张超时"), status=202)
    assert owed["status"] == "processing"
    assert owed["next_step"] is None
    clock.turn(seconds=3)
    reconcile(services, nudges.sent[-1][1])
    after = server.read(verification)
    assert after["status"] == "pending"
    assert after["next_step"] == "face"
    assert after["last_error"] is None


def test_a_poller_is_told_when_to_come_back(server: Caller) -> None:
    verification = started(server)
    server.step(verification, "identity", person(name="张超时"), status=202)
    response = server.get(f"/v1/verifications/{verification}")
    assert response.status_code == 200
    assert response.headers["Retry-After"] == "2"


@pytest.mark.promise("2.1.1(2)")
def test_a_timed_out_face_ends_verified_without_its_bytes(
    server: Caller, services: Services, clock: Clock, nudges: Nudges
) -> None:
    verification = started(server)
    for step, body in (("identity", person(name="Ann Timeout")), ("face", PORTRAIT)):
        server.step(verification, step, body, status=202)
        clock.turn(seconds=3)
        reconcile(services, nudges.sent[-1][1])
    assert server.read(verification)["status"] == "verified"


def test_the_last_try_exhausts_the_method_and_another_can_be_taken(server: Caller) -> None:
    verification = started(server)
    for _ in range(3):
        after = server.step(verification, "identity", person(name="张不符"))
    assert after["status"] == "pending"
    assert after["next_step"] is None
    assert after["alternatives"] == ["bank_card", "micro_transfer"]
    refused = server.post(f"/v1/verifications/{verification}/steps/identity", person())
    assert (refused.status_code, refused.json["code"]) == (409, "step_not_expected")
    switched = server.post(f"/v1/verifications/{verification}/switch_method", {"method": "bank_card"}).json
    assert switched["method"] == "bank_card"
    assert switched["next_step"] == "consent"
    assert switched["alternatives"] == ["micro_transfer"]


def test_the_same_image_under_another_account_is_a_replay(server: Caller) -> None:
    first = started(server, "acct-1")
    server.step(first, "identity", person(1))
    server.step(first, "face", PORTRAIT)
    second = started(server, "acct-2")
    server.step(second, "identity", person(2))
    after = server.step(second, "face", PORTRAIT)
    assert after["last_error"]["code"] == "face_replayed"
    assert after["status"] == "pending"


def test_the_last_face_of_the_last_method_rejects(server: Caller) -> None:
    verification = started(server)
    server.step(verification, "identity", person(name="张人脸不符"))
    for _ in range(3):
        after = server.step(verification, "face", PORTRAIT)
    assert after["alternatives"] == ["bank_card", "micro_transfer"]
    server.post(f"/v1/verifications/{verification}/switch_method", {"method": "bank_card"})
    server.consent(verification)
    for _ in range(3):
        server.step(verification, "bank_card", card_of(name="张不符"))
        after = server.step(verification, "sms_code", {"code": "246810"})
    assert after["alternatives"] == ["micro_transfer"]
    server.post(f"/v1/verifications/{verification}/switch_method", {"method": "micro_transfer"})
    server.consent(verification)
    for _ in range(3):
        after = server.step(verification, "bank_account", account_of(name="张不符"))
    assert after["status"] == "rejected"
    assert after["decision"]["reason_codes"] == ["identity_mismatch", "methods_exhausted"]
    assert after["next_step"] is None
