import re

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import Clock
from tests.desk import Desk, seated
from tests.staff import logged
from verify.flows.staff import operators, signing_in, team
from verify.models import Operator
from verify.services import Services

OWN = "plenty of staples, battery"


@pytest.fixture
def password(services: Services) -> str:
    with services.write() as session:
        _, password = operators.make(session, "li", "Li Min", ["reviewer"], services, None)
    return password


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


def enter(desk: Desk, password: str, status: int = 302, login: str = "li") -> str:
    desk.get("/ops/sign-in")
    return desk.post("/ops/sign-in", status, login=login, password=password)


def code(desk: Desk, clock: Clock, secret: str) -> str:
    return pyotp.TOTP(secret).at(clock())


def enrol(desk: Desk, clock: Clock) -> tuple[str, list[str]]:
    """The secret, and the recovery codes."""
    secret = re.findall(r'class="secret">([A-Z2-7]+)<', desk.get("/ops/enrol"))[0]
    shown = desk.post("/ops/enrol", 200, code=code(desk, clock, secret))
    return secret, re.findall(r"<code>([A-Z2-7-]{19})</code>", shown)


def arrive(desk: Desk, password: str, clock: Clock) -> tuple[str, list[str]]:
    enter(desk, password)
    secret, codes = enrol(desk, clock)
    desk.get("/ops/password")
    desk.post("/ops/password", password=OWN)
    desk.get("/ops/acknowledge")
    desk.post("/ops/acknowledge", secrecy="on", training="on")
    return secret, codes


@pytest.mark.promise("5.2")
def test_the_first_sign_in_goes_through_every_stage(desk: Desk, password: str, clock: Clock) -> None:
    assert desk.get("/ops/queue", 302).endswith("/ops/sign-in")
    enter(desk, password)
    assert desk.get("/ops/queue", 302).endswith("/ops/enrol")
    _, codes = enrol(desk, clock)
    assert len(set(codes)) == 10
    assert desk.get("/ops/queue", 302).endswith("/ops/password")
    desk.get("/ops/password")
    desk.post("/ops/password", password=OWN)
    assert desk.get("/ops/queue", 302).endswith("/ops/acknowledge")
    desk.get("/ops/acknowledge")
    desk.post("/ops/acknowledge", secrecy="on")
    assert desk.get("/ops/queue", 302).endswith("/ops/acknowledge")
    desk.get("/ops/acknowledge")
    desk.post("/ops/acknowledge", secrecy="on", training="on")
    assert "/ops/queue" in desk.get("/ops/queue", 200)


def test_the_next_sign_in_asks_for_a_new_code(app: Flask, desk: Desk, password: str, clock: Clock) -> None:
    secret, _ = arrive(desk, password, clock)
    again = Desk(app)
    enter(again, OWN)
    again.get("/ops/second-factor")
    again.post("/ops/second-factor", 401, code=code(again, clock, secret))
    clock.turn(seconds=30)
    again.post("/ops/second-factor", code=code(again, clock, secret))
    assert "/ops/queue" in again.get("/ops/queue", 200)


@pytest.mark.parametrize(("seconds", "status"), [(-30, 302), (30, 302), (-90, 401), (90, 401)])
def test_a_code_of_a_clock_a_little_off_is_taken(
    app: Flask, desk: Desk, password: str, clock: Clock, seconds: int, status: int
) -> None:
    secret, _ = arrive(desk, password, clock)
    clock.turn(minutes=5)
    again = Desk(app)
    enter(again, OWN)
    again.get("/ops/second-factor")
    shown = pyotp.TOTP(secret).at(int(clock().timestamp()) + seconds)
    again.post("/ops/second-factor", status, code=shown)


def test_a_recovery_code_signs_in_once(app: Flask, desk: Desk, password: str, clock: Clock) -> None:
    _, codes = arrive(desk, password, clock)
    for status in (302, 401):
        again = Desk(app)
        enter(again, OWN)
        again.get("/ops/second-factor")
        again.post("/ops/second-factor", status, recovery=codes[0].lower())


def test_the_first_password_is_no_longer_taken(app: Flask, desk: Desk, password: str, clock: Clock) -> None:
    arrive(desk, password, clock)
    enter(Desk(app), password, 401)


RULE = "12 to 128 characters of any kind, without your login in it, and not the one you came in with."


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("short", "That is too short."),
        ("x" * 129, "That is too long."),
        ("li is my login, as it is", "That holds your login"),
    ],
)
def test_a_weak_password_is_refused_with_what_is_wrong_and_the_rule(
    desk: Desk, password: str, clock: Clock, chosen: str, said: str
) -> None:
    desk.get("/ops/language/en", 302)
    enter(desk, password)
    enrol(desk, clock)
    assert RULE in desk.get("/ops/password")
    page = desk.post("/ops/password", 422, password=chosen)
    assert said in page
    assert RULE in page


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        ("en-US,en;q=0.9", "en"),
        ("en-GB,zh-CN;q=0.9", "en"),
        ("zh-TW,en;q=0.5", "zh-CN"),
        ("fr,en;q=0.8,zh;q=0.7", "en"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
    ],
)
def test_the_first_pages_speak_what_the_browser_prefers_of_ours(app: Flask, wanted: str, spoken: str) -> None:
    page = app.test_client().get("/ops/sign-in", headers={"Accept-Language": wanted}).text
    assert f'<html lang="{spoken}">' in page


