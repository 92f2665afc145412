"""Examples and descriptions of consent that others than a verification's user give, or that is given anew."""

from collections.abc import Mapping
from typing import Any

from verify.api.told.calls import NOTICE_ITEM
from verify.api.told.objects import ACCOUNT, START, VER

_NOTICE = {
    "notice_id": "ntc_3f0c",
    "policy_version": "2026-11-28",
    "text": "# 实名认证个人信息告知书 …",
    "items": [NOTICE_ITEM],
}
_GUARDIAN = {
    "id": "grd_0198c0de-0000-7000-8000-000000000008",
    "object": "guardian",
    "verification": VER,
    "account_ref": "acct-parent",
    "relationship": "parent",
    "status": "requested",
    "requested_at": START,
    "answered_at": None,
    "ended_at": None,
}
_ANSWERED = {**_GUARDIAN, "answered_at": START}
_ENDED = {**_ANSWERED, "ended_at": START}

SENT: Mapping[str, Mapping[str, Any]] = {
    "nameGuardian": {"account_ref": "acct-parent", "relationship": "parent"},
    "grantAsGuardian": {
        "policy_version": "2026-11-28",
        "granted": ["guardian.minor", "guardian.identity", "guardian.share.identity.sandbox"],
        "name": "王小明",
        "id_number": "110101201201010008",
    },
    "declineAsGuardian": {},
    "withdrawAsGuardian": {},
    "renewConsents": {"policy_version": "2026-11-28", "granted": ["identity"]},
    "declineRenewal": {"type": "personal"},
}

_PAGE = f"https://verify.example.com/h/{VER}/guardian#rn_guardian_example"

ANSWERED: Mapping[str, Mapping[str, Any]] = {
    "nameGuardian": {**_GUARDIAN, "guardian_token": "rn_guardian_example", "guardian_url": _PAGE},
    "getGuardian": _GUARDIAN,
    "getGuardianNotice": _NOTICE,
    "grantAsGuardian": {**_ANSWERED, "status": "granted"},
    "declineAsGuardian": {**_ENDED, "status": "declined"},
    "withdrawAsGuardian": {**_ENDED, "status": "withdrawn"},
    "getRenewalNotice": _NOTICE,
    "renewConsents": ACCOUNT,
    "declineRenewal": ACCOUNT,
}

DESCRIPTIONS: Mapping[str, str] = {
    "getGuardian": "`status` is `requested` until the guardian answers; the latest one named is shown.",
    "getGuardianNotice": "Show every item apart and none ticked, as on the user's own notice.",
    "grantAsGuardian": "Only with the guardian's token. The minor's next step is then their own again.",
    "declineAsGuardian": "Only with the guardian's token. The verification waits for another guardian, or is canceled.",
    "withdrawAsGuardian": "At any time. What a law keeps of a verified account stays stored until its day.",
    "renewConsents": "Kept in the ledger beside those given before; the gate then shows no `consent` any more.",
    "declineRenewal": "The gate then says `declined`, and its status stays as it is.",
}

_NOW = ("step_not_expected", "verification_final", "request_in_progress")

OF: Mapping[str, Mapping[int, tuple[str, ...]]] = {
    "nameGuardian": {409: ("guardian_not_verified", "consent_refused", *_NOW)},
    "getGuardianNotice": {409: ("step_not_expected",)},
    "grantAsGuardian": {
        403: ("forbidden", "consent_required"),
        409: ("notice_changed", "guardian_not_verified", *_NOW),
    },
    "declineAsGuardian": {409: _NOW},
    "getRenewalNotice": {409: ("consent_refused", "account_closed")},
    "renewConsents": {403: ("forbidden", "consent_required"), 409: ("notice_changed", "account_closed")},
    "declineRenewal": {409: ("account_closed", "request_in_progress")},
}
