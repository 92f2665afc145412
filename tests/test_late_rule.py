"""URL rules whose builders wait until a URL is built."""

import pytest
from flask import Flask, url_for

from verify.late_rule import LateRule


def listed(page: int) -> str:
    return str(page)


@pytest.fixture
def routed() -> Flask:
    app = Flask("routed")
    app.url_rule_class = LateRule
    app.add_url_rule("/cases/<uuid:case>/<self_>", "case", lambda **_: "")
    app.add_url_rule("/list/", "list", listed, defaults={"page": 1})
    app.add_url_rule("/list/<int:page>", "list", listed)
    return app


@pytest.mark.parametrize(
    ("endpoint", "values", "url"),
    [
        ("case", {"case": "0190a3d0-0000-7000-8000-000000000000", "self_": "a b"},
         "/cases/0190a3d0-0000-7000-8000-000000000000/a%20b"),
        ("list", {"page": 1}, "/list/"),
        ("list", {"page": 2}, "/list/2"),
        ("list", {"page": 2, "rule": "x", "self": "y"}, "/list/2?rule=x&self=y"),
    ],
)  # fmt: skip
def test_builds_what_flask_builds(routed: Flask, endpoint: str, values: dict[str, object], url: str) -> None:
    with routed.test_request_context():
        assert url_for(endpoint, **values) == url
        assert url_for(endpoint, **values) == url


def test_matches_before_anything_was_built(routed: Flask) -> None:
    client = routed.test_client()
    assert [client.get(path).text for path in ("/list/", "/list/7")] == ["1", "7"]


def test_every_url_of_the_service_is_built_late(app: Flask) -> None:
    assert {type(rule) for rule in app.url_map.iter_rules()} == {LateRule}
