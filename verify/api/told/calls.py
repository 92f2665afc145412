"""One example of each operation: what is sent, where something is, and what is answered."""

from collections.abc import Mapping
from typing import Any

from verify.api.told.objects import (
    ACCOUNT,
    ADDRESS,
    BY_LETTER,
    CANCELED,
    CARD,
    DAY,
    DELIVERY,
    ENDPOINT,
    ERASURE,
    EVENT,
    EXPIRED,
    FACE,
    FIRM,
    GATE,
    HOLDING,
    LATER,
    RIGHTS,
    START,
    TRANSFER,
    VER,
    VERIFICATION,
    VERIFIED,
    WHE,
    standing,
)

PERSON = {"name": "王小明", "id_number": "110101199001010007"}
POLICY = {"version": "1.0", "effective_on": "2026-01-01", "digest": "9f86d081884c7d65…"}
NOTICE_ITEM = {
    "id": "share.face.sandbox",
    "required": True,
    "purpose": "比对人脸与权威数据源中的照片，确认是本人在操作",
    "data": ["name", "id_number", "face_image"],
    "retention": "比对后立即删除",
    "recipient": {
        "name": "内置沙箱",
        "contact": "不适用",
        "purpose": "人脸比对",
        "method": "在内存中比对，不保存",
        "data": ["name", "id_number", "face_image"],
    },
}
SECRET = {"secret": "whsec_…"}
TRANSFERRED = {
    "status": "sent",
    "proof": "amount",
    "arrives_by": DAY,
    "answer_by": "2026-12-12T08:00:00.000Z",
    "attempts_left": 3,
}
EMPTY: dict[str, Any] = {}

#: operation id → body, for those that take JSON
SENT: Mapping[str, Mapping[str, Any]] = {
    "createVerification": {
        "type": "personal",
        "method": "face",
        "account_ref": "acct-1001",
        "return_url": "https://console.example.com/verified",
        "metadata": {"order": "4711"},
    },
    "createClientToken": EMPTY,
    "cancelVerification": {"reason": "consent_declined"},
    "redactVerification": EMPTY,
    "switchMethod": {"method": "bank_card"},
    "submitConsent": {
        "policy_version": "1.0",
        "granted": ["identity", "face", "share.identity.sandbox", "share.face.sandbox", "share.liveness.sandbox"],
    },
    "submitIdentity": PERSON,
    "openFaceSession": {"return_url": "https://console.example.com/verified"},
    "submitBankCard": {**PERSON, "card_number": "6200000000000013", "mobile": "13800000001"},
    "submitSmsCode": {"code": "246810"},
    "resendSmsCode": EMPTY,
    "submitBankAccount": {
        **PERSON,
        "account_number": "6210000000011111",
        "account_name": "王小明",
        "bank_name": "招商银行",
        "bank_province": "广东省",
        "bank_city": "深圳市",
        "bank_branch": "招商银行深圳科技园支行",
    },
    "submitEnterprise": {
        "enterprise_name": "云帆示例科技（深圳）有限公司",
        "credit_code": "91350100M000100Y43",
        "industry": "软件和信息技术服务业",
        "products": "云服务器与 CDN",
    },
    "submitRepresentative": {
        "role": "authorized_person",
        **PERSON,
        "legal_representative": {"name": "李小红", "id_number": "31010119880615000X"},
    },
    "submitTransferAmount": {"amount": "0.37"},
    "suspendAccount": {"reason": "fraud_found"},
    "reinstateAccount": EMPTY,
    "closeAccount": EMPTY,
    "withdrawConsents": {"items": ["share.face.sandbox"]},
    "createRightsRequest": {"kind": "access", "details": "请提供我的个人信息副本。"},
    "proveRightsRequest": {"proof": "本人，在已登录的账号中确认。"},
    "createWebhookEndpoint": {"url": "https://console.example.com/hooks/realname", "event_types": ["*"]},
    "updateWebhookEndpoint": {"enabled": False},
    "rotateWebhookSecret": {"overlap_hours": 24},
    "resendEvent": {"endpoint": WHE},
    "advanceTransfer": {"to": "sent"},
    "reviewVerification": {"decision": "approve"},
    "expireVerification": EMPTY,
}

FIRST_TRANSFER = standing("micro_transfer", *TRANSFER, at=3, transfer=TRANSFERRED)

