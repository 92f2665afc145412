"""One answer per request, however often it is sent."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from providers.base import Outcome, Request
from providers.sandbox import Sandbox
from tests.caller import Caller, person
from tests.conftest import Clock, Keys, make_application

NEW = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
KEY = {"Idempotency-Key": "order-42"}


def test_a_repeated_create_answers_the_same_verification(server: Caller) -> None:
    first = server.post("/v1/verifications", NEW, headers=KEY)
    second = server.post("/v1/verifications", NEW, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert second.json == first.json


def test_another_body_under_the_same_key_is_refused(server: Caller) -> None:
    server.post("/v1/verifications", NEW, headers=KEY)
    refused = server.post("/v1/verifications", {**NEW, "account_ref": "acct-2"}, headers=KEY)
    assert (refused.status_code, refused.json["code"]) == (422, "idempotency_key_reused")


def test_a_repeated_step_answers_the_resource_as_it_stands_now(server: Caller) -> None:
    made = server.create()
    server.consent(made["id"])
    path = f"/v1/verifications/{made['id']}/steps/identity"
    server.post(path, person(), headers=KEY)
    server.post(f"/v1/verifications/{made['id']}/cancel")
    again = server.post(path, person(), headers=KEY)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert again.json["status"] == "canceled"


def test_a_failed_validation_is_not_remembered(server: Caller) -> None:
    assert server.post("/v1/verifications", {**NEW, "type": "robot"}, headers=KEY).status_code == 422
    assert server.post("/v1/verifications", NEW, headers=KEY).status_code == 201


def test_a_refused_order_is_not_remembered(server: Caller) -> None:
    made = server.create()
    path = f"/v1/verifications/{made['id']}/steps/identity"
    assert server.post(path, person(), headers=KEY).status_code == 409
    server.consent(made["id"])
    assert server.post(path, person(), headers=KEY).status_code == 200


def test_two_browsers_with_one_key_never_meet(app: Flask, server: Caller) -> None:
    made = [server.create(account_ref=f"acct-{n}") for n in (1, 2)]
    answers = []
    for one in made:
        browser = Caller(app, one["client_token"])
        browser.consent(one["id"])
        answers.append(browser.post(f"/v1/verifications/{one['id']}/steps/identity", person(), headers=KEY))
    assert [a.json["id"] for a in answers] == [one["id"] for one in made]
    assert all("Idempotent-Replayed" not in a.headers for a in answers)


def test_two_applications_with_one_key_never_meet(app: Flask, server: Caller) -> None:
    other = Caller(app, make_application(app, name="Other").test)
    first = server.post("/v1/verifications", NEW, headers=KEY)
    second = other.post("/v1/verifications", NEW, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["id"] != second.json["id"]


def test_the_two_modes_of_one_key_never_meet(app: Flask, api_keys: Keys, server: Caller) -> None:
    assert server.post("/v1/verifications", NEW, headers=KEY).status_code == 201
    live = Caller(app, api_keys.live).post("/v1/verifications", NEW, headers=KEY)
    assert (live.status_code, live.json["code"]) == (503, "not_ready")


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_an_unusable_key_is_refused(server: Caller, key: str) -> None:
    assert server.post("/v1/verifications", NEW, headers={"Idempotency-Key": key}).status_code == 422


class Thinking(Sandbox):
    """Answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.may_answer = threading.Event()
        self.first: threading.Thread | None = None

    def answer(self) -> None:
        """Let it answer, and wait until the first request is done."""
        self.may_answer.set()
        if self.first is not None:
            self.first.join()

    def call(self, request: Request, reference: str) -> Outcome:
        self.asked.set()
        assert self.may_answer.wait(10)
        return super().call(request, reference)


class TestTwins:
    @pytest.fixture
    def sandbox(self) -> Thinking:
        return Thinking()

    @pytest.fixture
    def made(self, server: Caller) -> str:
        made = server.create()["id"]
        server.consent(made)
        return str(made)

    @pytest.fixture
    def path(self, server: Caller, sandbox: Thinking, made: str) -> Iterator[str]:
        """Of a step whose first submission is at its provider; it is answered at the end at the latest."""
        path = f"/v1/verifications/{made}/steps/identity"
        first = threading.Thread(target=lambda: server.post(path, person(), headers=KEY))
        sandbox.first = first
        first.start()
        assert sandbox.asked.wait(10)
        yield path
        sandbox.answer()

    def test_a_twin_of_a_running_request_is_told_so(self, server: Caller, sandbox: Thinking, path: str) -> None:
        twin = server.post(path, person(), headers=KEY)
        assert (twin.status_code, twin.json["code"]) == (409, "request_in_progress")
        sandbox.answer()
        again = server.post(path, person(), headers=KEY)
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
        assert again.json["next_step"] == "face"

    def test_a_second_submission_while_a_vendor_thinks_is_not_expected(
        self, server: Caller, made: str, path: str
    ) -> None:
        assert server.read(made)["status"] == "processing"
        refused = server.post(path, person())
        assert (refused.status_code, refused.json["code"]) == (409, "step_not_expected")

    @pytest.mark.usefixtures("path")
    def test_an_answer_after_a_cancel_changes_nothing(self, server: Caller, sandbox: Thinking, made: str) -> None:
        assert server.post(f"/v1/verifications/{made}/cancel").json["status"] == "canceled"
        sandbox.answer()
        assert server.read(made)["status"] == "canceled"


def test_a_request_of_a_dead_process_is_answered_with_how_far_it_came(
    server: Caller, clock: Clock, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = server.create()
    server.consent(made["id"])
    path = f"/v1/verifications/{made['id']}/steps/identity"

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(sandbox, "call", die)
        with pytest.raises(SystemExit):
            server.post(path, person(), headers=KEY)
    assert server.post(path, person(), headers=KEY).json["code"] == "request_in_progress"
    clock.turn(minutes=3)
    again = server.post(path, person(), headers=KEY)
    assert (again.status_code, again.json["status"]) == (200, "processing")
