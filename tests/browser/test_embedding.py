"""The page in a frame as tall as itself, inside a page that scrolls: whatever opens, opens before the user's eyes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from tests.browser.conftest import Shop, Visitor, shot

Visit = Callable[..., Visitor]


def embedded(visitor: Visitor, shop: Shop) -> FrameLocator:
    """The consent screen in the example's frame."""
    visitor.page.goto(f"{shop.base}/verify")
    visitor.page.locator("form").first.locator("input[value=embedded]").check()
    visitor.page.locator("#start-personal").click()
    frame = visitor.page.frame_locator("iframe")
    frame.locator("main[data-screen=consent]").wait_for()
    tall = "document.querySelector('iframe').offsetHeight > 1.5 * innerHeight"
    visitor.page.wait_for_function(tall)
    return frame


def in_sight(visitor: Visitor, element: Locator) -> bool:
    box = element.bounding_box()
    height = visitor.page.evaluate("innerHeight")
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("label", ["取消认证", "个人信息告知书"])
def test_a_dialog_opens_where_the_user_looks(visit: Visit, shop: Shop, size: str, label: str) -> None:
    visitor = visit(size)
    frame = embedded(visitor, shop)
    frame.get_by_role("button", name=label).click()
    opened = frame.locator("dialog[open]")
    expect(opened.locator("[aria-busy]")).to_have_count(0)
    expect(opened).to_be_visible()
    before = visitor.page.evaluate("scrollY")
    assert before > 0
    assert in_sight(visitor, opened)
    shot(visitor, f"embedded-dialog-{size}-{label}", full_page=False)
    visitor.page.keyboard.press("Escape")
    expect(frame.locator("dialog")).to_have_count(0)
    assert visitor.page.evaluate("scrollY") == before
    assert visitor.complaints == []


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_next_screen_begins_where_the_user_looks(visit: Visit, shop: Shop, size: str) -> None:
    visitor = visit(size)
    frame = embedded(visitor, shop)
    for box in frame.locator("input[type=checkbox]").all():
        box.check()
    frame.locator(".actions .button.main").click()
    frame.locator("main[data-screen=identity]").wait_for()
    visitor.page.wait_for_function(
        "Math.abs(document.querySelector('iframe').getBoundingClientRect().top) < innerHeight"
    )
    assert in_sight(visitor, frame.locator(".title"))


def test_what_was_left_out_is_told_where_the_user_looks(visit: Visit, shop: Shop) -> None:
    visitor = visit("phone")
    frame = embedded(visitor, shop)
    frame.locator(".actions .button.main").click()
    first = frame.locator("input[type=checkbox]").first
    expect(first).to_be_focused()
    assert in_sight(visitor, first)


def test_where_no_frame_is_allowed_the_user_finds_the_page_in_a_window_of_its_own(visit: Visit, shop: Shop) -> None:
    visitor = visit("phone")
    link = shop.start("unregistered", "face")
    visitor.page.goto(shop.base.replace("127.0.0.1", "localhost"))
    visitor.page.evaluate(
        """async ([library, link]) => {
            self.heard = [];
            const { embed } = await import(library);
            embed(document.querySelector('main'), link, { onEvent: ({ type }) => heard.push(type) });
        }""",
        [f"{shop.realname.base}/js/v1/realname.js", link],
    )
    told = visitor.page.locator("[role=alert]")
    expect(told).to_contain_text("认证页面无法显示在这里。")
    expect(visitor.page.locator("iframe")).to_have_count(0)
    assert visitor.page.evaluate("heard") == ["refused"]
    with visitor.context.expect_page() as opened:
        told.get_by_role("link").click()
    expect(opened.value.locator("main[data-screen=consent]")).to_be_visible()
