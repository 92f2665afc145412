"""What goes to a recipient, capability by capability, as a person consents to it (个人信息保护法 23)."""

from collections.abc import Mapping
from dataclasses import dataclass

from providers.base import (
    BankCardCheck,
    Capability,
    FaceCheck,
    IdCardReading,
    IdentityCheck,
    Kind,
    LicenseReading,
    LivenessSession,
    RegistryCheck,
    SmsCode,
    SmsNotice,
    TransferOrder,
)
from verify.policies.words import Texts


@dataclass(frozen=True)
class Share:
    """What one recipient of a capability gets (个人信息保护法 23). ``method`` is the default means of processing.

    Nothing hangs on an ``optional`` one: who does not grant it is verified all the same.
    """

    capability: Capability
    kinds: tuple[Kind, ...]
    purpose: Texts
    method: Texts
    retention: Texts
    optional: bool = False


_SHARE_RETENTION: Texts = {
    "zh-CN": "接收方按协议在核验完成后删除，法律要求其保存的除外；我们保留不含信息本身的提供记录，至认证结束后 3 年。",
    "en": "The recipient is bound to delete it after the check, unless a law orders it to keep it; we keep a record of "
    "the disclosure without the information itself until 3 years after the verification ends.",
}


def _in_order(kinds: frozenset[Kind]) -> tuple[Kind, ...]:
    return tuple(kind for kind in Kind if kind in kinds)


