"""Telling many: each once, over what reaches them, with receipts; and winding up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from providers.sandbox import Sandbox
from tests.caller import Caller
from tests.conftest import Clock, Keys, Nudges, make_application, running
from tests.jobs.test_notifications import Live, work_off
from tests.mailbox import Mailbox, mailbox
from verify.config import Settings
from verify.flows.bulletins import affected, matters, report, telling, winding_up
from verify.flows.bulletins.affected import Scope
from verify.flows.bulletins.kinds import KINDS, draft, unfinished
from verify.flows.bulletins.matters import NotNow
from verify.flows.checks import SHANGHAI
from verify.jobs import bulletins, retention
from verify.models import Addressee, Bulletin, Event
from verify.policies import LOCALES
from verify.services import Services

TEXTS = {"zh-CN": "发生了一起安全事件。", "en": "There was an incident."}


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, box: Mailbox) -> Settings:
    routes = {capability: [{"provider": "live"}] for capability in ("identity", "face", "sms", "bank_card")}
    mail = {"smtp_url": f"smtp://127.0.0.1:{box.port}", "mail_from": "no-reply@verify.example"}
    return replace(settings, **mail, providers={"routes": routes})


@pytest.fixture
def app(settings: Settings, clock: Clock, nudges: Nudges) -> Iterator[Flask]:
    yield from running(settings, clock=clock, nudge=nudges, providers={"sandbox": Sandbox(), "live": Live()})


@pytest.fixture
def api_keys(app: Flask) -> Keys:
    return make_application(app, direct_face_image=True, notify_result=False)


@pytest.fixture
def live(app: Flask, api_keys: Keys) -> Caller:
    return Caller(app, api_keys.live)


def opened(services: Services, kind: str = "incident", **more: Any) -> Bulletin:
    """With everybody known as affected and the texts taken."""
    row = matters.begin(kind, "leak", "Li", services, **more)
    now = services.clock()
    scope = Scope(now - timedelta(days=1), now + timedelta(days=1))
    sum(affected.note(matters.widen(row.id, scope, services), scope, services))
    matters.take_texts(row.id, TEXTS, services)
    return row


def told(services: Services) -> list[str]:
    with services.read() as session:
        return [e.type for e in session.scalars(select(Event).where(Event.type == telling.NOTICE))]


def tally(services: Services, matter: UUID) -> dict[str, int]:
    with services.read() as session:
        return matters.tally(session, matter)


@pytest.mark.promise("5.3")
def test_each_is_told_once_by_event_and_mail_and_receipts_are_kept(
    live: Caller, services: Services, clock: Clock, box: Mailbox
) -> None:
    live.post("/v1/webhook_endpoints", {"url": "https://hooks.example/"})
    live.create(account_ref="acct-1", contact={"email": "user@example.com"}, locale="en")
    live.create(account_ref="acct-2")
    row = opened(services)
    assert bulletins.tell(services) == 0
    assert matters.release(row.id, "Li", services) == 2
    assert bulletins.tell(services) == 2
    assert bulletins.tell(services) == 0
    assert len(told(services)) == 2
    work_off(services)
    [mail] = box.mails
    assert mail["Subject"] == KINDS["incident"].subjects["en"]
    assert mail.get_content().strip() == TEXTS["en"]
    clock.turn(days=4)
    work_off(services)
    bulletins.settle(services)
    found = tally(services, row.id)
    assert (found["affected"], found["told"], found["by_message"]) == (2, 2, 1)
    [event] = [
        e for e in live.get("/v1/events?type=account.notice").json["data"] if e["data"]["account_ref"] == "acct-1"
    ]
    assert event["data"]["notice"] == {"id": f"anc_{row.id}", "kind": "incident"}
    notice = live.get(f"/v1/notices/{event['data']['notice']['id']}").json
    assert notice["texts"] == TEXTS


def test_a_worker_that_dies_while_it_tells_leaves_nobody_out_and_tells_nobody_twice(
    live: Caller, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        live.create(account_ref=f"acct-{n}")
    row = opened(services)
    matters.release(row.id, "Li", services)
    monkeypatch.setattr(telling, "BATCH", 2)
    assert telling.tell(services) == 2
    real, calls = telling.events.append_to_account, []

    def dies(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError
        return real(*args, **kwargs)

    monkeypatch.setattr(telling.events, "append_to_account", dies)
    with pytest.raises(RuntimeError):
        telling.tell(services)
    assert len(told(services)) == 2
    while telling.tell(services):
        pass
    with services.read() as session:
        ids = session.scalars(select(Event.account_id).where(Event.type == telling.NOTICE)).all()
    assert len(ids) == len(set(ids)) == 5


def test_what_nobody_was_told_of_is_closed_only_for_a_reason_that_is_kept(live: Caller, services: Services) -> None:
    live.create(account_ref="acct-1")
    matter = opened(services).id
    with pytest.raises(NotNow, match="1 addressees were not told"):
        matters.close(matter, "Li", services)
    matters.close(matter, "Li", services, "a false alarm")
    with services.read() as session:
        row = session.get_one(Bulletin, matter)
    assert (matters.state(row), row.untold_because) == ("closed", "a false alarm")


@pytest.mark.promise("5.3")
def test_who_cannot_be_reached_is_counted_and_an_announcement_is_written(
    live: Caller, services: Services, clock: Clock
) -> None:
    live.create(account_ref="acct-1")
    matter = opened(services).id
    matters.release(matter, "Li", services)
    bulletins.tell(services)
    with pytest.raises(NotNow):
        matters.close(matter, "Li", services)
    work_off(services)
    clock.turn(minutes=10)
    assert bulletins.settle(services) == 1
    assert bulletins.settle(services) == 0
    assert tally(services, matter)["unreached"] == 1
    with services.read() as session:
        written = report.announcement(session.get_one(Bulletin, matter))
    assert all(text in written for text in TEXTS.values())
    matters.close(matter, "Li", services)
    clock.turn(days=3 * 366)
    assert retention.run(services)["bulletin"] == 1


@pytest.mark.promise("5.3")
def test_the_regulators_report_has_times_scope_numbers_and_what_people_were_told(
    live: Caller, services: Services
) -> None:
    live.create(account_ref="acct-1")
    row = opened(services)
    with services.read() as session:
        text = report.for_regulator(session.get_one(Bulletin, row.id), matters.tally(session, row.id))
    assert "2026-12-01 12:00（北京时间）" in text
    assert "涉及账号数：1" in text
    assert TEXTS["zh-CN"] in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_cannot_be_sent_before_its_places_are_filled_in(services: Services, kind: str) -> None:
    drafts = {locale: draft(kind, locale) for locale in LOCALES}
    assert "not filled in" in str(unfinished(drafts))
    assert "missing" in str(unfinished({"en": "said"}))
    assert "longer" in str(unfinished({"zh-CN": "长" * 10_001, "en": "said"}))
    row = matters.begin(kind, "t", "Li", services)
    with pytest.raises(NotNow, match="filled in"):
        matters.take_texts(row.id, drafts, services)


def test_nothing_is_sent_without_texts_or_without_anybody_or_twice(live: Caller, services: Services) -> None:
    empty = matters.begin("incident", "t", "Li", services).id
    with pytest.raises(NotNow, match="no text"):
        matters.release(empty, "Li", services)
    matters.take_texts(empty, TEXTS, services)
    with pytest.raises(NotNow, match="nobody"):
        matters.release(empty, "Li", services)
    live.create(account_ref="acct-1")
    whole = opened(services).id
    matters.release(whole, "Li", services)
    with pytest.raises(NotNow, match="released"):
        matters.release(whole, "Li", services)


def test_a_notice_is_read_in_its_own_mode_and_not_before_it_is_sent(
    app: Flask, api_keys: Keys, live: Caller, services: Services
) -> None:
    live.create(account_ref="acct-1")
    row = opened(services)
    assert live.get(f"/v1/notices/anc_{row.id}").status_code == 404
    matters.release(row.id, "Li", services)
    assert live.get(f"/v1/notices/anc_{row.id}").status_code == 200
    assert Caller(app, api_keys.test).get(f"/v1/notices/anc_{row.id}").status_code == 404


@pytest.mark.promise("4.3", "6.9")
@pytest.mark.parametrize("kind", ["shutdown", "merger"])
def test_the_end_and_a_merger_are_told_thirty_days_before(
    live: Caller, services: Services, clock: Clock, kind: str
) -> None:
    live.create(account_ref="acct-1")
    today = clock.now.astimezone(SHANGHAI).date()
    late = opened(services, kind, effective_on=today + timedelta(days=29))
    with pytest.raises(NotNow, match="30 days"):
        matters.release(late.id, "Li", services)
    soon = opened(services, kind, effective_on=today + timedelta(days=30))
    assert matters.release(soon.id, "Li", services) == 1


@pytest.mark.promise("6.9")
def test_a_stop_of_the_intake_refuses_new_verifications_and_lets_others_go_on(live: Caller, services: Services) -> None:
    made = live.create(account_ref="acct-1")["id"]
    winding_up.halt("the service ends", "Li", services)
    refused = live.post("/v1/verifications", {"type": "personal", "method": "face", "account_ref": "acct-2"})
    assert (refused.status_code, refused.json["code"]) == (503, "not_ready")
    assert "Retry-After" in refused.headers
    live.consent(made)
    assert winding_up.resume("Li", services)
    assert not winding_up.resume("Li", services)
    live.create(account_ref="acct-2")


@pytest.mark.promise("6.9")
def test_after_the_last_day_every_account_is_erased(live: Caller, services: Services, clock: Clock) -> None:
    for n in range(3):
        live.create(account_ref=f"acct-{n}")
    last_day = clock.now.astimezone(SHANGHAI).date() + timedelta(days=30)
    matter = opened(services, "shutdown", effective_on=last_day).id
    matters.release(matter, "Li", services)
    with pytest.raises(NotNow, match="not over"):
        winding_up.order(matter, services)
    clock.turn(days=31)
    with pytest.raises(NotNow, match="stop new"):
        winding_up.order(matter, services)
    winding_up.halt("the service ends", "Li", services)
    assert bulletins.erase(services) == 0
    winding_up.order(matter, services)
    assert bulletins.erase(services) == 3
    assert bulletins.erase(services) == 0
    assert tally(services, matter)["erased"] == 3
    with services.read() as session:
        assert session.scalars(select(Addressee).where(Addressee.erased_at.is_(None))).all() == []
