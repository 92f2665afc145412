"""What every provider is: capabilities, frozen requests, one outcome, and failures by kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from providers.inquiry import (
    BankCardCheck,
    Capability,
    DeviceScript,
    FaceCheck,
    FaceImage,
    IdCardPhoto,
    IdCardReading,
    IdentityCheck,
    Kind,
    LicensePage,
    LicenseReading,
    LivenessSession,
    Photo,
    RegistryCheck,
    Request,
    Side,
    SmsCode,
    SmsNotice,
    Told,
    TransferOrder,
)
from providers.patience import patience

__all__ = [
    "BadCallback",
    "BankCardCheck",
    "CallbackHint",
    "CallbackStyle",
    "Capability",
    "DeviceScript",
    "FaceCheck",
    "FaceImage",
    "HostedPage",
    "IdCardPhoto",
    "IdCardReading",
    "IdentityCheck",
    "Kind",
    "LicensePage",
    "LicenseReading",
    "LicenseText",
    "LivenessSession",
    "Misconfigured",
    "NotReceived",
    "OpensIn",
    "Outcome",
    "Photo",
    "Proof",
    "Provider",
    "ProviderFailure",
    "Reading",
    "Recipient",
    "Refused",
    "RegistryCheck",
    "Request",
    "Result",
    "Side",
    "SmsCode",
    "SmsNotice",
    "Throttled",
    "Told",
    "Traits",
    "TransferOrder",
    "TransferWord",
    "Unavailable",
    "Unknown",
    "patience",
]


class Result(StrEnum):
    """A provider's answer in our words. ``accepted`` answers an order (an SMS), the rest a check."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    INCONCLUSIVE = "inconclusive"
    ACCEPTED = "accepted"


class TransferWord(StrEnum):
    """How far an ordered transfer has come. ``sent`` may still be followed by ``returned``."""

    REQUESTED = "requested"
    SENT = "sent"
    FAILED = "failed"
    RETURNED = "returned"


@dataclass(frozen=True, repr=False, slots=True)
class Reading:
    """What stands on one side of an ID card; None where that side does not say or could not be read.

    ``valid_until`` None beside a ``valid_from`` means for good (长期).
    """

    name: str | None = None
    id_number: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, repr=False, slots=True)
class LicenseText:
    """What stands on a business licence; None where it does not say or could not be read.

    ``credit_code`` as printed, 18 characters, or an older registration number. ``valid_until`` None beside a
    ``valid_from`` means for good (长期).
    """

    enterprise_name: str | None = None
    credit_code: str | None = None
    legal_representative: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class OpensIn(StrEnum):
    """Where a hosted page can be opened."""

    BROWSER = "browser"
    WECHAT = "wechat"  #: inside WeChat only: a QR code on any other screen


@dataclass(frozen=True, repr=False, slots=True)
class HostedPage:
    """The vendor's page of one liveness session. The URL lets whoever holds it act: it is shown once."""

    url: str
    opens_in: OpensIn
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the provider said: our reason code, the vendor's code and reference. Never a raw body.

    ``reason`` is a key of the reason-code table or None for the capability's default. ``billed`` is
    None where the vendor does not say. ``reading`` belongs to ID_CARD, ``license`` to LICENSE, ``page`` to
    LIVENESS; ``transfer``, the amount the provider knows the order by and the expected arrival to TRANSFER.
    """

    result: Result
    reason: str | None = None
    vendor_code: str | None = None
    vendor_reference: str | None = None
    billed: bool | None = None
    reading: Reading | None = field(default=None, repr=False)
    license: LicenseText | None = field(default=None, repr=False)
    page: HostedPage | None = field(default=None, repr=False)
    transfer: TransferWord | None = None
    amount_fen: int | None = field(default=None, repr=False)
    arrives_by: datetime | None = None


class ProviderFailure(Exception):
    """No answer to decide on. Carries the vendor's code only; never a body, a value or a URL."""

    def __init__(self, vendor_code: str | None = None) -> None:
        super().__init__(vendor_code or "")
        self.vendor_code = vendor_code


class Refused(ProviderFailure):
    """The provider calls our request wrong; the same request would be refused again."""


class Unavailable(ProviderFailure):
    """Nothing happened at the provider; it is safe to retry or to fail over."""


class Throttled(ProviderFailure):
    """This person or we are over a limit at the provider until ``until`` (None: not told)."""

    def __init__(self, vendor_code: str | None = None, until: datetime | None = None) -> None:
        super().__init__(vendor_code)
        self.until = until


class Unknown(ProviderFailure):
    """Sent, no answer: it may have happened. Read it back before anything else."""


class NotReceived(ProviderFailure):
    """Read-back only: the provider says it never got this reference."""


