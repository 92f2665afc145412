"""Lines that are slow or dead: a file is given time as long as it moves, and nobody waits for good."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Shop, Visitor
from tests.browser.test_weight import slow
from tests.browser.walking import Person, face_by_file, walk

Visit = Callable[..., Visitor]

#: what a request allows itself, noted, and shortened so that a test need not wait for it
LIMITS = """
self.allowed = [];
const kept = Object.getOwnPropertyDescriptor(XMLHttpRequest.prototype, "timeout");
Object.defineProperty(XMLHttpRequest.prototype, "timeout", {
  get() { return kept.get.call(this); },
  set(milliseconds) { allowed.push(milliseconds); kept.set.call(this, milliseconds / SHORTENED); },
});
"""


def at_the_face(shop: Shop, visitor: Visitor, shortened: int) -> Page:
    person = Person()
    visitor.page.add_init_script(LIMITS.replace("SHORTENED", str(shortened)))
    visitor.page.goto(shop.start(f"line-{person.number}", "face"))
    walk(visitor, person, "face", until="face")
    return visitor.page


def test_a_picture_on_a_slow_line_is_given_more_time_as_long_as_it_moves(shop: Shop, visit: Visit) -> None:
    visitor = visit()
    page = at_the_face(shop, visitor, shortened=1)
    slow(visitor)
    page.evaluate("allowed.length = 0")
    face_by_file(visitor, Person())
    visitor.shows("verified")
    sending = [limit for limit in page.evaluate("allowed") if limit < 60_000]
    assert sending == sorted(sending)
    assert sending[-1] > sending[0] + 200


def test_a_request_that_nobody_answers_is_given_up_and_can_be_sent_again(shop: Shop, visit: Visit) -> None:
    visitor = visit()
    page = at_the_face(shop, visitor, shortened=40)
    unanswered: list[Route] = []

    def keep(route: Route) -> None:
        unanswered.append(route)

    page.route("**/steps/face", keep)
    face_by_file(visitor, Person())
    expect(page.locator(".face-stage .notice.error")).to_contain_text("网络连接中断")
    assert len(unanswered) == 1
    page.unroute("**/steps/face")
    page.locator(".face-stage .button.main").click()
    visitor.shows("verified")


def test_a_screen_that_did_not_load_is_asked_for_with_the_page(shop: Shop, visit: Visit) -> None:
    visitor = visit()
    visitor.page.route("**/screens/consent.js", lambda route: route.abort())
    visitor.page.goto(shop.start("no-screen", "face"))
    visitor.shows("stopped")
    visitor.page.unroute("**/screens/consent.js")
    with visitor.page.expect_event("load"):
        visitor.page.get_by_role("button", name="重试").click()
    visitor.shows("consent")


def test_a_page_whose_scripts_never_come_says_what_to_do(shop: Shop, visit: Visit) -> None:
    visitor = visit()
    visitor.page.route("**/page.js", lambda route: route.abort())
    visitor.page.goto(shop.start("no-scripts", "face"))
    expect(visitor.page.locator(".late")).to_be_hidden()
    expect(visitor.page.locator(".late")).to_be_visible(timeout=20_000)


def test_without_scripts_nothing_says_that_it_is_opening(
    shop: Shop, visit: Visit, launch: Callable[..., Browser]
) -> None:
    visitor = visit(by=launch("--blink-settings=scriptEnabled=false"))
    visitor.page.goto(shop.start("scripts-off", "face"))
    expect(visitor.page.locator(".lede")).to_be_hidden()
    assert "本页面需要 JavaScript" in visitor.page.locator("noscript").inner_text()
