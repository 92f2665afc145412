"""Well-formed requests of every capability about a false person."""

from collections.abc import Callable, Mapping

from providers.base import (
    BankCardCheck,
    Capability,
    FaceCheck,
    FaceImage,
    IdCardPhoto,
    IdCardReading,
    IdentityCheck,
    LicensePage,
    LicenseReading,
    LivenessSession,
    RegistryCheck,
    Request,
    Side,
    SmsCode,
    SmsNotice,
    Told,
    TransferOrder,
)
from providers.testing.enterprises import enterprise
from providers.testing.identities import Identity, adult, card, mobile

#: framed as a JPEG and nothing more: adapters hand images on, they never decode them
FACE = (
    b"\xff\xd8\xff\xfe\x00\x4a" + b"a face of nobody, in twenty-four-byte pieces for seeking" + b"." * 16 + b"\xff\xd9"
)

BUILDERS: Mapping[Capability, Callable[[Identity, str, str], Request]] = {
    Capability.IDENTITY: lambda who, _card, _mobile: IdentityCheck(who.name, who.id_number),
    Capability.FACE: lambda who, _card, _mobile: FaceCheck(who.name, who.id_number, FaceImage(bytes(bytearray(FACE)))),
    Capability.BANK_CARD: lambda who, card, mobile: BankCardCheck(who.name, who.id_number, card, mobile),
    Capability.ID_CARD: lambda who, _card, _mobile: IdCardReading(
        Side.FRONT, IdCardPhoto(bytes(bytearray(FACE))), {"name": who.name, "id_number": who.id_number}
    ),
    Capability.LIVENESS: lambda who, _card, _mobile: LivenessSession(
        who.name,
        who.id_number,
        return_url="https://verify.example.com/done",
        notify_url="https://verify.example.com/v1/callbacks/provider/0198c0de7000secret",
        meta_info='{"device": "of nobody in particular"}',
    ),
    Capability.LICENSE: lambda _who, _card, _mobile: LicenseReading(
        LicensePage(bytes(bytearray(FACE))),
        {"enterprise_name": enterprise(1).name, "credit_code": enterprise(1).credit_code},
    ),
    Capability.REGISTRY: lambda who, _card, _mobile: RegistryCheck(
        enterprise(1).name, enterprise(1).credit_code, who.name, who.id_number
    ),
    Capability.TRANSFER: lambda who, card, _mobile: TransferOrder(
        37, card, who.name, "示例银行", "北京市", "北京市", "示例支行", "1/1"
    ),
    Capability.SMS: lambda _who, _card, mobile: SmsCode(mobile, "918273", "zh-CN"),
    Capability.NOTICE: lambda _who, _card, mobile: SmsNotice(mobile, Told.VERIFIED, "示例云", "zh-CN"),
}


def request_for(capability: Capability, name: str | None = None) -> Request:
    """About ``adult(1)``; ``name`` may hold a sandbox value. The image's bytes are shared with nothing."""
    return BUILDERS[capability](adult(1, name), card(1), mobile(1))
