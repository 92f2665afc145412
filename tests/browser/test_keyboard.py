"""A person and an enterprise verified without a pointer: Tab reaches all, a line shows where, and errors are told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from providers.testing.enterprises import enterprise
from providers.testing.identities import card, mobile
from tests.browser.conftest import Shop, Visitor
from tests.browser.test_enterprises import verified_account
from tests.browser.walking import CODE, Person
from tests.papers import scan

Visit = Callable[..., Visitor]

#: more than any screen has to press
FARTHEST = 60

#: what has the focus: whether it is wanted, whether a line around it is seen, whether it is on the screen
FOCUSED = """(wanted) => {
    const one = document.activeElement, box = one.closest('.item, .radio') ?? one;
    const { top, bottom } = one.getBoundingClientRect();
    return [one.matches(wanted), [one, box].some((part) => getComputedStyle(part).outlineStyle !== 'none'),
        top < innerHeight && bottom > 0];
}"""


def reach(visitor: Visitor, wanted: str) -> None:
    """Tab on until it has the focus."""
    for _ in range(FARTHEST):
        visitor.page.keyboard.press("Tab")
        # the page scrolls there in a later frame
        visitor.page.wait_for_function(f"(wanted) => ({FOCUSED})(wanted)[2]", arg=wanted)
        found, outlined, _on_screen = visitor.page.evaluate(FOCUSED, wanted)
        if found:
            assert outlined, wanted
            return
    pytest.fail(f"Tab never came to {wanted}")


def press(visitor: Visitor, wanted: str) -> None:
    reach(visitor, wanted)
    visitor.page.keyboard.press("Enter")


def type_into(visitor: Visitor, **values: str) -> None:
    for name, value in values.items():
        reach(visitor, f"input[name={name}]")
        visitor.page.keyboard.press("ControlOrMeta+a")
        visitor.page.keyboard.type(value)


def begins(visitor: Visitor, screen: str, focused: str = ".title") -> None:
    """A new screen has the focus at its title, so that it is read out and Tab goes on from there."""
    visitor.shows(screen)
    expect(visitor.page.locator(focused)).to_be_focused()


def consent(visitor: Visitor) -> None:
    for _ in range(visitor.page.locator("input[type=checkbox]").count()):
        reach(visitor, "input[type=checkbox]:not(:checked)")
        visitor.page.keyboard.press("Space")
    press(visitor, ".actions .button.main")


def face(visitor: Visitor) -> None:
    press(visitor, ".face-stage .button.main")
    expect(visitor.page.locator(".shutter[aria-disabled=false]")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator(".face-stage .button.main")).to_be_focused()
    visitor.page.keyboard.press("Enter")


def test_a_person_is_verified_by_bank_card_without_a_pointer(visit: Visit, shop: Shop) -> None:
    visitor, person = visit("desktop"), Person()
    visitor.page.goto(shop.start(f"keys-{person.number}", "bank_card"))
    visitor.shows("consent")
    consent(visitor)
    begins(visitor, "bank_card")
    type_into(visitor, name=person.name, id_number=person.id_number)
    type_into(visitor, card_number=card(person.number), mobile=mobile(person.number))
    press(visitor, "form .button.main")
    begins(visitor, "sms_code", "input[name=code]")
    visitor.page.keyboard.type("111111")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("[role=alert] .notice.error")).to_be_visible()
    expect(visitor.page.locator("input[name=code]")).to_be_focused()
    visitor.page.keyboard.type(CODE)
    visitor.page.keyboard.press("Enter")
    begins(visitor, "face")
    face(visitor)
    begins(visitor, "verified")
    press(visitor, ".button.main")
    visitor.page.wait_for_url(f"{shop.base}/returned*")


def test_an_enterprise_is_verified_without_a_pointer(visit: Visit, shop: Shop, tmp_path: Path) -> None:
    visitor, person = visit("desktop"), Person()
    account, firm = verified_account(shop, visitor, person), enterprise(person.number)
    license_ = tmp_path / "license.jpg"
    license_.write_bytes(scan())
    visitor.page.goto(shop.start(account, "legal_representative", type="enterprise"))
    visitor.shows("consent")
    consent(visitor)
    begins(visitor, "enterprise")
    press(visitor, "form .button.main")  # nothing is filled in yet
    first = visitor.page.locator("input[name=enterprise_name]")
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-invalid", "true")
    expect(first).to_have_accessible_description("与营业执照上完全一致 请填写此项。")
    expect(visitor.page.locator("#announcer")).to_have_text("有内容需要改正，请看标出的各项。")
    visitor.page.keyboard.type(firm.name)
    type_into(visitor, credit_code=firm.credit_code, industry="软件和信息技术服务业", products="云服务")
    press(visitor, "form .button.main")
    begins(visitor, "license")
    reach(visitor, ".drop")
    with visitor.page.expect_file_chooser() as chooser:
        visitor.page.keyboard.press("Enter")
    chooser.value.set_files(license_)
    expect(visitor.page.locator(".upload .button.main")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    begins(visitor, "representative")
    type_into(visitor, name=person.name, id_number=person.id_number)
    press(visitor, "form .button.main")
    begins(visitor, "face")
    face(visitor)
    begins(visitor, "verified")


def test_a_dialog_holds_the_focus_and_gives_it_back(visit: Visit, shop: Shop) -> None:
    visitor = visit("desktop")
    visitor.page.goto(shop.start("keys-dialog", "face"))
    visitor.shows("consent")
    opener = visitor.page.get_by_role("button", name="取消认证")
    opener.focus()
    visitor.page.keyboard.press("Enter")
    for _ in range(6):
        visitor.page.keyboard.press("Tab")
        inside = "document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        assert visitor.page.evaluate(inside)
    visitor.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
