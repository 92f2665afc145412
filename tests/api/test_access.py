"""Who may do what: keys, tokens, applications, modes, scopes and origins."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.caller import PORTRAIT, Caller, person
from tests.conftest import ORIGIN, Clock, Keys, make_application
from verify.api.body import READERS_AT_MOST
from verify.config import Settings
from verify.models import ApiKey
from verify.services import Services

NEW = {"type": "personal", "method": "face", "account_ref": "acct-1001"}


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer rn_test_wrong", "Basic cm46dGVzdA==", "Bearer rn_client_AAAA", "Bearer 张"],
)
def test_a_missing_or_wrong_credential_is_refused(app: Flask, header: str | None) -> None:
    headers: dict[str, Any] = {} if header is None else {"Authorization": header.encode().decode("latin-1")}
    response = app.test_client().get("/v1/verifications", headers=headers)
    assert (response.status_code, response.json["code"]) == (401, "invalid_credentials")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.content_type == "application/problem+json"


def test_another_applications_verification_is_not_found(app: Flask, server: Caller) -> None:
    made = server.create()
    other = Caller(app, make_application(app, name="Other").test)
    for response in (
        other.get(f"/v1/verifications/{made['id']}"),
        other.post(f"/v1/verifications/{made['id']}/cancel"),
        other.post(f"/v1/verifications/{made['id']}/steps/identity", person()),
    ):
        assert (response.status_code, response.json["code"]) == (404, "not_found")


def test_a_client_token_reaches_no_other_verification(app: Flask, server: Caller) -> None:
    first, second = server.create(account_ref="acct-1"), server.create(account_ref="acct-2")
    browser = Caller(app, first["client_token"])
    assert browser.get(f"/v1/verifications/{first['id']}").status_code == 200
    assert browser.get(f"/v1/verifications/{second['id']}").json["code"] == "not_found"
    assert browser.post(f"/v1/verifications/{second['id']}/cancel").json["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/verifications"), ("GET", "/v1/verifications"), ("GET", "/v1/accounts/acct-1001")],
)
def test_a_client_token_may_not_do_what_a_server_does(app: Flask, server: Caller, method: str, path: str) -> None:
    browser = Caller(app, server.create()["client_token"])
    refused = browser.send(method, path, NEW if method == "POST" else None)
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")


def test_a_client_token_reads_the_result_for_24_hours_after_the_end(app: Flask, server: Caller, clock: Clock) -> None:
    made = server.create()
    browser = Caller(app, made["client_token"])
    browser.consent(made["id"])
    browser.step(made["id"], "identity", person())
    browser.step(made["id"], "face", PORTRAIT)
    clock.turn(hours=24)
    assert browser.read(made["id"])["status"] == "verified"
    refused = browser.post(f"/v1/verifications/{made['id']}/cancel")
    assert (refused.status_code, refused.json["code"]) == (409, "verification_final")
    clock.turn(seconds=1)
    assert browser.get(f"/v1/verifications/{made['id']}").json["code"] == "invalid_credentials"


def test_a_fresh_client_token_works_beside_the_first(app: Flask, server: Caller) -> None:
    made = server.create()
    fresh = server.post(f"/v1/verifications/{made['id']}/client_tokens")
    assert fresh.status_code == 201
    assert fresh.json["client_token"] != made["client_token"]
    for token in (fresh.json["client_token"], made["client_token"]):
        assert Caller(app, token).read(made["id"])["id"] == made["id"]


@pytest.mark.parametrize("position", [12, 40, -1])
def test_a_changed_client_token_is_refused(app: Flask, server: Caller, position: int) -> None:
    token = server.create()["client_token"]
    changed = list(token)
    changed[position] = "A" if changed[position] != "A" else "Q"
    response = Caller(app, "".join(changed)).get("/v1/verifications")
    assert response.json["code"] == "invalid_credentials"


def test_a_live_key_never_reaches_the_sandbox(app: Flask, api_keys: Keys) -> None:
    refused = Caller(app, api_keys.live).post("/v1/verifications", NEW)
    assert (refused.status_code, refused.json["code"]) == (503, "not_ready")


def test_a_live_key_never_sees_what_a_test_key_made(app: Flask, api_keys: Keys, server: Caller) -> None:
    made = server.create()
    live = Caller(app, api_keys.live)
    assert live.get(f"/v1/verifications/{made['id']}").json["code"] == "not_found"
    assert live.get("/v1/verifications").json["data"] == []
    assert live.get("/v1/accounts/acct-1001").json["personal"]["status"] == "none"


def change_key(services: Services, **values: Any) -> None:
    with services.write() as session:
        for key in session.query(ApiKey).filter_by(livemode=False):
            for name, value in values.items():
                setattr(key, name, value)


def test_a_revoked_key_is_refused(server: Caller, services: Services, clock: Clock) -> None:
    change_key(services, revoked_at=clock())
    assert server.get("/v1/verifications").json["code"] == "invalid_credentials"


def test_a_rolled_key_works_until_its_overlap_ends(server: Caller, services: Services, clock: Clock) -> None:
    change_key(services, expires_at=clock.now.replace(hour=5))
    assert server.get("/v1/verifications").status_code == 200
    clock.turn(hours=1)
    assert server.get("/v1/verifications").json["code"] == "invalid_credentials"


def test_a_key_without_the_scope_is_refused(server: Caller, services: Services) -> None:
    change_key(services, scopes=["accounts:read"])
    assert server.get("/v1/accounts/acct-1001").status_code == 200
    assert server.get("/v1/verifications").json["code"] == "forbidden"


class TestOrigins:
    def preflight(self, app: Flask, origin: str) -> Any:
        return app.test_client().options(
            "/v1/verifications/ver_x/steps/face",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization, content-type, idempotency-key",
            },
        )

    @pytest.mark.usefixtures("server")
    def test_a_preflight_answers_a_registered_origin(self, app: Flask) -> None:
        response = self.preflight(app, ORIGIN)
        assert response.status_code == 204
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Idempotency-Key" in response.headers["Access-Control-Allow-Headers"]

    @pytest.mark.usefixtures("server")
    def test_a_preflight_does_not_answer_a_stranger(self, app: Flask) -> None:
        assert "Access-Control-Allow-Origin" not in self.preflight(app, "https://evil.example").headers

    def test_the_applications_own_origin_may_read_the_answer(self, app: Flask, server: Caller) -> None:
        made = server.create()
        response = Caller(app, made["client_token"]).get(f"/v1/verifications/{made['id']}", headers={"Origin": ORIGIN})
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "ETag" in response.headers["Access-Control-Expose-Headers"]
        assert "Idempotent-Replayed" in response.headers["Access-Control-Expose-Headers"]

    def test_another_applications_origin_is_refused(self, app: Flask, server: Caller) -> None:
        make_application(app, name="Other", origin="https://other.example")
        made = server.create()
        response = Caller(app, made["client_token"]).post(
            f"/v1/verifications/{made['id']}/cancel", headers={"Origin": "https://other.example"}
        )
        assert (response.status_code, response.json["code"]) == (403, "forbidden")
        assert "Access-Control-Allow-Origin" not in response.headers
        assert server.read(made["id"])["status"] == "pending"

    def test_an_expired_token_is_a_readable_problem_for_its_own_origin(
        self, app: Flask, server: Caller, clock: Clock
    ) -> None:
        made = server.create()
        server.post(f"/v1/verifications/{made['id']}/cancel")
        clock.turn(hours=25)
        response = Caller(app, made["client_token"]).get(f"/v1/verifications/{made['id']}", headers={"Origin": ORIGIN})
        assert response.json["code"] == "invalid_credentials"
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN


class TestRates:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, request_rate="2 per minute")

    def test_a_credential_past_its_rate_is_told_to_wait_and_others_are_not(
        self, app: Flask, api_keys: Keys, server: Caller
    ) -> None:
        statuses = [server.get("/v1/verifications").status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        refused = server.get("/v1/verifications")
        assert refused.json["code"] == "rate_limited"
        assert int(refused.headers["Retry-After"]) >= 1
        assert refused.json["request_id"] == refused.headers["X-Request-Id"] != ""
        assert server.get("/readyz").status_code == 200
        assert Caller(app, api_keys.live).get("/v1/verifications").status_code == 200


class TestAddresses:
    """Of callers without a credential, whose requests are counted by address."""

    @pytest.fixture(params=[0, 1], ids=["no proxy", "one proxy"])
    def settings(self, settings: Settings, request: pytest.FixtureRequest) -> Settings:
        return replace(settings, request_rate="1 per minute", trusted_proxies=request.param)

    def test_an_address_is_read_past_trusted_proxies_only(self, app: Flask, settings: Settings) -> None:
        told = ("203.0.113.1", "203.0.113.2")
        answers = [app.test_client().get("/v1/policies", headers={"X-Forwarded-For": address}) for address in told]
        assert [each.status_code for each in answers] == ([200, 200] if settings.trusted_proxies else [200, 429])


class TestOrderOfRefusals:
    @pytest.mark.parametrize("body", [b"{", b"{}", b"x" * 70_000])
    @pytest.mark.parametrize("path", ["", "/ver_x/steps/identity", "/ver_x/cancel"])
    def test_a_stranger_is_refused_before_the_body_is_looked_at(self, app: Flask, path: str, body: bytes) -> None:
        response = app.test_client().post(f"/v1/verifications{path}", data=body, content_type="application/json")
        assert (response.status_code, response.json["code"]) == (401, "invalid_credentials")

    def test_a_client_token_is_refused_before_its_body_is_looked_at(self, app: Flask, server: Caller) -> None:
        browser = Caller(app, server.create()["client_token"])
        assert browser.post("/v1/verifications", {}).json["code"] == "forbidden"

    def test_a_view_that_declares_nothing_answers_nobody(self, app: Flask, server: Caller) -> None:
        app.view_functions["accounts.read"] = lambda account_ref: account_ref
        assert server.get("/v1/accounts/acct-1").json["code"] == "forbidden"


class TestReadableProblems:
    @pytest.mark.parametrize(
        ("path", "sent", "status"),
        [
            ("steps/identity", {"data": b"{", "content_type": "application/json"}, 400),
            ("steps/identity", {"data": b"x" * 70_000, "content_type": "application/json"}, 413),
            ("steps/identity", {"data": b"{}", "content_type": "text/plain"}, 415),
            ("steps/consent", {"json": {}}, 422),
            ("switch_method", {"json": {"method": "fingerprint"}}, 422),
            ("steps/nothing", {"json": {}}, 404),
        ],
    )
    def test_a_registered_origin_can_read_every_problem(
        self, app: Flask, server: Caller, path: str, sent: dict[str, Any], status: int
    ) -> None:
        made = server.create()
        browser = Caller(app, made["client_token"])
        response = browser.post(f"/v1/verifications/{made['id']}/{path}", headers={"Origin": ORIGIN}, **sent)
        assert response.status_code == status
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN

    @pytest.mark.usefixtures("server")
    @pytest.mark.parametrize(("origin", "readable"), [(ORIGIN, True), ("https://evil.example", False)])
    def test_a_wrong_token_is_readable_on_registered_origins_only(
        self, app: Flask, origin: str, readable: bool
    ) -> None:
        response = Caller(app, "rn_client_wrong").get("/v1/verifications/ver_x", headers={"Origin": origin})
        assert response.json["code"] == "invalid_credentials"
        assert ("Access-Control-Allow-Origin" in response.headers) is readable

    def test_published_tables_are_readable_anywhere(self, app: Flask) -> None:
        response = app.test_client().get("/v1/reason_codes", headers={"Origin": "https://any.example"})
        assert response.headers["Access-Control-Allow-Origin"] == "https://any.example"

    def test_words_for_fields_are_in_the_users_language(self, app: Flask, server: Caller) -> None:
        for locale, word in (("zh-CN", "姓名"), ("en", "name")):
            made = server.create(account_ref=f"acct-{locale}", locale=locale)
            browser = Caller(app, made["client_token"])
            browser.consent(made["id"])
            refused = browser.step(made["id"], "identity", {**person(), "name": "张"}, status=422)
            assert word in refused["errors"][0]["message"]


class Slow(io.RawIOBase):
    """A body that keeps its reader waiting."""

    def __init__(self, started: threading.Semaphore, may_end: threading.Event) -> None:
        self.started, self.may_end = started, may_end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.started.release()
        assert self.may_end.wait(10)
        buffer[:2] = b"{}"
        return 2


def test_one_client_token_cannot_hold_every_thread_with_endless_bodies(app: Flask, server: Caller) -> None:
    made = server.create()
    browser = Caller(app, made["client_token"])
    path = f"/v1/verifications/{made['id']}/cancel"
    started, may_end = threading.Semaphore(0), threading.Event()

    def slow() -> int:
        body = io.BufferedReader(Slow(started, may_end))
        environ = {"CONTENT_LENGTH": "2", "wsgi.input": body}
        sent = browser.post(path, data=b"{}", content_type="application/json", environ_overrides=environ)
        return int(sent.status_code)

    with ThreadPoolExecutor(READERS_AT_MOST) as pool:
        held = [pool.submit(slow) for _ in range(READERS_AT_MOST)]
        for _ in held:
            assert started.acquire(timeout=10)
        refused = browser.post(path, {})
        assert (refused.status_code, refused.json["code"]) == (429, "rate_limited")
        assert server.get("/v1/verifications").status_code == 200
        may_end.set()
        assert {one.result() for one in held} <= {200, 409}
