"""Webhooks over real HTTP: what a message says, who gets it, and how it is tried again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from standardwebhooks import Webhook, WebhookVerificationError

from tests.caller import PORTRAIT, Caller, card_of
from tests.conftest import Clock, Keys, make_application
from tests.posting import one_step_on, queue_of, register, work_off
from tests.receiver import Received, Receiver, receiving
from verify.jobs import deliveries, fan_out
from verify.jobs.deliveries import TRIED_FOR, WAITS, Result
from verify.models import WebhookDelivery
from verify.outbound import Outbound, Reply
from verify.services import Services


@pytest.fixture
def outbound() -> Outbound:
    return Outbound(allow_private=True, answer_within=5)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def verified_by(secret: str, request: Received) -> bool:
    """What the official verifier says, of a message as it came over the wire."""
    try:
        Webhook(secret).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True


class TestMessage:
    @pytest.fixture
    def clock(self) -> Clock:
        """The right time: the verifier refuses messages that are older than five minutes."""
        return Clock(datetime.now(UTC))

    def test_the_official_verifier_accepts_it(self, server: Caller, services: Services, receiver: Receiver) -> None:
        endpoint = register(server, receiver)
        one_step_on(server)
        work_off(services)
        assert len(receiver.received) == 3
        assert all(verified_by(endpoint["secret"], request) for request in receiver.received)
        assert not verified_by("whsec_" + "A" * 43 + "=", receiver.received[0])

    def test_both_secrets_sign_until_the_overlap_is_over(
        self, server: Caller, services: Services, receiver: Receiver, clock: Clock
    ) -> None:
        endpoint = register(server, receiver)
        path = f"/v1/webhook_endpoints/{endpoint['id']}/rotate_secret"
        new = server.post(path, {"overlap_hours": 1}).json["secret"]
        server.create(account_ref="acct-1")
        work_off(services)
        clock.turn(hours=1)
        server.create(account_ref="acct-2")
        work_off(services)
        during, after = receiver.received
        assert during.headers["webhook-signature"].count("v1,") == 2
        assert [verified_by(secret, during) for secret in (endpoint["secret"], new)] == [True, True]
        assert after.headers["webhook-signature"].count("v1,") == 1

    def test_a_second_rotation_ends_the_overlap_of_the_first(
        self, server: Caller, services: Services, receiver: Receiver
    ) -> None:
        endpoint = register(server, receiver)
        path = f"/v1/webhook_endpoints/{endpoint['id']}/rotate_secret"
        second, third = (server.post(path).json["secret"] for _ in range(2))
        server.create()
        work_off(services)
        [request] = receiver.received
        assert [verified_by(secret, request) for secret in (endpoint["secret"], second, third)] == [False, True, True]

    def test_it_says_what_happened_and_how_the_object_stands(
        self, server: Caller, services: Services, receiver: Receiver
    ) -> None:
        register(server, receiver)
        made = one_step_on(server)
        server.step(made, "face", PORTRAIT)
        work_off(services)
        body = receiver.received[-1].json
        assert list(body) == ["id", "type", "created_at", "sequence", "data"]
        assert (body["type"], body["sequence"]) == ("verification.verified", 5)
        assert body["data"] == server.read(made)
        assert body["data"]["result"]["id_number"].count("*") == 16
        assert receiver.received[-1].headers["webhook-id"] == body["id"]
        assert server.get(f"/v1/events/{body['id']}").json == body

    def test_a_message_tried_again_keeps_its_id(
        self, server: Caller, services: Services, receiver: Receiver, clock: Clock
    ) -> None:
        register(server, receiver)
        receiver.answer = lambda _: 500
        server.create()
        work_off(services)
        clock.turn(seconds=6)
        work_off(services)
        first, second = receiver.received
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


def test_sequence_rises_by_one_though_the_audit_knows_of_more(
    server: Caller, services: Services, receiver: Receiver
) -> None:
    register(server, receiver)
    made = server.create("bank_card")["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of())  # verification.code_sent, for the audit alone
    server.step(made, "sms_code", {"code": "246810"})
    work_off(services)
    assert receiver.of(made) == [1, 2, 3]
    assert receiver.types == ["verification.created", "verification.step_passed", "verification.step_passed"]


def test_only_the_types_asked_for_are_sent(server: Caller, services: Services, receiver: Receiver) -> None:
    register(server, receiver, event_types=["verification.canceled"])
    made = server.create()["id"]
    server.post(f"/v1/verifications/{made}/cancel")
    work_off(services)
    assert receiver.types == ["verification.canceled"]


def test_an_endpoint_hears_of_what_comes_after_it(
    server: Caller, services: Services, receiver: Receiver, clock: Clock
) -> None:
    made = server.create()["id"]
    clock.turn(seconds=1)
    register(server, receiver)
    server.post(f"/v1/verifications/{made}/cancel")
    work_off(services)
    assert receiver.of(made) == [2]


def test_another_application_and_the_other_mode_hear_nothing(
    app: Flask, api_keys: Keys, server: Caller, services: Services, receiver: Receiver
) -> None:
    live = Caller(app, api_keys.live)
    assert live.post("/v1/webhook_endpoints", {"url": "https://127.0.0.1/hooks"}).status_code == 201
    register(Caller(app, make_application(app, "Other", "https://other.example").test), receiver)
    server.create()
    assert work_off(services) == 0


@pytest.mark.parametrize(
    ("status", "error"),
    [(status, None) for status in (200, 201, 204, 299)]
    + [(status, "http_error") for status in (199, 301, 302, 307, 400, 401, 404, 429, 500, 503)]
    + [(410, "gone")],
)
def test_2xx_is_success_and_410_is_final(status: int, error: str | None) -> None:
    assert deliveries._judged(Reply(status, 7)) == Result(error, status, 7)


class TestRetries:
    def test_it_is_tried_ever_more_seldom_over_three_days_and_then_kept(
        self, server: Caller, services: Services, receiver: Receiver, clock: Clock
    ) -> None:
        endpoint = register(server, receiver)
        receiver.answer = lambda _: 500
        server.create()
        began, waited = clock(), []
        while True:
            work_off(services)
            [one] = queue_of(server, endpoint)
            if one["status"] != "waiting":
                break
            wait = WAITS[len(waited)]
            waited.append(wait)
            clock.turn(seconds=wait.total_seconds())
        assert (one["status"], one["attempts"], one["last_error"]) == ("given_up", len(WAITS) + 1, "http_error")
        assert one["last_status_code"] == 500
        assert timedelta(days=2, hours=12) < clock() - began <= TRIED_FOR

    def test_waits_are_spread(self, server: Caller, services: Services, receiver: Receiver, clock: Clock) -> None:
        register(server, receiver)
        receiver.answer = lambda _: 500
        for n in range(8):
            server.create(account_ref=f"acct-{n}")
        fan_out.sweep(services)
        for _, row_id in deliveries.due(services, 8):
            deliveries.deliver(services, row_id)
        with services.read() as session:
            waits = [(at - clock()).total_seconds() for at in session.scalars(select(WebhookDelivery.due_at)) if at]
        assert len(set(waits)) > 1
        assert all(4 <= wait <= 6 for wait in waits)

    def test_a_redirect_is_tried_again_and_not_followed(
        self, server: Caller, services: Services, receiver: Receiver
    ) -> None:
        endpoint = register(server, receiver)
        receiver.answer = lambda _: (307, {"Location": receiver.url})
        server.create()
        assert work_off(services) == 1
        [one] = queue_of(server, endpoint)
        assert (one["status"], one["last_error"], one["last_status_code"]) == ("waiting", "http_error", 307)
        assert len(receiver.received) == 1

    def test_a_name_that_came_to_mean_this_machine_is_not_called(
        self, server: Caller, services: Services, receiver: Receiver
    ) -> None:
        endpoint = register(server, receiver)
        services.outbound._allow_private = False
        server.create()
        work_off(services)
        [one] = queue_of(server, endpoint)
        assert (one["status"], one["last_error"]) == ("waiting", "https_required")
        assert receiver.received == []

    def test_a_bug_in_here_is_an_error_like_others(
        self, server: Caller, services: Services, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        endpoint = register(server, receiver)
        server.create()
        monkeypatch.setattr("verify.flows.event_log.show", lambda *_: 1 / 0)
        work_off(services)
        [one] = queue_of(server, endpoint)
        assert (one["status"], one["attempts"], one["last_error"]) == ("waiting", 1, "internal_error")


class TestGone:
    def test_410_disables_the_endpoint_and_gives_up_what_waits(
        self, server: Caller, services: Services, receiver: Receiver
    ) -> None:
        endpoint = register(server, receiver)
        receiver.answer = lambda _: 410
        one_step_on(server)
        assert work_off(services) == 1
        now = server.get(f"/v1/webhook_endpoints/{endpoint['id']}").json
        assert (now["enabled"], now["disabled_reason"]) == (False, "gone")
        assert [(one["status"], one["last_error"]) for one in queue_of(server, endpoint)] == [
            ("given_up", "gone"),
            ("given_up", "endpoint_disabled"),
            ("given_up", "endpoint_disabled"),
        ]
        server.create(account_ref="acct-2")
        assert work_off(services) == 0

    def test_it_can_be_enabled_again_and_what_it_missed_sent_again(
        self, server: Caller, services: Services, receiver: Receiver
    ) -> None:
        endpoint = register(server, receiver)
        receiver.answer = lambda _: 410
        made = server.create()["id"]
        work_off(services)
        receiver.answer = lambda _: 204
        now = server.send("PATCH", f"/v1/webhook_endpoints/{endpoint['id']}", {"enabled": True}).json
        assert (now["enabled"], now["disabled_reason"]) == (True, None)
        [missed] = queue_of(server, endpoint)
        assert server.post(f"/v1/events/{missed['event']}/resend").status_code == 202
        work_off(services)
        assert receiver.of(made) == [1, 1]
        assert [one["status"] for one in queue_of(server, endpoint)] == ["delivered"]

    def test_what_was_lined_up_while_it_was_disabled_is_given_up(
        self, server: Caller, services: Services, receiver: Receiver
    ) -> None:
        endpoint = register(server, receiver)
        server.create()
        fan_out.sweep(services)
        [(_, row_id)] = deliveries.due(services, 4)
        server.send("PATCH", f"/v1/webhook_endpoints/{endpoint['id']}", {"enabled": False})
        with services.write() as session:  # as when fan-out had read the endpoint just before
            session.execute(update(WebhookDelivery).values(status="waiting", due_at=services.clock()))
        assert deliveries.deliver(services, row_id)
        [one] = queue_of(server, endpoint)
        assert (one["status"], one["last_error"]) == ("given_up", "endpoint_disabled")
        assert receiver.received == []
