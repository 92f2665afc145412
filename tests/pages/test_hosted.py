"""The shell of the hosted page: who may frame it, what it may do, what it holds, how it is kept."""

import gzip
import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.caller import Caller
from tests.conftest import ORIGIN, Keys, make_application
from verify.pages.assets import Assets


def hosted(app: Flask, path: str, **headers: str) -> TestResponse:
    return app.test_client().get(path, headers=headers)


def directives(response: TestResponse) -> dict[str, str]:
    parts = response.headers["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


@pytest.fixture
def made(server: Caller) -> dict[str, str]:
    return server.create()


def test_a_new_verification_names_its_page_with_the_token_in_the_fragment(made: dict[str, str]) -> None:
    assert made["hosted_url"] == f"http://127.0.0.1:8080/h/{made['id']}#{made['client_token']}"


def test_a_fresh_token_comes_with_a_fresh_address(server: Caller, made: dict[str, str]) -> None:
    again = server.post(f"/v1/verifications/{made['id']}/client_tokens").json
    assert again["client_token"] != made["client_token"]
    assert again["hosted_url"] == f"http://127.0.0.1:8080/h/{made['id']}#{again['client_token']}"


def test_only_origins_of_the_application_may_frame_its_page(app: Flask, made: dict[str, str]) -> None:
    make_application(app, "Other", origin="https://other.example")
    assert directives(hosted(app, f"/h/{made['id']}"))["frame-ancestors"] == ORIGIN


def test_nothing_inline_and_nothing_from_elsewhere_runs(app: Flask, made: dict[str, str]) -> None:
    response = hosted(app, f"/h/{made['id']}")
    found = directives(response)
    assert found["default-src"] == "'none'"
    assert {found["script-src"], found["style-src"], found["connect-src"]} == {"'self'"}
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "camera=(self)" in response.headers["Permissions-Policy"]
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|https?://", response.text)


@pytest.mark.parametrize("path", ["/h/ver_0198c0de-0000-7000-8000-000000000001", "/h/nonsense"])
def test_an_unknown_address_is_a_page_that_nobody_may_frame(app: Flask, api_keys: Keys, path: str) -> None:
    response = hosted(app, path)
    assert response.status_code == 404
    assert response.content_type.startswith("text/html")
    assert directives(response)["frame-ancestors"] == "'none'"


@pytest.mark.parametrize(("query", "language"), [("", "zh-CN"), ("?lang=en", "en"), ("?lang=fr", "zh-CN")])
def test_the_page_speaks_the_verifications_language_or_the_one_chosen(
    app: Flask, made: dict[str, str], query: str, language: str
) -> None:
    response = hosted(app, f"/h/{made['id']}{query}", **{"Accept-Language": "zh-CN"})
    assert f'<html lang="{language}">' in response.text


def test_an_applications_name_is_text(app: Flask) -> None:
    keys = make_application(app, '<b>"A" & B')
    made = Caller(app, keys.test).create()
    assert "<b>" not in hosted(app, f"/h/{made['id']}").text


def test_assets_are_compressed_and_kept_for_good_under_a_name_of_their_release(app: Flask) -> None:
    version = Assets.read().version
    response = hosted(app, f"/h/assets/{version}/page.js", **{"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert "immutable" in response.headers["Cache-Control"]
    assert gzip.decompress(response.data) == hosted(app, f"/h/assets/{version}/page.js").data


def test_an_asset_of_another_release_is_not_kept(app: Flask) -> None:
    assert hosted(app, "/h/assets/0123456789ab/page.js").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["../assets.py", "page.py", "screens", "nothing.js"])
def test_nothing_but_assets_is_served(app: Flask, name: str) -> None:
    assert hosted(app, f"/h/assets/x/{name}").status_code == 404


@pytest.mark.parametrize(
    ("name", "status"), [("realname.js", 200), ("realname.d.ts", 200), ("page.js", 404), ("texts.en.js", 404)]
)
def test_the_library_alone_is_offered_to_other_origins(app: Flask, name: str, status: int) -> None:
    response = hosted(app, f"/js/v1/{name}")
    assert response.status_code == status
    if status == 200:
        assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_an_asset_that_is_known_is_not_sent_again(app: Flask) -> None:
    first = hosted(app, "/js/v1/realname.js")
    assert hosted(app, "/js/v1/realname.js", **{"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(("locale", "words"), [("zh-CN", "依照"), ("en", "article 21")])
def test_the_notice_is_one_in_both_languages(server: Caller, made: dict[str, str], locale: str, words: str) -> None:
    path = f"/v1/verifications/{made['id']}/consent_notice"
    notice = server.get(f"{path}?locale={locale}").json
    assert words in notice["items"][0]["purpose"]
    assert notice["notice_id"] == server.get(path).json["notice_id"]


def test_where_the_user_goes_at_the_end_can_be_read_back(server: Caller) -> None:
    made = server.create(return_url=f"{ORIGIN}/done", locale="en")
    read = server.read(made["id"])
    assert (read["return_url"], read["locale"]) == (f"{ORIGIN}/done", "en")
