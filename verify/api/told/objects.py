"""Objects as examples show them: of people and enterprises that do not exist, as the sandbox has them."""

from typing import Any

from verify.flows.methods import STEPS

Example = dict[str, Any]

VER = "ver_0198c0de-0000-7000-8000-000000000001"
ACC, REQ = "acc_0198c0de-0000-7000-8000-000000000002", "req_0198c0de-0000-7000-8000-000000000003"
ERA, EVT = "era_0198c0de-0000-7000-8000-000000000004", "evt_0198c0de-0000-7000-8000-000000000005"
WHE = "whe_0198c0de-0000-7000-8000-000000000006"
TOKEN = "rn_client_example"  # noqa: S105 - shaped like none that is issued
MINUTE_LATER, TEN_LATER = "2026-11-28T08:04:10.000Z", "2026-11-28T08:13:10.000Z"
START, LATER, DAY = "2026-11-28T08:00:00.000Z", "2026-11-28T08:03:10.000Z", "2026-12-05T08:00:00.000Z"

VERIFICATION: Example = {
    "id": VER,
    "object": "verification",
    "livemode": False,
    "type": "personal",
    "method": "face",
    "account_ref": "acct-1001",
    "status": "pending",
    "next_step": "consent",
    "steps": [
        {"name": "consent", "status": "pending"},
        {"name": "identity", "status": "pending", "attempts_left": 3},
        {"name": "face", "status": "pending", "attempts_left": 3},
    ],
    "last_error": None,
    "decision": None,
    "request": None,
    "supersedes": None,
    "result": None,
    "transfer": None,
    "alternatives": ["bank_card", "micro_transfer"],
    "redacted_at": None,
    "expires_at": DAY,
    "created_at": START,
    "updated_at": START,
    "locale": "zh-CN",
    "return_url": "https://console.example.com/verified",
    "metadata": {"order": "4711"},
}

PASSED = {"status": "passed"}


def standing(method: str, *steps: str, at: int, **more: Any) -> Example:
    """A verification by ``method`` whose first ``at`` steps have passed."""
    states = [_step(name, "passed" if n < at else "pending") for n, name in enumerate(steps)]
    if steps[at] == "sms_code":  # the card is asked about with the code
        states[at - 1]["status"] = "processing"
        states[at] |= {"sent_to": "138****0001", "resend_at": MINUTE_LATER, "expires_at": TEN_LATER}
    others = [each for each in ("face", "bank_card", "micro_transfer") if each != method]
    shown = {"method": method, "alternatives": others, "steps": states, "next_step": steps[at]}
    return {**VERIFICATION, **shown, "updated_at": LATER, **more}


def _step(name: str, status: str) -> Example:
    tries = STEPS[name].tries
    return {"name": name, "status": status, **({} if tries is None else {"attempts_left": tries})}


FACE = ("consent", "identity", "face")
CARD = ("consent", "bank_card", "sms_code", "face")
TRANSFER = ("consent", "bank_account", "id_card", "transfer_amount")
FIRM = ("consent", "enterprise", "license", "representative", "authorization_letter", "face")
BY_LETTER: Example = {"type": "enterprise", "alternatives": ["legal_representative", "micro_transfer"]}

VERIFIED: Example = {
    **standing("face", *FACE, at=2),
    "status": "verified",
    "next_step": None,
    "steps": [{"name": name, **PASSED} for name in FACE],
    "alternatives": [],
    "decision": {
        "by": "rules",
        "reason_codes": ["checks_passed"],
        "message": "各项核验均已通过，实名认证完成，无需其他操作。",
    },
    "result": {
        "name": "王**",
        "id_number": "1****************7",
        "verified_at": LATER,
        "assurance": [
            {"check": "identity", "provider": "sandbox"},
            {"check": "face", "provider": "sandbox", "liveness": False},
        ],
    },
}
CANCELED = {
    **VERIFICATION,
    "status": "canceled",
    "next_step": None,
    "alternatives": [],
    "decision": {
        "by": "rules",
        "reason_codes": ["canceled"],
        "message": "本次认证已取消。需要时可以重新发起一次认证。",
    },
}
EXPIRED = {
    **CANCELED,
    "status": "expired",
    "decision": {
        "by": "rules",
        "reason_codes": ["expired"],
        "message": "本次认证已超过有效时间。可以重新发起一次认证。",
    },
}
ADDRESS = {"client_token": TOKEN, "hosted_url": f"https://verify.example.com/h/{VER}#{TOKEN}"}

ACCOUNT: Example = {
    "id": ACC,
    "object": "account",
    "livemode": False,
    "account_ref": "acct-1001",
    "suspended_at": None,
    "suspended_reason": None,
    "closed_at": None,
    "restricted_at": None,
    "erased_at": None,
    "created_at": START,
}
GATE = {
    "account_ref": "acct-1001",
    "livemode": False,
    "personal": {"status": "verified", "verification": VER},
    "enterprise": {"status": "none", "verification": None},
}
HOLDING = {
    "of": VER,
    "class": "consent",
    "holds": "consents and the notices they name",
    "basis": "个人信息保护法 17, 55",
    "until": "2029-11-28T08:00:00.000Z",
    "reason": "period",
    "only_stored": False,
}
ERASURE: Example = {
    "id": ERA,
    "object": "erasure",
    "account_ref": "acct-1001",
    "livemode": False,
    "verification": None,
    "status": "done",
    "ground": "request",
    "asked_at": LATER,
    "erased": [{"class": "identity", "keys_destroyed": 1}],
    "restricted": [HOLDING],
    "recipients": [
        {
            "provider": "sandbox",
            "capability": "face",
            "status": "confirmed",
            "receipt": "sandbox-1",
            "confirmed_at": LATER,
        }
    ],
    "certificate": None,
}
RIGHTS: Example = {
    "id": REQ,
    "object": "rights_request",
    "livemode": False,
    "account_ref": "acct-1001",
    "kind": "access",
    "status": "open",
    "received_at": START,
    "due_at": "2026-12-18T15:59:59.000Z",
    "extension": None,
    "refusal": None,
    "export_until": None,
    "answered_at": None,
    "requester": "self",
    "verification": None,
    "carried_out_at": None,
    "details": "请提供我的个人信息副本。",
    "proof": None,
    "third_party": None,
    "answer": None,
}
ENDPOINT: Example = {
    "id": WHE,
    "object": "webhook_endpoint",
    "livemode": False,
    "url": "https://console.example.com/hooks/realname",
    "enabled": True,
    "disabled_reason": None,
    "event_types": ["*"],
    "description": "Sign-up",
    "old_secret_until": None,
    "created_at": START,
    "updated_at": START,
}
EVENT: Example = {
    "id": EVT,
    "type": "verification.verified",
    "created_at": LATER,
    "sequence": 4,
    "data": VERIFIED,
}
DELIVERY = {
    "object": "webhook_delivery",
    "event": EVT,
    "type": "verification.verified",
    "about": VER,
    "sequence": 4,
    "status": "delivered",
    "attempts": 1,
    "last_error": None,
    "last_status_code": 204,
    "duration_ms": 38,
    "waits_for": None,
    "waiting_seconds": None,
    "next_attempt_at": None,
    "queued_at": LATER,
    "delivered_at": LATER,
}
