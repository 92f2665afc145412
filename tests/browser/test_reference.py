"""The reference at ``/docs`` in a browser that keeps its policy."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Shop, Visitor, shot
from tests.browser.test_gallery import grave

Visit = Callable[..., Visitor]


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_reference_has_its_style_and_opens_what_a_link_names(visit: Visit, shop: Shop, size: str) -> None:
    visitor = visit(size)
    visitor.page.goto(f"{shop.realname.base}/docs")
    assert visitor.page.evaluate("getComputedStyle(document.body).margin") == "0px"
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(visitor, f"docs-{size}", full_page=False)
    visitor.page.goto(f"{shop.realname.base}/docs#createVerification")
    expect(visitor.page.locator("details[open] #createVerification")).to_be_in_viewport()
    shot(visitor, f"docs-{size}-open", full_page=False)
    assert visitor.complaints == []
    assert visitor.elsewhere == []


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_reference_is_open_to_everybody(visit: Visit, shop: Shop, colours: str) -> None:
    visitor = visit("desktop", color_scheme=colours, bypass_csp=True)
    visitor.page.goto(f"{shop.realname.base}/docs#createVerification")
    assert grave(visitor) == []
