"""Names of what a copy holds, for the person it is about; what has none is shown by its code."""

from collections.abc import Mapping

from verify.policies.items import ITEMS
from verify.policies.minors import GUARDIAN_ITEMS, PREFIX
from verify.policies.words import KIND_NAMES, Texts

NAMES: Mapping[str, Texts] = {
    "name": {"zh-CN": "姓名", "en": "Name"},
    "id_number": {"zh-CN": "居民身份证号码", "en": "ID number"},
    "card_number": {"zh-CN": "银行卡号", "en": "Card number"},
    "mobile": {"zh-CN": "手机号", "en": "Mobile number"},
    "email": {"zh-CN": "电子邮箱", "en": "E-mail"},
    "account_number": {"zh-CN": "银行账号", "en": "Account number"},
    "account_name": {"zh-CN": "户名", "en": "Account name"},
    "bank_name": {"zh-CN": "开户行", "en": "Bank"},
    "bank_province": {"zh-CN": "开户行所在省", "en": "Province of the bank"},
    "bank_city": {"zh-CN": "开户行所在市", "en": "City of the bank"},
    "bank_branch": {"zh-CN": "支行", "en": "Branch"},
    "cnaps_code": {"zh-CN": "联行号", "en": "Branch code"},
    "website": {"zh-CN": "网站", "en": "Website"},
    "enterprise_name": {"zh-CN": "企业名称", "en": "Enterprise name"},
    "credit_code": {"zh-CN": "统一社会信用代码", "en": "Credit code"},
    "organization_code": {"zh-CN": "组织机构代码", "en": "Organization code"},
    "industry": {"zh-CN": "行业", "en": "Industry"},
    "products": {"zh-CN": "产品", "en": "Products"},
    "role": {"zh-CN": "身份", "en": "Role"},
    "legal_representative": {"zh-CN": "法定代表人", "en": "Legal representative"},
    "legal_representative_name": {"zh-CN": "法定代表人姓名", "en": "Legal representative's name"},
    "legal_representative_id_number": {
        "zh-CN": "法定代表人身份证号码",
        "en": "Legal representative's ID number",
    },
    "operating_status": {"zh-CN": "登记（经营）状态", "en": "Operating status"},
    "valid_from": {"zh-CN": "有效期自", "en": "Valid from"},
    "valid_until": {"zh-CN": "有效期至", "en": "Valid until"},
    # steps, where they are no field too
    "consent": {"zh-CN": "同意", "en": "Consent"},
    "identity": {"zh-CN": "身份信息", "en": "Identity"},
    "face": {"zh-CN": "人脸", "en": "Face"},
    "bank_card": {"zh-CN": "银行卡", "en": "Bank card"},
    "sms_code": {"zh-CN": "短信验证码", "en": "Code by SMS"},
    "bank_account": {"zh-CN": "银行账户", "en": "Bank account"},
    "corporate_account": {"zh-CN": "对公账户", "en": "Corporate account"},
    "id_card": {"zh-CN": "身份证识别", "en": "Reading of the ID card"},
    "transfer_amount": {"zh-CN": "打款金额", "en": "Amount received"},
    "enterprise": {"zh-CN": "企业信息", "en": "Enterprise"},
    "license": {"zh-CN": "营业执照", "en": "Business licence"},
    "representative": {"zh-CN": "经办人", "en": "Representative"},
    "authorization_letter": {"zh-CN": "授权书", "en": "Letter of authorization"},
    "contact": {"zh-CN": "联系方式", "en": "Contact"},
    # capabilities
    "liveness": {"zh-CN": "活体检测", "en": "Liveness check"},
    "sms": {"zh-CN": "发送短信", "en": "Sending a message"},
    "registry": {"zh-CN": "工商信息核验", "en": "Check with the register"},
    "transfer": {"zh-CN": "打款验证", "en": "Micro-transfer"},
    # types, methods, statuses
    "personal": {"zh-CN": "个人实名认证", "en": "Personal verification"},
    "micro_transfer": {"zh-CN": "小额打款", "en": "Micro-transfer"},
    "authorized_person": {"zh-CN": "被授权人", "en": "Authorized person"},
    "pending": {"zh-CN": "等待您操作", "en": "waiting for you"},
    "processing": {"zh-CN": "处理中", "en": "in process"},
    "review": {"zh-CN": "人工审核", "en": "in review"},
    "verified": {"zh-CN": "已通过", "en": "verified"},
    "rejected": {"zh-CN": "未通过", "en": "rejected"},
    "expired": {"zh-CN": "已过期", "en": "expired"},
    "canceled": {"zh-CN": "已取消", "en": "canceled"},
    "guardian": {"zh-CN": "监护人", "en": "Guardian"},
    "passed": {"zh-CN": "已通过", "en": "passed"},
    "failed": {"zh-CN": "未通过", "en": "not passed"},
    # why it is kept, where no day is set yet
    "verification_open": {"zh-CN": "认证尚未结束", "en": "the verification is open"},
    "account_open": {"zh-CN": "账号尚未注销", "en": "the account is open"},
    "request_open": {"zh-CN": "请求尚未答复", "en": "the request is not answered yet"},
    "matter_open": {"zh-CN": "事项尚未办结", "en": "the matter is not put away yet"},
    "legal_hold": {"zh-CN": "依法留存", "en": "legal hold"},
}

