"""Hosted liveness: a page of the provider's, links of ours, and a verdict that is read back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from providers.base import (
    Capability,
    DeviceScript,
    HostedPage,
    NotReceived,
    OpensIn,
    Outcome,
    ProviderFailure,
    Refused,
    Request,
    Result,
    Throttled,
    Traits,
    Unavailable,
    Unknown,
)
from tests.assessed import assess
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import NOW, ORIGIN, Clock, Keys, Nudges, make_application, running
from tests.staff import make_staff
from tests.vendors import Vendor, routes
from verify.config import Settings
from verify.flows.liveness import LATE
from verify.flows.review import queue
from verify.flows.review.queue import Filters
from verify.flows.staff.desk import by_login
from verify.flows.states import Status
from verify.jobs import attempts, disposals
from verify.models import Assessment, Attempt, Disposal, Followup, Supply
from verify.services import Services

RETURN = f"{ORIGIN}/done?case=7"
SCRIPT = DeviceScript("https://scripts.example/device.js", "collect")


def to_face(caller: Caller, name: str | None = None, account_ref: str = "acct-1001") -> str:
    made = str(caller.create(account_ref=account_ref)["id"])
    caller.consent(made)
    caller.step(made, "identity", person(name=name))
    return made


def opened(caller: Caller, verification: str, status: int = 200, **body: str) -> dict[str, Any]:
    response = caller.post(f"/v1/verifications/{verification}/steps/face/session", body)
    assert response.status_code == status, response.json
    return dict(response.json)


def visit(caller: Caller, page: dict[str, Any], outcome: str) -> str:
    """Ends the visit on the sandbox's page; where the browser is sent at last."""
    address = urlsplit(page["url"])
    client = caller.app.test_client()
    shown = client.get(f"{address.path}?{address.query}")
    assert shown.status_code == 200
    ended = client.post(f"{address.path}?{address.query}", data={"outcome": outcome})
    assert ended.status_code == 303, ended.text
    back = client.get(ended.location)
    assert back.status_code == 303, back.text
    return str(back.location)


def settled(services: Services, clock: Clock, seconds: float = 1) -> None:
    clock.turn(seconds=seconds)
    while attempts.sweep(services):
        pass


def test_a_session_is_a_page_a_qr_code_and_an_end(server: Caller) -> None:
    page = opened(server, to_face(server), return_url=RETURN)
    assert page.keys() == {"url", "opens_in", "qr", "expires_at"}
    assert page["opens_in"] == "browser"
    assert page["qr"].startswith("data:image/svg+xml")


def test_the_step_stays_the_users_while_the_page_is_open(server: Caller) -> None:
    verification = to_face(server)
    page = opened(server, verification)
    shown = server.read(verification)
    assert (shown["status"], shown["next_step"]) == ("pending", "face")
    assert shown["steps"][2] == {
        "name": "face",
        "status": "pending",
        "attempts_left": 3,
        "expires_at": page["expires_at"],
    }


@pytest.mark.parametrize(
    ("name", "outcome", "status", "code", "left"),
    [
        (None, "match", "verified", None, 0),
        (None, "as_named", "verified", None, 0),
        (None, "face_mismatch", "pending", "face_mismatch", 2),
        (None, "liveness_failed", "pending", "liveness_failed", 2),
        (None, "abandoned", "pending", "liveness_expired", 3),
        ("王活体失败", "as_named", "pending", "liveness_failed", 2),
        ("王人脸不符", "as_named", "pending", "face_mismatch", 2),
    ],
)
def test_the_verdict_is_read_back_and_decides(
    server: Caller,
    services: Services,
    clock: Clock,
    name: str | None,
    outcome: str,
    status: str,
    code: str | None,
    left: int,
) -> None:
    verification = to_face(server, name)
    page = opened(server, verification, return_url=RETURN)
    assert visit(server, page, outcome) == RETURN
    settled(services, clock)
    shown = server.read(verification)
    assert (shown["status"], (shown["last_error"] or {}).get("code")) == (status, code)
    assert shown["steps"][2]["attempts_left"] == left
    assert "expires_at" not in shown["steps"][2]


