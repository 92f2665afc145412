"""Published texts and tables."""

import pytest
from flask import Flask

from verify.flows.effects import EFFECTS
from verify.flows.reasons import REASONS


@pytest.mark.promise("8")
def test_policies_are_listed_and_read_without_a_credential(app: Flask) -> None:
    listed = app.test_client().get("/v1/policies").json
    version = listed["current"]
    assert version in {policy["version"] for policy in listed["data"]}
    text = app.test_client().get(f"/v1/policies/{version}").json
    assert set(text["texts"]) == {"zh-CN", "en"}
    assert "{operator}" not in text["texts"]["en"]


def test_every_reason_code_is_published_with_what_it_costs(app: Flask) -> None:
    data = app.test_client().get("/v1/reason_codes").json["data"]
    assert {row["code"] for row in data} == set(REASONS)
    for row in data:
        assert set(row["text"]) == {"zh-CN", "en"}
        assert isinstance(row["costs_try"], bool)


def test_every_effect_names_a_published_reason() -> None:
    assert {effect.reason for effect in EFFECTS.values() if effect.reason} <= set(REASONS)
