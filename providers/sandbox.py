"""The provider that test keys reach: it sends nothing anywhere and answers by what is submitted."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from providers import sandbox_bank, sandbox_face, sandbox_papers
from providers.base import (
    BadCallback,
    CallbackHint,
    CallbackStyle,
    Capability,
    IdCardReading,
    LicenseReading,
    LivenessSession,
    Misconfigured,
    NotReceived,
    Outcome,
    Proof,
    Provider,
    ProviderFailure,
    Recipient,
    Refused,
    RegistryCheck,
    Request,
    Result,
    SmsCode,
    SmsNotice,
    Throttled,
    Traits,
    TransferOrder,
    TransferWord,
    Unavailable,
    Unknown,
)
from providers.sandbox_journal import FileJournal, Journal, MemoryJournal

#: the code every SMS "carries"
FIXED_CODE = "246810"

#: how long a throttled person is told to wait
THROTTLED_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What is found, and the kind of failure the call ends in instead of telling it."""

    result: Result = Result.MATCH
    reason: str | None = None
    failure: type[ProviderFailure] | None = None


MATCH = Behaviour()
ACCEPTED = Behaviour(Result.ACCEPTED)

LIVENESS = Capability.LIVENESS

CHECKS = (Capability.IDENTITY, Capability.FACE, Capability.BANK_CARD)
REGISTRY, LICENSE = Capability.REGISTRY, Capability.LICENSE
MISMATCH = {
    Capability.IDENTITY: Behaviour(Result.MISMATCH, "identity_mismatch"),
    Capability.FACE: Behaviour(Result.MISMATCH, "face_mismatch"),
    LIVENESS: Behaviour(Result.MISMATCH, "face_mismatch"),
    Capability.BANK_CARD: Behaviour(Result.MISMATCH, "bank_card_mismatch"),
    REGISTRY: Behaviour(Result.MISMATCH, "registry_mismatch"),
    LICENSE: Behaviour(Result.MATCH, "license_mismatch"),
}
NO_RECORD = dict.fromkeys((*CHECKS, REGISTRY, LIVENESS), Behaviour(Result.NOT_FOUND, "no_record"))
TIMEOUT = dict.fromkeys((*CHECKS, REGISTRY), Behaviour(failure=Unknown))
OUTAGE = dict.fromkeys((*CHECKS, REGISTRY, LICENSE, LIVENESS), Behaviour(failure=Unavailable))
THROTTLED = dict.fromkeys((*CHECKS, REGISTRY, LICENSE, LIVENESS), Behaviour(failure=Throttled))
WRONG_FACE = dict.fromkeys((Capability.FACE, LIVENESS), Behaviour(Result.MISMATCH, "face_mismatch"))
SPOOF = dict.fromkeys((Capability.FACE, LIVENESS), Behaviour(Result.MISMATCH, "liveness_failed"))
CARD_DIFFERS = {Capability.ID_CARD: Behaviour(Result.MATCH, "id_card_mismatch")}
CARD_EXPIRED = {Capability.ID_CARD: Behaviour(Result.MATCH, "id_card_expired")}
WRONG_SIDE = {Capability.ID_CARD: Behaviour(Result.MISMATCH, "id_card_wrong_side")}
UNREADABLE = {Capability.ID_CARD: Behaviour(Result.INCONCLUSIVE, "id_card_unreadable")}
BLURRED = {LICENSE: Behaviour(Result.INCONCLUSIVE, "license_unreadable")}
LICENSE_EXPIRED = {LICENSE: Behaviour(Result.MATCH, "license_expired")}
NOT_IN_REGISTER = {REGISTRY: Behaviour(Result.MISMATCH, "registry_mismatch")}
OTHER_REPRESENTATIVE = {REGISTRY: Behaviour(Result.MISMATCH, "legal_representative_mismatch")}
DEREGISTERED = {REGISTRY: Behaviour(Result.MISMATCH, "enterprise_deregistered")}
REVOKED = {REGISTRY: Behaviour(Result.MISMATCH, "enterprise_revoked")}
NO_RECORD_YET = {REGISTRY: Behaviour(Result.NOT_FOUND, "registry_no_record")}
UNCLEAR = {REGISTRY: Behaviour(Result.INCONCLUSIVE, "registry_unclear")}