def test_the_assurance_says_that_a_living_person_was_there(server: Caller, services: Services, clock: Clock) -> None:
    verification = to_face(server)
    visit(server, opened(server, verification), "match")
    settled(services, clock)
    assert server.read(verification)["result"]["assurance"][-1] == {
        "check": "face",
        "provider": "sandbox",
        "liveness": True,
    }


def test_coming_back_makes_the_reading_due_at_once(
    server: Caller, services: Services, clock: Clock, nudges: Nudges
) -> None:
    verification = to_face(server)
    page = opened(server, verification)
    nudges.sent.clear()
    visit(server, page, "match")
    assert nudges.sent
    assert attempts.sweep(services) == 1
    assert server.read(verification)["status"] == "verified"


def test_a_page_closed_half_way_is_followed_by_a_new_one(server: Caller, services: Services, clock: Clock) -> None:
    verification = to_face(server)
    first = opened(server, verification)
    second = opened(server, verification)
    visit(server, first, "face_mismatch")
    settled(services, clock)
    shown = server.read(verification)
    assert (shown["last_error"], shown["steps"][2]["attempts_left"]) == (None, 3)
    visit(server, second, "match")
    settled(services, clock)
    assert server.read(verification)["status"] == "verified"


def test_a_session_that_ends_without_a_verdict_costs_no_try(server: Caller, services: Services, clock: Clock) -> None:
    verification = to_face(server)
    opened(server, verification)
    settled(services, clock, seconds=15 * 60 + LATE.total_seconds() + 1)
    shown = server.read(verification)
    assert (shown["next_step"], shown["last_error"]["code"]) == ("face", "liveness_expired")
    assert shown["steps"][2]["attempts_left"] == 3


def test_a_verdict_changes_nothing_after_the_method_was_switched(
    server: Caller, services: Services, clock: Clock
) -> None:
    verification = to_face(server)
    page = opened(server, verification)
    server.post(f"/v1/verifications/{verification}/switch_method", {"method": "micro_transfer"})
    visit(server, page, "match")
    settled(services, clock)
    assert server.read(verification)["next_step"] == "consent"


def test_a_picture_takes_the_place_of_an_open_page(server: Caller, services: Services, clock: Clock) -> None:
    verification = to_face(server, "王人脸不符")
    page = opened(server, verification)
    server.step(verification, "face", PORTRAIT)
    visit(server, page, "match")
    settled(services, clock)
    assert server.read(verification)["status"] == "pending"


@pytest.mark.promise("4.1")
def test_the_vendors_copy_is_deleted_after_the_verdict_and_the_receipt_kept(
    server: Caller, services: Services, clock: Clock
) -> None:
    verification = to_face(server)
    visit(server, opened(server, verification), "match")
    settled(services, clock)
    assert disposals.sweep(services) == 1
    with services.read() as session:
        kept = session.scalars(select(Disposal)).one()
    assert kept.receipt is not None
    assert kept.receipt.startswith("sandbox.erased/")
    assert (kept.erased_at, kept.due_at) == (clock.now, None)


@pytest.mark.parametrize("broken", [lambda t: t[:-1] + "01"[t[-1] == "0"], lambda t: t[1:], lambda _: "s"])
def test_no_other_token_is_heard(server: Caller, broken: Any) -> None:
    page = opened(server, to_face(server), return_url=RETURN)
    token = urlsplit(page["url"]).path.rsplit("/", 1)[-1]
    client = server.app.test_client()
    assert client.get(f"/sandbox/face/{broken(token)}").status_code == 404
    assert client.post(f"/v1/callbacks/sandbox/{broken(token)}", json={}).status_code == 404


