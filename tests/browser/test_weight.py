"""How soon the first screen is there over a slow line, what it weighs, and what the page may reach."""

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, expect

from tests.browser.conftest import Shop, Visitor

Visit = Callable[..., Visitor]

#: a poor mobile line
LATENCY_MS = 150
BYTES_A_SECOND = 1_600_000 / 8

HEAVIEST = 150_000
SLOWEST_MS = 1800


def slow(visitor: Visitor) -> CDPSession:
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        },
    )
    return session


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_first_screen_is_light_and_soon_there(shop: Shop, visit: Visit, language: str) -> None:
    visitor = visit("phone")
    session = slow(visitor)
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    visitor.page.goto(shop.start(f"weight-{language}", "bank_card", locale=language))
    visitor.shows("consent")
    visitor.page.wait_for_load_state("networkidle")
    painted = visitor.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert painted < SLOWEST_MS
    assert 10_000 < sum(sizes) < HEAVIEST
    assert visitor.complaints == []
    assert visitor.elsewhere == []


def test_a_second_visit_asks_for_no_file_again(shop: Shop, visit: Visit) -> None:
    visitor = visit("phone")
    link = shop.start("weight-again", "face")
    visitor.page.goto(link)
    visitor.shows("consent")
    visitor.page.goto(link.replace("#", "?again#"))
    visitor.shows("consent")
    script = "performance.getEntriesByType('resource').filter((one) => one.name.includes('/h/assets/'))"
    sizes = visitor.page.evaluate(f"{script}.map((one) => one.transferSize)")
    assert len(sizes) > 5
    assert set(sizes) == {0}


def test_a_page_of_a_stranger_may_not_frame_it(shop: Shop, visit: Visit) -> None:
    visitor = visit("desktop")
    link = shop.start("framed", "face")
    stranger = shop.base.replace("127.0.0.1", "localhost")
    visitor.page.goto(stranger)
    visitor.page.evaluate(
        "(link) => { const f = document.createElement('iframe'); f.src = link; document.body.append(f) }", link
    )
    expect(visitor.page.frame_locator("iframe").locator("main")).to_have_count(0)
    visitor.page.wait_for_timeout(1000)
    assert any("frame-ancestors" in complaint for complaint in visitor.complaints)
