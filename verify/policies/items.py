"""What a person consents to, item by item: purposes of ours, and what goes to a recipient."""

from collections.abc import Mapping
from dataclasses import dataclass

from providers.base import (
    BankCardCheck,
    Capability,
    FaceCheck,
    IdCardReading,
    IdentityCheck,
    Kind,
    SmsCode,
    TransferOrder,
)

#: locale → words
Texts = Mapping[str, str]

KIND_NAMES: Mapping[Kind, Texts] = {
    Kind.NAME: {"zh-CN": "姓名", "en": "name"},
    Kind.ID_NUMBER: {"zh-CN": "身份证号码", "en": "ID number"},
    Kind.FACE_IMAGE: {"zh-CN": "人脸图像", "en": "face image"},
    Kind.CARD_NUMBER: {"zh-CN": "银行卡号", "en": "bank card number"},
    Kind.MOBILE: {"zh-CN": "手机号", "en": "mobile number"},
    Kind.ID_CARD_PHOTO: {"zh-CN": "身份证照片", "en": "photo of the ID card"},
    Kind.ACCOUNT_NUMBER: {"zh-CN": "银行账号", "en": "bank account number"},
    Kind.ACCOUNT_NAME: {"zh-CN": "户名", "en": "account name"},
    Kind.BANK: {"zh-CN": "开户行及所在地", "en": "bank, branch and their place"},
}


@dataclass(frozen=True)
class Item:
    """A purpose of ours. It belongs to a notice when the method has one of the steps in ``applies_to``.

    ``purpose`` also says why sensitive information is needed, what it means for the person and what else can
    be done (个人信息保护法 30). ``basis`` is the law.
    """

    id: str
    required: bool
    kinds: tuple[Kind, ...]
    applies_to: tuple[str, ...]
    basis: str
    purpose: Texts
    retention: Texts


@dataclass(frozen=True)
class Share:
    """What one recipient of a capability gets (个人信息保护法 23). ``method`` is the default means of processing."""

    capability: Capability
    kinds: tuple[Kind, ...]
    purpose: Texts
    method: Texts
    retention: Texts


