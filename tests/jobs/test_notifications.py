"""Telling users their result: at most once, in their language, and only where somebody asked for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy import select, update

from providers.sandbox import Sandbox
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import Clock, Keys, Nudges, make_application, running
from tests.mailbox import Mailbox, mailbox
from verify.config import Settings
from verify.jobs import expiry, fan_out, notifications
from verify.jobs.notifications import KEPT, WAITS
from verify.models import Notification
from verify.models.due import LEASE
from verify.services import Services

EMAIL = "user@example.com"
CONTACT = {"email": EMAIL, "mobile": "13800000001"}


class Live(Sandbox):
    """The sandbox's answers, for live keys."""

    name = "live"
    test_only = False


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, box: Mailbox) -> Settings:
    routes = {capability: [{"provider": "live"}] for capability in ("identity", "face", "sms", "bank_card")}
    return replace(
        settings,
        smtp_url=f"smtp://127.0.0.1:{box.port}",
        mail_from="no-reply@verify.example",
        providers={"routes": routes},
    )


@pytest.fixture
def app(settings: Settings, clock: Clock, nudges: Nudges) -> Iterator[Flask]:
    yield from running(settings, clock=clock, nudge=nudges, providers={"sandbox": Sandbox(), "live": Live()})


@pytest.fixture
def api_keys(app: Flask) -> Keys:
    return make_application(app, name="示例云", direct_face_image=True)


@pytest.fixture
def live(app: Flask, api_keys: Keys) -> Caller:
    return Caller(app, api_keys.live)


def verified(caller: Caller, account_ref: str = "acct-1001", **more: Any) -> str:
    made = caller.create(account_ref=account_ref, **more)["id"]
    caller.consent(made)
    caller.step(made, "identity", person())
    assert caller.step(made, "face", PORTRAIT)["status"] == "verified"
    return str(made)


def expired(caller: Caller, services: Services, clock: Clock, **more: Any) -> None:
    """The quickest way to a result."""
    caller.create(**{"contact": CONTACT, **more})
    clock.turn(days=7)
    expiry.expire_verifications(services)


def work_off(services: Services) -> int:
    """Fan out and send until nothing is due; how many messages were tried."""
    while fan_out.sweep(services):
        pass
    tried = 0
    while due := notifications.due(services, 10):
        tried += sum(notifications.notify(services, row_id) for _, row_id in due)
    return tried


def the_row(services: Services) -> Notification:
    with services.read() as session:
        return session.scalars(select(Notification).execution_options(populate_existing=True)).one()


@pytest.mark.promise("2.2.1")
def test_a_user_is_told_by_mail(live: Caller, services: Services, box: Mailbox) -> None:
    verified(live, contact=CONTACT)
    assert work_off(services) == 1
    [mail] = box.mails
    assert mail["To"] == EMAIL
    assert "“示例云”的实名认证已通过" in mail.get_content()
    assert person()["name"] not in mail.get_content() + mail["Subject"]
    assert the_row(services).status == "sent"


@pytest.mark.promise("2.2.1")
def test_in_the_language_of_the_verification(live: Caller, services: Services, clock: Clock, box: Mailbox) -> None:
    expired(live, services, clock, locale="en")
    work_off(services)
    assert "was not finished in time" in box.mails[0].get_content()


def test_rejection_is_told_with_the_way_to_a_person(live: Caller, services: Services, box: Mailbox) -> None:
    made = live.create("bank_card", contact=CONTACT)["id"]
    live.consent(made)
    who = {**person(), "card_number": "6200000000000005", "mobile": "13800000001"}
    live.step(made, "bank_card", who)
    code = None
    for _ in range(5):
        code = live.step(made, "sms_code", {"code": "000000"})
    assert code is not None
    live.post(f"/v1/verifications/{made}/switch_method", {"method": "face"})
    live.consent(made)
    for _ in range(3):
        last = live.step(made, "identity", person(name="张不符"))
    assert last["status"] == "rejected"
    work_off(services)
    assert "人工复核" in box.mails[0].get_content()


def test_who_cancels_is_not_told_so(live: Caller, services: Services, box: Mailbox) -> None:
    made = live.create(contact=CONTACT)["id"]
    live.post(f"/v1/verifications/{made}/cancel")
    assert work_off(services) == 0
    assert box.mails == []


def test_without_an_address_nobody_is_told(live: Caller, services: Services, clock: Clock) -> None:
    expired(live, services, clock, contact={})
    assert work_off(services) == 0


def test_a_mobile_alone_is_no_address_for_mail(live: Caller, services: Services, clock: Clock, box: Mailbox) -> None:
    expired(live, services, clock, contact={"mobile": "13800000001"})
    assert work_off(services) == 0
    assert box.commands == []


def test_an_application_can_keep_it_to_itself(app: Flask, services: Services, clock: Clock, box: Mailbox) -> None:
    expired(Caller(app, make_application(app, notify_result=False, direct_face_image=True).live), services, clock)
    assert work_off(services) == 0
    assert box.commands == []


def test_a_test_key_writes_to_nobody(server: Caller, services: Services, clock: Clock, box: Mailbox) -> None:
    expired(server, services, clock)
    with structlog.testing.capture_logs() as logged:
        assert work_off(services) == 1
    assert "notification logged only" in [line["event"] for line in logged]
    assert EMAIL not in str(logged)
    assert box.commands == []


def test_who_was_erased_meanwhile_is_not_written_to(
    live: Caller, services: Services, clock: Clock, box: Mailbox
) -> None:
    expired(live, services, clock)
    fan_out.sweep(services)
    services.vault.shred(the_row(services).verification_id)
    work_off(services)
    assert (the_row(services).status, the_row(services).error) == ("given_up", "erased")
    assert box.commands == []