#: operation id → body of its success, for those that answer JSON
ANSWERED: Mapping[str, Mapping[str, Any]] = {
    "createVerification": {**VERIFICATION, **ADDRESS},
    "listVerifications": {"data": [VERIFIED], "next_cursor": None},
    "getVerification": VERIFIED,
    "createClientToken": ADDRESS,
    "cancelVerification": CANCELED,
    "redactVerification": {**ERASURE, "verification": VER},
    "switchMethod": standing("bank_card", *CARD, at=1, alternatives=["face", "micro_transfer"]),
    "getConsentNotice": {
        "notice_id": "notice_3f0c",
        "policy_version": "1.0",
        "text": "# 个人信息处理告知书 …",
        "items": [NOTICE_ITEM],
    },
    "submitConsent": standing("face", *FACE, at=1),
    "submitIdentity": standing("face", *FACE, at=2),
    "submitFace": VERIFIED,
    "openFaceSession": {
        "url": "https://verify.example.com/sandbox/face/…",
        "opens_in": "browser",
        "qr": "data:image/svg+xml;charset=utf-8,…",
        "expires_at": LATER,
    },
    "submitBankCard": standing("bank_card", *CARD, at=2),
    "submitSmsCode": standing("bank_card", *CARD, at=3),
    "resendSmsCode": standing("bank_card", *CARD, at=2),
    "submitBankAccount": standing("micro_transfer", *TRANSFER, at=2),
    "submitIdCard": FIRST_TRANSFER,
    "submitEnterprise": standing("authorized_person", *FIRM, at=2, **BY_LETTER),
    "submitLicense": standing("authorized_person", *FIRM, at=3, **BY_LETTER),
    "submitRepresentative": standing("authorized_person", *FIRM, at=4, **BY_LETTER),
    "submitAuthorizationLetter": standing("authorized_person", *FIRM, at=5, **BY_LETTER),
    "submitTransferAmount": VERIFIED,
    "getAccount": GATE,
    "suspendAccount": {**ACCOUNT, "suspended_at": LATER, "suspended_reason": "fraud_found"},
    "reinstateAccount": ACCOUNT,
    "closeAccount": {**ACCOUNT, "closed_at": LATER, "restricted_at": LATER},
    "eraseAccount": ERASURE,
    "withdrawConsents": {**ACCOUNT, "withdrawn": ["share.face.sandbox"], "stopped": [VER]},
    "createRightsRequest": RIGHTS,
    "proveRightsRequest": {**RIGHTS, "proof": "本人，在已登录的账号中确认。"},
    "getRightsRequest": {**RIGHTS, "status": "answered", "answered_at": LATER, "answer": "副本已提供。"},
    "exportAccount": {
        "account": ACCOUNT,
        "verifications": [{"id": VER}],
        "authorities": [],
        "kept": [HOLDING],
        "made_at": LATER,
    },
    "getNotice": {
        "id": "anc_0198c0de-0000-7000-8000-000000000007",
        "object": "notice",
        "livemode": False,
        "kind": "incident",
        "subjects": {
            "zh-CN": "关于您个人信息安全的重要通知",
            "en": "Important notice about the safety of your information",
        },
        "texts": {"zh-CN": "我们发现了一起……", "en": "We have found …"},
        "effective_on": None,
        "released_at": LATER,
    },
    "explainVerification": {
        "verification": VER,
        "status": "verified",
        "decided_by": "rules",
        "decided_at": LATER,
        "how": "结论由系统按固定规则自动得出：每个环节都通过才算通过。",
        "reasons": [{"code": "checks_passed", "message": "各项核验均已通过，实名认证完成，无需其他操作。"}],
        "steps": [{"name": name, "status": "passed"} for name in FACE],
        "checks": [
            {
                "step": "identity",
                "check": "identity",
                "recipient": "sandbox",
                "data": ["name", "id_number"],
                "at": START,
                "outcome": "match",
                "message": None,
            }
        ],
        "ask_a_person": "您可以要求由人来复核，也可以提出投诉：通过您所注册的服务提交，我们在 15 个工作日内答复。",
    },
    "createWebhookEndpoint": {**ENDPOINT, **SECRET},
    "listWebhookEndpoints": {"data": [ENDPOINT], "next_cursor": None},
    "getWebhookEndpoint": ENDPOINT,
    "updateWebhookEndpoint": {**ENDPOINT, "enabled": False, "disabled_reason": "by_request"},
    "deleteWebhookEndpoint": {"id": WHE, "object": "webhook_endpoint", "deleted": True},
    "rotateWebhookSecret": {**ENDPOINT, **SECRET, "old_secret_until": DAY},
    "listWebhookDeliveries": {"data": [DELIVERY], "next_cursor": None},
    "listEvents": {"data": [EVENT], "next_cursor": None},
    "getEvent": EVENT,
    "resendEvent": EVENT,
    "advanceTransfer": FIRST_TRANSFER,
    "reviewVerification": VERIFIED,
    "expireVerification": EXPIRED,
    "listPolicies": {"data": [POLICY], "current": "1.0"},
    "getPolicy": {**POLICY, "texts": {"zh-CN": "# 隐私政策 …", "en": "# Privacy policy …"}},
    "listReasonCodes": {
        "data": [
            {
                "code": "face_mismatch",
                "step": "face",
                "retryable": True,
                "costs_try": True,
                "text": {"zh-CN": "人脸与权威数据源中的照片未能比对成功。…", "en": "The face could not be matched …"},
                "enterprise_text": None,
            }
        ]
    },
}
