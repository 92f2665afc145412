"""What a provider is asked: capabilities, kinds of personal data, and a frozen request for each capability."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Capability(StrEnum):
    """One thing a provider can do for us. Each has its own request type, route and consent item."""

    IDENTITY = "identity"
    FACE = "face"
    BANK_CARD = "bank_card"
    SMS = "sms"
    ID_CARD = "id_card"
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


Request = IdentityCheck | FaceCheck | BankCardCheck | SmsCode | IdCardReading | TransferOrder
