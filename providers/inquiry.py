"""What a provider is asked: capabilities, kinds of personal data, and a frozen request for each capability."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Capability(StrEnum):
    """One thing a provider can do for us. Each has its own request type, route and consent item."""

    IDENTITY = "identity"
    FACE = "face"
    LIVENESS = "liveness"
    BANK_CARD = "bank_card"
    SMS = "sms"
    NOTICE = "notice"
    ID_CARD = "id_card"
    LICENSE = "license"
    REGISTRY = "registry"
    TRANSFER = "transfer"


class Kind(StrEnum):
    """Kinds of personal data as a consent names them (GB/T 35273 annex A, PIPL 28)."""

    NAME = "name"
    ID_NUMBER = "id_number"
    FACE_IMAGE = "face_image"
    CARD_NUMBER = "card_number"
    MOBILE = "mobile"
    ID_CARD_PHOTO = "id_card_photo"
    ACCOUNT_NUMBER = "account_number"
    ACCOUNT_NAME = "account_name"
    BANK = "bank"
    LICENSE = "license"
    ENTERPRISE_NAME = "enterprise_name"
    CREDIT_CODE = "credit_code"
    AUTHORIZATION_LETTER = "authorization_letter"
    LEGAL_REPRESENTATIVE_NAME = "legal_representative_name"
    LEGAL_REPRESENTATIVE_ID_NUMBER = "legal_representative_id_number"
    DEVICE = "device"
    RESULT = "result"  #: of the verification: verified, rejected, …


class Photo:
    """JPEG bytes for one request's memory only: no repr, no pickle, no copy on disk."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __repr__(self) -> str:
        return type(self).__name__

    def __reduce__(self) -> str:
        msg = "a photo is never pickled"
        raise TypeError(msg)


class FaceImage(Photo):
    """A face."""

    __slots__ = ()


class IdCardPhoto(Photo):
    """One side of a resident ID card."""

    __slots__ = ()


class LicensePage(Photo):
    """A business licence, one page."""

    __slots__ = ()


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


@dataclass(frozen=True, slots=True)
class DeviceScript:
    """The vendor's script that collects device data in the browser: where it is, and the global function of it whose
    answer the vendor wants to be given as JSON."""

    url: str
    function: str


@dataclass(frozen=True, repr=False, slots=True)
class LivenessSession:
    """Open the vendor's own page, where the person's face is filmed and compared with the authority's photo.

    ``return_url`` is where the page sends the browser at its end; it proves nothing. ``notify_url`` is where a
    provider with CallbackStyle.TOKEN reports. ``meta_info`` is the device data that the vendor's own script
    collected in the browser, for those that ask for it. The verdict comes by reading back.
    """

    capability: ClassVar[Capability] = Capability.LIVENESS
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.NAME, Kind.ID_NUMBER, Kind.FACE_IMAGE, Kind.DEVICE})

    name: str
    id_number: str
    return_url: str | None = None
    notify_url: str | None = None
    meta_info: str | None = None


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


class Told(StrEnum):
    """What a user is told of the result. Carriers want a template of each registered beforehand."""

    VERIFIED = "verified"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REVIEW = "review"
    NOTICE = "notice"  #: no result: there is a notice about their personal data to read


@dataclass(frozen=True, repr=False, slots=True)
class SmsNotice:
    """The result to a mainland mobile, by a template. ``application`` names the calling system."""

    capability: ClassVar[Capability] = Capability.NOTICE
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.MOBILE, Kind.RESULT})

    mobile: str
    told: Told
    application: str
    locale: str


class Side(StrEnum):
    FRONT = "front"  #: portrait, name and number
    BACK = "back"  #: emblem and validity


@dataclass(frozen=True, repr=False, slots=True)
class IdCardReading:
    """Read one side of an ID card (OCR).

    ``hint`` holds what the person typed, for a double that cannot read; it is None with a live key and no
    adapter of a vendor may send it.
    """

    capability: ClassVar[Capability] = Capability.ID_CARD
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.ID_CARD_PHOTO})

    side: Side
    image: IdCardPhoto
    hint: Mapping[str, str] | None = None


@dataclass(frozen=True, repr=False, slots=True)
class LicenseReading:
    """Read a business licence (OCR). ``hint`` as for IdCardReading."""

    capability: ClassVar[Capability] = Capability.LICENSE
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.LICENSE})

    image: LicensePage
    hint: Mapping[str, str] | None = None


@dataclass(frozen=True, repr=False, slots=True)
class RegistryCheck:
    """Enterprise, code and legal representative against the register of enterprises.

    ``credit_code`` has 18 characters (GB 32100), or 9 where only an organization code is known (GB 11714).
    The number is sent where the provider compares it (``Traits.compares_number``).
    """

    capability: ClassVar[Capability] = Capability.REGISTRY
    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {
            Kind.ENTERPRISE_NAME,
            Kind.CREDIT_CODE,
            Kind.LEGAL_REPRESENTATIVE_NAME,
            Kind.LEGAL_REPRESENTATIVE_ID_NUMBER,
        }
    )

    enterprise_name: str
    credit_code: str
    legal_representative_name: str
    legal_representative_id_number: str | None = None


@dataclass(frozen=True, repr=False, slots=True)
class TransferOrder:
    """Pay ``amount_fen`` to an account. A repeated order carries the same fields, so that its bytes are the same.

    ``remark`` is shown to the payee. ``notify_url`` is where a provider with CallbackStyle.TOKEN reports.
    """

    capability: ClassVar[Capability] = Capability.TRANSFER
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.ACCOUNT_NUMBER, Kind.ACCOUNT_NAME, Kind.BANK})

    amount_fen: int
    account_number: str
    account_name: str
    bank_name: str
    bank_province: str
    bank_city: str
    bank_branch: str
    remark: str
    corporate: bool = False
    cnaps_code: str | None = None
    notify_url: str | None = None


Request = (
    IdentityCheck
    | FaceCheck
    | LivenessSession
    | BankCardCheck
    | SmsCode
    | SmsNotice
    | IdCardReading
    | LicenseReading
    | RegistryCheck
    | TransferOrder
)
