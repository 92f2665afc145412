import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from providers.base import (
    BadCallback,
    Capability,
    IdCardPhoto,
    IdCardReading,
    LicensePage,
    LicenseReading,
    Misconfigured,
    NotReceived,
    Outcome,
    Provider,
    ProviderFailure,
    RegistryCheck,
    Request,
    Result,
    Side,
    Throttled,
    TransferOrder,
    TransferWord,
    Unavailable,
    Unknown,
)
from providers.sandbox import CHECKS, MARKERS, Sandbox
from providers.sandbox_papers import EXPIRED, OTHER_ENTERPRISE, OTHER_NUMBER, VALID
from providers.testing.conformance import ProviderConformance, Situation, answer_to, reading_of
from providers.testing.examples import request_for
from providers.testing.identities import full_name

IDENTITY, FACE, CARD, SMS = Capability.IDENTITY, Capability.FACE, Capability.BANK_CARD, Capability.SMS

NOON = datetime(2026, 8, 24, 12, tzinfo=UTC)

MATCH = (Result.MATCH, None)
NO_RECORD = (Result.NOT_FOUND, "no_record")
FACE_DIFFERS = (Result.MISMATCH, "face_mismatch")
SPOOFED = (Result.MISMATCH, "liveness_failed")

#: name → answer of the identity, the face and the bank-card check
ANSWERS = {
    "张三": (MATCH, MATCH, MATCH),
    "张不符": ((Result.MISMATCH, "identity_mismatch"), FACE_DIFFERS, (Result.MISMATCH, "bank_card_mismatch")),
    "Zhang Mismatch": ((Result.MISMATCH, "identity_mismatch"), FACE_DIFFERS, (Result.MISMATCH, "bank_card_mismatch")),
    "张无记录": (NO_RECORD, NO_RECORD, NO_RECORD),
    "Zhang Norecord": (NO_RECORD, NO_RECORD, NO_RECORD),
    "张人脸不符": (MATCH, FACE_DIFFERS, MATCH),
    "Zhang Wrongface": (MATCH, FACE_DIFFERS, MATCH),
    "张活体失败": (MATCH, SPOOFED, MATCH),
    "Zhang Spoof": (MATCH, SPOOFED, MATCH),
    "ZHANG NORECORD": (NO_RECORD, NO_RECORD, NO_RECORD),
    "zhang spoof": (MATCH, SPOOFED, MATCH),
    # the longest wins
    "不符无记录": (NO_RECORD, NO_RECORD, NO_RECORD),
    "无记录人脸不符": (NO_RECORD, FACE_DIFFERS, NO_RECORD),
    # a marker of another check hides what is inside it, not what stands beside it
    "人脸不符不符": ((Result.MISMATCH, "identity_mismatch"), FACE_DIFFERS, (Result.MISMATCH, "bank_card_mismatch")),
}

FAILURES = {
    "张超时": Unknown,
    "Zhang Timeout": Unknown,
    "张故障": Unavailable,
    "Zhang Outage": Unavailable,
    "张限流": Throttled,
    "Zhang Throttled": Throttled,
}


#: (name, side, result and reason, differences of the reading from a good card)
CARDS = [
    ("张三", Side.FRONT, (Result.MATCH, None), {"name": "张三"}),
    ("张证件不符", Side.FRONT, (Result.MATCH, None), {"id_number": OTHER_NUMBER}),
    ("Zhang Carddiffers", Side.FRONT, (Result.MATCH, None), {"id_number": OTHER_NUMBER}),
    ("张证件过期", Side.BACK, (Result.MATCH, None), {"valid_until": EXPIRED[1]}),
    ("Zhang Expiredcard", Side.BACK, (Result.MATCH, None), {"valid_until": EXPIRED[1]}),
    ("张三", Side.BACK, (Result.MATCH, None), {"valid_until": VALID[1], "name": None}),
    ("张证件反面", Side.FRONT, (Result.MISMATCH, "id_card_wrong_side"), None),
    ("Zhang Wrongside", Side.BACK, (Result.MISMATCH, "id_card_wrong_side"), None),
    ("张证件模糊", Side.FRONT, (Result.INCONCLUSIVE, "id_card_unreadable"), None),
    ("Zhang Unreadable", Side.BACK, (Result.INCONCLUSIVE, "id_card_unreadable"), None),
]

