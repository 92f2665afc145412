"""Hosted liveness of a vendor whose script wants to see the browser: in a frame that can reach nothing of ours."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Route, expect
from werkzeug.serving import make_server

from providers.base import Capability
from providers.registry import load
from providers.testing.server import SandboxServer
from tests.browser.conftest import Visitor, shot
from tests.browser.walking import Person, consent, identity
from tests.caller import Caller
from tests.conftest import make_application, running
from tests.functional.service import free_port
from verify.config import Settings

VENDOR = "alibaba"
SCRIPT = "https://o.alicdn.com/**"

#: what the vendor's script is taken to do, and what it must not be able to
DOUBLE = """
window.getMetaInfo = () => {
  const tried = (action) => { try { return String(action()); } catch (error) { return error.name; } };
  return {
    device: "of nobody in particular",
    around: tried(() => parent.document.title),
    token: tried(() => parent.location.hash),
    storage: tried(() => localStorage.length),
    cookie: tried(() => document.cookie),
    origin: self.origin,
  };
};
"""

Visit = Callable[..., Visitor]


@dataclass
class Place:
    """A service whose live keys reach the vendor's double."""

    caller: Caller
    vendor: SandboxServer
    app: Flask
    sent: list[str]

    def start(self, account_ref: str, locale: str = "zh-CN") -> str:
        wanted = {"type": "personal", "method": "face", "account_ref": account_ref, "locale": locale}
        return str(self.caller.post("/v1/verifications", wanted).json["hosted_url"])


@pytest.fixture
def place(tmp_path: Path, database: str) -> Iterator[Place]:
    listed = {name: [{"provider": VENDOR}] for name in ("identity", "liveness")}
    port = free_port()
    settings = Settings(
        instance=tmp_path,
        database_url=database,
        providers={"routes": listed},
        public_url=f"http://127.0.0.1:{port}",
    )
    with SandboxServer() as vendor:
        provider = load(VENDOR, vendor.settings(VENDOR))
        sent: list[str] = []
        for app in running(settings, providers={VENDOR: provider}):
            _overhear(provider, sent)
            server = make_server("127.0.0.1", port, app, threaded=True)
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            yield Place(Caller(app, make_application(app).live), vendor, app, sent)
            server.shutdown()
            thread.join()
            server.server_close()
        provider.close()


def _overhear(provider: Any, sent: list[str]) -> None:
    call = provider.call

    def heard(request: Any, reference: str) -> Any:
        if request.capability is Capability.LIVENESS:
            sent.append(request.meta_info)
        return call(request, reference)

    provider.call = heard


def to_face(place: Place, visitor: Visitor, account_ref: str, locale: str = "zh-CN") -> None:
    visitor.page.goto(place.start(account_ref, locale))
    person = Person()
    visitor.shows("consent")
    consent(visitor, person)
    visitor.shows("identity")
    identity(visitor, person)
    visitor.shows("face")


def answer_with(context: BrowserContext, script: str) -> None:
    def fulfil(route: Route) -> None:
        assert "referer" not in route.request.headers  # it would hold the verification's id
        route.fulfill(body=script, content_type="text/javascript")

    context.route(SCRIPT, fulfil)


def test_the_vendors_script_answers_from_a_frame_that_reaches_nothing(place: Place, visit: Visit) -> None:
    visitor = visit("desktop")
    answer_with(visitor.context, DOUBLE)
    to_face(place, visitor, "device-1")
    visitor.page.locator(".face-stage .button.main").click()
    link = visitor.page.locator(".face-stage a.button.main")
    expect(link).to_have_attribute("href", re.compile("^https://"))
    shot(visitor, "face-device-desktop")
    told = json.loads(place.sent[0])
    assert {told[name] for name in ("around", "token", "storage", "cookie")} == {"SecurityError"}
    assert (told["device"], told["origin"]) == ("of nobody in particular", "null")
    assert {urlsplit(url).netloc for url in visitor.elsewhere} == {"o.alicdn.com"}
    assert visitor.page.locator("iframe").count() == 0
    assert [text for text in visitor.complaints if "422" not in text] == []


@pytest.mark.parametrize(("size", "locale", "words"), [("phone", "zh-CN", "没有消耗"), ("desktop", "en", "No try was")])
@pytest.mark.parametrize("script", [None, "", "window.getMetaInfo = () => { throw new Error('broken'); };"])
def test_without_the_script_there_is_a_way_on(
    place: Place, visit: Visit, size: str, locale: str, words: str, script: str | None
) -> None:
    visitor = visit(size)
    if script is None:
        visitor.context.route(SCRIPT, lambda route: route.abort())
    else:
        answer_with(visitor.context, script)
    to_face(place, visitor, "device-2", locale)
    visitor.page.locator(".face-stage .button.main").click()
    expect(visitor.page.locator(".face-stage .notice")).to_contain_text(words)
    shot(visitor, f"face-no-device-{size}-{locale}")
    assert place.sent == []

    visitor.context.unroute(SCRIPT)
    answer_with(visitor.context, DOUBLE)
    visitor.page.locator(".face-stage .button.main").click()
    expect(visitor.page.locator(".face-stage a.button.main")).to_be_visible()
