"""A minor's guardian on their own page: asked item by item, with nothing ticked, and as free to say no."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import expect

from examples.signup.service import PROGRAM
from providers.testing.identities import Identity, adult, minor
from tests.browser.conftest import EVERYWHERE, Shop, Visitor, shot
from tests.browser.walking import fill, send
from verify.images import draw_portrait

Visit = Callable[..., Visitor]

PARENT = "acct-parent"


class SignUp:
    """The server of an application that serves minors; one guardian is verified."""

    def __init__(self, shop: Shop) -> None:
        self.base = shop.realname.base
        others = {name: value for name, value in os.environ.items() if not name.startswith("REALNAME_")}
        self.environment = {**others, "REALNAME_INSTANCE": shop.realname.folder, "REALNAME_LOG_LEVEL": "warning"}
        made = json.loads(self.command("app", "create", "小云课堂", "--json"))
        self.key = made["test_key"]
        for setting in ('minors="with_guardian"', 'children_officer="赵敏, children@cloud.example"'):
            self.command("app", "set", made["application_id"], setting)
        verification = self.as_far_as_identity(PARENT, adult(40_001))
        self.call(f"/{verification}/steps/face", draw_portrait(320, 400, noise_seed=40_001))

    def command(self, *words: str) -> str:
        done = subprocess.run([*PROGRAM, *words], env=self.environment, check=True, capture_output=True, text=True)
        return done.stdout

    def call(self, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        url = f"{self.base}/v1/verifications{path}"
        if isinstance(body, bytes):
            answer = requests.post(url, data=body, headers={**headers, "Content-Type": "image/jpeg"}, timeout=20)
        else:
            answer = requests.request("GET" if body is None else "POST", url, json=body, headers=headers, timeout=20)
        assert answer.ok, answer.text
        return answer.json()

    def as_far_as_identity(self, account_ref: str, who: Identity) -> str:
        made: str = self.call("", {"type": "personal", "method": "face", "account_ref": account_ref})["id"]
        notice = self.call(f"/{made}/consent_notice")
        granted = [item["id"] for item in notice["items"]]
        self.call(f"/{made}/steps/consent", {"policy_version": notice["policy_version"], "granted": granted})
        self.call(f"/{made}/steps/identity", {"name": who.name, "id_number": who.id_number})
        return made

    def asked(self, account_ref: str, who: Identity) -> tuple[str, str]:
        """A minor's verification, and the page of the guardian that was named for it."""
        made = self.as_far_as_identity(account_ref, who)
        named = self.call(f"/{made}/guardian", {"account_ref": PARENT, "relationship": "parent"})
        return made, named["guardian_url"]


@pytest.fixture(scope="module")
def sign_up(shop: Shop) -> SignUp:
    return SignUp(shop)


def opened(visit: Visit, url: str, size: str = "phone", language: str = "zh-CN") -> Visitor:
    visitor = visit(size)
    visitor.page.goto(url.replace("#", f"?lang={language}#"))
    return visitor


@pytest.mark.promise("7")
@EVERYWHERE
def test_a_guardian_consents_item_by_item_and_may_withdraw(
    sign_up: SignUp, visit: Visit, size: str, language: str
) -> None:
    who = minor(len(size) * 10 + len(language))
    made, url = sign_up.asked(f"acct-{size}-{language}", who)
    visitor = opened(visit, url, size, language)
    visitor.shows("ask")
    boxes = visitor.page.locator("input[type=checkbox]")
    assert boxes.count() == len(sign_up.call(f"/{made}/guardian/consent_notice")["items"]) > 3
    assert visitor.page.locator("input[type=checkbox]:checked").count() == 0
    expect(visitor.page.locator(".facts")).to_contain_text("小云课堂")
    shot(visitor, f"guardian-ask-{size}-{language}")
    fill(visitor, name=who.name, id_number=who.id_number)
    send(visitor)
    expect(boxes.first).to_be_focused()
    assert sign_up.call(f"/{made}/guardian")["status"] == "requested"
    for box in boxes.all():
        box.check()
    send(visitor)
    visitor.shows("granted")
    shot(visitor, f"guardian-granted-{size}-{language}")
    assert sign_up.call(f"/{made}")["next_step"] == "identity"
    visitor.page.locator("main .link").click()
    visitor.page.locator("dialog .button.danger").click()
    visitor.shows("withdrawn")
    assert sign_up.call(f"/{made}")["status"] == "canceled"
    assert visitor.complaints == []
    assert visitor.elsewhere == []


def test_a_guardian_says_no_and_the_link_is_over(sign_up: SignUp, visit: Visit) -> None:
    made, url = sign_up.asked("acct-no", minor(501))
    visitor = opened(visit, url)
    visitor.shows("ask")
    visitor.page.get_by_role("button", name="我不同意").click()
    visitor.page.locator("dialog .button.danger").click()
    visitor.shows("declined")
    assert sign_up.call(f"/{made}/guardian")["status"] == "declined"
    visitor.page.reload()
    visitor.shows("stopped")
    expect(visitor.page.locator("h1.title")).to_have_text("链接已失效")


def test_an_id_number_of_another_age_is_said_at_its_field(sign_up: SignUp, visit: Visit) -> None:
    _, url = sign_up.asked("acct-age", minor(502))
    visitor = opened(visit, url)
    visitor.shows("ask")
    for box in visitor.page.locator("input[type=checkbox]").all():
        box.check()
    fill(visitor, name=adult(7).name, id_number=adult(7).id_number)
    send(visitor)
    expect(visitor.page.locator("input[name=id_number]")).to_have_attribute("aria-invalid", "true")


def test_of_a_verification_that_ended_nothing_is_asked(sign_up: SignUp, visit: Visit) -> None:
    made, url = sign_up.asked("acct-over", minor(503))
    visitor = opened(visit, url)
    visitor.shows("ask")
    sign_up.call(f"/{made}/cancel", {})
    visitor.page.get_by_role("button", name="我不同意").click()
    visitor.page.locator("dialog .button.danger").click()
    visitor.shows("over")
