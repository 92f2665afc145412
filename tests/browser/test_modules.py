"""The page's own modules, run where they run: checks against the service's, QR codes against another writer's."""

from collections.abc import Callable
from typing import Any

import pytest
import segno
from playwright.sync_api import Page

from providers.testing.identities import adult, card, mobile
from tests.browser.conftest import Shop, Visitor
from verify.flows import checks
from verify.flows.checks import InvalidValue
from verify.flows.enterprise.checks import is_same_name

#: bytes that fill the data of each version at level M, so that no padding is left to taste
CAPACITIES = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666]


@pytest.fixture
def page(shop: Shop, visit: Callable[..., Visitor]) -> Page:
    visitor = visit("desktop")
    visitor.page.goto(shop.start("modules", "face"))
    visitor.shows("consent")
    return visitor.page


def call(page: Page, module: str, name: str, *arguments: Any) -> Any:
    """A function of one of the page's modules; arguments and answer as JSON."""
    script = """async ([module, name, given]) => {
        const base = document.querySelector('link[rel=stylesheet]').href;
        return (await import(new URL(module, base).href))[name](...given);
    }"""
    return page.evaluate(script, [module, name, list(arguments)])


@pytest.mark.parametrize("version", range(1, 21))
def test_a_qr_code_is_the_one_another_writer_makes(page: Page, version: int) -> None:
    text = "a" * (CAPACITIES[version - 1] - 3) + "Z1~"
    for mask in range(8):
        expected = segno.make(text, error="m", mask=mask, boost_error=False, mode="byte", micro=False)
        made = call(page, "qr.js", "matrix", text, mask)
        assert made == [[bool(module) for module in row] for row in expected.matrix]


def refused(check: Callable[[str], object], value: str) -> str | None:
    try:
        check(value)
    except InvalidValue as error:
        return error.code
    return None


NUMBERS = [adult(n).id_number for n in range(40)]
CHANGED = [number[:-1] + ("0" if number[-1] != "0" else "1") for number in NUMBERS[:8]]
OTHER_NUMBERS = [
    "",
    "11010119900101",
    "110101900101001",
    "11010119900230000X",
    "110101189901010001",
    "１１０１０１１９９００１０１０００７",
]


@pytest.mark.parametrize(
    ("name", "check", "values"),
    [
        ("idNumber", checks.id_number, [*NUMBERS, *CHANGED, *OTHER_NUMBERS]),
        ("cardNumber", checks.card_number, [card(1), card(2), card(1)[:-1] + "x", "6200000000000014", "62"]),
        ("mobile", checks.mobile, [mobile(1), "+86 138 0000 0001", "008613800000001", "12800000001", "1380000"]),
        ("name", checks.name, ["王小明", "王", "阿卜杜·热合曼", "Mary Jane O'Neil", "王2", "王".ljust(70, "明")]),
        ("code", checks.code, ["246810", "24681", "abcdef"]),
    ],
)
def test_the_page_finds_wrong_what_the_service_would(
    page: Page, name: str, check: Callable[[str], object], values: list[str]
) -> None:
    differing = {
        value: (found, refused(check, value))
        for value in values
        if (found := call(page, "checks.js", name, value)) != refused(check, value)
    }
    assert differing == {}


def is_same_person(one: str, other: str) -> bool:
    return checks.name(one) == checks.name(other)


@pytest.mark.parametrize(
    ("name", "same", "one", "other"),
    [
        ("samePerson", is_same_person, "阿卜杜·热合曼", "阿卜杜 • 热合曼"),
        ("samePerson", is_same_person, "阿卜杜·热合曼", "阿卜杜.热合曼"),
        ("samePerson", is_same_person, "王小明", "王 小明"),
        ("samePerson", is_same_person, "Mary O’Neil", "Mary  O'Neil"),
        ("samePerson", is_same_person, "王小明", "王小朋"),
        ("samePerson", is_same_person, "Mary Jane", "MaryJane"),
        ("samePerson", is_same_person, "Mary Jane", "Mary jane"),
        ("sameEnterprise", is_same_name, "示例科技（深圳）有限公司", "示例科技(深圳) 有限公司"),
        ("sameEnterprise", is_same_name, "示例科技有限公司", "示例科技有限责任公司"),
        ("sameEnterprise", is_same_name, "Example Ltd.", "Example Ltd"),
    ],
)
def test_the_page_takes_for_one_name_what_the_service_does(
    page: Page, name: str, same: Callable[[str, str], bool], one: str, other: str
) -> None:
    assert call(page, "checks.js", name, one, other) == same(one, other)


def test_both_languages_say_the_same_things(page: Page) -> None:
    script = """async () => {
        const base = document.querySelector('link[rel=stylesheet]').href;
        const keys = (value, path) => value && typeof value === 'object' && !Array.isArray(value)
            ? Object.entries(value).flatMap(([name, inner]) => keys(inner, `${path}.${name}`))
            : [`${path}:${Array.isArray(value) ? value.length : typeof value}`];
        const load = async (name) => keys((await import(new URL(name, base).href)).default, '');
        return [await load('texts.zh-CN.js'), await load('texts.en.js')];
    }"""
    chinese, english = page.evaluate(script)
    assert chinese == english


def test_watching_tells_how_it_stands_at_once_and_what_own_submissions_change(shop: Shop, page: Page) -> None:
    script = """async ([link]) => {
        const { connectTo } = await import('/js/v1/realname.js');
        const client = connectTo(link);
        const told = [];
        let heard = () => {};
        const stop = client.watch(({ status }) => (told.push(status), heard()));
        await new Promise((done) => (heard = done));
        const next = new Promise((done) => (heard = done));
        await client.cancel();
        await next;
        stop();
        return told;
    }"""
    assert page.evaluate(script, [shop.start("watching", "face")]) == ["pending", "canceled"]


@pytest.mark.parametrize(
    ("name", "words"), [("云帆科技", "返回云帆科技"), ("Acme Cloud", "返回 Acme Cloud"), ("云A", "返回云A")]
)
def test_a_latin_name_stands_apart_from_the_characters_around_it(page: Page, name: str, words: str) -> None:
    script = """async ([name]) => {
        const base = document.querySelector('link[rel=stylesheet]').href;
        return (await import(new URL('texts.zh-CN.js', base).href)).default.leave(name);
    }"""
    assert page.evaluate(script, [name]) == words