class BadCallback(ProviderFailure):
    """A callback whose signature, age or shape is wrong."""


class Misconfigured(Exception):
    """Credentials or settings are missing or refused. Outside the family so no retry swallows it."""

    def __init__(self, message: str = "", vendor_code: str | None = None) -> None:
        super().__init__(message)
        self.vendor_code = vendor_code


class Proof(StrEnum):
    """What the payee reads on the statement and gives back."""

    AMOUNT = "amount"
    TWO_AMOUNTS = "two_amounts"
    REMARK_CODE = "remark_code"  #: only where the remark is sure to be shown


class CallbackStyle(StrEnum):
    NONE = "none"
    SIGNED = "signed"  #: the vendor signs; ``Provider.callback`` checks
    TOKEN = "token"  # noqa: S105 - the request names a URL that holds a token of ours for this one check


@dataclass(frozen=True, slots=True)
class CallbackHint:
    """A checked callback in our words: something happened to ``reference``. It decides nothing; it is read back.

    ``event`` is the vendor's id of this notification where it has one. ``acknowledgement`` is the body that the
    vendor wants to see.
    """

    capability: Capability
    reference: str
    event: str | None = None
    acknowledgement: str = "success"


@dataclass(frozen=True, slots=True)
class Traits:
    """What the core must know of one capability at one provider. It never asks who.

    Times in seconds, image limits in bytes and pixels.
    """

    timeout: float = 10.0
    read_back: bool = False
    liveness: bool = False
    max_image_bytes: int = 2_000_000
    max_image_side: int = 2048
    fixed_code: str | None = None  #: code every SMS carries; only a double that sends nothing has one
    callback: CallbackStyle = CallbackStyle.NONE
    #: the same order under the same reference is executed once, however often it comes
    idempotent_reference: bool = False
    settles_after: float = 60.0  #: before that, "not received" may be said of an order that is under way
    arrives_within: float = 172_800.0  #: of a transfer, where the provider names no day
    proofs: frozenset[Proof] = frozenset({Proof.AMOUNT, Proof.TWO_AMOUNTS})
    erases: bool = False  #: ``Provider.erase`` deletes the vendor's copy of one call
    compares_number: bool = False  #: a registry check compares the legal representative's number too
    min_image_sides: tuple[int, int] = (0, 0)  #: least longer and shorter side of a picture
    device_script: DeviceScript | None = None  #: a liveness session needs device data, which this one collects
    by_statement: bool = False  #: people execute it; the bank statement tells, reading back does not


@dataclass(frozen=True, slots=True)
class Recipient:
    """Entry of the recipient register, shown in the consent notice (PIPL 23).

    ``region`` must be ``cn`` (mainland) or the provider is refused; ``none`` marks a double that sends
    nothing anywhere.
    """

    name: Mapping[str, str]  #: locale → legal name
    contact: str
    region: str
    method: Mapping[str, str] = field(default_factory=dict)  #: locale → means of processing


class Provider(Protocol):
    """A vendor behind our contract. ``test_only`` providers never see a live key, and vice versa."""

    name: str
    test_only: bool
    recipient: Recipient
    capabilities: Mapping[Capability, Traits]

    def call(self, request: Request, reference: str) -> Outcome:
        """Ask once. ``reference`` is ours (≤ 36 ASCII characters). Raises a ProviderFailure kind,
        or Misconfigured."""
        ...

    def read_back(self, capability: Capability, reference: str, theirs: str | None = None) -> Outcome:
        """What became of ``reference``. Raises NotReceived, Unknown (still open) or another kind.

        ``theirs`` is the vendor's own reference where the call told one (``Outcome.vendor_reference``).
        Called only where ``Traits.read_back`` is true.
        """
        ...

    def erase(self, capability: Capability, reference: str, theirs: str | None = None) -> str:  # noqa: ARG002 - the contract's
        """Have the vendor delete its copy of one call; its word for the receipt. Raises a ProviderFailure kind.

        Deleting what is gone already succeeds. Called only where ``Traits.erases`` is true.
        """
        raise Refused("no_erasure")

    def check(self) -> str:
        """Make the cheapest harmless signed call, without data of anybody; the vendor's word in one line.

        Raises a ProviderFailure kind or Misconfigured; Refused("no_check") where the vendor has no such call.
        """
        raise Refused("no_check")

    def callback(self, headers: Mapping[str, str], body: bytes) -> CallbackHint:  # noqa: ARG002 - the contract's
        """Check who sent it, then say what it is about. Raises BadCallback. Header names are in lower case.

        Called only where ``Traits.callback`` names a style.
        """
        raise BadCallback("no_callback")

    def close(self) -> None:
        """Give sockets and files back."""
        ...
