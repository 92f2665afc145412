"""The items that a minor granted, as their guardian reads them: they are about the minor, not about who reads."""

from collections.abc import Mapping
from dataclasses import replace

from providers.base import Capability
from verify.policies.items import ITEMS, Item
from verify.policies.shares import SHARES, Share
from verify.policies.words import Texts

#: item → its purpose
PURPOSES: Mapping[str, Texts] = {
    "identity": {
        "zh-CN": "依照《反电信网络诈骗法》第二十一条核验未成年人的真实身份，并留作已经核验的凭据。"
        "不核对身份证号码就无法确认姓名属于哪一个人。号码泄露可能被人冒用身份，因此加密保存，只脱敏显示。"
        "不同意这一项，未成年人就无法完成实名认证，依法不能购买云服务。",
        "en": "To verify the minor's real identity as article 21 of the Anti-Telecom and Online Fraud Law "
        "demands, and to be able to show that it was verified. Without the ID number nobody can tell "
        "which person a name belongs to. A leaked number could be used to pose as the minor, so it is "
        "kept encrypted and shown masked only. Without this item the minor cannot be verified, and the "
        "law does not allow cloud services to be sold to them.",
    },
    "bank_card": {
        "zh-CN": "向预留手机号发送验证码，并核对银行卡、手机号与未成年人的姓名和身份证号码是否一致。"
        "银行已当面核实过其身份，卡与手机号一致即可确认操作者是其本人。"
        "卡号泄露可能危及财产，因此加密保存并尽早删除；不扣款，也不需要密码。"
        "不同意这一项时，未成年人可以改用其他认证方式。",
        "en": "To send a code to the mobile registered with the bank, and to check that card and mobile belong "
        "to the minor's name and ID number. The bank has met the minor in person, so a matching card and "
        "mobile show that it is they who act. A leaked card number could put their property at risk, so "
        "it is kept encrypted and deleted early; nothing is charged and no PIN is asked for. Without this"
        " item the minor can choose another method.",
    },
    "bank_account": {
        "zh-CN": "向未成年人本人名下的银行账户打一笔小额款项，由其填写收到的金额，以确认账户由其使用。"
        "银行已当面核实过其身份，能看到这笔款项即可确认操作者是其本人。"
        "账号泄露可能危及财产，因此加密保存并尽早删除；不扣款，也不需要密码。"
        "不同意这一项时，未成年人可以改用其他认证方式。",
        "en": "To send a small amount to a bank account in the minor's own name and have them enter what "
        "arrived, which shows that the account is theirs. The bank has met the minor in person, so seeing"
        " the payment shows that it is they who act. A leaked account number could put their property at "
        "risk, so it is kept encrypted and deleted early; nothing is charged and no PIN is asked for. "
        "Without this item the minor can choose another method.",
    },
    "id_card": {
        "zh-CN": "识别未成年人身份证的两面，核对姓名和号码与所填内容一致，并确认证件在有效期内。"
        "照片上有住址和头像，泄露可能被人冒用，因此只在识别时使用，不保存。"
        "不同意这一项时，未成年人可以改用其他认证方式。",
        "en": "To read both sides of the minor's ID card, to compare name and number with what was entered and "
        "to see that the card is valid. The pictures show address and portrait and could be used to pose "
        "as the minor, so they are used while they are read and not stored. Without this item the minor "
        "can choose another method.",
    },
    "face": {
        "zh-CN": "把未成年人的人脸图像与权威数据源中的照片比对，确认正在操作的是其本人。"
        "人脸能防止他人拿其证件信息冒名认证。人脸伴随终身、无法更换，因此我们不保存任何人脸信息。"
        "刷脸不是唯一的方式：不同意这一项时，未成年人可以改用页面上的其他认证方式，或联系我们由人工办理。",
        "en": "To compare the minor's face image with the photo that the authority holds, so that it is known "
        "that it is they who act. The face keeps others from being verified with the minor's papers. A "
        "face stays with a person for life and cannot be replaced, so we store no facial information at "
        "all. The face is never the only way: without this item the minor can choose another method on "
        "their page, or ask us and a person will help.",
    },
}

#: item → how long it is kept, where that speaks to whose data it is
RETENTION: Mapping[str, Texts] = {
    "identity": {
        "zh-CN": "未成年人的账号注销后满 3 年为止；认证没有通过、过期或取消的，结束后 90 天。",
        "en": "Until 3 years after the minor's account is closed; where the verification was rejected, expired "
        "or was canceled, 90 days after it ends.",
    },
}

#: capability → its purpose, where that speaks to whose data it is
SHARED: Mapping[Capability, Texts] = {
    Capability.FACE: {
        "zh-CN": "把未成年人的人脸图像与权威数据源中的照片比对，确认是其本人。",
        "en": "To compare the minor's face image with the photo the authority holds and confirm that it is they.",
    },
    Capability.LIVENESS: {
        "zh-CN": "由接收方在自己的页面上拍摄未成年人的人脸，判断是否为真人，并与权威数据源中的照片比对，确认是其本人。",
        "en": "To have the recipient film the minor's face on its own page, tell that a living person is there,"
        " and compare it with the photo the authority holds.",
    },
    Capability.SMS: {
        "zh-CN": "向未成年人的手机发送短信验证码。",
        "en": "To send a code to the minor's mobile by SMS.",
    },
    Capability.NOTICE: {
        "zh-CN": "用短信把认证结果告诉未成年人。不同意不影响认证，结果可以在其注册的服务中查看。",
        "en": "To tell the minor the result by SMS. Without it they are verified all the same, and find the "
        "result in the service they sign up for.",
    },
    Capability.TRANSFER: {
        "zh-CN": "向未成年人的银行账户打一笔小额款项。",
        "en": "To send a small amount to the minor's bank account.",
    },
}

#: capability → the means, where that speaks to whose data it is
MEANS: Mapping[Capability, Texts] = {
    Capability.TRANSFER: {
        "zh-CN": "户名、账号和开户行经加密接口传输，由接收方通过银行打款；款项会显示在未成年人的账户明细中。",
        "en": "Account name, number and bank are sent over an encrypted interface; the recipient pays through "
        "the banks, and the payment appears on the minor's statement.",
    },
}

MINORS_ITEMS: Mapping[str, Item] = {
    item.id: replace(
        item,
        purpose=PURPOSES.get(item.id, item.purpose),
        retention=RETENTION.get(item.id, item.retention),
    )
    for item in ITEMS
    if item.id in PURPOSES
}

MINORS_SHARES: Mapping[Capability, Share] = {
    capability: replace(
        share,
        purpose=SHARED.get(capability, share.purpose),
        method=MEANS.get(capability, share.method),
    )
    for capability, share in SHARES.items()
}
