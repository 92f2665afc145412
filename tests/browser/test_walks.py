"""Every personal method to its end, on a phone and a desktop, in both languages, through the example sign-up."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Shop, Visitor, shot
from tests.browser.walking import METHODS, STEPS, Person, face_by_file, walk

Visit = Callable[..., Visitor]


def choose(visitor: Visitor, shop: Shop, method: str, language: str, how: str = "redirect") -> None:
    """From the shop's first page to the first screen of the verification."""
    page = visitor.page
    page.goto(shop.base)
    page.locator("#buy").click()
    form = page.locator("form", has=page.locator("#start-personal"))
    form.locator(f"input[name=method][value={method}]").check()
    form.locator(f"input[name=how][value={how}]").check()
    if language == "en":
        form.locator("input[name=locale]").check()
    page.locator("#start-personal").click()


def told(visitor: Visitor, shop: Shop, event: str) -> None:
    """The webhook came; it may take a moment longer than the user."""
    for _ in range(40):
        visitor.page.goto(f"{shop.base}/events")
        if event in visitor.page.locator("#events").inner_text():
            return
        visitor.page.wait_for_timeout(250)
    pytest.fail(f"no {event}")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("method", METHODS)
def test_a_person_is_verified_and_may_buy(shop: Shop, visit: Visit, method: str, size: str, language: str) -> None:
    visitor = visit(size)
    choose(visitor, shop, method, language)
    walk(visitor, Person(), method)
    visitor.shows("verified")
    assert visitor.page.locator("html").get_attribute("lang") == language
    shot(visitor, f"verified-{method}-{size}-{language}")
    visitor.page.locator(".button.main").click()
    visitor.page.wait_for_url(f"{shop.base}/returned?verification=ver_*")
    assert re.fullmatch(r"verification=ver_[0-9a-f-]{36}", urlsplit(visitor.page.url).query)
    assert not urlsplit(visitor.page.url).fragment
    expect(visitor.page.locator("#personal")).to_have_text("已通过")
    visitor.page.locator("#buy").click()
    expect(visitor.page.locator("#bought")).to_be_visible()
    told(visitor, shop, "verification.verified")
    assert visitor.complaints == []
    assert visitor.elsewhere == []


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_page_in_a_frame_tells_the_shop_and_gives_the_user_back(shop: Shop, visit: Visit, size: str) -> None:
    visitor = visit(size)
    visitor.page.add_init_script("self.heard = []; addEventListener('message', (event) => heard.push(event.data));")
    choose(visitor, shop, "face", "zh-CN", how="embedded")
    outer = visitor.page
    frame = outer.frame_locator("iframe")
    frame.locator("main[data-screen=consent]").wait_for()
    for box in frame.locator("input[type=checkbox]").all():
        box.check()
    frame.locator(".button.main").click()
    person = Person()
    frame.locator("input[name=name]").fill(person.name)
    frame.locator("input[name=id_number]").fill(person.id_number)
    frame.locator("form .button.main").click()
    frame.locator(".face-stage .button.main").click()
    frame.locator(".shutter[aria-disabled=false]").click()
    frame.locator(".finder.still").wait_for()
    frame.locator(".face-stage .button.main").click()
    expect(frame.locator("main[data-screen=verified]")).to_be_visible()
    expect(outer.locator("body")).to_have_attribute("data-status", "verified")
    shot(visitor, f"embedded-{size}")
    heard = outer.evaluate("self.heard")
    assert {event["type"] for event in heard} == {"ready", "changed", "resize"}
    assert {name for event in heard for name in event} <= {"source", "type", "id", "status", "next_step", "height"}
    frame.locator(".button.main").click()
    outer.wait_for_url(f"{shop.base}/returned")
    expect(outer.locator("#personal")).to_have_text("已通过")
    assert visitor.complaints == []


@pytest.mark.parametrize("method", METHODS)
def test_closing_the_browser_at_any_screen_loses_nothing(shop: Shop, visit: Visit, method: str) -> None:
    person = Person()
    link = shop.start(f"again-{method}-{person.number}", method)
    for step in METHODS[method]:
        visitor = visit()
        visitor.page.goto(link)
        visitor.shows(step)
        visitor.page.reload()
        visitor.shows(step)
        STEPS[step](visitor, person)
        expect(visitor.page.locator(f"main[data-screen={step}]")).to_have_count(0)
        visitor.context.close()
    visitor = visit()
    visitor.page.goto(link)
    visitor.shows("verified")


def test_a_verification_goes_on_on_the_phone_while_the_computer_follows(shop: Shop, visit: Visit) -> None:
    person = Person()
    desktop, phone = visit("desktop"), visit("phone")
    link = shop.start(f"phone-{person.number}", "face")
    desktop.page.goto(link)
    walk(desktop, person, "face", until="face")
    desktop.page.locator("text=在手机上继续").click()
    expect(desktop.page.locator("dialog .qr-code")).to_be_visible()
    shot(desktop, "handoff")
    phone.page.goto(link)
    phone.shows("face")
    face_by_file(phone, person)
    phone.shows("verified")
    desktop.page.bring_to_front()
    expect(desktop.page.locator("main[data-screen=verified]")).to_be_visible(timeout=20_000)


@pytest.mark.parametrize(
    ("outcome", "screen", "words"), [("match", "verified", ""), ("liveness_failed", "face", "未能确认镜头前是真人")]
)
def test_a_face_may_be_shown_on_the_vendors_own_page(
    shop: Shop, visit: Visit, outcome: str, screen: str, words: str
) -> None:
    person = Person()
    visitor = visit("desktop")
    visitor.page.goto(shop.start(f"vendor-{person.number}", "face"))
    walk(visitor, person, "face", until="face")
    visitor.page.locator(".face-stage .center .link").click()
    visitor.page.locator(".face-stage .button.main").click()
    expect(visitor.page.locator(".qr-code")).to_be_visible()
    with visitor.context.expect_page() as opened:
        visitor.page.locator("a.button.main").click()
    theirs = opened.value
    theirs.locator(f"button[value={outcome}]").click()
    theirs.wait_for_url("**/h/returned*")
    assert "rn_client" not in theirs.url
    visitor.page.bring_to_front()
    expect(visitor.page.locator(f"main[data-screen={screen}]")).to_be_visible(timeout=30_000)
    if words:
        expect(visitor.page.locator("main [role=alert]").first).to_contain_text(words, timeout=30_000)
