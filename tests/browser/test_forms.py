"""What a form says before anything is sent, and where it says one stands."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from providers.testing.identities import adult
from tests.browser.conftest import Shop, Visitor
from tests.browser.walking import Person, walk

Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def link(shop: Shop) -> str:
    return shop.start("forms", "face")


def screen(visitor: Visitor, link: str, name: str, language: str = "zh-CN") -> Page:
    visitor.page.goto(link.replace("#", f"?lang={language}&screen={name}#"))
    visitor.page.locator("main[data-screen]").wait_for()
    return visitor.page


def test_an_account_in_another_name_is_told_before_it_is_sent(visit: Visit, link: str) -> None:
    page = screen(visit(), link, "bank_account")
    typed, field = page.locator("input[name=account_name]"), page.locator(".field:has(input[name=account_name])")
    page.locator("input[name=name]").fill(adult(1).name)
    expect(typed).to_have_value(adult(1).name)
    typed.fill("别人")
    typed.blur()
    expect(field).to_have_class("field wrong")
    expect(typed).to_have_accessible_description("必须是本人，与姓名一致 与上面的姓名不一致。只能使用本人名下的账户。")
    typed.fill(adult(1).name)
    typed.blur()
    expect(field).to_have_class("field right")


def test_no_sign_says_that_an_account_name_is_right_where_the_page_cannot_know(visit: Visit, link: str) -> None:
    page = screen(visit(), link, "bank_account_enterprise")
    typed = page.locator("input[name=account_name]")
    typed.fill("示例科技有限公司")
    typed.blur()
    expect(page.locator(".field:has(input[name=account_name])")).to_have_class("field")


def test_the_code_counts_as_a_step_further_than_the_card(visit: Visit, shop: Shop) -> None:
    visitor = visit()
    visitor.page.goto(shop.start("counting", "bank_card"))
    walk(visitor, Person(), "bank_card", until="sms_code")
    expect(visitor.page.locator(".progress-text")).to_have_text("第 3 步，共 4 步")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("representative", "法定代表人信息"),
        ("representative_authorized", "经办人信息"),
        ("representative_choice", "谁来办理认证"),
    ],
)
def test_who_acts_is_asked_only_where_there_is_a_choice(visit: Visit, link: str, name: str, title: str) -> None:
    page = screen(visit(), link, name)
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("input[type=radio]")).to_have_count(2 if name == "representative_choice" else 0)


@pytest.mark.parametrize(("name", "asked"), [("consent", "银行卡号"), ("consent_enterprise", "营业执照影像")])
def test_the_gallery_asks_consent_to_what_its_method_needs(visit: Visit, link: str, name: str, asked: str) -> None:
    page = screen(visit(), link, name)
    expect(page.locator(".item", has_text=asked).first).to_be_visible()


@pytest.mark.parametrize(
    ("name", "title"), [("transfer_amount", "填写收到的金额"), ("transfer_code", "填写备注中的数字")]
)
def test_a_title_names_what_is_asked_for(visit: Visit, link: str, name: str, title: str) -> None:
    expect(screen(visit(), link, name).locator("h1")).to_have_text(title)


def test_a_link_that_was_copied_is_said_to_be(visit: Visit, link: str) -> None:
    page = screen(visit(permissions=["clipboard-read", "clipboard-write"]), link, "transfer")
    page.get_by_role("button", name="复制本页链接").click()
    expect(page.get_by_text("链接已复制。请只留给自己使用。")).to_be_in_viewport()


@pytest.mark.parametrize(("name", "turning"), [("waiting", 1), ("waiting_register", 0)])
def test_what_takes_days_does_not_turn_as_if_it_took_seconds(visit: Visit, link: str, name: str, turning: int) -> None:
    page = screen(visit(), link, name)
    expect(page.locator(".sign")).to_be_visible()
    expect(page.locator(".sign.spin")).to_have_count(turning)
