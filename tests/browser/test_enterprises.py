"""Enterprises through the example sign-up: its holder first, then licence, register, representative and letter."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from providers.testing.enterprises import enterprise
from providers.testing.identities import adult
from tests.browser.conftest import EVERYWHERE, Shop, Visitor, shot
from tests.browser.walking import Person, consent, face, fill, id_card, send, transfer_amount, walk
from tests.papers import pdf, scan

Visit = Callable[..., Visitor]


def verified_account(shop: Shop, visitor: Visitor, person: Person) -> str:
    account = f"firm-{person.number}"
    visitor.page.goto(shop.start(account, "face"))
    walk(visitor, person, "face")
    visitor.shows("verified")
    return account


def give(visitor: Visitor, name: str, content: bytes) -> None:
    kind = "application/pdf" if content.startswith(b"%PDF") else "image/jpeg"
    visitor.page.locator(".upload input[type=file]").set_input_files(
        {"name": name, "mimeType": kind, "buffer": content}
    )
    visitor.page.locator(".upload .button.main").click()


def describe(visitor: Visitor, person: Person, name: str | None = None) -> None:
    firm = enterprise(person.number, name)
    fill(visitor, enterprise_name=firm.name, credit_code=firm.credit_code)
    fill(visitor, industry="软件和信息技术服务业", products="云服务")
    send(visitor)


def to_representative(
    shop: Shop, visitor: Visitor, person: Person, method: str, language: str, name: str | None = None
) -> str:
    account = verified_account(shop, visitor, person)
    link = shop.start(account, method, type="enterprise", locale=language)
    visitor.page.goto(link)
    visitor.shows("consent")
    consent(visitor, person)
    visitor.shows("enterprise")
    describe(visitor, person, name)
    visitor.shows("license")
    give(visitor, "license.jpg", scan())
    visitor.shows("representative")
    return link


def to_review(shop: Shop, visitor: Visitor, language: str) -> str:
    """An authorized person's whole walk."""
    person = Person()
    legal = adult(person.number + 5000)
    link = to_representative(shop, visitor, person, "authorized_person", language)
    fill(visitor, name=person.name, id_number=person.id_number, legal_name=legal.name, legal_id_number=legal.id_number)
    send(visitor)
    visitor.shows("authorization_letter")
    with visitor.page.expect_download() as download:
        visitor.page.locator(".stepwise .button.plain").first.click()
    assert download.value.suggested_filename == "authorization-letter.pdf"
    give(visitor, "letter.pdf", pdf())
    visitor.shows("face")
    face(visitor, person)
    visitor.shows("review")
    return link


@EVERYWHERE
def test_a_legal_representative_verifies_the_enterprise(shop: Shop, visit: Visit, size: str, language: str) -> None:
    person = Person()
    visitor = visit(size)
    to_representative(shop, visitor, person, "legal_representative", language)
    fill(visitor, name=person.name, id_number=person.id_number)
    send(visitor)
    visitor.shows("face")
    face(visitor, person)
    visitor.shows("verified")
    expect(visitor.page.locator(".facts")).to_contain_text(enterprise(person.number).name)
    shot(visitor, f"verified-legal_representative-{size}-{language}")
    assert visitor.complaints == []


@EVERYWHERE
def test_an_authorized_persons_letter_is_reviewed_by_a_person(
    shop: Shop, visit: Visit, size: str, language: str
) -> None:
    visitor = visit(size)
    link = to_review(shop, visitor, language)
    shot(visitor, f"review-authorized_person-{size}-{language}")
    shop.force(link, "review", decision="approve")
    expect(visitor.page.locator("main[data-screen=verified]")).to_be_visible(timeout=30_000)
    assert visitor.complaints == []


