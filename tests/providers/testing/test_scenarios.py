from typing import Any

import pytest
import requests

from providers.base import Capability, Misconfigured, Result, Throttled, Unavailable, Unknown
from providers.testing.conformance import answer_to, kind_of
from providers.testing.examples import request_for
from providers.testing.scenarios import Mocked, Reply

VENDORS = ("realname_tencent", "realname_alibaba")

#: scenario → what a check comes to
PLAYED = {
    "match": Result.MATCH,
    "mismatch": Result.MISMATCH,
    "no_record": Result.NOT_FOUND,
    "timeout": Unknown,
    "outage": Unavailable,
    "throttled": Throttled,
    "malformed": Unknown,
    "unlisted": Result.INCONCLUSIVE,
    "bad_credentials": Misconfigured,
}


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> Mocked:
    found: Mocked = request.getfixturevalue(request.param)
    return found


def asked(vendor: Mocked, capability: Capability = Capability.IDENTITY) -> Any:
    return kind_of(answer_to(vendor.provider, request_for(capability)))


@pytest.mark.parametrize("capability", [Capability.IDENTITY, Capability.FACE])
@pytest.mark.parametrize(("scenario", "expected"), PLAYED.items())
def test_a_vendor_plays(vendor: Mocked, capability: Capability, scenario: str, expected: Any) -> None:
    vendor.play(scenario)
    assert asked(vendor, capability) == expected


def test_a_vendor_matches_until_it_is_told_otherwise(vendor: Mocked) -> None:
    assert {asked(vendor, capability) for capability in vendor.provider.capabilities} == {
        Result.MATCH,
        Result.ACCEPTED,
    }


def test_a_scenario_can_be_for_one_capability(vendor: Mocked) -> None:
    vendor.play("mismatch", Capability.FACE)
    assert (asked(vendor, Capability.FACE), asked(vendor)) == (Result.MISMATCH, Result.MATCH)


def test_what_a_capability_cannot_have_is_refused_and_changes_nothing(vendor: Mocked) -> None:
    vendor.play("outage", Capability.SMS)
    with pytest.raises(ValueError, match="sms cannot have the scenario mismatch; possible are match, timeout"):
        vendor.play("mismatch", Capability.SMS, Capability.IDENTITY)
    assert asked(vendor, Capability.SMS) is Unavailable


def test_a_scenario_for_all_leaves_what_cannot_have_it(vendor: Mocked) -> None:
    vendor.play("mismatch")
    assert (asked(vendor, Capability.SMS), asked(vendor)) == (Result.ACCEPTED, Result.MISMATCH)


def test_a_capability_that_the_vendor_lacks_is_refused(vendor: Mocked) -> None:
    with pytest.raises(ValueError, match="this vendor has no transfer; possible are identity"):
        vendor.play("outage", Capability.TRANSFER)


def test_an_unheard_of_scenario_is_refused(vendor: Mocked) -> None:
    with pytest.raises(ValueError, match="mishap"):
        vendor.play("mishap")


def test_any_other_answer_can_be_given(vendor: Mocked) -> None:
    vendor.answer(Capability.IDENTITY, Reply("busy", 503))
    assert asked(vendor) is Unavailable


def test_what_was_sent_can_be_read(vendor: Mocked) -> None:
    asked(vendor)
    assert [request.method for request in vendor.requests] == ["POST"]


def test_two_vendors_are_mocked_side_by_side(realname_tencent: Mocked, realname_alibaba: Mocked) -> None:
    realname_tencent.play("outage")
    assert (asked(realname_tencent), asked(realname_alibaba)) == (Unavailable, Result.MATCH)


@pytest.mark.usefixtures("vendor")
def test_no_other_address_is_reached() -> None:
    with pytest.raises(requests.ConnectionError):
        requests.post("https://elsewhere.example/", timeout=1)
