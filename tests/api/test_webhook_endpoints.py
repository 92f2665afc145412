"""Endpoints for webhooks: made, changed, rotated and deleted, each application its own."""

import base64
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from crypto.errors import KeyShredded
from tests.caller import Caller
from tests.conftest import Clock, Keys, Statements, make_application
from tests.posting import queue_of
from verify.flows.webhooks.endpoints import AT_MOST, secret_of
from verify.jobs import fan_out
from verify.models import ApiKey, WebhookDelivery, WebhookEndpoint
from verify.outbound import Outbound
from verify.services import Services

URL = "https://hooks.example/realname"
PATH = "/v1/webhook_endpoints"
KEY = {"Idempotency-Key": "once"}


def register(server: Caller, **more: Any) -> dict[str, Any]:
    response = server.post(PATH, {"url": URL, **more})
    assert response.status_code == 201, response.json
    found: dict[str, Any] = response.json
    return found


def fields_of(response: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in response.json["errors"]]


class TestBothDatabases:
    @pytest.fixture
    def database(self, both_databases: str) -> str:
        return both_databases

    def test_an_endpoint_is_made_read_changed_and_deleted(self, server: Caller, clock: Clock) -> None:
        made = register(server, description="Orders", event_types=["verification.verified"])
        secret = made.pop("secret")
        assert made == {
            **made,
            "object": "webhook_endpoint",
            "livemode": False,
            "url": URL,
            "enabled": True,
            "disabled_reason": None,
            "event_types": ["verification.verified"],
            "description": "Orders",
            "old_secret_until": None,
        }
        path = f"{PATH}/{made['id']}"
        assert server.get(path).json == made
        clock.turn(seconds=1)
        changed = server.send("PATCH", path, {"event_types": ["*"], "description": ""}).json
        assert (changed["event_types"], changed["description"], changed["url"]) == (["*"], "", URL)
        assert changed["updated_at"] > made["updated_at"]
        rotated = server.post(f"{path}/rotate_secret", {"overlap_hours": 2}).json
        assert rotated["secret"] != secret
        assert rotated["old_secret_until"] == "2026-12-01T06:00:01.000Z"
        gone = server.send("DELETE", path)
        assert (gone.status_code, gone.json) == (200, {"id": made["id"], "object": "webhook_endpoint", "deleted": True})
        assert server.get(path).status_code == 404

    def test_deleting_takes_its_deliveries_along_and_destroys_the_key_of_its_secrets(
        self, server: Caller, services: Services
    ) -> None:
        made = register(server)
        with services.read() as session:
            endpoint = session.scalars(select(WebhookEndpoint)).one()
        assert secret_of(endpoint, services) == made["secret"]
        server.create()
        fan_out.sweep(services)
        server.send("DELETE", f"{PATH}/{made['id']}")
        with services.read() as session:
            assert session.scalar(select(func.count()).select_from(WebhookDelivery)) == 0
        with pytest.raises(KeyShredded):
            secret_of(endpoint, services)

    def test_disabling_gives_up_what_waits(self, server: Caller, services: Services) -> None:
        made = register(server)
        server.create()
        fan_out.sweep(services)
        changed = server.send("PATCH", f"{PATH}/{made['id']}", {"enabled": False}).json
        assert (changed["enabled"], changed["disabled_reason"]) == (False, "by_request")
        [one] = queue_of(server, made)
        assert (one["status"], one["last_error"]) == ("given_up", "endpoint_disabled")

    def test_an_event_can_be_sent_again_to_an_endpoint_that_never_had_it(
        self, server: Caller, services: Services, clock: Clock
    ) -> None:
        server.create()
        fan_out.sweep(services)
        clock.turn(seconds=1)
        made, other = register(server), register(server)
        event = server.get("/v1/events").json["data"][0]
        answer = server.post(f"/v1/events/{event['id']}/resend", {"endpoint": made["id"]})
        assert (answer.status_code, answer.json) == (202, event)
        assert [one["event"] for one in queue_of(server, made)] == [event["id"]]
        assert queue_of(server, other) == []
        server.post(f"/v1/events/{event['id']}/resend")
        assert [one["event"] for one in queue_of(server, other)] == [event["id"]]
        assert len(queue_of(server, made)) == 1


def test_a_secret_is_256_random_bits_and_shown_once(server: Caller) -> None:
    made, other = register(server), register(server)
    assert made["secret"].startswith("whsec_")
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"), validate=True)) == 32
    assert made["secret"] != other["secret"]
    listed = server.get(PATH).json
    assert "whsec_" not in str(listed) + str(server.get(f"{PATH}/{made['id']}").json)


def test_a_secret_stands_in_the_main_store_sealed(server: Caller, services: Services) -> None:
    secret = register(server)["secret"]
    with services.read() as session:
        endpoint = session.scalars(select(WebhookEndpoint)).one()
    assert secret.encode() not in endpoint.secret_ct
    assert base64.b64decode(secret.removeprefix("whsec_")) not in endpoint.secret_ct


