"""The page for a vendor's script: only where one is configured and consented to, and apart from everything of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from providers.base import Capability, DeviceScript, Traits
from tests.caller import Caller, person
from tests.conftest import ORIGIN, Keys, make_application, running
from tests.vendors import Vendor, routes
from verify.config import Settings

SCRIPT = DeviceScript("https://scripts.example/some/device.js", "collect")


@pytest.fixture
def seen(tmp_path: Path, database: str) -> Iterator[Caller]:
    vendor = Vendor("first")
    traits = Traits(read_back=True, liveness=True, device_script=SCRIPT)
    vendor.capabilities = {**vendor.capabilities, Capability.LIVENESS: traits}
    known = routes("first")
    known["routes"]["liveness"] = known["routes"]["face"]
    settings = Settings(instance=tmp_path, database_url=database, providers=known)
    for app in running(settings, providers={"first": vendor}):
        yield Caller(app, make_application(app).live)


def device(app: Flask, verification: str) -> TestResponse:
    return app.test_client().get(f"/h/{verification}/device")


def consented(caller: Caller) -> str:
    made = str(caller.create()["id"])
    caller.consent(made)
    caller.step(made, "identity", person())
    return made


def test_it_runs_the_vendors_script_without_an_origin(seen: Caller) -> None:
    response = device(seen.app, consented(seen))
    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self' 'unsafe-eval' https://scripts.example; base-uri 'none'; "
        f"form-action 'none'; sandbox allow-scripts; frame-ancestors 'self' {ORIGIN}"
    )
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert f'<script src="{SCRIPT.url}">' in response.text
    assert 'data-function="collect"' in response.text


def test_it_is_not_there_before_the_consent(seen: Caller) -> None:
    assert device(seen.app, str(seen.create()["id"])).status_code == 404


def test_it_is_not_there_after_the_consent_was_withdrawn(seen: Caller) -> None:
    made = consented(seen)
    withdrawn = seen.post("/v1/accounts/acct-1001/consents/withdraw", {"items": ["share.liveness.first"]})
    assert withdrawn.status_code == 200, withdrawn.json
    assert device(seen.app, made).status_code == 404


def test_the_hosted_page_may_hold_frames_only_where_such_a_vendor_is_configured(
    seen: Caller, app: Flask, api_keys: Keys
) -> None:
    with_one = seen.app.test_client().get(f"/h/{seen.create()['id']}").headers["Content-Security-Policy"]
    assert "frame-src 'self'" in with_one
    verification = Caller(app, api_keys.test).create()["id"]
    without = app.test_client().get(f"/h/{verification}").headers["Content-Security-Policy"]
    assert "frame-src" not in without
    assert device(app, verification).status_code == 404
