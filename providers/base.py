"""What every provider is: capabilities, frozen requests, one outcome, and failures by kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol


class Capability(StrEnum):
    """One thing a provider can do for us. Each has its own request type, route and consent item."""

    IDENTITY = "identity"
    FACE = "face"
    BANK_CARD = "bank_card"
    SMS = "sms"


class Kind(StrEnum):
    """Kinds of personal data as a consent names them (GB/T 35273 annex A, PIPL 28)."""

    NAME = "name"
    ID_NUMBER = "id_number"
    FACE_IMAGE = "face_image"
    CARD_NUMBER = "card_number"
    MOBILE = "mobile"


class FaceImage:
    """JPEG bytes of a face, for one request's memory only: no repr, no pickle, no copy on disk."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __repr__(self) -> str:
        return "FaceImage"

    def __reduce__(self) -> str:
        msg = "a face image is never pickled"
        raise TypeError(msg)


@dataclass(frozen=True, repr=False, slots=True)
class IdentityCheck:
    """Name and ID number against the authority's register."""

    capability: ClassVar[Capability] = Capability.IDENTITY
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NAME, Kind.ID_NUMBER})

    name: str
    id_number: str


@dataclass(frozen=True, repr=False, slots=True)
class FaceCheck:
    """A still face image against the authority's photo of this person."""

    capability: ClassVar[Capability] = Capability.FACE
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NAME, Kind.ID_NUMBER, Kind.FACE_IMAGE})

    name: str
    id_number: str
    image: FaceImage


@dataclass(frozen=True, repr=False, slots=True)
class BankCardCheck:
    """Four-element match: name, ID number, card number and the mobile reserved at the bank."""

    capability: ClassVar[Capability] = Capability.BANK_CARD
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NAME, Kind.ID_NUMBER, Kind.CARD_NUMBER, Kind.MOBILE})

    name: str
    id_number: str
    card_number: str
    mobile: str


@dataclass(frozen=True, repr=False, slots=True)
class SmsCode:
    """A one-time code to a mainland mobile (11 digits, no prefix). ``locale`` is zh-CN or en."""

    capability: ClassVar[Capability] = Capability.SMS
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.MOBILE})

    mobile: str
    code: str
    locale: str


Request = IdentityCheck | FaceCheck | BankCardCheck | SmsCode


class Result(StrEnum):
    """A provider's answer in our words. ``accepted`` answers an order (an SMS), the rest a check."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    INCONCLUSIVE = "inconclusive"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the provider said: our reason code, the vendor's code and reference. Never a raw body.

    ``reason`` is a key of the reason-code table or None for the capability's default. ``billed`` is
    None where the vendor does not say.
    """

    result: Result
    reason: str | None = None
    vendor_code: str | None = None
    vendor_reference: str | None = None
    billed: bool | None = None


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

    def read_back(self, capability: Capability, reference: str) -> Outcome:
        """What became of ``reference``. Raises NotReceived, Unknown (still open) or another kind.

        Called only where ``Traits.read_back`` is true.
        """
        ...

    def close(self) -> None:
        """Give sockets and files back."""
        ...
