"""The shell of the guardian's page, and that both languages say the same things."""

import re
from pathlib import Path

import pytest
from flask import Flask

import verify.pages
from providers.testing.identities import minor
from tests.api.test_minors import named, shop, started
from tests.caller import Caller
from tests.conftest import NOW, Keys
from tests.pages.test_hosted import directives, hosted
from verify.flows.minors.rules import RELATIONSHIPS

__all__ = ["shop"]

STATIC = Path(verify.pages.__file__).parent / "static"
KEY = re.compile(r"^(\s*)(\w+): ", re.MULTILINE)


def texts(locale: str) -> str:
    return (STATIC / f"guardian_texts.{locale}.js").read_text("utf-8")


@pytest.mark.promise("7")
def test_naming_a_guardian_answers_their_page_with_the_token_in_the_fragment(app: Flask, shop: Caller) -> None:
    made = started(shop, minor(1, today=NOW.date()))
    answer = named(shop, made)
    address, _, token = answer["guardian_url"].partition("#")
    assert token == answer["guardian_token"]
    assert address == f"http://127.0.0.1:8080/h/{made}/guardian"
    assert hosted(app, f"/h/{made}/guardian").status_code == 200


def test_nobody_may_frame_it_and_nothing_from_elsewhere_runs(app: Flask, server: Caller) -> None:
    response = hosted(app, f"/h/{server.create()['id']}/guardian")
    found = directives(response)
    assert found["frame-ancestors"] == "'none'"
    assert {found["script-src"], found["style-src"], found["connect-src"]} == {"'self'"}
    assert "guardian_page.js" in response.text
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|https?://", response.text)


def test_of_a_verification_that_is_not_there_it_is_not_found(app: Flask, api_keys: Keys) -> None:
    response = hosted(app, "/h/ver_0198c0de-0000-7000-8000-000000000001/guardian")
    assert response.status_code == 404
    assert response.content_type.startswith("text/html")


def test_it_is_in_the_language_that_is_asked_for(app: Flask, server: Caller) -> None:
    made = server.create()["id"]
    for locale in ("zh-CN", "en"):
        shown = hosted(app, f"/h/{made}/guardian?lang={locale}").text
        assert f'lang="{locale}"' in shown
        assert f"guardian_texts.{locale}.js" in shown


def test_both_languages_have_the_same_words() -> None:
    assert KEY.findall(texts("en")) == KEY.findall(texts("zh-CN"))


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_relationship_has_a_name(locale: str) -> None:
    assert [name for name in RELATIONSHIPS if f"{name}: " not in texts(locale)] == []