ITEMS: tuple[Item, ...] = (
    Item(
        id="identity",
        required=True,
        kinds=(Kind.NAME, Kind.ID_NUMBER),
        applies_to=("identity", "bank_card", "bank_account"),
        basis="反电信网络诈骗法 21; 个人信息保护法 29",
        purpose={
            "zh-CN": "依照《反电信网络诈骗法》第二十一条核验您的真实身份，并留作已经核验的凭据。"
            "不核对身份证号码就无法确认姓名属于哪一个人。号码泄露可能被人冒用身份，因此加密保存，只脱敏显示。"
            "不提供则无法完成实名认证，依法不能购买云服务。",
            "en": "To verify your real identity as article 21 of the Anti-Telecom and Online Fraud Law demands, "
            "and to be able to show that it was verified. Without the ID number nobody can tell which "
            "person a name belongs to. A leaked number could be used to pose as you, so it is kept "
            "encrypted and shown masked only. Without it the verification cannot be completed, and the "
            "law does not allow cloud services to be sold to you.",
        },
        retention={"zh-CN": "注销账号后满 3 年为止。", "en": "Until 3 years after you close your account."},
    ),
    Item(
        id="bank_card",
        required=True,
        kinds=(Kind.CARD_NUMBER, Kind.MOBILE),
        applies_to=("bank_card",),
        basis="个人信息保护法 28, 29",
        purpose={
            "zh-CN": "向预留手机号发送验证码，并核对银行卡、手机号与您的姓名和身份证号码是否一致。"
            "银行已当面核实过您的身份，卡与手机号一致即可确认操作者是本人。"
            "卡号泄露可能危及财产，因此加密保存并尽早删除；不扣款，也不需要密码。"
            "不想提供银行卡时，可以改用其他认证方式。",
            "en": "To send a code to the mobile registered with the bank, and to check that card and mobile "
            "belong to your name and ID number. Your bank has met you in person, so a matching card and "
            "mobile show that it is you. A leaked card number could put your property at risk, so it is "
            "kept encrypted and deleted early; nothing is charged and no PIN is asked for. If you do not "
            "want to give a card, choose another method.",
        },
        retention={
            "zh-CN": "认证有结论或结束后 30 天；短信验证码不保存。",
            "en": "30 days after the verification is decided or ends; the code is not stored.",
        },
    ),
    Item(
        id="bank_account",
        required=True,
        kinds=(Kind.ACCOUNT_NUMBER, Kind.ACCOUNT_NAME, Kind.BANK),
        applies_to=("bank_account",),
        basis="个人信息保护法 28, 29",
        purpose={
            "zh-CN": "向您本人名下的银行账户打一笔小额款项，由您填写收到的金额，以确认账户由您使用。"
            "银行已当面核实过您的身份，能看到这笔款项即可确认操作者是本人。"
            "账号泄露可能危及财产，因此加密保存并尽早删除；不扣款，也不需要密码。"
            "不想提供银行账户时，可以改用其他认证方式。",
            "en": "To send a small amount to a bank account in your own name and have you enter what arrived, which "
            "shows that the account is yours. Your bank has met you in person, so seeing the payment shows that it is "
            "you. A leaked account number could put your property at risk, so it is kept encrypted and deleted early; "
            "nothing is charged and no PIN is asked for. If you do not want to give an account, choose another method.",
        },
        retention={
            "zh-CN": "认证有结论或结束后 30 天；打款金额在填写后 10 分钟内删除。",
            "en": "30 days after the verification is decided or ends; the amount is deleted within 10 minutes after "
            "it is answered.",
        },
    ),
    Item(
        id="id_card",
        required=True,
        kinds=(Kind.ID_CARD_PHOTO,),
        applies_to=("id_card",),
        basis="个人信息保护法 28, 29",
        purpose={
            "zh-CN": "识别身份证两面，核对姓名和号码与所填内容一致，并确认证件在有效期内。"
            "照片上有住址和头像，泄露可能被人冒用，因此只在识别时使用，不保存。"
            "不想提供身份证照片时，可以改用其他认证方式。",
            "en": "To read both sides of the ID card, to compare name and number with what you entered and to see that "
            "the card is valid. The pictures show your address and portrait and could be used to pose as you, so they "
            "are used while they are read and not stored. If you do not want to give them, choose another method.",
        },
        retention={
            "zh-CN": "不保存：照片只在识别时存在于内存中。",
            "en": "Not stored: the pictures exist in memory only while they are read.",
        },
    ),
    Item(
        id="face",
        required=True,
        kinds=(Kind.FACE_IMAGE,),
        applies_to=("face",),
        basis="个人信息保护法 28, 29; 人脸识别技术应用安全管理办法 (2025)",
        purpose={
            "zh-CN": "把人脸图像与权威数据源中您的照片比对，确认正在操作的是本人。"
            "人脸能防止他人拿您的证件信息冒名认证。人脸伴随终身、无法更换，因此我们不保存任何人脸信息。"
            "刷脸不是唯一的方式：不同意时，可以改用页面上的其他认证方式，或联系我们由人工办理。",
            "en": "To compare your face image with the photo of you that the authority holds, so that it is "
            "known that it is you who is acting. Your face keeps others from being verified with your "
            "papers. A face stays with you for life and cannot be replaced, so we store no facial "
            "information at all. The face is never the only way: if you do not agree, choose another "
            "method on the page, or contact us and a person will help.",
        },
        retention={
            "zh-CN": "不保存：图像只在比对时存在于内存中。"
            "为发现同一张图片被重复使用，图片文件的加密摘要保存 30 天，不能还原出图片。",
            "en": "Not stored: the image exists in memory only while it is compared. A keyed digest of the image file, "
            "which cannot be turned back into the picture, is kept for 30 days to notice the same picture used again.",
        },
    ),
)

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