def test_the_way_back_leads_nowhere_else(server: Caller) -> None:
    page = opened(server, to_face(server), return_url=RETURN)
    link = parse_qs(urlsplit(page["url"]).query)["back"][0]
    elsewhere = link.replace("signup.example", "evil.example")
    assert elsewhere != link
    client = server.app.test_client()
    assert client.get(elsewhere).status_code == 404
    path = urlsplit(page["url"]).path
    ended = client.post(f"{path}?back=//evil.example/v1", data={"outcome": "match"})
    assert ended.status_code == 404


@pytest.mark.parametrize("return_url", ["https://evil.example/done", "http://signup.example/"])
def test_a_return_url_is_on_a_registered_origin(server: Caller, return_url: str) -> None:
    problem = opened(server, to_face(server), 422, return_url=return_url)
    assert problem["errors"][0]["field"] == "return_url"


def test_a_session_is_opened_only_where_the_face_is_owed(server: Caller) -> None:
    made = server.create()["id"]
    assert opened(server, made, 409)["code"] == "step_not_expected"


class Hosted(Vendor):
    """A live provider with a page of its own, whose verdict is what it is told to be."""

    verdict: Outcome | ProviderFailure = Unknown("open")
    request: Request | None = None
    #: what is answered instead of a page
    refusal: Outcome | None = None

    def __init__(self, name: str, **traits: Any) -> None:
        super().__init__(name)
        self.capabilities = {**self.capabilities, Capability.LIVENESS: Traits(read_back=True, liveness=True, **traits)}

    def call(self, request: Request, reference: str) -> Outcome:
        answer = super().call(request, reference)
        if request.capability is not Capability.LIVENESS:
            return answer
        self.request = request
        if self.refusal is not None:
            return self.refusal
        page = HostedPage("https://vendor.example/p/1", OpensIn.WECHAT, self._clock() + timedelta(minutes=10))
        return Outcome(Result.ACCEPTED, vendor_reference="biz-1", page=page)

    def read_back(self, capability: Capability, reference: str, theirs: str | None = None) -> Outcome:  # noqa: ARG002
        assert theirs == "biz-1"
        if isinstance(self.verdict, ProviderFailure):
            raise self.verdict
        return self.verdict


@pytest.fixture
def first() -> Hosted:
    return Hosted("first")


@pytest.fixture
def second() -> Hosted:
    return Hosted("second", device_script=SCRIPT)


@pytest.fixture
def live_app(
    tmp_path: Any, database: str, clock: Clock, nudges: Nudges, parts: dict[str, Any], first: Hosted, second: Hosted
) -> Iterator[Flask]:
    known = routes("first", "second")
    known["routes"]["liveness"] = known["routes"]["face"]
    settings = Settings(instance=tmp_path, database_url=database, providers=known)
    for vendor in (first, second):
        vendor._clock = clock
    yield from running(
        settings, clock=clock, nudge=nudges, **{**parts, "providers": {"first": first, "second": second}}
    )


@pytest.fixture
def live_keys(live_app: Flask) -> Keys:
    return make_application(live_app)


@pytest.fixture
def live(live_app: Flask, live_keys: Keys) -> Caller:
    return Caller(live_app, live_keys.live)


def test_live_keys_use_the_page_and_its_consent(live: Caller, first: Hosted) -> None:
    verification = to_face(live)
    page = opened(live, verification)
    assert page["opens_in"] == "wechat"
    assert "face" not in {capability.value for capability in first.asked}
    picture = live.post(f"/v1/verifications/{verification}/steps/face", data=PORTRAIT, content_type="image/jpeg")
    assert picture.status_code == 403


def test_an_application_that_takes_pictures_opens_no_page(live_app: Flask) -> None:
    caller = Caller(live_app, make_application(live_app, direct_face_image=True).live)
    assert opened(caller, to_face(caller), 409)["code"] == "session_unavailable"