#: name of an enterprise → result and reason of its licence's reading, and of the register's answer
ENTERPRISES = {
    "示例公司": ((Result.MATCH, None), (Result.MATCH, None)),
    "不符公司": ((Result.MATCH, OTHER_ENTERPRISE), (Result.MISMATCH, "registry_mismatch")),
    "执照模糊公司": ((Result.INCONCLUSIVE, "license_unreadable"), (Result.MATCH, None)),
    "Blurred Ltd.": ((Result.INCONCLUSIVE, "license_unreadable"), (Result.MATCH, None)),
    "登记不符公司": ((Result.MATCH, None), (Result.MISMATCH, "registry_mismatch")),
    "法人不符公司": ((Result.MATCH, None), (Result.MISMATCH, "legal_representative_mismatch")),
    "注销公司": ((Result.MATCH, None), (Result.MISMATCH, "enterprise_deregistered")),
    "Revoked Ltd.": ((Result.MATCH, None), (Result.MISMATCH, "enterprise_revoked")),
    "待更新公司": ((Result.MATCH, None), (Result.NOT_FOUND, "registry_no_record")),
    "Pending Ltd.": ((Result.MATCH, None), (Result.NOT_FOUND, "registry_no_record")),
    "登记不明公司": ((Result.MATCH, None), (Result.INCONCLUSIVE, "registry_unclear")),
    "Unclear Ltd.": ((Result.MATCH, None), (Result.INCONCLUSIVE, "registry_unclear")),
    "Registrydiffers Ltd.": ((Result.MATCH, None), (Result.MISMATCH, "registry_mismatch")),
    "Otherrepresentative Ltd.": ((Result.MATCH, None), (Result.MISMATCH, "legal_representative_mismatch")),
    "Deregistered Ltd.": ((Result.MATCH, None), (Result.MISMATCH, "enterprise_deregistered")),
    "吊销公司": ((Result.MATCH, None), (Result.MISMATCH, "enterprise_revoked")),
    "执照过期公司": ((Result.MATCH, None), (Result.MATCH, None)),
    "Expiredlicense Ltd.": ((Result.MATCH, None), (Result.MATCH, None)),
}

#: ending of the account number → what the order is told, and what reading back finds; or the failure
COURSES = {
    "1111": (TransferWord.SENT, TransferWord.SENT),
    "0002": (TransferWord.FAILED, TransferWord.FAILED),
    "0003": (TransferWord.REQUESTED, TransferWord.REQUESTED),
    "0004": (TransferWord.SENT, TransferWord.RETURNED),
    "0005": (Unknown, TransferWord.SENT),
    "0006": (Unavailable, NotReceived),
}


class Visited(Sandbox):
    """Its visitors have left the outcome to their names before anybody asks."""

    def read_back(self, capability: Capability, reference: str, theirs: str | None = None) -> Outcome:
        if capability is Capability.LIVENESS:
            with suppress(BadCallback):
                self.callback({}, json.dumps({"reference": reference, "outcome": "as_named"}).encode())
        return super().read_back(capability, reference, theirs)


class TestConformance(ProviderConformance):
    NAMES: ClassVar[dict[Situation, str | None]] = {
        Situation.MATCH: None,
        Situation.MISMATCH: "不符",
        Situation.NO_RECORD: "无记录",
        Situation.OUTAGE: "故障",
        Situation.TIMEOUT: "超时",
        Situation.THROTTLED: "限流",
        Situation.NOT_RECEIVED: None,
    }
    situations: ClassVar[dict[Capability, tuple[Situation, ...]]] = {
        **dict.fromkeys(CHECKS, tuple(NAMES)),
        SMS: (Situation.MATCH, Situation.NOT_RECEIVED),
        Capability.NOTICE: (Situation.MATCH, Situation.NOT_RECEIVED),
        Capability.ID_CARD: (Situation.MATCH,),
        Capability.LICENSE: (Situation.MATCH,),
        Capability.REGISTRY: (Situation.MATCH, Situation.NOT_RECEIVED),
        Capability.TRANSFER: (Situation.MATCH, Situation.NOT_RECEIVED),
        Capability.LIVENESS: (Situation.MATCH, Situation.NOT_RECEIVED),
    }

    @pytest.fixture(params=["memory", "file"])
    def provider(self, request: pytest.FixtureRequest, tmp_path: Path) -> Provider:
        return Visited() if request.param == "memory" else Visited(tmp_path / "sandbox.db")

    def arrange(self, capability: Capability, situation: Situation) -> Request:
        return request_for(capability, self.NAMES[situation])


