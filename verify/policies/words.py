"""The words of consent notices: locales and the kinds of data by name."""

from collections.abc import Mapping

from providers.base import Kind

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
    Kind.LICENSE: {"zh-CN": "营业执照影像", "en": "scan of the business licence"},
    Kind.ENTERPRISE_NAME: {"zh-CN": "企业名称", "en": "enterprise name"},
    Kind.CREDIT_CODE: {"zh-CN": "统一社会信用代码或组织机构代码", "en": "credit code or organization code"},
    Kind.AUTHORIZATION_LETTER: {"zh-CN": "授权书影像", "en": "scan of the letter of authorization"},
    Kind.LEGAL_REPRESENTATIVE_NAME: {"zh-CN": "法定代表人姓名", "en": "legal representative's name"},
    Kind.LEGAL_REPRESENTATIVE_ID_NUMBER: {"zh-CN": "法定代表人身份证号码", "en": "legal representative's ID number"},
    Kind.DEVICE: {"zh-CN": "设备与浏览器信息", "en": "device and browser information"},
    Kind.RESULT: {"zh-CN": "认证结果", "en": "result of the verification"},
}
