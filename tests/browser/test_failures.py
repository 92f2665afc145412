"""Every kind of failure, shown with a next move: in every window and language."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Route, expect

from providers.testing.identities import minor
from tests.browser.conftest import EVERYWHERE, Shop, Visitor, shot
from tests.browser.walking import (
    STEPS,
    Person,
    face_by_file,
    send,
    sms_code,
    transfer_amount,
    walk,
)

Visit = Callable[..., Visitor]

#: method, last step done, what the name holds, where the user stands then, words shown in either language
OUTCOMES = [
    ("face", "identity", "不符", "identity", ("未能对应", "do not belong together")),
    ("face", "identity", "无记录", "identity", ("没有查到", "no record")),
    ("face", "identity", "故障", "identity", ("暂时无法连接", "cannot be reached")),
    ("face", "identity", "限流", "identity", ("请求较多", "no more requests")),
    ("face", "face", "人脸不符", "face", ("未能比对成功", "could not be matched")),
    ("face", "face", "活体失败", "face", ("未能确认镜头前是真人", "could not be confirmed")),
    ("bank_card", "sms_code", "不符", "bank_card", ("未能对应", "do not agree")),
    ("bank_card", "sms_code", "故障", "sms_code", ("暂时无法连接", "cannot be reached")),
    ("micro_transfer", "bank_account", "不符", "bank_account", ("未能对应", "do not belong together")),
    ("micro_transfer", "id_card", "证件不符", "id_card", ("未能对应", "do not agree")),
    ("micro_transfer", "id_card", "证件过期", "id_card", ("有效期", "validity")),
    ("micro_transfer", "id_card", "证件反面", "id_card", ("所要求的一面", "not the side")),
    ("micro_transfer", "id_card", "证件模糊", "id_card", ("不够清晰", "cannot be read")),
]


def opened(
    shop: Shop, visit: Visit, method: str, person: Person, size: str = "phone", language: str = "zh-CN"
) -> Visitor:
    visitor = visit(size)
    visitor.page.goto(shop.start(f"fail-{person.number}", method, locale=language))
    return visitor


def says(visitor: Visitor, words: tuple[str, str], language: str) -> None:
    expect(visitor.page.locator("main [role=alert]").first).to_contain_text(words[language == "en"])


@EVERYWHERE
@pytest.mark.parametrize(("method", "step", "marker", "stands_at", "words"), OUTCOMES)
def test_what_a_check_finds_is_said_where_it_can_be_mended(
    shop: Shop,
    visit: Visit,
    method: str,
    step: str,
    marker: str,
    stands_at: str,
    words: tuple[str, str],
    size: str,
    language: str,
) -> None:
    person = Person(marker)
    visitor = opened(shop, visit, method, person, size, language)
    walk(visitor, person, method, until=step)
    STEPS[step](visitor, person)
    says(visitor, words, language)
    visitor.shows(stands_at)
    shot(visitor, f"failure-{method}-{step}-{marker}-{size}-{language}")
    expect(visitor.page.locator(".button.main, .side-button")).not_to_have_count(0)
    assert visitor.complaints == []


@EVERYWHERE
def test_a_time_out_is_waited_for_and_comes_out_right(shop: Shop, visit: Visit, size: str, language: str) -> None:
    person = Person("超时")
    visitor = opened(shop, visit, "face", person, size, language)
    walk(visitor, person, "face", until="identity")
    STEPS["identity"](visitor, person)
    visitor.shows("waiting")
    expect(visitor.page.locator("main[data-screen=face]")).to_be_visible(timeout=30_000)


@EVERYWHERE
def test_a_wrong_code_can_be_entered_again_and_the_card_be_changed(
    shop: Shop, visit: Visit, size: str, language: str
) -> None:
    person = Person()
    visitor = opened(shop, visit, "bank_card", person, size, language)
    walk(visitor, person, "bank_card", until="sms_code")
    sms_code(visitor, person, "111111")
    says(visitor, ("未能对应", "does not match"), language)
    expect(visitor.page.locator(".resend .link")).to_have_attribute("aria-disabled", "true")
    visitor.page.locator("details.help summary").click()
    visitor.page.locator("details.help .link").click()
    visitor.shows("bank_card")
    expect(visitor.page.locator("input[name=card_number]")).not_to_have_value("")


@EVERYWHERE
def test_tries_that_are_used_up_lead_to_another_method_and_at_last_to_the_end(
    shop: Shop, visit: Visit, size: str, language: str
) -> None:
    person = Person("不符")
    visitor = opened(shop, visit, "face", person, size, language)
    walk(visitor, person, "face", until="identity")
    for _ in range(2):
        STEPS["identity"](visitor, person)
        expect(visitor.page.locator(".tries")).to_be_visible()
    STEPS["identity"](visitor, person)
    visitor.shows("exhausted")
    shot(visitor, f"exhausted-{size}-{language}")
    words = visitor.page.locator("main").inner_text()
    assert not any(wrong in words for wrong in ("重新填写", "本环节", "enter them again")), words
    visitor.page.locator(".choice").first.click()
    visitor.shows("consent")


@pytest.mark.parametrize(
    ("ending", "words"), [("0002", "未能向这个账户打款"), ("0004", "已被银行退回")], ids=["refused", "returned"]
)
def test_a_transfer_that_fails_asks_for_the_account_again(shop: Shop, visit: Visit, ending: str, words: str) -> None:
    person = Person(ending=ending)
    visitor = visit()
    link = shop.start(f"fail-{person.number}", "micro_transfer")
    visitor.page.goto(link)
    walk(visitor, person, "micro_transfer", until="id_card")
    STEPS["id_card"](visitor, person)
    if ending == "0004":
        visitor.shows("transfer_amount")
        shop.force(link, "advance_transfer", to="returned")
    expect(visitor.page.locator("main[data-screen=bank_account]")).to_be_visible(timeout=30_000)
    expect(visitor.page.locator("main [role=alert]").first).to_contain_text(words)
    expect(visitor.page.locator("input[name=account_number]")).not_to_have_value("")


def test_a_transfer_may_be_left_waiting_and_come_back_to(shop: Shop, visit: Visit) -> None:
    person = Person(ending="0003")
    link = shop.start(f"fail-{person.number}", "micro_transfer")
    visitor = visit()
    visitor.page.goto(link)
    walk(visitor, person, "micro_transfer", until="id_card")
    STEPS["id_card"](visitor, person)
    visitor.shows("transfer")
    expect(visitor.page.locator(".fact strong")).to_be_visible()
    visitor.context.close()
    shop.force(link, "advance_transfer", to="sent")
    again = visit("desktop")
    again.page.goto(link)
    again.shows("transfer_amount")
    transfer_amount(again, person, "0.11")
    says(again, ("未能对应", ""), "zh-CN")
    transfer_amount(again, person)
    again.shows("verified")


@EVERYWHERE
def test_what_is_typed_wrong_is_said_at_its_field_before_anything_is_sent(
    shop: Shop, visit: Visit, size: str, language: str
) -> None:
    person = Person()
    visitor = opened(shop, visit, "face", person, size, language)
    walk(visitor, person, "face", until="identity")
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url) if "/steps/" in request.url else None)
    visitor.page.locator("input[name=name]").fill("王小明")
    visitor.page.locator("input[name=id_number]").press_sequentially("110101199001010008")
    expect(visitor.page.locator("input[name=id_number]")).to_have_attribute("aria-invalid", "true")
    send(visitor)
    expect(visitor.page.locator("input[name=id_number]")).to_be_focused()
    assert asked == []


def test_what_the_service_refuses_is_said_at_its_field(shop: Shop, visit: Visit) -> None:
    person = Person()
    visitor = opened(shop, visit, "micro_transfer", person)
    walk(visitor, person, "micro_transfer", until="bank_account")
    person.city = "￥￥"
    STEPS["bank_account"](visitor, person)
    expect(visitor.page.locator("input[name=bank_city]")).to_have_attribute("aria-invalid", "true")
    expect(visitor.page.locator("input[name=bank_city]")).to_be_focused()


@EVERYWHERE
def test_a_minor_is_told_and_nothing_is_kept(shop: Shop, visit: Visit, size: str, language: str) -> None:
    person = Person()
    person.id_number = minor(person.number).id_number
    visitor = opened(shop, visit, "face", person, size, language)
    walk(visitor, person, "face", until="identity")
    STEPS["identity"](visitor, person)
    says(visitor, ("监护人", "guardian"), language)


def test_giving_up_is_asked_for_once_and_then_final(shop: Shop, visit: Visit) -> None:
    visitor = opened(shop, visit, "face", Person())
    visitor.shows("consent")
    visitor.page.get_by_role("button", name="取消认证").click()
    visitor.page.locator("dialog .button.danger").click()
    visitor.shows("canceled")


def test_a_no_to_the_notice_is_said_as_easily_as_a_yes_and_remembered(shop: Shop, visit: Visit) -> None:
    visitor = opened(shop, visit, "face", Person())
    visitor.shows("consent")
    visitor.page.get_by_role("button", name="我不同意").click()
    with visitor.page.expect_request(re.compile("/cancel$")) as sent:
        visitor.page.locator("dialog .button.danger").click()
    assert sent.value.post_data_json == {"reason": "consent_declined"}
    visitor.shows("canceled")


def test_a_code_is_sent_by_its_button_and_not_by_the_sixth_digit(shop: Shop, visit: Visit) -> None:
    person = Person()
    visitor = opened(shop, visit, "bank_card", person)
    walk(visitor, person, "bank_card", until="sms_code")
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url) if "/steps/" in request.url else None)
    visitor.page.locator("input[name=code]").press_sequentially("246810")
    visitor.page.locator("details.help summary").click()
    assert asked == []
    send(visitor)
    visitor.shows("face")
    expect(visitor.page.locator(".others")).to_have_count(2)
    expect(visitor.page.locator(".others").first.locator(".choice")).to_have_count(1)
    expect(visitor.page.locator(".others").first).to_contain_text("小额打款认证")


def test_the_code_for_a_phone_goes_when_the_verification_moves_on(shop: Shop, visit: Visit) -> None:
    person = Person()
    visitor = visit("desktop")
    link = shop.start(f"fail-{person.number}", "face")
    visitor.page.goto(link)
    walk(visitor, person, "face", until="face")
    visitor.page.get_by_role("button", name="在手机上继续").first.click()
    expect(visitor.page.locator("dialog[open]")).to_be_visible()
    shop.force(link, "expire")
    visitor.shows("expired")
    expect(visitor.page.locator("dialog")).to_have_count(0)


def test_a_time_that_is_over_is_said(shop: Shop, visit: Visit) -> None:
    person = Person()
    link = shop.start(f"fail-{person.number}", "face")
    shop.force(link, "expire")
    visitor = visit()
    visitor.page.goto(link)
    visitor.shows("expired")


@pytest.mark.parametrize(
    "damage", [lambda link: link[:-3] + "abc", lambda link: link.partition("#")[0]], ids=["wrong", "cut"]
)
def test_a_link_that_opens_nothing_says_what_to_do(shop: Shop, visit: Visit, damage: Callable[[str], str]) -> None:
    visitor = visit()
    visitor.page.goto(damage(shop.start(f"fail-{Person().number}", "face")))
    visitor.shows("stopped")
    expect(visitor.page.locator(".points li").first).to_be_visible()
    visitor.page.get_by_role("button", name="重试").click()
    visitor.shows("stopped")


@pytest.mark.parametrize("named", ["ver_0198c0de-0000-7000-8000-000000000000", "nonsense"])
def test_an_address_of_no_verification_says_that_there_is_none(shop: Shop, visit: Visit, named: str) -> None:
    visitor = visit()
    link = shop.start(f"fail-{Person().number}", "face")
    visitor.page.goto(re.sub("ver_[0-9a-f-]+", named, link))
    expect(visitor.page.locator("h1.title")).to_have_text(re.compile("没有找到这次认证|There is no such verification"))


def test_who_came_from_another_page_can_go_back_to_it_without_a_token(shop: Shop, visit: Visit) -> None:
    visitor = visit()
    link = shop.start(f"fail-{Person().number}", "face")
    here = link.partition("/h/")[0] + "/docs"
    visitor.page.goto(here)
    visitor.page.goto(link.partition("#")[0])
    back = visitor.page.locator(".actions .button.main")  # trying again would not mend the link
    expect(back).to_have_text("返回上一页")
    back.click()
    visitor.page.wait_for_url(here)


def test_what_was_announced_on_one_screen_is_not_left_on_the_next(shop: Shop, visit: Visit) -> None:
    person = Person()
    visitor = opened(shop, visit, "face", person)
    walk(visitor, person, "face", until="identity")
    visitor.page.locator("form .button.main").click()
    expect(visitor.page.locator("#announcer")).not_to_be_empty()
    STEPS["identity"](visitor, person)
    visitor.shows("face")
    expect(visitor.page.locator("#announcer")).to_be_empty()


def test_a_file_that_is_no_picture_is_refused_before_it_is_looked_at(shop: Shop, visit: Visit) -> None:
    person = Person()
    visitor = opened(shop, visit, "face", person)
    walk(visitor, person, "face", until="face")
    chosen = {"name": "face.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    visitor.page.locator(".face-stage input[type=file]").first.set_input_files(chosen)
    expect(visitor.page.locator(".face-stage [role=alert]")).to_be_visible()
    expect(visitor.page.locator(".finder.still")).to_have_count(0)


@pytest.mark.parametrize(
    ("seconds", "words"), [(30, "稍等片刻"), (600, "10 分钟"), (47_760, "14 小时"), (200_000, "3 天")]
)
def test_a_wait_is_told_in_a_unit_that_people_think_in(shop: Shop, visit: Visit, seconds: int, words: str) -> None:
    person = Person()
    visitor = opened(shop, visit, "face", person)
    walk(visitor, person, "face", until="identity")
    problem = {"code": "too_many_attempts", "status": 429}
    headers = {"Retry-After": str(seconds)}
    visitor.page.route("**/steps/identity", lambda route: route.fulfill(status=429, json=problem, headers=headers))
    STEPS["identity"](visitor, person)
    expect(visitor.page.locator(".trouble")).to_contain_text(words)
    expect(visitor.page.locator(".trouble")).to_contain_text("换一种认证方式")


def test_what_did_not_match_has_no_sign_that_it_is_right(shop: Shop, visit: Visit) -> None:
    person = Person("不符")
    visitor = opened(shop, visit, "face", person)
    walk(visitor, person, "face", until="identity")
    STEPS["identity"](visitor, person)
    says(visitor, ("未能对应", ""), "zh-CN")
    expect(visitor.page.locator("input[name=name]")).to_have_value(person.name)
    expect(visitor.page.locator(".field.right")).to_have_count(0)
    visitor.page.locator("input[name=name]").focus()
    visitor.page.locator("input[name=id_number]").focus()
    expect(visitor.page.locator(".field.right")).to_have_count(0)
    visitor.page.locator("input[name=name]").fill("王小明")
    expect(visitor.page.locator(".field.right")).to_have_count(1)


def test_a_lost_connection_keeps_what_was_typed(shop: Shop, visit: Visit) -> None:
    person = Person()
    visitor = opened(shop, visit, "face", person)
    walk(visitor, person, "face", until="identity")
    visitor.context.set_offline(True)
    STEPS["identity"](visitor, person)
    says(visitor, ("网络连接中断", ""), "zh-CN")
    visitor.context.set_offline(False)
    send(visitor)
    visitor.shows("face")


def test_a_lost_answer_is_asked_for_again_under_the_same_key(shop: Shop, visit: Visit) -> None:
    person = Person()
    visitor = opened(shop, visit, "face", person)
    walk(visitor, person, "face", until="identity")
    keys: list[str] = []

    def lose_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    visitor.page.route("**/steps/identity", lose_the_first)
    STEPS["identity"](visitor, person)
    visitor.shows("face")
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.fixture(scope="module")
def refusing(launch: Callable[..., Browser]) -> Browser:
    """A browser whose user says no to the camera."""
    return launch("--use-fake-device-for-media-stream", "--deny-permission-prompts")


@pytest.fixture(scope="module")
def blind(launch: Callable[..., Browser]) -> Browser:
    """A browser on a machine without a camera."""
    return launch("--use-fake-device-for-media-stream=device-count=0", "--use-fake-ui-for-media-stream")


@pytest.mark.parametrize(("which", "words"), [("refusing", "没有摄像头权限"), ("blind", "没有找到摄像头")])
def test_without_a_camera_a_picture_is_chosen(
    shop: Shop, visit: Visit, request: pytest.FixtureRequest, which: str, words: str
) -> None:
    person = Person()
    permissions = [] if which == "refusing" else ["camera"]
    visitor = visit("desktop", by=request.getfixturevalue(which), permissions=permissions)
    visitor.page.goto(shop.start(f"fail-{person.number}", "face"))
    walk(visitor, person, "face", until="face")
    visitor.page.locator(".face-stage .button.main").click()
    expect(visitor.page.locator(".face-stage .notice")).to_contain_text(words)
    expect(visitor.page.locator(".choice")).to_have_count(2)
    face_by_file(visitor, person)
    visitor.shows("verified")


def test_inside_wechat_the_way_around_is_told(shop: Shop, visit: Visit) -> None:
    person = Person()
    visitor = visit("phone", user_agent="Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50")
    visitor.page.goto(shop.start(f"fail-{person.number}", "face"))
    walk(visitor, person, "face", until="face")
    expect(visitor.page.locator(".face-stage .notice")).to_contain_text("在浏览器打开")
