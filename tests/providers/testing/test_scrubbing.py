import json
from base64 import b64encode
from collections.abc import Callable
from typing import cast
from urllib.parse import quote

import pytest

from providers.base import BankCardCheck, Capability, FaceCheck
from providers.testing.examples import request_for
from providers.testing.scrubbing import leaks

CARD = cast("BankCardCheck", request_for(Capability.BANK_CARD))
FACE = cast("FaceCheck", request_for(Capability.FACE))


@pytest.mark.parametrize(
    "spelt", [str, quote, json.dumps, lambda name: b64encode(name.encode()).decode(), lambda name: repr(name.encode())]
)
def test_a_name_is_found_as(spelt: Callable[[str], str]) -> None:
    assert leaks(CARD, f"GET /?name={spelt(CARD.name)} refused") == ["name"]


@pytest.mark.parametrize("field", ["name", "id_number", "card_number", "mobile"])
def test_each_field_is_found(field: str) -> None:
    assert leaks(CARD, getattr(CARD, field)) == [field]


@pytest.mark.parametrize("spelt", [repr, bytes.hex, lambda image: b64encode(image).decode()])
def test_an_image_is_found_as(spelt: Callable[[bytes], str]) -> None:
    assert leaks(FACE, spelt(FACE.image.data)) == ["image"]


def test_clean_text_has_no_leaks() -> None:
    assert leaks(FACE, "provider answered sandbox.match") == []


def test_a_locale_is_nobodys() -> None:
    assert leaks(request_for(Capability.SMS), "zh-CN") == []