@pytest.mark.parametrize(
    ("verdict", "code"),
    [(NotReceived("gone"), "liveness_expired"), (Outcome(Result.MISMATCH, "liveness_failed"), "liveness_failed")],
)
def test_what_the_vendor_says_of_a_session_ends_it(
    live: Caller, live_app: Flask, clock: Clock, first: Hosted, verdict: Any, code: str
) -> None:
    verification = to_face(live)
    opened(live, verification)
    with live_app.app_context():
        settled(live_app.extensions["realname"], clock, seconds=6)
        assert live.read(verification)["last_error"] is None
        first.verdict = verdict
        settled(live_app.extensions["realname"], clock, seconds=11)
    assert live.read(verification)["last_error"]["code"] == code


def test_what_the_vendor_bills_is_counted_once(live: Caller, live_app: Flask, clock: Clock, first: Hosted) -> None:
    verification = to_face(live)
    opened(live, verification)
    first.verdict = Outcome(Result.MATCH, billed=True)
    with live_app.app_context():
        services: Services = live_app.extensions["realname"]
        settled(services, clock, seconds=6)
        with services.read() as session:
            rows = [*session.scalars(select(Attempt)), *session.scalars(select(Followup))]
    assert live.read(verification)["status"] == "verified"
    assert [row.billed for row in rows if row.capability == "liveness"] == [True, False]


def with_both(caller: Caller) -> str:
    made = str(caller.create()["id"])
    notice = caller.get(f"/v1/verifications/{made}/consent_notice").json
    granted = [item["id"] for item in notice["items"]]
    caller.step(made, "consent", {"policy_version": notice["policy_version"], "granted": granted})
    caller.step(made, "identity", person())
    return made