#: part of a name, Latin in any case → what each check does that it concerns
MARKERS: Mapping[str, Mapping[Capability, Behaviour]] = {
    "不符": MISMATCH,
    "mismatch": MISMATCH,
    "无记录": NO_RECORD,
    "norecord": NO_RECORD,
    "超时": TIMEOUT,
    "timeout": TIMEOUT,
    "故障": OUTAGE,
    "outage": OUTAGE,
    "限流": THROTTLED,
    "throttled": THROTTLED,
    "人脸不符": WRONG_FACE,
    "wrongface": WRONG_FACE,
    "活体失败": SPOOF,
    "spoof": SPOOF,
    "证件不符": CARD_DIFFERS,
    "carddiffers": CARD_DIFFERS,
    "证件过期": CARD_EXPIRED,
    "expiredcard": CARD_EXPIRED,
    "证件反面": WRONG_SIDE,
    "wrongside": WRONG_SIDE,
    "证件模糊": UNREADABLE,
    "unreadable": UNREADABLE,
    # in the name of an enterprise
    "执照模糊": BLURRED,
    "blurred": BLURRED,
    "执照过期": LICENSE_EXPIRED,
    "expiredlicense": LICENSE_EXPIRED,
    "登记不符": NOT_IN_REGISTER,
    "registrydiffers": NOT_IN_REGISTER,
    "法人不符": OTHER_REPRESENTATIVE,
    "otherrepresentative": OTHER_REPRESENTATIVE,
    "注销": DEREGISTERED,
    "deregistered": DEREGISTERED,
    "吊销": REVOKED,
    "revoked": REVOKED,
    "待更新": NO_RECORD_YET,
    "pending": NO_RECORD_YET,
    "登记不明": UNCLEAR,
    "unclear": UNCLEAR,
}


def behaviour_of(name: str, capability: Capability) -> Behaviour:
    """The longest marker wins. One that concerns another check hides the shorter ones inside it: 人脸不符
    is a match for the identity check."""
    left = name.casefold()
    for marker in sorted(MARKERS, key=len, reverse=True):
        if marker in left:
            if capability in MARKERS[marker]:
                return MARKERS[marker][capability]
            left = left.replace(marker, " ")
    return MATCH


