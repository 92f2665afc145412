"""The language is changed on any screen and nothing that was done there is lost, but for consent."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Shop, Visitor
from tests.browser.test_enterprises import to_representative
from tests.browser.walking import Person, walk

Visit = Callable[..., Visitor]


def change(visitor: Visitor) -> None:
    switch = visitor.page.locator(".language")
    offered = switch.get_attribute("lang") or ""
    switch.click()
    expect(switch).not_to_have_attribute("lang", offered)  # the screen was drawn anew
    expect(switch).to_be_focused()


def test_what_was_typed_stays_and_its_faults_are_told_in_the_new_language(visit: Visit, shop: Shop) -> None:
    visitor, person = visit(), Person()
    visitor.page.goto(shop.start(f"language-{person.number}", "bank_card", locale="zh-CN"))
    walk(visitor, person, "bank_card", until="bank_card")
    visitor.page.locator("input[name=name]").fill(person.name)
    visitor.page.locator("input[name=id_number]").fill(person.id_number[:-1])
    change(visitor)
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
    expect(visitor.page.locator("label[for^=name]")).to_contain_text("Name")
    expect(visitor.page.locator("input[name=name]")).to_have_value(person.name)
    visitor.page.locator("form .button.main").click()
    expect(visitor.page.locator(".wrong .field-error").first).to_contain_text("18")
    assert not visitor.complaints


def test_the_address_keeps_the_language_and_the_token(visit: Visit, shop: Shop) -> None:
    visitor, person = visit(), Person()
    link = shop.start(f"language-{person.number}", "face", locale="zh-CN")
    visitor.page.goto(link)
    visitor.shows("consent")
    change(visitor)
    expect(visitor.page).to_have_url(re.compile("lang=en"))
    assert visitor.page.url.partition("#")[2] == link.partition("#")[2]
    visitor.page.reload()
    visitor.shows("consent")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")


def test_consent_ticked_in_one_language_is_not_taken_for_the_other(visit: Visit, shop: Shop) -> None:
    visitor, person = visit(), Person()
    visitor.page.goto(shop.start(f"language-{person.number}", "face", locale="zh-CN"))
    visitor.shows("consent")
    visitor.page.locator("input[type=checkbox]").first.check()
    change(visitor)
    expect(visitor.page.locator("input[type=checkbox]:checked")).to_have_count(0)


def test_the_role_chosen_for_an_enterprise_stays(visit: Visit, shop: Shop) -> None:
    visitor, person = visit(), Person()
    to_representative(shop, visitor, person, "micro_transfer", "en")
    visitor.page.locator("input[value=authorized_person]").check()
    visitor.page.locator("input[name=legal_name]").fill("王小明")
    change(visitor)
    expect(visitor.page.locator("input[value=authorized_person]")).to_be_checked()
    expect(visitor.page.locator("input[name=legal_name]")).to_have_value("王小明")
