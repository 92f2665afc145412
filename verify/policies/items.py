"""What a person consents to for purposes of ours, item by item."""

from dataclasses import dataclass

from providers.base import Kind
from verify.policies.words import Texts


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
    #: types of verifications it belongs to
    types: tuple[str, ...] = ("personal", "enterprise")


ITEMS: tuple[Item, ...] = (
    Item(
        id="identity",
        required=True,
        kinds=(Kind.NAME, Kind.ID_NUMBER),
        applies_to=("identity", "bank_card", "bank_account", "representative"),
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
        retention={
            "zh-CN": "注销账号后满 3 年为止；认证没有通过、过期或取消的，结束后 90 天。",
            "en": "Until 3 years after you close your account; where the verification was rejected, expired or was "
            "canceled, 90 days after it ends.",
        },
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
        types=("personal",),
    ),
    Item(
        id="corporate_account",
        required=True,
        kinds=(Kind.ACCOUNT_NUMBER, Kind.ACCOUNT_NAME, Kind.BANK),
        applies_to=("bank_account",),
        basis="个人信息保护法 28, 29",
        purpose={
            "zh-CN": "向以企业自己的名称开立的银行账户打一笔小额款项，由您填写收到的金额，以确认您能代表企业查看账户。"
            "银行开户时已核实过企业，能看到这笔款项即可确认是企业本身在操作。"
            "账号泄露可能危及财产，因此加密保存并尽早删除；不扣款，也不需要密码。"
            "不想提供对公账户时，可以改用其他认证方式。",
            "en": "To send a small amount to a bank account in the enterprise's own name and have you enter "
            "what arrived, "
            "which shows that the enterprise itself is acting: its bank has verified it, and only its people see the "
            "payment. A leaked account number could put its property at risk, so it is kept encrypted and deleted "
            "early; nothing is charged and no PIN is asked for. If you do not want to give an account, choose another "
            "method.",
        },
        retention={
            "zh-CN": "认证有结论或结束后 30 天；打款金额在填写后 10 分钟内删除。",
            "en": "30 days after the verification is decided or ends; the amount is deleted within 10 minutes after "
            "it is answered.",
        },
        types=("enterprise",),
    ),
    Item(
        id="enterprise",
        required=True,
        kinds=(
            Kind.LICENSE,
            Kind.ENTERPRISE_NAME,
            Kind.CREDIT_CODE,
            Kind.LEGAL_REPRESENTATIVE_NAME,
            Kind.LEGAL_REPRESENTATIVE_ID_NUMBER,
        ),
        applies_to=("enterprise", "license", "representative"),
        basis="反电信网络诈骗法 21; 个人信息保护法 29",
        purpose={
            "zh-CN": "识别营业执照，与您填写的企业信息核对，并向登记数据核对企业名称、代码、法定代表人和经营状态；"
            "认证通过后还会定期复查企业是否仍在经营。执照影像和法定代表人信息泄露可能被人冒用企业名义，"
            "因此加密保存，执照影像尽早删除。不提供则无法完成企业认证，依法不能以企业身份购买云服务。",
            "en": "To read the business licence and compare it with what you enter, and to check name, code, legal "
            "representative and operating status with the register; after the verification, to check from time to "
            "time that the enterprise still operates. A leaked scan or number could be used to pose as the enterprise, "
            "so both are kept encrypted and the scan is deleted early. Without them the enterprise cannot be verified, "
            "and the law does not allow cloud services to be sold to it.",
        },
        retention={
            "zh-CN": "企业信息和法定代表人信息至注销账号后满 3 年为止，认证没有通过、过期或取消的，结束后 90 天；"
            "执照影像在自动通过后即删除，"
            "其他情况在认证有结论或结束后 30 天删除。",
            "en": "Enterprise and legal representative until 3 years after you close your account, or where the "
            "verification was rejected, expired or was canceled, 90 days after it ends; the scan of the licence "
            "is deleted at once after an automatic pass, else 30 days after the verification is decided or ends.",
        },
    ),
    Item(
        id="legal_representative",
        required=True,
        kinds=(Kind.LEGAL_REPRESENTATIVE_NAME, Kind.LEGAL_REPRESENTATIVE_ID_NUMBER),
        applies_to=("authorization_letter",),
        basis="个人信息保护法 23, 29",
        purpose={
            "zh-CN": "您填写的是他人的信息时，请您在此确认：已把本告知书的内容告诉法定代表人本人，"
            "并取得其单独同意，由我们用其姓名和身份证号码与登记数据核对。您本人就是法定代表人时，这一项就是您自己的同意。"
            "未取得同意时请不要填写，可以请法定代表人本人办理。",
            "en": "Where what you enter is about somebody else, you confirm here that you have told the legal "
            "representative "
            "what this notice says, and that they agree, separately, to their name and ID number being checked with "
            "the register. Where you are the legal representative, this is your own consent. Without it please enter "
            "nothing and let the legal representative be verified in person.",
        },
        retention={
            "zh-CN": "注销账号后满 3 年为止；认证没有通过、过期或取消的，结束后 90 天。",
            "en": "Until 3 years after you close your account; where the verification was rejected, expired or was "
            "canceled, 90 days after it ends.",
        },
    ),
    Item(
        id="authorization_letter",
        required=True,
        kinds=(Kind.AUTHORIZATION_LETTER,),
        applies_to=("authorization_letter",),
        basis="个人信息保护法 29; 民法典 165",
        purpose={
            "zh-CN": "由审核人员核对授权书上的签字、盖章和有效期，确认企业授权您办理。请不要附上身份证复印件。"
            "授权书上有签字和印章，泄露可能被人仿冒，因此加密保存并尽早删除。经办人是法定代表人本人时不需要授权书。",
            "en": "To have a reviewer look at signature, seal and date of the letter of authorization and see that the "
            "enterprise lets you act for it. Please attach no copy of an ID card. The letter shows a signature and a "
            "seal that could be imitated, so it is kept encrypted and deleted early. A legal representative who "
            "acts in "
            "person needs no letter.",
        },
        retention={
            "zh-CN": "认证有结论或结束后 30 天。",
            "en": "30 days after the verification is decided or ends.",
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