SHARES: Mapping[Capability, Share] = {
    Capability.IDENTITY: Share(
        Capability.IDENTITY,
        _in_order(IdentityCheck.kinds),
        purpose={
            "zh-CN": "核对姓名与身份证号码是否对应。",
            "en": "To check that name and ID number belong together.",
        },
        method={
            "zh-CN": "经加密接口传输，与权威数据源核对后只返回结果。",
            "en": "Sent over an encrypted interface and checked against the authority's records; only the result "
            "comes back.",
        },
        retention=_SHARE_RETENTION,
    ),
    Capability.FACE: Share(
        Capability.FACE,
        _in_order(FaceCheck.kinds),
        purpose={
            "zh-CN": "把人脸图像与权威数据源中的照片比对，确认是本人。",
            "en": "To compare the face image with the photo the authority holds and confirm that it is you.",
        },
        method={
            "zh-CN": "人脸图像经互联网加密传输给接收方，比对后只返回结果。",
            "en": "The face image is sent to the recipient over the Internet, encrypted, and compared there; only the "
            "result comes back.",
        },
        retention=_SHARE_RETENTION,
    ),
    Capability.LIVENESS: Share(
        Capability.LIVENESS,
        _in_order(LivenessSession.kinds),
        purpose={
            "zh-CN": "由接收方在其页面上拍摄人脸，判断是否为真人，并与权威数据源中的照片比对，确认是本人。",
            "en": "To have the recipient film your face on its own page, tell that a living person is there, and "
            "compare it with the photo the authority holds.",
        },
        method={
            "zh-CN": "姓名、身份证号码和设备信息经加密接口传输；人脸由接收方的页面直接采集，经互联网加密传输，"
            "不经过我们；我们只取回结果。",
            "en": "Name, ID number and device information are sent over an encrypted interface; the face is taken by "
            "the recipient's page and sent over the Internet, encrypted, never to us; only the result comes back.",
        },
        retention=_SHARE_RETENTION,
    ),
    Capability.BANK_CARD: Share(
        Capability.BANK_CARD,
        _in_order(BankCardCheck.kinds),
        purpose={
            "zh-CN": "核对姓名、身份证号码、银行卡号与预留手机号是否一致。",
            "en": "To check that name, ID number, card number and the registered mobile belong together.",
        },
        method={
            "zh-CN": "经加密接口传输，与银行登记的信息核对后只返回结果，不扣款。",
            "en": "Sent over an encrypted interface and checked against what the bank holds; only the result comes "
            "back and nothing is charged.",
        },
        retention=_SHARE_RETENTION,
    ),
    Capability.SMS: Share(
        Capability.SMS,
        _in_order(SmsCode.kinds),
        purpose={
            "zh-CN": "向您的手机发送短信验证码。",
            "en": "To send a code to your mobile by SMS.",
        },
        method={
            "zh-CN": "经加密接口传输手机号与验证码，由接收方通过运营商发送短信。",
            "en": "Mobile number and code are sent over an encrypted interface; the recipient delivers the message "
            "through the carrier.",
        },
        retention=_SHARE_RETENTION,
    ),
    Capability.NOTICE: Share(
        Capability.NOTICE,
        _in_order(SmsNotice.kinds),
        purpose={
            "zh-CN": "用短信把认证结果告诉您。不同意不影响认证，结果可以在您注册的服务中查看。",
            "en": "To tell you the result by SMS. Without it you are verified all the same, and find the result in the "
            "service you sign up for.",
        },
        method={
            "zh-CN": "经加密接口传输手机号和结果对应的短信模板，由接收方通过运营商发送短信。",
            "en": "Mobile number and the template for the result are sent over an encrypted interface; the recipient "
            "delivers the message through the carrier.",
        },
        retention=_SHARE_RETENTION,
        optional=True,
    ),
    Capability.ID_CARD: Share(
        Capability.ID_CARD,
        _in_order(IdCardReading.kinds),
        purpose={
            "zh-CN": "识别身份证照片上的姓名、号码和有效期。",
            "en": "To read name, number and validity from the pictures of the ID card.",
        },
        method={
            "zh-CN": "照片经互联网加密传输给接收方，识别后只返回文字。",
            "en": "The pictures are sent to the recipient over the Internet, encrypted; only what was read comes back.",
        },
        retention=_SHARE_RETENTION,
    ),
    Capability.LICENSE: Share(
        Capability.LICENSE,
        _in_order(LicenseReading.kinds),
        purpose={
            "zh-CN": "识别营业执照上的企业名称、代码、法定代表人和有效期。",
            "en": "To read enterprise name, code, legal representative and validity from the business licence.",
        },
        method={
            "zh-CN": "影像经互联网加密传输给接收方，识别后只返回文字。",
            "en": "The scan is sent to the recipient over the Internet, encrypted; only what was read comes back.",
        },
        retention=_SHARE_RETENTION,
    ),
    Capability.REGISTRY: Share(
        Capability.REGISTRY,
        _in_order(RegistryCheck.kinds),
        purpose={
            "zh-CN": "核对企业名称、代码与法定代表人是否与登记信息一致，以及企业的经营状态。",
            "en": "To check that enterprise name, code and legal representative agree with the register, and whether "
            "the enterprise is in operation.",
        },
        method={
            "zh-CN": "经加密接口传输，与企业登记数据核对后只返回结果。",
            "en": "Sent over an encrypted interface and checked against the register of enterprises; only the result "
            "comes back.",
        },
        retention=_SHARE_RETENTION,
    ),
    Capability.TRANSFER: Share(
        Capability.TRANSFER,
        _in_order(TransferOrder.kinds),
        purpose={
            "zh-CN": "向您的银行账户打一笔小额款项。",
            "en": "To send a small amount to your bank account.",
        },
        method={
            "zh-CN": "户名、账号和开户行经加密接口传输，由接收方通过银行打款；款项会显示在您的账户明细中。",
            "en": "Account name, number and bank are sent over an encrypted interface; the recipient pays through the "
            "banks, and the payment appears on your statement.",
        },
        retention={
            "zh-CN": "接收方和收款银行依法保存支付记录；我们保留不含账号的打款记录，至认证结束后 3 年。",
            "en": "The recipient and the receiving bank keep payment records as the law orders; we keep a record of "
            "the transfer without the account number until 3 years after the verification ends.",
        },
    ),
}