def test_device_data_is_asked_for_only_where_the_vendor_needs_it(
    live: Caller, first: Hosted, second: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    verification = with_both(live)
    opened(live, verification, meta_info="{}")
    assert first.request is not None
    assert getattr(first.request, "meta_info", "") is None
    first.failure = Unavailable("down")
    problem = opened(live, verification, 422)
    assert problem["errors"][0]["field"] == "meta_info"
    opened(live, verification, meta_info="{}")
    assert getattr(second.request, "meta_info", "") == "{}"


def test_who_consented_to_one_page_is_asked_for_the_other(live: Caller, first: Hosted) -> None:
    verification = to_face(live)
    first.failure = Unavailable("down")
    problem = opened(live, verification, 403)
    assert (problem["code"], problem["missing"]) == ("consent_required", ["share.liveness.second"])
    shown = live.read(verification)
    assert (shown["next_step"], shown["last_error"]["code"]) == ("consent", "other_provider_offered")
    assert shown["steps"][2]["attempts_left"] == 3


@pytest.mark.parametrize("terms", [{"rate": 1, "next_at": NOW + timedelta(minutes=1)}, {"concurrency": 0}])
def test_a_limit_of_our_own_is_no_outage_and_asks_for_no_more_consent(
    live: Caller, live_app: Flask, terms: dict[str, Any]
) -> None:
    verification = to_face(live)
    services: Services = live_app.extensions["realname"]
    with live_app.app_context(), services.write() as session:
        session.add(Supply(provider="first", capability="liveness", **terms))
    services.notebook.forget()
    answered = live.post(f"/v1/verifications/{verification}/steps/face/session", {})
    assert (answered.status_code, answered.json["code"]) == (503, "provider_limited")
    assert 1 <= int(answered.headers["Retry-After"]) <= 2
    shown = live.read(verification)
    assert (shown["next_step"], shown["last_error"]["code"]) == ("face", "provider_limited")


@pytest.mark.parametrize(
    ("answer", "status", "code", "reason", "next_step", "left"),
    [
        (Outcome(Result.INCONCLUSIVE, "device_unsupported"), 409, "step_returned", "device_unsupported", "face", 3),
        (Outcome(Result.INCONCLUSIVE, "unsupported_person"), 409, "step_returned", "unsupported_person", "face", 3),
        (Outcome(Result.NOT_FOUND, "no_record"), 409, "step_returned", "no_record", "identity", 3),
        (Throttled("418"), 503, "provider_throttled", "provider_throttled", "face", 3),
        (Unknown("late"), 503, "provider_unavailable", "provider_unavailable", "face", 3),
        (Refused("401"), 503, "provider_unavailable", "provider_unavailable", "face", 3),
    ],
    ids=lambda value: getattr(value, "reason", None) or getattr(value, "vendor_code", None),
)
def test_a_page_that_the_vendor_does_not_open_says_why(
    live: Caller, first: Hosted, answer: Any, status: int, code: str, reason: str, next_step: str, left: int
) -> None:
    verification = to_face(live)
    if isinstance(answer, Outcome):
        first.refusal = answer
    else:
        first.failure = answer
    problem = opened(live, verification, status)
    assert (problem["code"], problem.get("reason", reason)) == (code, reason)
    shown = live.read(verification)
    assert (shown["next_step"], shown["last_error"]["code"]) == (next_step, reason)
    assert shown["steps"][2]["attempts_left"] == left


def stuck(app: Flask) -> list[str]:
    """Why each case waits that no vendor answers for."""
    with app.app_context():
        services: Services = app.extensions["realname"]
        with services.read() as session:
            staff = by_login(session, "li", "console")
        rows = queue.page(staff or make_staff(services), Filters(Status.PENDING), None, services).rows
        return [code for row in rows for code in row.waits]


@pytest.mark.parametrize("answer", [Throttled("418"), Unknown("late"), Refused("401")])
def test_a_page_that_nobody_opens_is_in_the_queue_of_outages(
    live: Caller, live_app: Flask, first: Hosted, answer: ProviderFailure
) -> None:
    verification = to_face(live)
    first.failure = answer
    opened(live, verification, 503)
    assert stuck(live_app) == ["vendor_outage"]


def test_pages_of_two_vendors_that_are_both_out_are_an_outage(
    live: Caller, live_app: Flask, first: Hosted, second: Hosted
) -> None:
    verification = to_face(live)
    first.failure = second.failure = Unavailable("down")
    opened(live, verification, 403)
    assert stuck(live_app) == ["vendor_offered"]
    live.consent(verification)
    assert stuck(live_app) == []
    opened(live, verification, 503, meta_info="device")
    assert stuck(live_app) == ["vendor_outage"]


def test_a_page_that_opens_after_trouble_has_no_last_error(live: Caller, first: Hosted) -> None:
    verification = to_face(live)
    first.failure = Throttled("busy")
    opened(live, verification, 503)
    first.failure = None
    opened(live, verification)
    assert live.read(verification)["last_error"] is None


def test_a_crash_while_a_page_is_opened_is_swept_up(
    live: Caller, live_app: Flask, clock: Clock, first: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    verification = to_face(live)

    def crash(*_: Any) -> Outcome:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(first, "call", crash)
        with pytest.raises(KeyboardInterrupt):
            opened(live, verification)
    with live_app.app_context():
        services: Services = live_app.extensions["realname"]
        settled(services, clock, seconds=60)
        with services.read() as session:
            assert [a.finished_at is None for a in session.scalars(select(Attempt))] == [False, False]
    assert live.read(verification)["next_step"] == "face"


@pytest.mark.promise("人脸办法 2025")
def test_without_a_current_assessment_no_face_is_served(live_app: Flask, live_keys: Keys, clock: Clock) -> None:
    caller = Caller(live_app, live_keys.live)
    verification = to_face(caller)
    clock.turn(days=1)
    with live_app.app_context():
        services: Services = live_app.extensions["realname"]
        with services.write() as session:
            for row in session.scalars(select(Assessment)):
                row.ended_at = clock.now
        services.notebook.forget()
        assert opened(caller, verification, 503)["code"] == "not_ready"
        refused = caller.post("/v1/verifications", {"type": "personal", "method": "face", "account_ref": "acct-2"})
        assert refused.json["code"] == "not_ready"
        assert "realname assessments add" in refused.json["detail"]
        assess(services, "first")
        opened(caller, verification)