def test_endpoints_are_listed_newest_first_page_by_page(server: Caller) -> None:
    made = [register(server)["id"] for _ in range(3)]
    first = server.get(f"{PATH}?limit=2").json
    rest = server.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").json
    assert [one["id"] for one in first["data"] + rest["data"]] == made[::-1]
    assert rest["next_cursor"] is None


def test_deliveries_are_listed_newest_first_page_by_page(server: Caller, services: Services) -> None:
    made = register(server)
    for n in range(3):
        server.create(account_ref=f"acct-{n}")
    fan_out.sweep(services)
    path = f"{PATH}/{made['id']}/deliveries"
    first = server.get(f"{path}?limit=2&status=waiting").json
    rest = server.get(f"{path}?limit=2&status=waiting&cursor={first['next_cursor']}").json
    events = [event["id"] for event in server.get("/v1/events").json["data"]]
    assert [one["event"] for one in first["data"] + rest["data"]] == events[::-1]
    assert rest["next_cursor"] is None
    assert server.get(f"{path}?status=delivered").json["data"] == []


def test_an_application_has_twenty_of_a_mode_at_most(server: Caller) -> None:
    for _ in range(AT_MOST):
        register(server)
    refused = server.post(PATH, {"url": URL})
    assert (refused.status_code, refused.json["code"], refused.json["limit"]) == (409, "too_many_endpoints", AT_MOST)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example/", "https_required"),
        ("hooks.example", "url_format"),
        ("https://user:pass@hooks.example/", "url_format"),
        ("", "too_short"),
        (5, "wrong_type"),
        (None, "wrong_type"),
    ],
)
def test_a_url_that_could_not_be_called_is_refused(server: Caller, url: Any, code: str) -> None:
    assert fields_of(server.post(PATH, {"url": url})) == [("url", code)]
    made = register(server)
    assert fields_of(server.send("PATCH", f"{PATH}/{made['id']}", {"url": url})) == [("url", code)]
    assert server.get(f"{PATH}/{made['id']}").json["url"] == URL


class TestPrivate:
    @pytest.fixture
    def outbound(self) -> Outbound:
        def resolve(host: str, _: int) -> list[str]:
            if host == "nowhere.example":
                raise OSError
            return ["198.41.0.4", "10.0.0.7"] if host == "inside.example" else ["198.41.0.4"]

        return Outbound(resolve=resolve)

    @pytest.mark.parametrize(
        ("url", "code"), [("https://inside.example/", "address_refused"), ("https://nowhere.example/", "dns_failed")]
    )
    def test_a_name_that_resolves_to_a_private_address_or_nowhere_is_refused(
        self, server: Caller, url: str, code: str
    ) -> None:
        assert fields_of(server.post(PATH, {"url": url})) == [("url", code)]
        made = register(server)
        assert fields_of(server.send("PATCH", f"{PATH}/{made['id']}", {"url": url})) == [("url", code)]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"event_types": []}, "event_types", "too_short"),
        ({"event_types": ["verification.melted"]}, "event_types", "not_allowed"),
        ({"event_types": ["verification.code_sent"]}, "event_types", "not_allowed"),
        ({"event_types": ["*", "verification.verified"]}, "event_types", "not_allowed"),
        ({"event_types": ["verification.verified"] * 2}, "event_types", "not_allowed"),
        ({"event_types": "*"}, "event_types", "wrong_type"),
        ({"description": "x" * 201}, "description", "too_long"),
        ({"description": "call 13800000001"}, "description", "looks_personal"),
        ({"secret": "whsec_"}, "", "unknown_field"),
        ({"enabled": "false"}, "", "unknown_field"),
    ],
)
def test_what_an_endpoint_cannot_have_is_refused(server: Caller, body: dict[str, Any], field: str, code: str) -> None:
    assert fields_of(server.post(PATH, {"url": URL, **body})) == [(field, code)]


@pytest.mark.parametrize("value", ["false", 0, 1, None, "on"])
def test_enabled_is_true_or_false(server: Caller, value: Any) -> None:
    made = register(server)
    assert fields_of(server.send("PATCH", f"{PATH}/{made['id']}", {"enabled": value})) == [("enabled", "wrong_type")]


@pytest.mark.parametrize("hours", [-1, 169, "x", 1.5, None])
def test_an_overlap_is_a_week_at_most(server: Caller, hours: Any) -> None:
    made = register(server)
    refused = server.post(f"{PATH}/{made['id']}/rotate_secret", {"overlap_hours": hours})
    assert refused.status_code == 422