@pytest.fixture
def sandbox(realname_sandbox: Sandbox) -> Sandbox:
    return realname_sandbox


@pytest.mark.parametrize(
    ("name", "capability", "answer"),
    [(name, check, answer) for name, row in ANSWERS.items() for check, answer in zip(CHECKS, row, strict=True)],
)
def test_a_check_answers_by_the_name(
    sandbox: Sandbox, name: str, capability: Capability, answer: tuple[Result, str | None]
) -> None:
    outcome = sandbox.call(request_for(capability, name), "r-1")
    assert (outcome.result, outcome.reason) == answer


@pytest.mark.parametrize("capability", CHECKS)
@pytest.mark.parametrize(("name", "kind"), FAILURES.items())
def test_a_check_fails_by_the_name(
    sandbox: Sandbox, name: str, capability: Capability, kind: type[ProviderFailure]
) -> None:
    assert type(answer_to(sandbox, request_for(capability, name))) is kind


def test_every_marker_is_shown_above() -> None:
    shown = " ".join([*ANSWERS, *FAILURES, *(name for name, _, _, _ in CARDS), *ENTERPRISES]).casefold()
    assert [marker for marker in MARKERS if marker not in shown] == []


def test_no_false_name_holds_a_marker_by_chance() -> None:
    names = " ".join(map(full_name, range(300)))
    assert [marker for marker in MARKERS if marker in names] == []


@pytest.mark.parametrize(("name", "side", "answer", "said"), CARDS)
def test_a_card_is_read_as_its_name_says(
    sandbox: Sandbox, name: str, side: Side, answer: tuple[Result, str | None], said: dict[str, object] | None
) -> None:
    hint = {"name": name, "id_number": "110101199001010009"}
    outcome = sandbox.call(IdCardReading(side, IdCardPhoto(b"photo"), hint), "r-1")
    assert (outcome.result, outcome.reason) == answer
    assert (outcome.reading is None) == (said is None)
    assert all(getattr(outcome.reading, field) == value for field, value in (said or {}).items())


def test_a_card_without_a_hint_cannot_be_read(sandbox: Sandbox) -> None:
    assert sandbox.call(IdCardReading(Side.FRONT, IdCardPhoto(b"photo")), "r-1").result is Result.INCONCLUSIVE


def order_to(ending: str) -> TransferOrder:
    order = request_for(Capability.TRANSFER)
    assert isinstance(order, TransferOrder)
    return replace(order, account_number=f"62000000000{ending}")


@pytest.mark.parametrize(("ending", "told", "later"), [(end, *course) for end, course in COURSES.items()])
def test_a_transfer_goes_as_its_account_number_says(sandbox: Sandbox, ending: str, told: Any, later: Any) -> None:
    answer = answer_to(sandbox, order_to(ending), "r-1")
    assert told == (answer.transfer if isinstance(answer, Outcome) else type(answer))
    reading = reading_of(sandbox, Capability.TRANSFER, "r-1")
    assert later == (reading.transfer if isinstance(reading, Outcome) else type(reading))


def test_an_order_that_comes_again_is_not_executed_again(sandbox: Sandbox) -> None:
    sandbox.call(order_to("0004"), "r-1")
    assert sandbox.call(order_to("0004"), "r-1").transfer is TransferWord.RETURNED


def test_a_callback_names_a_transfer(sandbox: Sandbox) -> None:
    hint = sandbox.callback({}, b'{"reference": "r-1", "event": "e-1"}')
    assert (hint.capability, hint.reference, hint.event) == (Capability.TRANSFER, "r-1", "e-1")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'"r-1"'])
def test_a_callback_of_another_shape_is_refused(sandbox: Sandbox, body: bytes) -> None:
    with pytest.raises(BadCallback):
        sandbox.callback({}, body)


