"""The cases every adapter must pass. Subclass ``ProviderConformance`` in a test module of the adapter."""
# ruff: noqa: S101 - cases assert

import gc
import logging
import pickle
import re
import sys
import traceback
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from providers.base import (
    BadCallback,
    Capability,
    Misconfigured,
    NotReceived,
    OpensIn,
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
    BAD_SIGNATURE = "bad_signature"  #: refuses our signature, or signs its answer wrongly
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
    Situation.BAD_SIGNATURE: (Misconfigured, Unknown),
}

#: what reading back may come to, after the call of the same situation
READINGS: Mapping[Situation, Collection[Kind]] = {
    Situation.MATCH: (Result.MATCH,),
    Situation.MISMATCH: (Result.MISMATCH,),
    Situation.NO_RECORD: (Result.NOT_FOUND, Result.INCONCLUSIVE),
    Situation.UNLISTED: (Result.INCONCLUSIVE,),
    Situation.TIMEOUT: (Result.MATCH,),
    Situation.NOT_RECEIVED: (NotReceived,),
}

#: capabilities that are orders: these are accepted, not matched
ORDERS = frozenset({Capability.SMS, Capability.NOTICE, Capability.TRANSFER})

#: an order in its call, a check when it is read back
HOSTED = frozenset({Capability.LIVENESS})

#: (capability, situation, read back) → what it may come to where the tables above do not say
SPECIAL: Mapping[tuple[Capability, Situation, bool], Collection[Kind]] = {
    # a hosted page is opened whatever it ends in; one whose address was lost is as good as none
    **{
        (Capability.LIVENESS, end, False): (Result.ACCEPTED,)
        for end in (Situation.MATCH, Situation.MISMATCH, Situation.NO_RECORD)
    },
    (Capability.LIVENESS, Situation.TIMEOUT, True): (Result.MATCH, NotReceived),
    # of money: that it went wrong is told beside the result, and what nobody has heard of is asked after
    (Capability.TRANSFER, Situation.MISMATCH, False): (Result.ACCEPTED,),
    (Capability.TRANSFER, Situation.NO_RECORD, False): (Result.ACCEPTED,),
    (Capability.TRANSFER, Situation.NO_RECORD, True): (NotReceived,),
    (Capability.TRANSFER, Situation.UNLISTED, False): (Unknown,),
    (Capability.TRANSFER, Situation.UNLISTED, True): (Unknown,),
}

#: asked with a picture
PICTURES = (Capability.FACE, Capability.ID_CARD, Capability.LICENSE)