class Sandbox(Provider):
    """``latency`` is in seconds a call. ``journal`` is a SQLite file that processes share; without one
    references are remembered in this process only."""

    name = "sandbox"
    test_only = True
    recipient = Recipient(
        name={"zh-CN": "供应商模拟器(不向任何人发送)", "en": "Sandbox (sends nothing to anyone)"},
        contact="无外部接收方 / no outside recipient",
        region="none",
        method={"zh-CN": "仅在本系统内模拟核验", "en": "simulated inside this service only"},
    )

    def __init__(
        self,
        journal: Path | None = None,
        latency: float = 0.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.capabilities = {
            **dict.fromkeys(CHECKS, Traits(read_back=True)),
            LIVENESS: Traits(read_back=True, liveness=True, erases=True, callback=CallbackStyle.TOKEN),
            Capability.SMS: Traits(read_back=True, fixed_code=FIXED_CODE),
            Capability.NOTICE: Traits(read_back=True),
            Capability.ID_CARD: Traits(),
            LICENSE: Traits(),
            REGISTRY: Traits(read_back=True, compares_number=True),
            Capability.TRANSFER: Traits(
                read_back=True,
                idempotent_reference=True,
                settles_after=0.0,
                callback=CallbackStyle.TOKEN,
                proofs=frozenset(Proof),
            ),
        }
        self._latency = latency
        self._clock = clock
        self._journal: Journal = FileJournal(Path(journal), clock) if journal else MemoryJournal(clock)

    def __repr__(self) -> str:
        return "Sandbox"

    def call(self, request: Request, reference: str) -> Outcome:
        if request.capability not in self.capabilities:
            msg = f"the sandbox does not know the capability {request.capability}"
            raise Misconfigured(msg)
        self._think()
        if isinstance(request, TransferOrder):
            return self._pay(request, reference)
        if isinstance(request, IdCardReading):
            card = behaviour_of((request.hint or {}).get("name", ""), Capability.ID_CARD)
            return sandbox_papers.read(request, card.result, card.reason)
        if isinstance(request, LicenseReading):
            return self._read_license(request)
        behaviour = (
            ACCEPTED if isinstance(request, SmsCode | SmsNotice) else behaviour_of(_name(request), request.capability)
        )
        if isinstance(request, LivenessSession):
            return self._film(request, reference, behaviour)
        if behaviour.failure in {None, Unknown}:  # the other kinds say that nothing happened
            self._journal.write(reference, behaviour.result, behaviour.reason)
        if behaviour.failure is not None:
            raise self._failure(behaviour.failure)
        return _outcome(reference, behaviour.result, behaviour.reason)

    def read_back(self, capability: Capability, reference: str, theirs: str | None = None) -> Outcome:  # noqa: ARG002 - it has none of its own
        self._think()
        remembered = self._journal.read(reference)
        if remembered is None:
            raise NotReceived("sandbox.notreceived")
        if capability is LIVENESS:
            return sandbox_face.verdict(reference, remembered)
        if capability is Capability.TRANSFER:
            return sandbox_bank.outcome(reference, TransferWord(remembered[1] or ""))
        return _outcome(reference, *remembered)

    def erase(self, capability: Capability, reference: str, theirs: str | None = None) -> str:  # noqa: ARG002 - it has none of its own
        if capability is not LIVENESS:
            raise Refused("no_erasure")
        return f"sandbox.erased/sbx-{reference}"

    def check(self) -> str:
        return "answers; it sends nothing to anybody"

    def callback(self, headers: Mapping[str, str], body: bytes) -> CallbackHint:  # noqa: ARG002 - the URL is signed
        """``{"reference": …, "event"?: …}``, to the URL of one transfer, with ``word`` for what reading it back finds
        from now on; with ``outcome``, of one liveness session."""
        try:
            told = json.loads(body)
            if "outcome" in told:
                return sandbox_face.told(self._journal, told)
            if "word" in told:
                self._journal.write(str(told["reference"]), Result.ACCEPTED, TransferWord(told["word"]))
            return CallbackHint(Capability.TRANSFER, str(told["reference"]), told.get("event"))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadCallback("sandbox.callback") from None

    def close(self) -> None:
        self._journal.close()

    def _film(self, request: LivenessSession, reference: str, behaviour: Behaviour) -> Outcome:
        """The page opens unless the name asks for an outage; what it asks for else is the verdict."""
        if behaviour.failure is not None:
            raise self._failure(behaviour.failure)
        sandbox_face.remember(self._journal, reference, behaviour.result, behaviour.reason)
        return sandbox_face.open_page(request, reference, behaviour.result, behaviour.reason, self._clock())

    def _pay(self, order: TransferOrder, reference: str) -> Outcome:
        """An order is remembered by what reading back will find; one that comes again is not executed again."""
        course = sandbox_bank.course_of(order)
        if course.failure is Unavailable:
            raise self._failure(Unavailable)
        known = self._journal.read(reference) is not None
        self._journal.write(reference, Result.ACCEPTED, course.later)
        if course.failure is not None:
            raise self._failure(course.failure)
        return sandbox_bank.outcome(reference, course.later if known else course.told)

    def _read_license(self, request: LicenseReading) -> Outcome:
        paper = behaviour_of((request.hint or {}).get("enterprise_name", ""), Capability.LICENSE)
        if paper.failure is not None:
            raise self._failure(paper.failure)
        return sandbox_papers.read_license(request, paper.result, paper.reason)

    def _think(self) -> None:
        if self._latency:
            time.sleep(self._latency)

    def _failure(self, kind: type[ProviderFailure]) -> ProviderFailure:
        vendor_code = f"sandbox.{kind.__name__.lower()}"
        if kind is Throttled:
            return Throttled(vendor_code, until=self._clock() + THROTTLED_FOR)
        return kind(vendor_code)


def _name(request: Request) -> str:
    """The name by which the outcome is chosen."""
    if isinstance(request, RegistryCheck):
        return request.enterprise_name
    return str(getattr(request, "name", ""))


def _outcome(reference: str, result: Result, reason: str | None) -> Outcome:
    return Outcome(result, reason, vendor_code=f"sandbox.{result}", vendor_reference=f"sbx-{reference}", billed=False)
