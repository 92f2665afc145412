"""The cases catch what they are there to catch: each double here has one fault."""

import logging
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from providers.base import (
    Capability,
    Misconfigured,
    NotReceived,
    Outcome,
    Recipient,
    Request,
    Result,
    Traits,
    Unavailable,
)
from providers.sandbox import Sandbox
from providers.testing.conformance import PICTURES, ProviderConformance, Situation
from providers.testing.examples import request_for

FACE, IDENTITY = Capability.FACE, Capability.IDENTITY
CASE = (IDENTITY, Situation.MATCH)


class Cases(ProviderConformance):
    situations: ClassVar[dict[Capability, tuple[Situation, ...]]] = {IDENTITY: (Situation.MATCH,)}

    def arrange(self, capability: Capability, situation: Situation) -> Request:
        return request_for(capability, "超时" if situation is Situation.TIMEOUT else None)


class Bent(Sandbox):
    """Calls ``bend`` before it answers."""

    def __init__(self, bend: Callable[[Any], object]) -> None:
        super().__init__()
        self._bend = bend

    def call(self, request: Request, reference: str) -> Outcome:
        bent = self._bend(request)
        return bent if isinstance(bent, Outcome) else super().call(request, reference)


def _wrap(request: Any) -> None:
    raise Unavailable("Code.X") from ValueError(request.name)


def _quote(request: Any) -> None:
    raise Unavailable(request.id_number)


LEAKS: dict[str, Callable[[Any], object]] = {
    "log": lambda request: logging.getLogger("adapter").debug("asked", extra={"who": request.name}),
    "print": lambda request: print(request.name),  # noqa: T201
    "cause": _wrap,
    "exception": _quote,
    "outcome": lambda request: Outcome(Result.MATCH, vendor_reference=request.id_number),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS)
def test_a_leak_is_found(
    leak: Callable[[Any], object], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(AssertionError):
        Cases().test_personal_data_is_in_no_log_output_answer_or_repr(Bent(leak), CASE, caplog, capfd)


def test_kept_personal_data_is_found(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    kept: list[str] = []
    provider = Bent(lambda request: kept.append(request.name))
    provider.kept = kept  # type: ignore[attr-defined]
    with pytest.raises(AssertionError):
        Cases().test_personal_data_is_in_no_log_output_answer_or_repr(provider, CASE, caplog, capfd)


def test_a_kept_request_is_found() -> None:
    kept: list[Request] = []
    with pytest.raises(AssertionError):
        Cases().test_nothing_keeps_the_request(Bent(kept.append))


def test_a_kept_face_is_found() -> None:
    kept: list[bytes] = []
    with pytest.raises(AssertionError):
        Cases().test_nothing_keeps_the_bytes_of_a_picture(Bent(lambda request: kept.append(request.image.data)))


def test_a_sentence_of_the_vendor_is_found() -> None:
    provider = Bent(lambda _: Outcome(Result.MATCH, vendor_code="The name is wrong"))
    with pytest.raises(AssertionError):
        Cases().test_an_answer_carries_codes_only(provider, CASE)


def test_a_wrong_answer_is_found() -> None:
    with pytest.raises(AssertionError):
        Cases().test_a_call_comes_to(Bent(lambda _: Outcome(Result.MISMATCH)), CASE)


@pytest.mark.parametrize("raised", [KeyError, TypeError, NotImplementedError])
def test_an_exception_outside_the_contract_is_not_an_answer(raised: type[Exception]) -> None:
    def bend(_: Request) -> None:
        raise raised

    with pytest.raises(raised):
        Cases().test_a_call_comes_to(Bent(bend), CASE)


def test_an_answer_to_the_unheard_of_is_found() -> None:
    provider = Bent(lambda _: Outcome(Result.MATCH))
    with pytest.raises(pytest.fail.Exception):
        Cases().test_what_it_does_not_know_is_a_misconfiguration(provider)


def test_a_read_back_that_knows_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_back(*_: object) -> Outcome:
        raise NotReceived

    monkeypatch.setattr(Sandbox, "read_back", read_back)
    with pytest.raises(AssertionError):
        Cases().test_a_reading_comes_to(Sandbox(), (IDENTITY, Situation.TIMEOUT))


@pytest.mark.parametrize(
    ("region", "test_only"), [("us", False), ("none", False), ("us", True)], ids=["abroad", "nowhere", "test"]
)
def test_a_recipient_outside_the_mainland_is_found(region: str, *, test_only: bool) -> None:
    provider = Sandbox()
    provider.test_only = test_only
    provider.recipient = Recipient(name={}, contact="", region=region)
    with pytest.raises(AssertionError):
        Cases().test_personal_data_stays_in_the_mainland(provider)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_a_recipient_without_words_is_found(locale: str) -> None:
    provider = Sandbox()
    names = {"zh-CN": "某公司", "en": "A Company"}
    provider.recipient = Recipient(name=names | {locale: " "}, contact="x", region="none", method=names)
    with pytest.raises(AssertionError):
        Cases().test_the_recipient_is_complete_in(provider, locale)


def test_a_capability_without_a_situation_is_found() -> None:
    with pytest.raises(AssertionError):
        Cases().test_each_capability_has_traits_and_a_situation_of_success(Sandbox())


def test_a_live_provider_with_a_fixed_code_is_found() -> None:
    provider = Sandbox()
    provider.test_only = False
    with pytest.raises(AssertionError):
        Cases().test_only_a_double_has_a_fixed_code(provider)


def test_a_limit_of_nothing_is_found() -> None:
    provider = Sandbox()
    provider.capabilities[FACE] = Traits(max_image_bytes=0)
    with pytest.raises(AssertionError):
        Cases().test_limits_are_positive(provider)


def test_an_outcome_made_up_where_nothing_can_be_read_back_is_found() -> None:
    provider = Sandbox()
    provider.capabilities[IDENTITY] = Traits(read_back=False)
    provider.read_back = lambda *_: Outcome(Result.MATCH)  # type: ignore[method-assign]
    with pytest.raises(pytest.fail.Exception):
        Cases().test_a_reading_comes_to(provider, (IDENTITY, Situation.TIMEOUT))


def test_a_provider_without_pictures_has_no_cases_of_them() -> None:
    provider = Sandbox()
    for capability in PICTURES:
        provider.capabilities.pop(capability, None)
    arranged: list[Capability] = []

    class Watched(Cases):
        def arrange(self, capability: Capability, situation: Situation) -> Request:
            arranged.append(capability)
            return super().arrange(capability, situation)

    Watched().test_a_picture_is_never_pickled(provider)
    assert arranged == []


def test_bad_credentials_are_a_misconfiguration() -> None:
    def bend(_: Request) -> None:
        raise Misconfigured("AuthFailure.SecretIdNotFound")

    Cases().test_a_call_comes_to(Bent(bend), (IDENTITY, Situation.BAD_CREDENTIALS))
    with pytest.raises(AssertionError):
        Cases().test_a_call_comes_to(Bent(bend), CASE)
