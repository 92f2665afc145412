"""Closed at any screen and opened again by the same link: the user stands where they stood."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from providers.testing.enterprises import enterprise
from providers.testing.identities import adult
from tests.browser.conftest import Shop, Visitor
from tests.browser.test_enterprises import describe, give, verified_account
from tests.browser.walking import STEPS, Doing, Person, face, fill, send, walk
from tests.papers import pdf, scan

Visit = Callable[..., Visitor]


def name_representative(visitor: Visitor, person: Person) -> None:
    legal = adult(person.number + 5000)
    fill(visitor, name=person.name, id_number=person.id_number)
    if visitor.page.locator("input[name=legal_name]").is_visible():
        fill(visitor, legal_name=legal.name, legal_id_number=legal.id_number)
    send(visitor)


def name_own_account(visitor: Visitor, person: Person) -> None:
    fill(visitor, account_number=person.account_number, account_name=enterprise(person.number).name)
    fill(visitor, bank_name="招商银行", bank_province="广东省", bank_city="深圳市", bank_branch="招商银行深圳分行")
    send(visitor)


#: what is done at each step of an enterprise's
DOING: dict[str, Doing] = {
    **STEPS,
    "enterprise": describe,
    "license": lambda visitor, _: give(visitor, "license.jpg", scan()),
    "representative": name_representative,
    "authorization_letter": lambda visitor, _: give(visitor, "letter.pdf", pdf()),
    "bank_account": name_own_account,
}

WALKS = {
    "legal_representative": ("consent", "enterprise", "license", "representative", "face", "verified"),
    "authorized_person": (
        "consent",
        "enterprise",
        "license",
        "representative",
        "authorization_letter",
        "face",
        "review",
    ),
}


def reopened(visit: Visit, visitor: Visitor, link: str, screen: str) -> Visitor:
    """The window closed, and another opened on the same link: it shows the same screen, twice."""
    visitor.context.close()
    again = visit()
    again.page.goto(link)
    again.shows(screen)
    again.page.reload()
    again.shows(screen)
    return again


@pytest.mark.parametrize("method", WALKS)
def test_an_enterprise_goes_on_where_it_was(shop: Shop, visit: Visit, method: str) -> None:
    person = Person()
    visitor = visit()
    account = verified_account(shop, visitor, person)
    link = shop.start(account, method, type="enterprise")
    for screen in WALKS[method]:
        visitor = reopened(visit, visitor, link, screen)
        if screen in DOING:
            DOING[screen](visitor, person)
            expect(visitor.page.locator(f"main[data-screen={screen}]")).to_have_count(0)


def to_waiting(shop: Shop, visitor: Visitor) -> str:
    person = Person("超时")
    link = shop.start(f"again-{person.number}", "face")
    visitor.page.goto(link)
    walk(visitor, person, "face", until="identity")
    STEPS["identity"](visitor, person)
    return link


def to_transfer(shop: Shop, visitor: Visitor) -> str:
    person = Person(ending="0003")
    link = shop.start(f"again-{person.number}", "micro_transfer")
    visitor.page.goto(link)
    walk(visitor, person, "micro_transfer", until="id_card")
    STEPS["id_card"](visitor, person)
    return link


def to_exhausted(shop: Shop, visitor: Visitor) -> str:
    person = Person("不符")
    link = shop.start(f"again-{person.number}", "face")
    visitor.page.goto(link)
    walk(visitor, person, "face", until="identity")
    for left in (2, 1):
        STEPS["identity"](visitor, person)
        expect(visitor.page.locator(".tries")).to_contain_text(str(left))
    STEPS["identity"](visitor, person)
    return link


def to_camera(shop: Shop, visitor: Visitor) -> str:
    person = Person()
    link = shop.start(f"again-{person.number}", "face")
    visitor.page.goto(link)
    walk(visitor, person, "face", until="face")
    visitor.page.locator(".face-stage .button.main").click()
    visitor.page.locator(".shutter[aria-disabled=false]").click()
    visitor.page.locator(".finder.still img").wait_for()
    return link


def to_canceled(shop: Shop, visitor: Visitor) -> str:
    link = shop.start(f"again-{Person().number}", "face")
    visitor.page.goto(link)
    visitor.shows("consent")
    visitor.page.get_by_role("button", name="取消认证").click()
    visitor.page.locator("dialog .button.danger").click()
    return link


def to_expired(shop: Shop, visitor: Visitor) -> str:
    link = shop.start(f"again-{Person().number}", "face")
    visitor.page.goto(link)
    visitor.shows("consent")
    shop.force(link, "expire")
    return link


def to_verified(shop: Shop, visitor: Visitor) -> str:
    link = to_camera(shop, visitor)
    visitor.page.reload()
    visitor.shows("face")
    face(visitor, Person())
    return link


@pytest.mark.parametrize(
    ("screen", "come"),
    [
        ("waiting", to_waiting),
        ("transfer", to_transfer),
        ("exhausted", to_exhausted),
        ("face", to_camera),
        ("canceled", to_canceled),
        ("expired", to_expired),
        ("verified", to_verified),
    ],
)
def test_a_screen_that_waits_or_ends_is_there_again(
    shop: Shop, visit: Visit, screen: str, come: Callable[[Shop, Visitor], str]
) -> None:
    visitor = visit()
    link = come(shop, visitor)
    if screen == "waiting":
        visitor.shows(screen)
        visitor.context.close()
        again = visit()
        again.page.goto(link)
        expect(again.page.locator("main[data-screen=face]")).to_be_visible(timeout=30_000)
        return
    expect(visitor.page.locator(f"main[data-screen={screen}]")).to_be_visible(timeout=30_000)
    reopened(visit, visitor, link, screen)