#: retention class → what it holds, in a few words
CLASS_NAMES: Mapping[str, Texts] = {
    "identity": {"zh-CN": "身份信息", "en": "Identity"},
    "bank": {"zh-CN": "银行卡、账号与预留手机号", "en": "Card, account and reserved mobile"},
    "enterprise": {"zh-CN": "企业信息", "en": "Enterprise"},
    "unverified": {"zh-CN": "未通过认证的身份信息", "en": "Identity that was not verified"},
    "document": {"zh-CN": "营业执照与授权书影像", "en": "Scans of licence and letter"},
    "reading": {"zh-CN": "营业执照识别结果", "en": "What was read from a licence"},
    "contact": {"zh-CN": "联系方式", "en": "Contact"},
    "transfer": {"zh-CN": "打款金额", "en": "Amount of a transfer"},
    "transfer_record": {"zh-CN": "打款记录", "en": "Records of transfers"},
    "code": {"zh-CN": "短信验证码", "en": "Code by SMS"},
    "consent": {"zh-CN": "同意与撤回记录", "en": "What was consented to and withdrawn"},
    "event": {"zh-CN": "认证过程记录", "en": "Record of what happened"},
    "attempt": {"zh-CN": "对外提供记录", "en": "Record of who was given what"},
    "review": {"zh-CN": "工作人员所写的内容", "en": "What staff wrote"},
    "review_record": {"zh-CN": "人工审核记录", "en": "Records of reviews"},
    "access_log": {"zh-CN": "工作人员查看和操作的记录", "en": "What staff looked at and did"},
    "rights_request": {"zh-CN": "个人信息请求的处理记录", "en": "Requests about your data"},
    "authority_request": {"zh-CN": "依法提供给机关的登记", "en": "What authorities asked for"},
    "bulletin": {"zh-CN": "事件通知记录", "en": "Notices and who was told"},
    "account": {"zh-CN": "账号与认证状态", "en": "Account and its states"},
    "erasure_order": {"zh-CN": "删除指令", "en": "Orders of erasure"},
    "idempotency": {"zh-CN": "防止重复提交的请求摘要", "en": "Digests of repeated requests"},
    "face_tag": {"zh-CN": "人脸图片的加密摘要", "en": "Keyed digest of a face image's file"},
    "blind_index": {"zh-CN": "证件与账号的加密摘要", "en": "Keyed digests of numbers"},
    "daily_count": {"zh-CN": "当天次数的加密计数", "en": "Counts of a day, by keyed digest"},
    "wrong_amounts": {"zh-CN": "填错打款金额的加密计数", "en": "Wrong amounts, by keyed digest"},
    "network_log": {"zh-CN": "网络日志", "en": "Network logs"},
}

#: item of a consent → what it is for
PURPOSES: Mapping[str, Texts] = {item.id: item.purpose for item in (*ITEMS, *GUARDIAN_ITEMS.values())}

#: kind of data, as consents and disclosures name it
KINDS: Mapping[str, Texts] = {kind.value: texts for kind, texts in KIND_NAMES.items()}

#: entry of a chain → what somebody saw in clear
ACCESSES: Mapping[str, Texts] = {
    "review.revealed": {"zh-CN": "工作人员查看了一项明文", "en": "Staff read a value in clear"},
    "review.document_viewed": {"zh-CN": "工作人员查看了材料", "en": "Staff looked at a document"},
    "rights_request.revealed": {"zh-CN": "工作人员查看了您的请求内容", "en": "Staff read your request"},
    "account.exported": {"zh-CN": "副本被提取", "en": "A copy was fetched"},
}

SHARE: Texts = {"zh-CN": "向接收方提供：{what}", "en": "Giving to the recipient: {what}"}


#: ends a sentence: the first one of a purpose says what it is
STOP: Texts = {"zh-CN": "。", "en": ". "}


def said(code: str, locale: str) -> str:
    """The name of a field, step, capability or status, or of why something is kept."""
    return NAMES.get(code, {}).get(locale, code)


def class_name(code: str, locale: str) -> str:
    """The name of a retention class."""
    return CLASS_NAMES.get(code, {}).get(locale, code)


def kind(code: str, locale: str) -> str:
    return KINDS.get(code, {}).get(locale, code)


def purpose(item: str, locale: str) -> str:
    """What a consent is for, in one sentence; a guardian's behind an item is for the same."""
    if item not in PURPOSES:
        item = item.removeprefix(PREFIX)
    if item.startswith("share."):
        return SHARE[locale].format(what=said(item.split(".")[1], locale))
    whole = PURPOSES.get(item, {}).get(locale, item)
    return whole.partition(STOP[locale])[0]
