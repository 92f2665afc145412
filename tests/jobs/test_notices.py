"""Telling users their result by SMS: with their consent, through a provider, on the record, at most once."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from providers.base import (
    Capability,
    Misconfigured,
    Outcome,
    ProviderFailure,
    Refused,
    Request,
    Result,
    SmsNotice,
    Throttled,
    Told,
    Unavailable,
    Unknown,
)
from providers.sandbox import Sandbox
from tests.caller import Caller
from tests.conftest import Clock, Keys, Nudges, make_application, running
from tests.jobs.test_notifications import the_row, work_off
from verify.config import Settings
from verify.jobs import expiry, fan_out, notifications
from verify.models import Attempt, Consent
from verify.models.due import LEASE
from verify.services import Services

MOBILE = "13800000001"
ITEM = "share.notice.live"


class Carrier(Sandbox):
    """Takes messages for live keys, and remembers them; or fails as it is told."""

    name = "live"
    test_only = False

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[SmsNotice] = []
        self.failure: ProviderFailure | Misconfigured | None = None
        self.result = Result.ACCEPTED

    def call(self, request: Request, reference: str) -> Outcome:
        if not isinstance(request, SmsNotice):
            return super().call(request, reference)
        if self.failure is not None:
            raise self.failure
        self.taken.append(request)
        return Outcome(self.result, vendor_reference="carrier-1")


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    routes = {capability: [{"provider": "live"}] for capability in ("identity", "face", "notice")}
    return replace(settings, providers={"routes": routes})


@pytest.fixture
def app(settings: Settings, clock: Clock, nudges: Nudges, carrier: Carrier) -> Iterator[Flask]:
    yield from running(settings, clock=clock, nudge=nudges, providers={"sandbox": Sandbox(), "live": carrier})


@pytest.fixture
def api_keys(app: Flask) -> Keys:
    return make_application(app, name="示例云", direct_face_image=True)


@pytest.fixture
def live(app: Flask, api_keys: Keys) -> Caller:
    return Caller(app, api_keys.live)


def items_of(caller: Caller, verification: str) -> dict[str, dict[str, Any]]:
    notice = caller.get(f"/v1/verifications/{verification}/consent_notice").json
    return {item["id"]: item for item in notice["items"]}


def consented(caller: Caller, *, to: tuple[str, ...] = (ITEM,), **more: Any) -> str:
    """A verification whose required items are granted, and ``to`` beside them."""
    made: str = caller.create(**{"contact": {"mobile": MOBILE}, **more})["id"]
    notice = caller.get(f"/v1/verifications/{made}/consent_notice").json
    granted = [item["id"] for item in notice["items"] if item["required"]]
    body = {"policy_version": notice["policy_version"], "granted": [*granted, *to]}
    caller.step(made, "consent", body)
    return made


def expire(services: Services, clock: Clock) -> None:
    clock.turn(days=7)
    expiry.expire_verifications(services)


def test_who_left_a_mobile_may_be_told_by_sms_and_need_not(live: Caller) -> None:
    item = items_of(live, live.create(contact={"mobile": MOBILE})["id"])[ITEM]
    assert item["required"] is False
    assert item["data"] == ["mobile", "result"]
    assert item["recipient"]["name"]


@pytest.mark.parametrize("contact", [{}, {"email": "user@example.com"}])
def test_nobody_else_is_asked(live: Caller, contact: dict[str, str]) -> None:
    assert ITEM not in items_of(live, live.create(contact=contact)["id"])


def test_nobody_is_asked_where_the_application_tells_its_users_itself(app: Flask) -> None:
    quiet = Caller(app, make_application(app, notify_result=False, direct_face_image=True).live)
    assert ITEM not in items_of(quiet, quiet.create(contact={"mobile": MOBILE})["id"])


@pytest.mark.promise("2.2.1")
def test_the_result_goes_to_the_mobile_as_a_template(
    live: Caller, services: Services, clock: Clock, carrier: Carrier
) -> None:
    consented(live, locale="en")
    expire(services, clock)
    assert work_off(services) == 1
    assert the_row(services).status == "sent"
    [sent] = carrier.taken
    assert (sent.mobile, sent.told, sent.application, sent.locale) == (MOBILE, Told.EXPIRED, "示例云", "en")


@pytest.mark.promise("4.1")
def test_each_message_is_on_the_record_of_disclosures(live: Caller, services: Services, clock: Clock) -> None:
    consented(live)
    expire(services, clock)
    work_off(services)
    with services.read() as session:
        [attempt] = session.scalars(select(Attempt).where(Attempt.capability == Capability.NOTICE)).all()
    assert (attempt.consent_item, attempt.provider, attempt.kinds) == (ITEM, "live", ["mobile", "result"])
    assert (attempt.outcome, attempt.vendor_reference) == ("accepted", "carrier-1")
    assert attempt.finished_at is not None


@pytest.mark.promise("2.3")
def test_who_did_not_allow_it_is_not_written_to(
    live: Caller, services: Services, clock: Clock, carrier: Carrier
) -> None:
    consented(live, to=())
    expire(services, clock)
    assert work_off(services) == 0
    assert carrier.taken == []


def test_who_withdrew_meanwhile_is_not_written_to(
    live: Caller, services: Services, clock: Clock, carrier: Carrier
) -> None:
    consented(live)
    expire(services, clock)
    fan_out.sweep(services)
    with services.write() as session:
        session.execute(update(Consent).where(Consent.item == ITEM).values(withdrawn_at=clock()))
    work_off(services)
    assert (the_row(services).status, the_row(services).error) == ("given_up", "no_consent")
    assert carrier.taken == []


def test_a_test_key_reaches_the_sandbox_alone(
    server: Caller, services: Services, clock: Clock, carrier: Carrier
) -> None:
    consented(server, to=("share.notice.sandbox",))
    expire(services, clock)
    assert work_off(services) == 1
    assert the_row(services).status == "sent"
    assert carrier.taken == []


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Unavailable("x"), "provider_unavailable"),
        (Throttled("x"), "provider_throttled"),
        (Misconfigured("x"), "provider_misconfigured"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_did_not_go_out_is_tried_again(
    live: Caller,
    services: Services,
    clock: Clock,
    carrier: Carrier,
    failure: ProviderFailure | Misconfigured,
    code: str,
) -> None:
    consented(live)
    expire(services, clock)
    carrier.failure = failure
    work_off(services)
    row = the_row(services)
    assert (row.status, row.error, row.handed_at, row.due_at) == (
        "waiting",
        code,
        None,
        clock() + notifications.WAITS[0],
    )
    carrier.failure = None
    clock.turn(minutes=1)
    work_off(services)
    assert the_row(services).status == "sent"
    assert len(carrier.taken) == 1


def test_what_the_provider_refuses_is_given_up(
    live: Caller, services: Services, clock: Clock, carrier: Carrier
) -> None:
    consented(live)
    expire(services, clock)
    carrier.failure = Refused("x")
    work_off(services)
    assert (the_row(services).status, the_row(services).error) == ("given_up", "provider_refused")


@pytest.mark.parametrize("unclear", [Unknown("x"), Result.INCONCLUSIVE], ids=["no answer", "unlisted answer"])
def test_what_may_have_gone_out_is_never_sent_again(
    live: Caller, services: Services, clock: Clock, carrier: Carrier, unclear: Unknown | Result
) -> None:
    consented(live)
    expire(services, clock)
    if isinstance(unclear, Result):
        carrier.result = unclear
    else:
        carrier.failure = unclear
    work_off(services)
    assert (the_row(services).status, the_row(services).error) == ("unknown", "no_answer")
    carrier.failure, carrier.result = None, Result.ACCEPTED
    clock.turn(days=1)
    assert work_off(services) == 0


def test_a_worker_that_dies_while_the_provider_is_asked_leaves_it_unknown_and_on_record(
    live: Caller, services: Services, clock: Clock, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    consented(live)
    expire(services, clock)

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(carrier, "call", die)
        with pytest.raises(SystemExit):
            work_off(services)
    clock.turn(seconds=LEASE.total_seconds())
    assert work_off(services) == 0
    assert notifications.settle_unknown(services) == 1
    assert the_row(services).status == "unknown"
    with services.read() as session:
        assert session.scalars(select(Attempt.outcome).where(Attempt.capability == Capability.NOTICE)).all() == [None]
