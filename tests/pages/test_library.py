"""``realname.js`` as others import it: its types are the contract's, and older browsers can read it."""

import re
from pathlib import Path

import pytest
from flask import Flask

import verify.pages

STATIC = Path(verify.pages.__file__).parent / "static"
TYPES = (STATIC / "realname.d.ts").read_text("utf-8")

#: interface of the types → schema of the OpenAPI document
SCHEMAS = {
    "Step": "StepView",
    "Verification": "Verification",
    "Result": "Result",
    "Transfer": "TransferView",
    "NoticeItem": "NoticeItem",
    "Notice": "Notice",
    "FaceSession": "HostedFace",
    "Explanation": "Explanation",
}


@pytest.mark.parametrize(("interface", "schema"), SCHEMAS.items())
def test_a_type_has_the_members_of_its_schema(app: Flask, api_keys: object, interface: str, schema: str) -> None:
    body = TYPES.partition(f"export interface {interface} {{\n")[2].partition("\n}")[0]
    members = set(re.findall(r"^  (\w+)\??:", body, re.MULTILINE))
    document = app.test_client().get("/openapi.json").json or {}
    assert members == set(document["components"]["schemas"][schema]["properties"])


def test_an_assurance_has_the_members_of_its_schema(app: Flask, api_keys: object) -> None:
    inline = TYPES.partition("assurance: {")[2].partition("}")[0]
    document = app.test_client().get("/openapi.json").json or {}
    assert set(re.findall(r"(\w+)\??:", inline)) == set(document["components"]["schemas"]["Assurance"]["properties"])


@pytest.mark.parametrize("script", sorted(STATIC.rglob("*.js")), ids=lambda path: path.name)
def test_a_module_looks_behind_nothing(script: Path) -> None:
    """Safari learned that in 16.4; before, one such expression keeps the whole module from loading."""
    assert not re.search(r"\(\?<[=!]", script.read_text("utf-8"))