class TestIdempotency:
    def test_a_repeated_create_makes_one_and_shows_its_secret_again(self, server: Caller) -> None:
        first, second = (server.post(PATH, {"url": URL}, headers=KEY) for _ in range(2))
        assert (second.status_code, second.headers["Idempotent-Replayed"]) == (201, "true")
        assert second.json == first.json
        assert len(server.get(PATH).json["data"]) == 1

    def test_a_repeated_rotation_rotates_once(self, server: Caller) -> None:
        path = f"{PATH}/{register(server)['id']}/rotate_secret"
        first, second = (server.post(path, headers=KEY) for _ in range(2))
        assert (second.status_code, second.headers["Idempotent-Replayed"]) == (200, "true")
        assert second.json == first.json

    def test_a_repeated_delete_answers_the_same(self, server: Caller) -> None:
        path = f"{PATH}/{register(server)['id']}"
        first, second = (server.send("DELETE", path, headers=KEY) for _ in range(2))
        assert (second.status_code, second.headers["Idempotent-Replayed"]) == (200, "true")
        assert second.json == first.json
        assert server.send("DELETE", path).status_code == 404

    def test_a_repeated_resend_sends_once(self, server: Caller, services: Services, clock: Clock) -> None:
        made = register(server)
        server.create()
        fan_out.sweep(services)
        path = f"/v1/events/{queue_of(server, made)[0]['event']}/resend"
        clock.turn(seconds=1)
        first = server.post(path, headers=KEY)
        [queued] = queue_of(server, made)
        clock.turn(seconds=1)
        second = server.post(path, headers=KEY)
        assert (second.status_code, second.json) == (202, first.json)
        assert queue_of(server, made)[0]["queued_at"] == queued["queued_at"]


class TestAccess:
    PATHS = (
        ("GET", "", None),
        ("PATCH", "", {}),
        ("DELETE", "", None),
        ("POST", "/rotate_secret", {}),
        ("GET", "/deliveries", None),
    )

    @pytest.mark.parametrize(("method", "path", "body"), PATHS)
    def test_another_applications_endpoint_is_not_there(
        self, app: Flask, server: Caller, method: str, path: str, body: Any
    ) -> None:
        made = register(server)
        stranger = Caller(app, make_application(app, "Other", "https://other.example").test)
        assert stranger.send(method, f"{PATH}/{made['id']}{path}", body).json["code"] == "not_found"
        assert stranger.get(PATH).json["data"] == []

    @pytest.mark.parametrize(("method", "path", "body"), PATHS)
    def test_the_other_modes_endpoint_is_not_there(
        self, app: Flask, api_keys: Keys, server: Caller, method: str, path: str, body: Any
    ) -> None:
        made = register(server)
        live = Caller(app, api_keys.live)
        assert live.send(method, f"{PATH}/{made['id']}{path}", body).json["code"] == "not_found"
        assert live.get(PATH).json["data"] == []

    @pytest.mark.parametrize("path", [PATH, "/v1/events", f"/v1/events/evt_{UUID(int=0)}"])
    def test_a_client_token_may_not(self, app: Flask, server: Caller, path: str) -> None:
        browser = Caller(app, server.create()["client_token"])
        assert browser.get(path).json["code"] == "forbidden"

    @pytest.mark.parametrize("path", [PATH, "/v1/events"])
    def test_a_key_without_the_scope_may_not(self, server: Caller, services: Services, path: str) -> None:
        with services.write() as session:
            for key in session.scalars(select(ApiKey)):
                key.scopes = ["verifications"]
        assert server.get(path).json["code"] == "forbidden"


class TestStatements:
    def test_a_list_takes_as_many_as_one(self, server: Caller, statements: Statements) -> None:
        for _ in range(5):
            register(server)
        statements.clear()
        server.get(PATH)
        assert len(statements.main) == 2, statements.main
        assert statements.keys == []

    def test_making_one_takes_four_and_a_data_key(self, server: Caller, statements: Statements) -> None:
        server.post(PATH, {"url": URL}, headers=KEY)
        assert len(statements.main) == 4, statements.main
        assert len(statements.keys) == 1, statements.keys

    def test_deliveries_take_three_however_many(
        self, server: Caller, services: Services, statements: Statements
    ) -> None:
        made = register(server)
        verification = server.create()["id"]
        server.consent(verification)
        server.create(account_ref="acct-2")
        fan_out.sweep(services)
        statements.clear()
        assert len(server.get(f"{PATH}/{made['id']}/deliveries").json["data"]) == 3
        assert len(statements.main) == 3, statements.main
        assert statements.keys == []

    def test_a_resend_takes_five_however_many_endpoints(self, server: Caller, statements: Statements) -> None:
        for _ in range(3):
            register(server)
        server.create()
        event = server.get("/v1/events").json["data"][0]["id"]
        statements.clear()
        server.post(f"/v1/events/{event}/resend", headers=KEY)
        assert len(statements.main) == 5, statements.main
        assert statements.keys == []
