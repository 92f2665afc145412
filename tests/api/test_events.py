"""Reading events: every public state change, in order, and nobody else's."""

import pytest
from flask import Flask

from tests.caller import PORTRAIT, Caller, card_of
from tests.conftest import Clock, Keys, Statements, make_application
from tests.posting import one_step_on

PATH = "/v1/events"


@pytest.fixture
def verified(server: Caller) -> str:
    made = one_step_on(server)
    server.step(made, "face", PORTRAIT)
    return made


class TestBothDatabases:
    @pytest.fixture
    def database(self, both_databases: str) -> str:
        return both_databases

    def test_every_state_change_is_listed_in_order(self, server: Caller, verified: str) -> None:
        listed = server.get(PATH).json["data"]
        assert [(event["sequence"], event["type"]) for event in listed] == [
            (1, "verification.created"),
            (2, "verification.step_passed"),
            (3, "verification.step_passed"),
            (4, "verification.step_passed"),
            (5, "verification.verified"),
        ]
        assert {event["data"]["id"] for event in listed} == {verified}
        assert {event["data"]["status"] for event in listed} == {"verified"}  # as it stands now

    @pytest.mark.usefixtures("verified")
    def test_pages_follow_one_another(self, server: Caller) -> None:
        seen, cursor = [], ""
        while cursor is not None:
            page = server.get(f"{PATH}?limit=2{cursor and '&cursor='}{cursor}").json
            seen += [event["sequence"] for event in page["data"]]
            cursor = page["next_cursor"]
        assert seen == [1, 2, 3, 4, 5]


def test_an_event_is_read_as_it_is_listed(server: Caller, verified: str) -> None:
    [*_, last] = server.get(PATH).json["data"]
    assert server.get(f"{PATH}/{last['id']}").json == last
    assert last["data"] == server.read(verified)


def test_what_only_the_audit_reads_is_not_there(server: Caller) -> None:
    made = server.create("bank_card")["id"]
    server.consent(made)
    server.step(made, "bank_card", card_of())
    server.post(f"/v1/verifications/{made}/switch_method", {"method": "face"})
    assert [event["type"] for event in server.get(PATH).json["data"]] == [
        "verification.created",
        "verification.step_passed",
    ]


@pytest.mark.parametrize(
    ("query", "sequences"),
    [
        ("type=verification.verified", [5]),
        ("type=verification.expired", []),
        ("created_after=2026-12-01T04:00:00Z", [4, 5]),
        ("created_after=2026-12-01T12:00:00%2B08:00", [4, 5]),
    ],
)
def test_they_are_filtered(server: Caller, clock: Clock, query: str, sequences: list[int]) -> None:
    made = one_step_on(server)
    clock.turn(seconds=1)
    server.step(made, "face", PORTRAIT)
    assert [event["sequence"] for event in server.get(f"{PATH}?{query}").json["data"]] == sequences


def test_those_of_one_verification_can_be_asked_for(server: Caller, verified: str) -> None:
    other = server.create(account_ref="acct-2")["id"]
    assert [event["data"]["id"] for event in server.get(f"{PATH}?verification={other}").json["data"]] == [other]


@pytest.mark.parametrize(
    ("query", "status"),
    [("verification=acct-1", 404), ("cursor=!", 422), ("limit=0", 422), ("type=verification.code_sent", 422)],
)
def test_a_wrong_query_is_refused(server: Caller, query: str, status: int) -> None:
    assert server.get(f"{PATH}?{query}").status_code == status


@pytest.mark.usefixtures("verified")
def test_another_application_and_the_other_mode_see_none(app: Flask, api_keys: Keys, server: Caller) -> None:
    event = server.get(PATH).json["data"][0]["id"]
    for token in (api_keys.live, make_application(app, "Other", "https://other.example").test):
        stranger = Caller(app, token)
        assert stranger.get(PATH).json["data"] == []
        assert stranger.get(f"{PATH}/{event}").json["code"] == "not_found"
        assert stranger.post(f"{PATH}/{event}/resend").json["code"] == "not_found"


@pytest.mark.usefixtures("verified")
class TestResend:
    def test_without_an_endpoint_there_is_nobody_to_send_to(self, server: Caller) -> None:
        event = server.get(PATH).json["data"][0]["id"]
        refused = server.post(f"{PATH}/{event}/resend")
        assert (refused.status_code, refused.json["code"]) == (409, "no_endpoint")

    def test_an_endpoint_that_is_not_there_is_not_found(self, server: Caller) -> None:
        event = server.get(PATH).json["data"][0]["id"]
        for endpoint in ("whe_00000000-0000-0000-0000-000000000000", "whe_x", event):
            assert server.post(f"{PATH}/{event}/resend", {"endpoint": endpoint}).status_code == 404

    def test_a_disabled_endpoint_is_not_sent_to(self, server: Caller) -> None:
        event = server.get(PATH).json["data"][0]["id"]
        made = server.post("/v1/webhook_endpoints", {"url": "https://hooks.example/"}).json
        server.send("PATCH", f"/v1/webhook_endpoints/{made['id']}", {"enabled": False})
        for body in ({}, {"endpoint": made["id"]}):
            assert server.post(f"{PATH}/{event}/resend", body).json["code"] == "no_endpoint"

    def test_endpoints_that_do_not_ask_for_its_type_are_left_out_unless_they_are_named(self, server: Caller) -> None:
        event = server.get(PATH).json["data"][0]["id"]
        made = server.post(
            "/v1/webhook_endpoints", {"url": "https://hooks.example/", "event_types": ["verification.expired"]}
        ).json
        assert server.post(f"{PATH}/{event}/resend").json["code"] == "no_endpoint"
        assert server.post(f"{PATH}/{event}/resend", {"endpoint": made["id"]}).status_code == 202


@pytest.mark.usefixtures("verified")
def test_a_page_takes_two_statements_and_one_of_the_key_store(server: Caller, statements: Statements) -> None:
    one_step_on(server, "acct-2")
    statements.clear()
    assert len(server.get(PATH).json["data"]) == 8
    assert len(statements.main) == 2, statements.main
    assert len(statements.keys) == 1, statements.keys
