"""Callbacks: who may send one, what it does, and what it cannot do."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from providers.base import BadCallback, CallbackHint, CallbackStyle, Capability, Traits
from providers.sandbox import Sandbox
from tests.caller import Caller
from tests.conftest import Clock, Nudges
from tests.transfers import to_amount
from verify.flows.transfers.orders import notify_url
from verify.jobs import transfers
from verify.models import Callback, Transfer
from verify.services import Services


def the(services: Services) -> Transfer:
    with services.read() as session:
        return session.scalars(select(Transfer).execution_options(populate_existing=True)).one()


def path_of(services: Services) -> str:
    url = notify_url("sandbox", the(services).id, services)
    assert url is not None
    return url.removeprefix(services.settings.public_url)


def report(app: Flask, path: str, **more: Any) -> TestResponse:
    with app.app_context():
        return app.test_client().post(path, **more)


def kept(services: Services) -> int:
    with services.read() as session:
        return len(session.scalars(select(Callback)).all())


def test_a_callback_makes_its_transfer_due_and_is_read_back(
    app: Flask, server: Caller, services: Services, nudges: Nudges, clock: Clock
) -> None:
    verification = to_amount(server, ending="0004")
    assert transfers.sweep(services) == 0
    taken = report(app, path_of(services), json={"reference": the(services).id.hex})
    assert (taken.status_code, taken.text) == (200, "success")
    assert nudges.sent[-1] == ("transfers", the(services).id)
    assert server.read(verification)["transfer"]["status"] == "sent"
    assert transfers.sweep(services) == 1
    assert server.read(verification)["last_error"]["code"] == "transfer_returned"


def test_a_callback_decides_nothing(app: Flask, server: Caller, services: Services) -> None:
    verification = to_amount(server)
    report(app, path_of(services), json={"reference": the(services).id.hex, "status": "returned"})
    transfers.sweep(services)
    assert server.read(verification)["next_step"] == "transfer_amount"


@pytest.mark.parametrize("event", [None, "n-1"])
def test_one_that_comes_again_is_a_quiet_success(
    app: Flask, server: Caller, services: Services, event: str | None
) -> None:
    to_amount(server)
    body = {"reference": the(services).id.hex, "event": event}
    for _ in range(3):
        assert report(app, path_of(services), json=body).status_code == 200
    assert kept(services) == 1
    transfers.sweep(services)
    report(app, path_of(services), json=body)
    assert transfers.sweep(services) == 0


def test_one_that_comes_while_the_bank_is_asked_is_looked_after_once_more(
    app: Flask, server: Caller, services: Services, sandbox: Sandbox, clock: Clock
) -> None:
    to_amount(server)
    clock.turn(minutes=1)
    read_back = sandbox.read_back

    def slowly(capability: Capability, reference: str, theirs: str | None) -> Any:
        sandbox.read_back = read_back  # type: ignore[method-assign]
        clock.turn(seconds=1)
        report(app, path_of(services), json={"reference": reference})
        return read_back(capability, reference, theirs)

    sandbox.read_back = slowly  # type: ignore[method-assign]
    assert transfers.sweep(services) == 1
    assert transfers.sweep(services) == 1
    assert transfers.sweep(services) == 0


@pytest.mark.parametrize("change", ["last", "short", "other", "none", "nohex"])
def test_a_token_that_is_not_this_transfers_is_not_found(
    app: Flask, server: Caller, services: Services, change: str
) -> None:
    to_amount(server)
    path = path_of(services)
    wrong = {
        "last": path[:-1] + ("0" if path[-1] != "0" else "1"),
        "short": path[:-2],
        "other": path.replace(the(services).id.hex, "0" * 32),
        "none": "/v1/callbacks/sandbox",
        "nohex": path[:-2] + "zz",
    }[change]
    refused = report(app, wrong, json={"reference": the(services).id.hex})
    assert (refused.status_code, refused.json["code"]) == (404, "not_found")
    assert kept(services) == 0


def test_a_body_about_another_transfer_than_its_token_is_refused(
    app: Flask, server: Caller, services: Services
) -> None:
    to_amount(server)
    assert report(app, path_of(services), json={"reference": "0" * 32}).status_code == 401
    assert report(app, path_of(services), data=b"nonsense").status_code == 401
    assert kept(services) == 0


@pytest.mark.parametrize("provider", ["nobody", "sandbox/", "sandbox/x"])
def test_an_unknown_provider_is_not_found(app: Flask, services: Services, provider: str) -> None:
    assert report(app, f"/v1/callbacks/{provider}", json={}).status_code == 404


def test_a_long_body_is_refused_unread(app: Flask, server: Caller, services: Services) -> None:
    to_amount(server)
    assert report(app, path_of(services), data=b"x" * 70_000).status_code == 413


class Signing(Sandbox):
    """A vendor that signs."""

    def __init__(self) -> None:
        super().__init__()
        self.capabilities[Capability.TRANSFER] = Traits(read_back=True, callback=CallbackStyle.SIGNED)

    def callback(self, headers: Any, body: bytes) -> CallbackHint:
        if headers.get("x-signature") != "right":
            raise BadCallback("signature")
        return CallbackHint(Capability.TRANSFER, body.decode(), acknowledgement="ok")


class TestSigned:
    @pytest.fixture
    def sandbox(self) -> Signing:
        return Signing()

    def test_the_signature_comes_first(self, app: Flask, server: Caller, services: Services) -> None:
        to_amount(server)
        body = the(services).id.hex.encode()
        assert report(app, "/v1/callbacks/sandbox", data=body).status_code == 401
        assert kept(services) == 0
        taken = report(app, "/v1/callbacks/sandbox", data=body, headers={"X-Signature": "right"})
        assert (taken.status_code, taken.text) == (200, "ok")
        assert transfers.sweep(services) == 1

    def test_a_reference_of_nobody_is_kept_and_leads_nowhere(self, app: Flask, services: Services) -> None:
        for body in (b"0" * 32, b"not an id"):
            taken = report(app, "/v1/callbacks/sandbox", data=body, headers={"X-Signature": "right"})
            assert taken.status_code == 200
        assert kept(services) == 2
        assert transfers.sweep(services) == 0

    def test_a_query_may_carry_it_all(self, app: Flask, server: Caller, services: Services) -> None:
        to_amount(server)
        with app.app_context():
            taken = app.test_client().get(
                f"/v1/callbacks/sandbox?{the(services).id.hex}", headers={"X-Signature": "right"}
            )
        assert taken.status_code == 200
        assert transfers.sweep(services) == 1
