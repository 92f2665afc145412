import copy
import pickle
import re
from collections.abc import Callable

import pytest

from providers.base import Capability, FaceImage, ProviderFailure, Throttled
from providers.testing.examples import request_for
from providers.testing.scrubbing import leaks


@pytest.mark.parametrize("capability", Capability)
def test_a_request_shows_nothing_of_its_person(capability: Capability) -> None:
    request = request_for(capability)
    assert leaks(request, f"{request!r} {request!s}") == []


@pytest.mark.parametrize("capability", Capability)
def test_a_request_says_which_kinds_it_carries(capability: Capability) -> None:
    request = request_for(capability)
    assert request.capability is capability
    fields = {BANK.sub("bank", name) for name in type(request).__dataclass_fields__ if name not in EXEMPT}
    assert len(request.kinds) == len(fields) + TAKEN_THERE.get(capability, 0)


#: no kind of personal data: the one-time code and the amount are ours, the locale nobody's, a hint stays here.
#: An image's kind is its field
EXEMPT = {
    "code",
    "locale",
    "capability",
    "kinds",
    "side",
    "hint",
    "amount_fen",
    "remark",
    "corporate",
    "notify_url",
    "return_url",
    "application",
}
#: collected by the vendor itself
TAKEN_THERE = {Capability.LIVENESS: 1}
BANK = re.compile("bank_.*|cnaps_code")


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_face_image_cannot_be_pickled_or_copied(copied: Callable[[FaceImage], object]) -> None:
    with pytest.raises(TypeError):
        copied(FaceImage(b"bytes"))


def test_a_face_image_shows_its_type_only() -> None:
    assert repr(FaceImage(b"bytes")) == "FaceImage"


@pytest.mark.parametrize("failure", [ProviderFailure("Code.X"), Throttled("Code.X")])
def test_a_failure_says_the_vendor_code_only(failure: ProviderFailure) -> None:
    assert str(failure) == failure.vendor_code == "Code.X"
