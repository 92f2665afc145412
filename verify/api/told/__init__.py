"""What the OpenAPI document tells readers beyond its schemas: descriptions and examples, one row an operation."""

from collections.abc import Iterator
from typing import Any

from flask_smorest import Api

from verify.api.told import calls, consents, descriptions
from verify.api.told.errors import problems_of

SENT = {**calls.SENT, **consents.SENT}
ANSWERED = {**calls.ANSWERED, **consents.ANSWERED}
DESCRIPTIONS = {**descriptions.DESCRIPTIONS, **consents.DESCRIPTIONS}

#: path parameters; each names one thing wherever it stands
PARAMETERS = {
    "verification_id": ("`ver_…`", "ver_0198c0de-0000-7000-8000-000000000001"),
    "account_ref": ("Your own pseudonym of the account.", "acct-1001"),
    "request_id": ("`req_…`", "req_0198c0de-0000-7000-8000-000000000003"),
    "notice_id": ("`anc_…`, as an `account.notice` event names it.", "anc_0198c0de-0000-7000-8000-000000000007"),
    "event_id": ("`evt_…`", "evt_0198c0de-0000-7000-8000-000000000005"),
    "endpoint_id": ("`whe_…`", "whe_0198c0de-0000-7000-8000-000000000006"),
    "version": ("A version of GET /v1/policies.", "1.0"),
    "provider": ("The vendor's name in the settings.", "sandbox"),
    "token": ("Names one check; made here, known to its vendor alone.", "…"),
}


def tell(spec: Api) -> None:
    """Add descriptions and examples to every operation of the document."""
    for path in spec.spec._paths.values():  # noqa: SLF001 - apispec has no public way back to its paths
        for parameter in path.get("parameters", []):
            if isinstance(parameter, dict) and parameter.get("name") in PARAMETERS:
                parameter["description"], parameter["example"] = PARAMETERS[parameter["name"]]
        for operation in path.values():
            if isinstance(operation, dict) and "operationId" in operation:
                _tell(operation, operation["operationId"])


def _tell(operation: dict[str, Any], name: str) -> None:
    if name in DESCRIPTIONS:
        operation.setdefault("description", DESCRIPTIONS[name])
    for media in _json(operation.get("requestBody", {})):
        if name in SENT:
            media["example"] = SENT[name]
    for status, answer in operation["responses"].items():
        for media in _json(answer):
            if name in ANSWERED:
                media["example"] = ANSWERED[name]
        for media in _media(answer, "application/problem+json"):
            media["examples"] = {code: {"value": body} for code, body in problems_of(name, int(status))}


def _json(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return _media(described, "application/json")


def _media(described: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    found = described.get("content", {}).get(kind)
    if found is not None:
        yield found