@EVERYWHERE
def test_who_is_refused_reads_why_and_how_to_ask_for_a_person(
    shop: Shop, visit: Visit, size: str, language: str
) -> None:
    visitor = visit(size)
    link = to_review(shop, visitor, language)
    shop.force(link, "review", decision="reject")
    expect(visitor.page.locator("main[data-screen=rejected]")).to_be_visible(timeout=30_000)
    visitor.page.locator(".actions .button.plain").click()
    visitor.shows("explanation")
    expect(visitor.page.locator(".made").first).to_be_visible()
    expect(visitor.page.locator("main")).to_contain_text("15 个工作日" if language == "zh-CN" else "15 working days")
    shot(visitor, f"explanation-{size}-{language}")
    visitor.page.locator(".actions .button.plain").click()
    visitor.shows("rejected")
    assert visitor.complaints == []


@EVERYWHERE
def test_a_small_transfer_to_its_account_verifies_the_enterprise(
    shop: Shop, visit: Visit, size: str, language: str
) -> None:
    person = Person()
    visitor = visit(size)
    to_representative(shop, visitor, person, "micro_transfer", language)
    visitor.page.locator("input[value=legal_representative]").check()
    fill(visitor, name=person.name, id_number=person.id_number)
    send(visitor)
    visitor.shows("id_card")
    id_card(visitor, person)
    visitor.shows("bank_account")
    expect(visitor.page.locator("input[name=account_name]")).to_have_value(enterprise(person.number).name)
    fill(visitor, account_number=person.account_number, bank_name="招商银行", bank_province="广东省")
    fill(visitor, bank_city="深圳市", bank_branch="招商银行深圳分行")
    send(visitor)
    visitor.shows("transfer_amount")
    transfer_amount(visitor, person)
    visitor.shows("verified")
    shot(visitor, f"verified-enterprise-transfer-{size}-{language}")
    assert visitor.complaints == []


@pytest.mark.parametrize(
    ("marker", "screen", "words"),
    [
        ("待更新", "waiting", "登记数据里暂时没有查到"),
        ("注销", "representative", ""),
        ("吊销", "representative", ""),
        ("登记不符", "representative", ""),
        ("法人不符", "representative", ""),
    ],
)
def test_what_the_register_says_is_told(shop: Shop, visit: Visit, marker: str, screen: str, words: str) -> None:
    person = Person()
    visitor = visit()
    name = enterprise(person.number).name + marker
    to_representative(shop, visitor, person, "legal_representative", "zh-CN", name)
    fill(visitor, name=person.name, id_number=person.id_number)
    send(visitor)
    expect(visitor.page.locator("main[data-screen=representative] .busy")).to_have_count(0)
    visitor.page.wait_for_timeout(500)
    shot(visitor, f"register-{screen}")
    if words:
        visitor.shows(screen)
        expect(visitor.page.locator(".lede")).to_contain_text(words)
    else:
        expect(visitor.page.locator("main .notice, main .reasons")).not_to_have_count(0)


@pytest.mark.parametrize("marker", ["不符", "执照过期"])
def test_a_licence_that_does_not_do_is_said(shop: Shop, visit: Visit, marker: str) -> None:
    person = Person()
    visitor = visit()
    account = verified_account(shop, visitor, person)
    visitor.page.goto(shop.start(account, "legal_representative", type="enterprise"))
    visitor.shows("consent")
    consent(visitor, person)
    visitor.shows("enterprise")
    describe(visitor, person, f"{enterprise(person.number).name}{marker}")
    visitor.shows("license")
    give(visitor, "license.jpg", scan())
    expect(visitor.page.locator("main [role=alert] .notice").first).to_be_visible()


@pytest.mark.parametrize("name", ["letter.txt", "huge.pdf"])
def test_a_file_that_is_not_taken_is_said_before_it_is_sent(shop: Shop, visit: Visit, name: str) -> None:
    visitor = visit()
    visitor.page.goto(shop.start("files", "face").replace("#", "?screen=license#"))
    visitor.shows("license")
    size, kind = (10, "text/plain") if name.endswith("txt") else (11 << 20, "application/pdf")
    visitor.page.locator(".upload input[type=file]").set_input_files(
        {"name": name, "mimeType": kind, "buffer": b"%" * size}
    )
    expect(visitor.page.locator(".upload .notice.error")).to_be_visible()
