"""Fail-over: when nothing happened at one provider, the next the user consented to is asked; else the user is."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from providers.base import Capability, Outcome, ProviderFailure, Refused, Result, Throttled, Unavailable, Unknown
from tests.caller import Caller, card_of, person
from tests.conftest import NOW, Clock, Keys, make_application
from tests.vendors import Vendor, routes
from verify.config import Settings
from verify.flows import step
from verify.flows.circuits import COOL_DOWN, FAILURES, report
from verify.flows.supply import admits
from verify.models import Attempt
from verify.models.supply import Supply
from verify.services import Services


@pytest.fixture
def vendors() -> dict[str, Vendor]:
    return {name: Vendor(name) for name in ("first", "second", "third")}


@pytest.fixture
def names() -> tuple[str, ...]:
    return ("first", "second")


@pytest.fixture
def settings(tmp_path: Any, database: str, names: tuple[str, ...]) -> Settings:
    return Settings(instance=tmp_path, database_url=database, providers=routes(*names))


@pytest.fixture
def parts(parts: dict[str, Any], vendors: dict[str, Vendor]) -> dict[str, Any]:
    return {**parts, "providers": {**parts["providers"], **vendors}}


@pytest.fixture
def api_keys(app: Flask) -> Keys:
    return make_application(app, direct_face_image=True)


@pytest.fixture
def live(app: Flask, api_keys: Keys) -> Caller:
    return Caller(app, api_keys.live)


def consent(caller: Caller, verification: str, *also: str) -> dict[str, Any]:
    """Grants what is required, and these."""
    path = f"/v1/verifications/{verification}"
    notice = caller.get(f"{path}/consent_notice").json
    granted = [item["id"] for item in notice["items"] if item["required"] or item["id"] in also]
    body = {"policy_version": notice["policy_version"], "notice_id": notice["notice_id"], "granted": granted}
    return caller.step(verification, "consent", body)


FIRST = "share.identity.first"
SECOND = "share.identity.second"
THIRD = "share.identity.third"


def begun(caller: Caller, *also: str) -> str:
    made = str(caller.create()["id"])
    consent(caller, made, *also)
    return made


def attempts(app: Flask) -> list[tuple[str, str, str | None]]:
    services: Services = app.extensions["realname"]
    with app.app_context(), services.read() as session:
        return [(a.provider, a.consent_item, a.outcome) for a in session.scalars(select(Attempt).order_by(Attempt.id))]


def test_who_consented_to_both_is_checked_by_the_second_in_the_same_request(
    app: Flask, live: Caller, vendors: dict[str, Vendor]
) -> None:
    verification = begun(live, SECOND)
    vendors["first"].failure = Unavailable("down")
    assert live.step(verification, "identity", person())["next_step"] == "face"
    assert attempts(app) == [
        ("first", "share.identity.first", "Unavailable"),
        ("second", SECOND, "match"),
    ]


def first_is_down(app: Flask) -> None:
    services: Services = app.extensions["realname"]
    with app.app_context():
        for _ in range(FAILURES):
            report("first", Capability.IDENTITY, services.clock(), Unavailable("down"), services)


def required(caller: Caller, verification: str) -> list[str]:
    items = caller.get(f"/v1/verifications/{verification}/consent_notice").json["items"]
    return [item["id"] for item in items if item["required"] and item["id"].startswith("share.identity.")]


def test_a_new_notice_names_whom_cannot_be_reached_last(app: Flask, live: Caller, vendors: dict[str, Vendor]) -> None:
    first_is_down(app)
    verification = begun(live)
    assert live.step(verification, "identity", person())["next_step"] == "face"
    assert attempts(app) == [("second", SECOND, "match")]
    assert vendors["first"].asked == []


def answer(caller: Caller, verification: str, notice: dict[str, Any], *, names_it: bool = True) -> dict[str, Any]:
    granted = [item["id"] for item in notice["items"] if item["required"]]
    body = {"policy_version": notice["policy_version"], "granted": granted}
    body |= {"notice_id": notice["notice_id"]} if names_it else {}
    return caller.step(verification, "consent", body)


def test_once_the_wait_is_over_a_new_user_is_the_probe_and_the_circuit_closes(
    app: Flask, live: Caller, vendors: dict[str, Vendor], clock: Clock
) -> None:
    first_is_down(app)
    clock.turn(seconds=COOL_DOWN.total_seconds() + 1)
    probe, other = (str(live.create(account_ref=f"acct-{n}")["id"]) for n in (1, 2))
    assert [required(live, made) for made in (probe, other)] == [[FIRST], [FIRST]]
    consent(live, probe)
    assert live.step(probe, "identity", person())["next_step"] == "face"
    assert vendors["first"].asked == [Capability.IDENTITY]
    services: Services = app.extensions["realname"]
    with app.app_context(), services.read() as session:
        assert session.get_one(Supply, ("first", "identity")).opened_at is None


def test_a_probe_that_fails_puts_it_last_again(
    app: Flask, live: Caller, vendors: dict[str, Vendor], clock: Clock
) -> None:
    first_is_down(app)
    clock.turn(seconds=COOL_DOWN.total_seconds() + 1)
    vendors["first"].failure = Unavailable("down")
    verification = begun(live)
    assert live.step(verification, "identity", person())["last_error"]["code"] == "other_provider_offered"
    assert required(live, str(live.create(account_ref="acct-2")["id"])) == [SECOND]


def test_while_one_tries_it_it_is_last_for_all_others(app: Flask, live: Caller, clock: Clock) -> None:
    first_is_down(app)
    clock.turn(seconds=COOL_DOWN.total_seconds() + 1)
    services: Services = app.extensions["realname"]
    with app.app_context(), services.write():
        assert admits("first", Capability.IDENTITY, services)
    assert required(live, str(live.create()["id"])) == [SECOND]


@pytest.mark.parametrize("closes", [True, False])
def test_a_notice_shown_while_it_was_open_counts_when_the_wait_is_over_and_when_it_has_closed(
    app: Flask, live: Caller, clock: Clock, *, closes: bool
) -> None:
    first_is_down(app)
    made = str(live.create()["id"])
    notice = live.get(f"/v1/verifications/{made}/consent_notice").json
    clock.turn(seconds=COOL_DOWN.total_seconds() + 1)
    services: Services = app.extensions["realname"]
    if closes:
        with app.app_context():
            report("first", Capability.IDENTITY, services.clock(), Outcome(Result.MATCH), services)
        clock.turn(seconds=60)
    assert required(live, made) == [FIRST]
    assert answer(live, made, notice)["next_step"] == "identity"


@pytest.mark.parametrize("names_it", [True, False])
def test_a_notice_that_was_shown_before_the_circuit_moved_still_counts(
    app: Flask, live: Caller, names_it: bool
) -> None:
    made = str(live.create()["id"])
    path = f"/v1/verifications/{made}"
    notice = live.get(f"{path}/consent_notice").json
    first_is_down(app)
    assert required(live, made) == [SECOND]
    assert answer(live, made, notice, names_it=names_it)["next_step"] == "identity"


def test_consent_that_was_given_is_not_owed_again_when_a_circuit_opens(app: Flask, live: Caller) -> None:
    verification = begun(live)
    first_is_down(app)
    switched = live.post(f"/v1/verifications/{verification}/switch_method", {"method": "face"})
    assert switched.status_code in {200, 409, 422}
    assert live.read(verification)["next_step"] == "identity"


def test_a_mismatch_of_the_second_is_the_answer(live: Caller, vendors: dict[str, Vendor]) -> None:
    verification = begun(live, SECOND)
    vendors["first"].failure = Unavailable("down")
    vendors["second"].answer = Outcome(Result.MISMATCH)
    answered = live.step(verification, "identity", person())
    assert answered["last_error"]["code"] == "identity_mismatch"
    assert answered["steps"][1]["attempts_left"] == 2


@pytest.mark.parametrize(
    "failure", [Unknown("late"), Refused("wrong"), Throttled("busy")], ids=lambda f: type(f).__name__
)
def test_nobody_else_is_asked_when_something_may_have_happened(
    live: Caller, vendors: dict[str, Vendor], failure: ProviderFailure
) -> None:
    verification = begun(live, SECOND)
    vendors["first"].failure = failure
    live.step(verification, "identity", person(), status=None)
    assert vendors["second"].asked == []


@pytest.mark.promise("4.2")
def test_who_consented_to_the_first_only_is_asked_for_the_second(live: Caller, vendors: dict[str, Vendor]) -> None:
    verification = begun(live)
    vendors["first"].failure = Unavailable("down")
    answered = live.step(verification, "identity", person())
    assert vendors["second"].asked == []
    assert (answered["status"], answered["next_step"]) == ("pending", "consent")
    assert answered["last_error"]["code"] == "other_provider_offered"
    assert answered["steps"][1]["attempts_left"] == 3
    consent(live, verification, SECOND)
    assert live.step(verification, "identity", person())["next_step"] == "face"


def test_who_does_not_take_the_offer_goes_on_with_the_first(live: Caller, vendors: dict[str, Vendor]) -> None:
    verification = begun(live)
    vendors["first"].failure = Unavailable("down")
    live.step(verification, "identity", person())
    assert consent(live, verification)["next_step"] == "identity"
    answered = live.step(verification, "identity", person())
    assert (answered["next_step"], answered["last_error"]["code"]) == ("identity", "provider_unavailable")
    vendors["first"].failure = None
    assert live.step(verification, "identity", person())["next_step"] == "face"
    assert vendors["second"].asked == []


def test_a_code_is_not_lost_while_the_user_is_asked(live: Caller, vendors: dict[str, Vendor]) -> None:
    made = str(live.create("bank_card")["id"])
    consent(live, made)
    live.step(made, "bank_card", card_of())
    vendors["first"].failure = Unavailable("down")
    assert live.step(made, "sms_code", {"code": "246810"})["next_step"] == "consent"
    assert consent(live, made, "share.bank_card.second")["next_step"] == "sms_code"
    assert live.step(made, "sms_code", {"code": "246810"})["next_step"] == "face"


@pytest.mark.parametrize("names", [("first", "second", "third")])
@pytest.mark.parametrize(("slow_ms", "asked_third"), [(0, 0), (1000, 1)], ids=["slow", "quick"])
def test_a_user_waits_for_one_slow_call_and_one_more_at_most(
    live: Caller,
    vendors: dict[str, Vendor],
    names: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    slow_ms: int,
    asked_third: int,
) -> None:
    monkeypatch.setattr(step, "SLOW_MS", slow_ms)
    verification = begun(live, SECOND, THIRD)
    vendors["first"].failure = vendors["second"].failure = vendors["third"].failure = Unavailable("down")
    answered = live.step(verification, "identity", person())
    assert answered["last_error"]["code"] == "provider_unavailable"
    assert sum(len(v.asked) for v in vendors.values()) == 2 + asked_third


#: a limit of the first that is reached, which a moment ends
REACHED: list[dict[str, Any]] = [{"rate": 1, "next_at": NOW + timedelta(minutes=1)}, {"concurrency": 0}]


def first_is_limited(app: Flask, **terms: Any) -> None:
    services: Services = app.extensions["realname"]
    with app.app_context(), services.write() as session:
        session.add(Supply(provider="first", capability="identity", **terms))
    services.notebook.forget()


@pytest.mark.parametrize("terms", REACHED, ids=["rate", "concurrency"])
def test_a_limit_of_our_own_asks_nobody_for_more_consent(
    app: Flask, live: Caller, vendors: dict[str, Vendor], terms: dict[str, Any]
) -> None:
    verification = begun(live)
    first_is_limited(app, **terms)
    answered = live.post(f"/v1/verifications/{verification}/steps/identity", person())
    shown = answered.json
    assert (shown["next_step"], shown["last_error"]["code"]) == ("identity", "provider_limited")
    assert shown["steps"][1]["attempts_left"] == 3
    assert 1 <= int(answered.headers["Retry-After"]) <= 2
    assert vendors["second"].asked == []


@pytest.mark.parametrize("terms", REACHED, ids=["rate", "concurrency"])
def test_who_consented_to_another_goes_there_at_once_when_a_limit_is_reached(
    app: Flask, live: Caller, vendors: dict[str, Vendor], terms: dict[str, Any]
) -> None:
    verification = begun(live, SECOND)
    first_is_limited(app, **terms)
    assert live.step(verification, "identity", person())["next_step"] == "face"
    assert (vendors["first"].asked, vendors["second"].asked) == ([], [Capability.IDENTITY])


def test_a_budget_that_is_used_up_offers_another_and_does_not_call_it_an_outage(app: Flask, live: Caller) -> None:
    verification = begun(live)
    first_is_limited(app, price_micros=1, daily_budget_micros=0)
    answered = live.step(verification, "identity", person())
    assert (answered["next_step"], answered["last_error"]["code"]) == ("consent", "other_provider_offered")
    assert "无法连接" not in answered["last_error"]["message"]


def test_nobody_is_offered_whose_budget_is_used_up_too(app: Flask, live: Caller) -> None:
    services: Services = app.extensions["realname"]
    with app.app_context(), services.write() as session:
        session.add(Supply(provider="second", capability="identity", price_micros=1, daily_budget_micros=0))
    verification = begun(live)
    first_is_limited(app, price_micros=1, daily_budget_micros=0)
    answered = live.post(f"/v1/verifications/{verification}/steps/identity", person())
    assert (answered.json["next_step"], answered.json["last_error"]["code"]) == ("identity", "provider_limited")
    assert 0 < int(answered.headers["Retry-After"]) <= 86_400


def test_a_limit_of_the_second_is_no_outage(app: Flask, live: Caller, vendors: dict[str, Vendor]) -> None:
    services: Services = app.extensions["realname"]
    with app.app_context(), services.write() as session:
        session.add(Supply(provider="second", capability="identity", price_micros=1, daily_budget_micros=0))
    verification = begun(live, SECOND)
    vendors["first"].failure = Unavailable("down")
    answered = live.step(verification, "identity", person())
    assert (answered["next_step"], answered["last_error"]["code"]) == ("identity", "provider_limited")
    assert vendors["second"].asked == []
