"""Every screen: nothing that keeps people out, no complaint of the browser, and a picture for people to look at."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Shop, Visitor, shot

Visit = Callable[..., Visitor]

SOURCE = Path("verify/pages/static/gallery.js").read_text("utf-8").partition("SCENARIOS = {")[2]
SCREENS = re.findall(r"^  (\w+): \[", SOURCE, re.MULTILINE)

#: window, language, colours
LOOKS = [("phone", "zh-CN", "light"), ("phone", "en", "dark"), ("desktop", "en", "light"), ("desktop", "zh-CN", "dark")]

#: of windows, in CSS pixels; 320 is what WCAG 2.2, 1.4.10 asks for
WIDTHS = [1280, 768, 390, 320]

#: the least side of what is pressed, in CSS pixels (WCAG 2.2, 2.5.8); links within sentences are exempt
TARGET = 24

PRESSED = "button, input:not([type=file]), select, summary, .language, .gallery a"
SMALL = f"""(least) => [...document.querySelectorAll("{PRESSED}")]
    .filter((one) => one.checkVisibility() && !one.matches(".unseen"))
    .filter((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height) < least)
    .map((one) => one.outerHTML.slice(0, 80))"""

#: WCAG 2.2 up to AA, and what axe thinks wise beyond it
RULES: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}

GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def link(shop: Shop) -> str:
    return shop.start("gallery", "face")


def at(link: str, screen: str, language: str) -> str:
    return link.replace("#", f"?lang={language}&screen={screen}#")


def grave(visitor: Visitor) -> list[str]:
    found = Axe().run(visitor.page, options=RULES).response["violations"]
    return [
        f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found if v["impact"] in GRAVE for n in v["nodes"]
    ]


@pytest.mark.parametrize(("size", "language", "colours"), LOOKS, ids=str)
def test_every_screen_is_open_to_everybody(visit: Visit, link: str, size: str, language: str, colours: str) -> None:
    visitor = visit(size, color_scheme=colours, bypass_csp=True)  # axe is put in by the test, not by the page
    found: dict[str, list[str]] = {}
    for screen in SCREENS:
        visitor.page.goto(at(link, screen, language))
        visitor.page.locator("main[data-screen]").wait_for()
        if screen == "face_camera":
            visitor.page.locator(".shutter[aria-disabled=false]").wait_for()
        shot(visitor, f"screen-{size}-{language}-{colours}-{screen}")
        if wrong := grave(visitor) + visitor.page.evaluate(SMALL, TARGET):
            found[screen] = wrong
    assert found == {}
    assert visitor.complaints == []
    assert visitor.elsewhere == []


@pytest.mark.parametrize("screen", ["switch", "cancel", "privacy", "handoff", "decline"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_dialog_is_open_to_everybody(visit: Visit, link: str, screen: str, colours: str) -> None:
    labels = {
        "switch": "换一种认证方式",
        "cancel": "取消认证",
        "privacy": "个人信息告知书",
        "handoff": "在手机上继续",
        "decline": "我不同意",
    }
    visitor = visit("desktop", color_scheme=colours, bypass_csp=True)
    visitor.page.goto(at(link, {"handoff": "face", "decline": "consent"}.get(screen, "identity"), "zh-CN"))
    visitor.page.get_by_role("button", name=labels[screen]).click()
    expect(visitor.page.locator("dialog[open] h2")).to_be_visible()
    expect(visitor.page.locator("dialog [aria-busy]")).to_have_count(0)
    shot(visitor, f"dialog-{screen}-{colours}")
    assert grave(visitor) == []
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.locator("dialog")).to_have_count(0)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_gallery_names_every_screen(visit: Visit, link: str, language: str) -> None:
    visitor = visit("desktop")
    visitor.page.goto(at(link, "gallery", language))
    expect(visitor.page.locator(".gallery a")).to_have_count(len(SCREENS))
    links = visitor.page.locator(".gallery a").all()
    shot(visitor, f"gallery-{language}")
    led = [re.search(r"screen=(\w+)", str(one.get_attribute("href"))) for one in links]
    assert sorted(found[1] for found in led if found) == sorted(SCREENS)
    assert not {one.inner_text() for one in links} & set(SCREENS)


def test_whoever_wants_no_motion_gets_none(visit: Visit, link: str) -> None:
    visitor = visit("phone", reduced_motion="reduce")
    visitor.page.goto(at(link, "verified", "zh-CN"))
    visitor.shows("verified")
    longest = "Math.max(...document.getAnimations().map((one) => one.effect.getComputedTiming().duration), 0)"
    assert visitor.page.evaluate(longest) < 1


@pytest.mark.parametrize(
    "screen", ["consent", "identity", "face", "id_card", "license", "sms_code", "exhausted", "rejected"]
)
def test_tab_goes_to_everything_in_the_order_it_is_read_and_shows_where_it_is(
    visit: Visit, link: str, screen: str
) -> None:
    visitor = visit("phone")
    visitor.page.goto(at(link, screen, "zh-CN"))
    visitor.shows(screen)
    visitor.page.locator(".skip").focus()
    reachable = visitor.page.evaluate(
        "[...document.querySelectorAll('a[href], button, input, select, summary')]"
        ".filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility()).length"
    )
    tops, unseen = [], []
    for _ in range(reachable - 1):
        visitor.page.keyboard.press("Tab")
        top, outlined, name = visitor.page.evaluate(
            """() => { const one = document.activeElement, box = one.closest('.item, .radio') ?? one;
                const seen = [one, box].some((part) => getComputedStyle(part).outlineStyle !== 'none');
                return [one.getBoundingClientRect().bottom + scrollY, seen, one.outerHTML.slice(0, 60)]; }"""
        )
        tops.append(top)
        unseen += [] if outlined else [name]
    assert unseen == []
    assert all(after >= before - 60 for before, after in pairwise(tops)), tops


def test_a_form_can_be_done_by_keyboard_alone(visit: Visit, shop: Shop) -> None:
    visitor = visit("desktop")
    visitor.page.goto(shop.start("keyboard", "face"))
    visitor.shows("consent")
    for _ in range(visitor.page.locator("input[type=checkbox]").count()):
        while visitor.page.evaluate("document.activeElement.type") != "checkbox" or visitor.page.evaluate(
            "document.activeElement.checked"
        ):
            visitor.page.keyboard.press("Tab")
        visitor.page.keyboard.press("Space")
    while visitor.page.evaluate("document.activeElement.className") != "button main":
        visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    visitor.shows("identity")
    assert visitor.page.evaluate("document.activeElement.className") == "title"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_nothing_is_wider_than_the_window(visit: Visit, link: str, language: str) -> None:
    visitor = visit("desktop")
    wide = []
    for screen in SCREENS:
        visitor.page.goto(at(link, screen, language))
        visitor.page.locator("main[data-screen]").wait_for()
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 700})
            if visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append((screen, width))
    assert wide == []
