"""The cases every adapter must pass. Subclass ``ProviderConformance`` in a test module of the adapter."""
# ruff: noqa: S101 - cases assert

import gc
import logging
import pickle
import re
import sys
import traceback
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from providers.base import (
    Capability,
    FaceCheck,
    Misconfigured,
    NotReceived,
    Outcome,
    Provider,
    ProviderFailure,
    Request,
    Result,
    Throttled,
    Traits,
    Unavailable,
    Unknown,
)
from providers.registry import REGIONS
from providers.testing.examples import request_for
from providers.testing.scrubbing import leaks

#: what an answer is, in one word
Kind = Result | type[Exception]


class Situation(StrEnum):
    """What a vendor may do. An adapter lists those that can be brought about for it."""

    MATCH = "match"  #: or takes the order; every capability has this one
    MISMATCH = "mismatch"
    NO_RECORD = "no_record"
    UNLISTED = "unlisted"  #: answers with a code that no document lists
    OUTAGE = "outage"  #: cannot be connected to, or says that it did nothing
    TIMEOUT = "timeout"  #: takes the request and never answers; where it can be read back, that finds an answer
    NONSENSE = "nonsense"  #: answers something that cannot be read
    THROTTLED = "throttled"
    BAD_CREDENTIALS = "bad_credentials"
    NOT_RECEIVED = "not_received"  #: is asked to read back a reference it never got


#: what a call may come to in each situation
CALLS: Mapping[Situation, Collection[Kind]] = {
    Situation.MATCH: (Result.MATCH,),
    Situation.MISMATCH: (Result.MISMATCH,),
    Situation.NO_RECORD: (Result.NOT_FOUND, Result.INCONCLUSIVE),
    Situation.UNLISTED: (Result.INCONCLUSIVE,),
    Situation.OUTAGE: (Unavailable,),
    Situation.TIMEOUT: (Unknown,),
    Situation.NONSENSE: (Unknown,),
    Situation.THROTTLED: (Throttled,),
    Situation.BAD_CREDENTIALS: (Misconfigured,),
}

#: what reading back may come to, after the call of the same situation
READINGS: Mapping[Situation, Collection[Kind]] = {
    Situation.TIMEOUT: (Result.MATCH,),
    Situation.NOT_RECEIVED: (NotReceived,),
}

#: capabilities that are orders: these are accepted, not matched
ORDERS = frozenset({Capability.SMS, Capability.TRANSFER})

LOCALES = ("zh-CN", "en")

#: a code or reference of a vendor: no spaces, so no sentence, so nothing quoted back at us
VENDOR_WORD = re.compile(r"[!-~]{1,100}")
OUR_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")

Case = tuple[Capability, Situation]


class UnheardOf:
    """A request of a capability that no adapter has."""

    capability = "unheard_of"
    kinds: ClassVar[frozenset[Any]] = frozenset()


