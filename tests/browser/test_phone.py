"""What a phone is told otherwise than a computer: it cannot scan its own screen, nor go on on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Shop, Visitor
from tests.browser.test_gallery import at

Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def link(shop: Shop) -> str:
    return shop.start("phones", "face")


def test_a_step_that_is_done_in_wechat_is_taken_there_by_its_link(visit: Visit, link: str) -> None:
    visitor = visit("phone", permissions=["clipboard-read", "clipboard-write"])
    visitor.page.goto(at(link, "face_hosted_wechat", "zh-CN"))
    expect(visitor.page.locator(".qr-code")).to_have_count(0)
    visitor.page.get_by_role("button", name="复制链接").click()
    expect(visitor.page.get_by_text("链接已复制，请到微信里粘贴并打开。")).to_be_visible()
    assert visitor.page.evaluate("navigator.clipboard.readText()").endswith("/h/returned")


def test_on_a_computer_it_is_scanned(visit: Visit, link: str) -> None:
    visitor = visit("desktop")
    visitor.page.goto(at(link, "face_hosted_wechat", "zh-CN"))
    expect(visitor.page.locator(".qr-code")).to_be_visible()


@pytest.mark.parametrize(("size", "offered"), [("phone", 0), ("desktop", 1)])
def test_a_phone_without_a_camera_is_not_sent_to_a_phone(visit: Visit, link: str, size: str, offered: int) -> None:
    visitor = visit(size)
    visitor.page.goto(at(link, "face_no_camera", "zh-CN"))
    visitor.shows("face")
    expect(visitor.page.locator(".face-stage .notice", has_text="在手机上继续")).to_have_count(offered)
    expect(visitor.page.get_by_role("button", name="在手机上继续")).to_have_count(offered)
