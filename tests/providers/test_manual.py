from typing import ClassVar

import pytest

from providers.base import Capability, Misconfigured, Proof, Provider, Request
from providers.manual import Manual
from providers.registry import load
from providers.testing.conformance import ProviderConformance, Situation
from providers.testing.examples import request_for

OPTIONS = {"bank": "某家银行", "contact": "95500"}


class TestConformance(ProviderConformance):
    situations: ClassVar[dict[Capability, tuple[Situation, ...]]] = {Capability.TRANSFER: (Situation.MATCH,)}

    @pytest.fixture
    def provider(self) -> Provider:
        return load("manual", OPTIONS)

    # it sees no face, and there is nothing it would not have received
    test_a_face_image_is_never_pickled = None  # type: ignore[assignment]
    test_nothing_keeps_the_bytes_of_a_face = None  # type: ignore[assignment]
    test_a_reading_comes_to = None  # type: ignore[assignment]

    def arrange(self, capability: Capability, situation: Situation) -> Request:  # noqa: ARG002 - it has but one
        return request_for(capability)


def test_a_remark_proves_something_only_where_it_is_shown() -> None:
    assert Proof.REMARK_CODE not in Manual(**OPTIONS).capabilities[Capability.TRANSFER].proofs
    assert Proof.REMARK_CODE in Manual(**OPTIONS, shows_remark=True).capabilities[Capability.TRANSFER].proofs


@pytest.mark.parametrize("setting", ["columns", "statement"])
def test_what_the_settings_may_name_is_checked(setting: str) -> None:
    with pytest.raises(Misconfigured, match=f"{setting} knows no shoe_size"):
        load("manual", {**OPTIONS, setting: {"shoe_size": "shoe_size"}})
