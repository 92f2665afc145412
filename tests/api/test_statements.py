"""Hot paths are lean: the SQL statements of each request are counted, and one more fails."""

from collections.abc import Callable

import pytest
from flask import Flask

from providers.base import Outcome, Request
from providers.sandbox import Sandbox
from tests.caller import PORTRAIT, Caller, card_of, person
from tests.conftest import Clock, Keys, Statements

KEY = {"Idempotency-Key": "once"}


@pytest.fixture(params=["secret key", "client token"])
def credential(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def as_caller(credential: str, app: Flask, api_keys: Keys, made: dict[str, str]) -> Caller:
    return Caller(app, api_keys.test if credential == "secret key" else made["client_token"])


def test_creating_takes_five_statements_and_no_key(server: Caller, statements: Statements) -> None:
    server.post("/v1/verifications", {"type": "personal", "method": "face", "account_ref": "acct-1001"}, headers=KEY)
    assert len(statements.main) == 5, statements.main
    assert statements.keys == []


def to_identity(caller: Caller, verification: str, clock: Clock) -> None:
    caller.consent(verification)


def to_face(caller: Caller, verification: str, clock: Clock) -> None:
    caller.consent(verification)
    caller.step(verification, "identity", person())


def to_code(caller: Caller, verification: str, clock: Clock) -> None:
    caller.consent(verification)
    caller.step(verification, "bank_card", card_of())
    clock.turn(minutes=2)


def note_the_call(sandbox: Sandbox, statements: Statements, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements of the main store came before the provider was asked."""
    asked: list[int] = []
    call = sandbox.call

    def noted(request: Request, reference: str) -> Outcome:
        asked.append(len(statements.main))
        return call(request, reference)

    monkeypatch.setattr(sandbox, "call", noted)
    return asked


#: method, how to come to the step, path, body
STEPS = [
    ("face", to_identity, "steps/identity", person()),
    ("face", to_face, "steps/face", PORTRAIT),
    ("bank_card", to_identity, "steps/bank_card", card_of()),
    ("bank_card", to_code, "steps/sms_code", {"code": "246810"}),
    ("bank_card", to_code, "steps/sms_code/resend", {}),
]


@pytest.mark.parametrize(("method", "reach", "path", "body"), STEPS, ids=[s[2] for s in STEPS])
def test_a_step_takes_six_statements_before_the_provider_and_five_after(
    app: Flask,
    api_keys: Keys,
    server: Caller,
    clock: Clock,
    statements: Statements,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    credential: str,
    method: str,
    reach: Callable[[Caller, str, Clock], None],
    path: str,
    body: object,
) -> None:
    made = server.create(method)
    reach(server, made["id"], clock)
    with app.app_context():
        app.extensions["realname"].board()
    statements.clear()
    caller = as_caller(credential, app, api_keys, made)
    asked = note_the_call(sandbox, statements, monkeypatch)
    sent = {"data": body, "content_type": "image/jpeg"} if isinstance(body, bytes) else {"json": body}
    response = caller.post(f"/v1/verifications/{made['id']}/{path}", headers=KEY, **sent)
    assert response.status_code == 200, response.json
    before, after = statements.main[: asked[0]], statements.main[asked[0] :]
    assert len(before) <= 6, before
    assert len(after) <= 5, after
    assert len(statements.keys) <= (3 if path == "steps/bank_card" else 2), statements.keys


def test_a_read_takes_one_statement_beside_the_key(
    app: Flask, api_keys: Keys, server: Caller, clock: Clock, statements: Statements, credential: str
) -> None:
    made = server.create()
    to_face(server, made["id"], clock)
    server.step(made["id"], "face", PORTRAIT)
    caller = as_caller(credential, app, api_keys, made)
    statements.clear()
    assert caller.read(made["id"])["status"] == "verified"
    assert len(statements.main) == (2 if credential == "secret key" else 1), statements.main
    assert len(statements.keys) == 1, statements.keys


def test_a_page_takes_as_many_statements_as_one_verification(server: Caller, statements: Statements) -> None:
    for n in range(5):
        server.create(account_ref=f"acct-{n}")
    statements.clear()
    assert len(server.get("/v1/verifications").json["data"]) == 5
    assert len(statements.main) == 2, statements.main
    assert len(statements.keys) <= 1, statements.keys
