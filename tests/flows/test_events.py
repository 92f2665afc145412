"""The event chain: complete, in order, and broken by any change."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from crypto.chain import event_hash
from tests.caller import PORTRAIT, Caller, person
from verify.flows.events import canonical
from verify.models import Event, Verification
from verify.services import Services


@pytest.fixture
def chain(server: Caller, services: Services) -> list[Event]:
    made = server.create()["id"]
    server.consent(made)
    server.step(made, "identity", person(name="张人脸不符"))
    server.step(made, "face", PORTRAIT)
    server.post(f"/v1/verifications/{made}/cancel")
    with services.read() as session:
        return list(session.scalars(select(Event).order_by(Event.seq)))


def test_every_change_is_an_event_in_order(chain: list[Event]) -> None:
    assert [(event.seq, event.type) for event in chain] == [
        (1, "verification.created"),
        (2, "verification.step_passed"),
        (3, "verification.step_passed"),
        (4, "verification.step_failed"),
        (5, "verification.canceled"),
    ]


def test_each_event_is_chained_to_the_one_before(chain: list[Event]) -> None:
    previous = None
    for event in chain:
        assert event.hash == event_hash(previous, event.seq, event.verification_id, event.payload)
        previous = event.hash


def test_the_verification_carries_the_head_so_that_a_cut_tail_shows(chain: list[Event], services: Services) -> None:
    with services.read() as session:
        verification = session.get_one(Verification, chain[0].verification_id)
    assert (verification.event_seq, verification.event_hash) == (chain[-1].seq, chain[-1].hash)


def test_an_event_holds_ids_and_codes_and_no_person(chain: list[Event]) -> None:
    for event in chain:
        payload = json.loads(event.payload)
        assert UUID(payload["id"]) == event.id
        assert payload["seq"] == event.seq
        assert set(payload) <= {
            "format",
            "id",
            "verification",
            "application",
            "livemode",
            "about",
            "sequence",
            "account",
            "of_type",
            "ref",
            "consents",
            "calls",
            "seq",
            "type",
            "status",
            "created_at",
            "method",
            "step",
            "code",
            "notice",
            "items",
        }


def test_equal_payloads_are_equal_bytes() -> None:
    assert canonical({"b": 1, "a": "张"}) == canonical({"a": "张", "b": 1}) == b'{"a":"\\u5f20","b":1}'