class ProviderConformance:
    """Say which situations of each capability can be brought about, give a ``provider``, and ``arrange`` its
    vendor (mocked at the HTTP edge, or a double) to be in one of them."""

    situations: ClassVar[Mapping[Capability, Collection[Situation]]] = {}

    @pytest.fixture
    def provider(self) -> Iterator[Provider]:
        raise NotImplementedError

    def arrange(self, capability: Capability, situation: Situation) -> Request:
        """The request that meets the situation; ``request_for`` makes a good one."""
        raise NotImplementedError

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        for parameter, table in (("case", CALLS), ("reading", READINGS)):
            if parameter in metafunc.fixturenames:
                cases = [(cap, situation) for cap, listed in self.situations.items() for situation in listed]
                cases = [case for case in cases if case[1] in table]
                metafunc.parametrize(parameter, cases, ids=["-".join(case) for case in cases])

    def test_its_name_is_one_word_of_ours(self, provider: Provider) -> None:
        assert OUR_WORD.fullmatch(provider.name)

    def test_it_says_whether_it_is_for_tests_only(self, provider: Provider) -> None:
        assert isinstance(provider.test_only, bool)

    @pytest.mark.parametrize("locale", LOCALES)
    def test_the_recipient_is_complete_in(self, provider: Provider, locale: str) -> None:
        told = (provider.recipient.name[locale], provider.recipient.method[locale], provider.recipient.contact)
        assert all(text.strip() for text in told)

    def test_personal_data_stays_in_the_mainland(self, provider: Provider) -> None:
        assert provider.recipient.region in REGIONS[provider.test_only]

    def test_each_capability_has_traits_and_a_situation_of_success(self, provider: Provider) -> None:
        assert all(isinstance(traits, Traits) for traits in provider.capabilities.values())
        assert {cap for cap, listed in self.situations.items() if Situation.MATCH in listed} == set(
            provider.capabilities
        )

    def test_limits_are_positive(self, provider: Provider) -> None:
        limits = [(t.timeout, t.max_image_bytes, t.max_image_side) for t in provider.capabilities.values()]
        assert min(min(each) for each in limits) > 0

    def test_only_a_double_has_a_fixed_code(self, provider: Provider) -> None:
        fixed = [traits.fixed_code for traits in provider.capabilities.values() if traits.fixed_code]
        assert provider.test_only or not fixed

    def test_what_it_does_not_know_is_a_misconfiguration(self, provider: Provider) -> None:
        unknown: list[Any] = [request_for(cap) for cap in Capability if cap not in provider.capabilities]
        for request in (*unknown, UnheardOf()):
            with pytest.raises(Misconfigured):
                provider.call(request, reference())

    def test_a_call_comes_to(self, provider: Provider, case: Case) -> None:
        answer = answer_to(provider, self.arrange(*case))
        assert kind_of(answer) in expected(CALLS, case)

    def test_an_answer_carries_codes_only(self, provider: Provider, case: Case) -> None:
        answer = answer_to(provider, self.arrange(*case))
        assert [word for word in vendor_words(answer) if not VENDOR_WORD.fullmatch(word)] == []
        assert OUR_WORD.fullmatch(getattr(answer, "reason", None) or "none")

    def test_the_end_of_throttling_has_a_time_zone(self, provider: Provider, case: Case) -> None:
        until = getattr(answer_to(provider, self.arrange(*case)), "until", None)
        assert until is None or until.tzinfo is not None

    def test_personal_data_is_in_no_log_output_answer_or_repr(
        self,
        provider: Provider,
        case: Case,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        request = self.arrange(*case)
        answer = answer_to(provider, request)
        said = [*map(logged, caplog.records), *capfd.readouterr(), *shown(answer), repr(provider), repr(vars(provider))]
        assert leaks(request, "\n".join(said)) == []

    def test_a_reading_comes_to(self, provider: Provider, reading: Case) -> None:
        capability, situation = reading
        request, ours = self.arrange(*reading), reference()
        if not provider.capabilities[capability].read_back:
            # it must say so rather than make an outcome up
            with pytest.raises((Unknown, Misconfigured)):
                provider.read_back(capability, ours)
            return
        if situation is not Situation.NOT_RECEIVED:
            answer_to(provider, request, ours)
        assert kind_of(reading_of(provider, capability, ours)) in expected(READINGS, reading)

    def test_a_face_image_is_never_pickled(self, provider: Provider) -> None:
        request = self._face(provider)
        with pytest.raises(TypeError):
            pickle.dumps(request)

    def test_nothing_keeps_the_bytes_of_a_face(self, provider: Provider) -> None:
        request = self._face(provider)
        before = sys.getrefcount(request.image.data)
        answer_to(provider, request)
        gc.collect()
        after = sys.getrefcount(request.image.data)
        assert after == before

    def test_closing_twice_is_harmless(self, provider: Provider) -> None:
        provider.close()
        assert provider.close() is None  # type: ignore[func-returns-value]

    def _face(self, provider: Provider) -> FaceCheck:
        if Capability.FACE not in provider.capabilities:
            pytest.skip("no face check here")
        request = self.arrange(Capability.FACE, Situation.MATCH)
        assert isinstance(request, FaceCheck)
        return request


Answer = Outcome | ProviderFailure | Misconfigured


def reference() -> str:
    return str(uuid4())


def answer_to(provider: Provider, request: Request, ours: str | None = None) -> Answer:
    """The outcome or the failure. Anything else that is raised ends the test."""
    try:
        return provider.call(request, ours or reference())
    except (ProviderFailure, Misconfigured) as failure:
        return failure


def reading_of(provider: Provider, capability: Capability, ours: str) -> Answer:
    try:
        return provider.read_back(capability, ours)
    except (ProviderFailure, Misconfigured) as failure:
        return failure


def kind_of(answer: Answer) -> Kind:
    return answer.result if isinstance(answer, Outcome) else type(answer)


def expected(table: Mapping[Situation, Collection[Kind]], case: Case) -> set[Kind]:
    capability, situation = case
    return {Result.ACCEPTED if kind is Result.MATCH and capability in ORDERS else kind for kind in table[situation]}


def vendor_words(answer: Answer) -> list[str]:
    words = (getattr(answer, "vendor_code", None), getattr(answer, "vendor_reference", None))
    return [word for word in words if word is not None]


def shown(answer: Answer) -> list[str]:
    """All that a log or an error report would print of it, with what led to it."""
    if isinstance(answer, Outcome):
        return [repr(answer)]
    return [repr(answer), repr(vars(answer)), *traceback.format_exception(answer)]


def logged(record: logging.LogRecord) -> str:
    """The message, its fields and its exception."""
    return f"{record.getMessage()}\n{record.__dict__}\n{logging.Formatter().format(record)}"