def test_an_answer_names_our_reference_and_costs_nothing(sandbox: Sandbox) -> None:
    assert sandbox.call(request_for(IDENTITY), "r-1") == Outcome(
        Result.MATCH, vendor_code="sandbox.match", vendor_reference="sbx-r-1", billed=False
    )


def test_an_sms_is_accepted_and_carries_the_fixed_code(sandbox: Sandbox) -> None:
    assert sandbox.call(request_for(SMS), "r-1").result is Result.ACCEPTED
    assert sandbox.capabilities[SMS].fixed_code == "246810"


def test_a_throttled_person_is_told_until_when() -> None:
    with pytest.raises(Throttled) as raised:
        Sandbox(clock=lambda: NOON).call(request_for(IDENTITY, "限流"), "r-1")
    assert raised.value.until == NOON + timedelta(minutes=1)


@pytest.mark.parametrize("capability", CHECKS)
def test_a_timeout_is_read_back_as_a_match(sandbox: Sandbox, capability: Capability) -> None:
    with pytest.raises(Unknown):
        sandbox.call(request_for(capability, "超时"), "r-1")
    assert sandbox.read_back(capability, "r-1").result is Result.MATCH


@pytest.mark.parametrize("name", ["张三", "不符", "无记录"])
def test_what_was_answered_is_read_back_alike(sandbox: Sandbox, name: str) -> None:
    told = sandbox.call(request_for(FACE, name), "r-1")
    assert sandbox.read_back(FACE, "r-1") == told


@pytest.mark.parametrize("name", ["故障", "限流"])
def test_what_was_not_taken_cannot_be_read_back(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(ProviderFailure):
        sandbox.call(request_for(CARD, name), "r-1")
    with pytest.raises(NotReceived):
        sandbox.read_back(CARD, "r-1")


def test_everything_can_be_read_back(sandbox: Sandbox) -> None:
    readable = {capability for capability, traits in sandbox.capabilities.items() if traits.read_back}
    assert readable == set(sandbox.capabilities) - {Capability.ID_CARD, Capability.LICENSE}


def test_a_sandbox_with_fewer_capabilities_refuses_the_others(sandbox: Sandbox) -> None:
    del sandbox.capabilities[FACE]
    with pytest.raises(Misconfigured):
        sandbox.call(request_for(FACE), "r-1")


def test_each_call_takes_the_latency() -> None:
    started = time.monotonic()
    Sandbox(latency=0.05).call(request_for(IDENTITY), "r-1")
    assert time.monotonic() - started >= 0.05


def test_calls_wait_side_by_side(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "sandbox.db", latency=0.2)
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda n: sandbox.call(request_for(IDENTITY), f"r-{n}"), range(8)))
    assert {outcome.result for outcome in outcomes} == {Result.MATCH}
    assert time.monotonic() - started < 8 * 0.2
    sandbox.close()


@pytest.mark.parametrize(("name", "paper", "entry"), [(name, *row) for name, row in ENTERPRISES.items()])
def test_an_enterprise_gets_what_its_name_asks_for(
    sandbox: Sandbox, name: str, paper: tuple[Result, str | None], entry: tuple[Result, str | None]
) -> None:
    hint = {"enterprise_name": name, "credit_code": "91990000000000019X"}
    read = sandbox.call(LicenseReading(LicensePage(b""), hint), "a")
    assert read.result is paper[0]
    if read.license is not None:
        assert read.license.enterprise_name == (paper[1] or name)
    else:
        assert read.reason == paper[1]
    registered = sandbox.call(RegistryCheck(name, hint["credit_code"], "张三"), "b")
    assert (registered.result, registered.reason) == entry


def test_a_licence_without_a_hint_cannot_be_read(sandbox: Sandbox) -> None:
    assert sandbox.call(LicenseReading(LicensePage(b"")), "a").result is Result.INCONCLUSIVE


def test_an_expired_licence_says_so(sandbox: Sandbox) -> None:
    hint = {"enterprise_name": "执照过期公司", "credit_code": "91990000000000019X"}
    read = sandbox.call(LicenseReading(LicensePage(b""), hint), "a").license
    assert read is not None
    assert read.valid_until == EXPIRED[1]
