"""人脸办法 2025: every screen that asks for a face says that it is not the only way, and leads to another."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Shop, Visitor
from tests.browser.test_gallery import SCREENS, at
from tests.browser.walking import STEPS, Person, walk

Visit = Callable[..., Visitor]

FACES = [screen for screen in SCREENS if screen.startswith("face")]

#: heading, what it says, and the way it leads to
WORDS = {
    "zh-CN": ("不想刷脸？", "刷脸不是唯一的方式", "小额打款认证"),
    "en": ("Rather not show your face?", "The face is not the only way", "By a small transfer"),
}


@pytest.fixture(scope="module")
def link(shop: Shop) -> str:
    return shop.start("faces", "face")


@pytest.mark.promise("人脸办法 2025")
@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("screen", FACES)
def test_a_screen_of_the_face_names_a_way_without_one(visit: Visit, link: str, screen: str, language: str) -> None:
    visitor = visit("phone")
    visitor.page.goto(at(link, screen, language))
    visitor.shows("face")
    first = visitor.page.locator(".others").first
    title, sentence, way = WORDS[language]
    expect(first.locator("h2")).to_have_text(title)
    expect(first).to_contain_text(sentence)
    ways = first.locator("button.choice")
    if screen == "face_alone":
        expect(ways).to_have_count(0)
    else:
        expect(ways).to_have_count(1)
        expect(ways).to_be_visible()
        expect(ways).to_contain_text(way)


@pytest.mark.promise("人脸办法 2025")
@pytest.mark.parametrize("method", ["face", "bank_card"])
def test_whoever_takes_it_is_verified_without_a_face(shop: Shop, visit: Visit, method: str) -> None:
    visitor, person = visit("phone"), Person()
    visitor.page.goto(shop.start(f"faceless-{method}", method))
    walk(visitor, person, method, until="face")
    visitor.page.locator(".others").first.locator("button.choice").click()
    for step in ("consent", "bank_account", "id_card", "transfer_amount"):
        visitor.shows(step)
        STEPS[step](visitor, person)
    visitor.shows("verified")
    assert visitor.complaints == []