#: bodies that are nobody's callback
NO_CALLBACK = (b"", b"{}", b"[]", b"\xff", b"a=b", b"certifyId=x", b"sign=x&biz_content={}")

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
            with pytest.raises((ProviderFailure, Misconfigured)):
                provider.read_back(capability, ours)
            return
        theirs = None if situation is Situation.NOT_RECEIVED else reference_of(answer_to(provider, request, ours))
        assert kind_of(reading_of(provider, capability, ours, theirs)) in expected(READINGS, reading, read_back=True)

    def test_a_reading_says_nothing_of_the_person(
        self,
        provider: Provider,
        reading: Case,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        request, ours = self.arrange(*reading), reference()
        theirs = reference_of(answer_to(provider, request, ours))
        found = reading_of(provider, reading[0], ours, theirs)
        said = [*map(logged, caplog.records), *capfd.readouterr(), *shown(found), repr(vars(provider))]
        assert leaks(request, "\n".join(said)) == []

    def test_what_was_read_or_opened_is_in_no_log_output_or_repr(
        self,
        provider: Provider,
        case: Case,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        answer = answer_to(provider, self.arrange(*case))
        said = [*map(logged, caplog.records), *capfd.readouterr(), *shown(answer), repr(provider), repr(vars(provider))]
        assert [text for text in read_in(answer) if text in "\n".join(said)] == []

    def test_a_page_opens_over_tls_and_ends(self, provider: Provider) -> None:
        for capability in HOSTED & set(provider.capabilities):
            answer = answer_to(provider, self.arrange(capability, Situation.MATCH))
            assert isinstance(answer, Outcome)
            assert answer.page is not None
            assert answer.page.url.startswith("https://") or provider.test_only
            assert answer.page.expires_at.tzinfo is not None

    @pytest.mark.parametrize("body", NO_CALLBACK, ids=repr)
    def test_what_is_no_callback_is_refused(self, provider: Provider, body: bytes) -> None:
        with pytest.raises(BadCallback) as raised:
            provider.callback({}, body)
        assert VENDOR_WORD.fullmatch(raised.value.vendor_code or "none")

    def test_what_can_be_erased_is_erased_as_often_as_asked(self, provider: Provider) -> None:
        for capability, traits in provider.capabilities.items():
            ours = reference()
            if not traits.erases:
                with pytest.raises(ProviderFailure):
                    provider.erase(capability, ours)
                continue
            theirs = reference_of(answer_to(provider, self.arrange(capability, Situation.MATCH), ours))
            reading_of(provider, capability, ours, theirs)
            receipts = [provider.erase(capability, ours, theirs) for _ in range(2)]
            assert [receipt for receipt in receipts if not VENDOR_WORD.fullmatch(receipt)] == []

    def test_a_picture_is_never_pickled(self, provider: Provider) -> None:
        for request in self._pictures(provider):
            with pytest.raises(TypeError):
                pickle.dumps(request)

    def test_nothing_keeps_the_bytes_of_a_picture(self, provider: Provider) -> None:
        for request in self._pictures(provider):
            before = sys.getrefcount(request.image.data)
            answer_to(provider, request)
            gc.collect()
            after = sys.getrefcount(request.image.data)
            assert after == before

    def test_nothing_keeps_the_request(self, provider: Provider) -> None:
        for capability in provider.capabilities:  # answered: a failure that a mock raises keeps it by itself
            request = self.arrange(capability, Situation.MATCH)
            before = sys.getrefcount(request)
            answer_to(provider, request)
            gc.collect()
            after = sys.getrefcount(request)
            assert after == before

    def test_closing_twice_is_harmless(self, provider: Provider) -> None:
        provider.close()
        assert provider.close() is None  # type: ignore[func-returns-value]

    def _pictures(self, provider: Provider) -> list[Any]:
        """None for a provider that is sent none."""
        return [self.arrange(cap, Situation.MATCH) for cap in PICTURES if cap in provider.capabilities]


Answer = Outcome | ProviderFailure | Misconfigured


def reference() -> str:
    return str(uuid4())


def answer_to(provider: Provider, request: Request, ours: str | None = None) -> Answer:
    """The outcome or the failure. Anything else that is raised ends the test."""
    try:
        return provider.call(request, ours or reference())
    except (ProviderFailure, Misconfigured) as failure:
        return failure


def reading_of(provider: Provider, capability: Capability, ours: str, theirs: str | None = None) -> Answer:
    try:
        return provider.read_back(capability, ours, theirs)
    except (ProviderFailure, Misconfigured) as failure:
        return failure


def kind_of(answer: Answer) -> Kind:
    return answer.result if isinstance(answer, Outcome) else type(answer)


def expected(table: Mapping[Situation, Collection[Kind]], case: Case, *, read_back: bool = False) -> set[Kind]:
    capability, situation = case
    special = SPECIAL.get((capability, situation, read_back))
    if special is not None:
        return set(special)
    if capability in ORDERS and read_back:  # how an order went is told beside the result
        return {Result.ACCEPTED if isinstance(kind, Result) else kind for kind in table[situation]}
    return {Result.ACCEPTED if kind is Result.MATCH and capability in ORDERS else kind for kind in table[situation]}


def reference_of(answer: Answer) -> str | None:
    return answer.vendor_reference if isinstance(answer, Outcome) else None


def read_in(answer: Answer) -> list[str]:
    """Texts in an outcome that are somebody's, or let somebody act."""
    if not isinstance(answer, Outcome):
        return []
    parts = [answer.reading, answer.license, answer.page]
    members = [getattr(part, field.name) for part in parts if part is not None for field in fields(part)]
    return [text for text in members if isinstance(text, str) and not isinstance(text, OpensIn)]


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