def test_the_language_chosen_outlives_signing_out(app: Flask, services: Services) -> None:
    desk, _ = seated(app, services, "li")
    desk.get("/ops/queue")
    desk.post("/ops/sign-out")
    assert '<html lang="en">' in desk.get("/ops/sign-in")


def test_five_wrong_passwords_rest_the_login_for_a_quarter_of_an_hour(
    desk: Desk, password: str, services: Services, clock: Clock
) -> None:
    for _ in range(5):
        enter(desk, "wrong", 401)
    enter(desk, password, 429)
    clock.turn(minutes=16)
    enter(desk, password)
    assert logged(services)[:6] == [("signin.password", "invalid_credentials")] * 5 + [
        ("signin.password", "too_many_attempts")
    ]


def test_wrong_codes_rest_the_login_too_and_end_its_sessions(desk: Desk, password: str) -> None:
    enter(desk, password)
    desk.get("/ops/enrol")
    for _ in range(5):
        desk.post("/ops/enrol", 401, code="000000")
    assert desk.get("/ops/queue", 302).endswith("/ops/sign-in")


def test_tries_are_refused_before_anything_is_hashed(
    desk: Desk, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[int] = []
    monkeypatch.setattr(signing_in, "password_is_right", lambda *_: bool(hashed.append(1)))
    for n in range(12):
        enter(desk, "wrong", 401 if n < 10 else 429, login="nobody")
    assert len(hashed) == 10


def test_who_does_not_exist_reads_the_same_words(desk: Desk, password: str) -> None:
    one = enter(desk, "wrong", 401, login="nobody")
    other = enter(desk, "wrong", 401)
    assert re.findall(r'role="alert">([^<]+)', one) == re.findall(r'role="alert">([^<]+)', other)


@pytest.mark.parametrize(("step", "times"), [(29, 3), (31, 1)])
def test_a_session_ends_after_half_an_hour_without_a_request(
    app: Flask, services: Services, clock: Clock, step: int, times: int
) -> None:
    desk, _ = seated(app, services, "li")
    for _ in range(times - 1):
        clock.turn(minutes=step)
        desk.get("/ops/queue")
    clock.turn(minutes=step)
    desk.get("/ops/queue", 200 if step < 30 else 302)


def test_a_session_ends_after_ten_hours_however_busy(app: Flask, services: Services, clock: Clock) -> None:
    desk, _ = seated(app, services, "li")
    for _ in range(24):
        clock.turn(minutes=24)
        desk.get("/ops/queue")
    clock.turn(minutes=25)
    desk.get("/ops/queue", 302)


def test_half_a_sign_in_is_good_for_ten_minutes(desk: Desk, password: str, clock: Clock) -> None:
    enter(desk, password)
    clock.turn(minutes=11)
    assert desk.get("/ops/enrol", 302).endswith("/ops/sign-in")


def test_signing_out_ends_the_session_itself(app: Flask, services: Services) -> None:
    desk, _ = seated(app, services, "li")
    desk.get("/ops/queue")
    before = desk.client.get_cookie("realname-ops", path="/ops")
    assert before is not None
    desk.post("/ops/sign-out")
    desk.client.set_cookie("realname-ops", before.value, path="/ops")
    desk.get("/ops/queue", 302)


def test_ending_a_login_ends_what_it_has_open(app: Flask, services: Services) -> None:
    desk, who = seated(app, services, "li")
    _, admin = seated(app, services, "zhao", "administrator")
    team.disable(admin, who.id, services, disabled=True)
    desk.get("/ops/queue", 302)


def test_a_form_without_its_token_does_nothing(app: Flask, services: Services) -> None:
    desk, _ = seated(app, services, "li", "administrator")
    response = desk.client.post("/ops/team/new", data={"login": "evil", "name": "E", "roles": "administrator"})
    assert response.status_code == 400
    with services.read() as session:
        assert session.scalar(select(Operator.id).where(Operator.login == "evil")) is None


@pytest.mark.parametrize("path", ["/ops/sign-in", "/ops/queue", "/ops/cases/ver_x"])
def test_every_page_has_a_strict_policy(app: Flask, services: Services, path: str) -> None:
    desk, _ = seated(app, services, "li")
    headers = desk.client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"


def test_the_cookie_is_of_the_console_alone(desk: Desk, password: str) -> None:
    desk.get("/ops/sign-in")
    cookie = desk.client.get_cookie("realname-ops", path="/ops")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Strict"
    assert cookie.path == "/ops"


def test_no_request_of_the_api_is_told_apart_by_cookies(app: Flask) -> None:
    response = app.test_client().get("/healthz")
    assert "Cookie" not in response.headers.get("Vary", "")
    assert "Set-Cookie" not in response.headers


def test_the_secret_of_a_second_factor_is_stored_sealed(
    desk: Desk, password: str, services: Services, clock: Clock
) -> None:
    secret, codes = arrive(desk, password, clock)
    with services.read() as session:
        operator = session.scalars(select(Operator)).one()
    assert secret.encode() not in (operator.totp_ct or b"")
    assert not set(codes) & set(operator.recovery)