def test_a_server_that_is_down_is_tried_again_and_then_no_more(
    live: Caller, services: Services, clock: Clock, box: Mailbox
) -> None:
    expired(live, services, clock)
    box.replies["RCPT"] = "451 later"
    for wait in WAITS:
        assert work_off(services) == 1
        assert (the_row(services).status, the_row(services).due_at) == ("waiting", clock() + wait)
        assert work_off(services) == 0
        clock.turn(seconds=wait.total_seconds())
    assert work_off(services) == 1
    assert (the_row(services).status, the_row(services).error) == ("given_up", "refused_by_server")
    assert box.mails == []


def test_an_address_the_server_does_not_know_is_not_tried_again(
    live: Caller, services: Services, clock: Clock, box: Mailbox
) -> None:
    expired(live, services, clock)
    box.replies["RCPT"] = "550 nobody of that name"
    work_off(services)
    assert (the_row(services).status, the_row(services).attempts) == ("given_up", 1)


def test_a_message_refused_after_it_was_handed_over_may_be_tried_again(
    live: Caller, services: Services, clock: Clock, box: Mailbox
) -> None:
    expired(live, services, clock)
    box.replies["END"] = "451 later"
    work_off(services)
    assert (the_row(services).status, the_row(services).handed_at) == ("waiting", None)
    box.replies.clear()
    clock.turn(minutes=1)
    work_off(services)
    assert the_row(services).status == "sent"


def test_silence_after_it_was_handed_over_ends_it(live: Caller, services: Services, clock: Clock, box: Mailbox) -> None:
    expired(live, services, clock)
    box.replies["END"] = None
    work_off(services)
    assert (the_row(services).status, the_row(services).error) == ("unknown", "no_answer")
    clock.turn(days=1)
    assert work_off(services) == 0
    assert len(box.mails) == 1


def test_what_was_put_off_by_a_missing_notifier_is_given_up(
    app: Flask, live: Caller, services: Services, clock: Clock
) -> None:
    expired(live, services, clock)
    fan_out.sweep(services)
    work_off(replace(services, notifiers={}))
    assert (the_row(services).status, the_row(services).error) == ("given_up", "no_notifier")


def test_a_bug_before_it_was_handed_over_is_tried_again(
    live: Caller, services: Services, clock: Clock, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    expired(live, services, clock)
    with monkeypatch.context() as patched:
        patched.setattr(notifications, "open_steps", lambda *_: 1 / 0)
        work_off(services)
    assert (the_row(services).status, the_row(services).error) == ("waiting", "internal_error")
    clock.turn(minutes=1)
    work_off(services)
    assert len(box.mails) == 1


class TestCrash:
    """A worker dies before, or after, it handed the message over."""

    @pytest.fixture
    def database(self, both_databases: str) -> str:
        return both_databases

    def die(self, *_: object, **__: object) -> None:
        raise SystemExit

    def test_before_it_is_sent_once_the_lease_is_over(
        self, live: Caller, services: Services, clock: Clock, box: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expired(live, services, clock)
        with monkeypatch.context() as patched:
            patched.setattr(notifications, "_commit_to", self.die)
            with pytest.raises(SystemExit):
                work_off(services)
        assert work_off(services) == 0
        clock.turn(seconds=LEASE.total_seconds())
        work_off(services)
        assert len(box.mails) == 1

    def test_after_it_is_unknown_and_never_sent_again(
        self, live: Caller, services: Services, clock: Clock, box: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expired(live, services, clock)
        with monkeypatch.context() as patched:
            patched.setattr(notifications, "release", self.die)
            with pytest.raises(SystemExit):
                work_off(services)
        assert notifications.settle_unknown(services) == 0
        clock.turn(seconds=LEASE.total_seconds())
        assert work_off(services) == 0
        assert notifications.settle_unknown(services) == 1
        assert (the_row(services).status, the_row(services).error) == ("unknown", "no_answer")
        assert work_off(services) == 0
        assert len(box.mails) == 1

    def test_who_lost_the_lease_sends_nothing(
        self, live: Caller, services: Services, clock: Clock, box: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expired(live, services, clock)
        commit_to = notifications._commit_to

        def late(services: Services, notification: Notification, *rows: Any) -> None:
            with services.write() as session:
                session.execute(update(Notification).values(lease=None))
            commit_to(services, notification, *rows)

        monkeypatch.setattr(notifications, "_commit_to", late)
        work_off(services)
        assert box.mails == []
        assert the_row(services).status == "waiting"

    def test_many_workers_send_each_message_once(
        self, app: Flask, live: Caller, services: Services, box: Mailbox
    ) -> None:
        for n in range(4):
            live.create(account_ref=f"acct-{n}", contact={"email": f"user{n}@example.com"})
        services.clock.turn(days=7)  # type: ignore[attr-defined]
        expiry.expire_verifications(services)

        def work(_: int) -> None:
            with app.app_context():
                work_off(services)

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(work, range(6)))
        assert sorted(mail["To"] for mail in box.mails) == [f"user{n}@example.com" for n in range(4)]


def test_what_is_done_with_is_forgotten_after_30_days(
    live: Caller, services: Services, clock: Clock, box: Mailbox
) -> None:
    expired(live, services, clock)
    work_off(services)
    clock.turn(days=KEPT.days - 1)
    assert notifications.purge(services) == 0
    clock.turn(days=1)
    assert notifications.purge(services) == 1
