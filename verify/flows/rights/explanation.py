"""What an automatic decision rests on, in words, and how to ask for a person (policy 6.7; 个人信息保护法 24, 48)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from verify.flows import progress
from verify.flows.case import Ref, load
from verify.flows.reasons import REASONS, message
from verify.flows.rights.copy_words import kind, said
from verify.flows.view import rfc3339
from verify.models import Attempt, Verification
from verify.policies.words import Texts
from verify.services import Services

WORDS = {
    "rules": {
        "zh-CN": "结论由系统按固定规则自动得出：每个环节都通过才算通过；"
        "一个环节用完全部次数、又没有其他认证方式时不通过。不打分，不看个人特征。",
        "en": "The outcome is reached by fixed rules: it is positive when every step has passed, and negative when a "
        "step has no try left and there is no other method. Nothing is scored and no personal trait is looked at.",
    },
    "staff": {"zh-CN": "结论由工作人员审核后作出。", "en": "The outcome was decided by a member of staff."},
    "open": {"zh-CN": "还没有结论。", "en": "There is no outcome yet."},
    "person": {
        "zh-CN": "您可以要求由人来复核，也可以提出投诉：通过您所注册的服务提交，我们在 15 个工作日内答复。",
        "en": "You can ask for a review by a person, or complain, through the service you signed up for; you are "
        "answered within 15 working days.",
    },
}


CHECK: Texts = {
    "zh-CN": "向“{recipient}”核验{what}，提供了{data}。结果：{found}",
    "en": "{recipient} was asked about this ({what}) and given: {data}. Result: {found}",
}

COMMA: Texts = {"zh-CN": "、", "en": ", "}

#: outcome → what it means where no reason says more
FOUND: Mapping[str, Texts] = {
    "match": {"zh-CN": "相符。", "en": "it agrees."},
    "mismatch": {"zh-CN": "不相符。", "en": "it does not agree."},
    "not_found": {"zh-CN": "没有查到记录。", "en": "there is no record."},
    "inconclusive": {"zh-CN": "没有得出明确结果。", "en": "it cannot be told."},
    "accepted": {"zh-CN": "已受理。", "en": "it was accepted."},
}
NO_ANSWER: Texts = {
    "zh-CN": "没有得到答复，不作为对您不利的依据。",
    "en": "there was no answer, which does not count against you.",
}


def explain(ref: Ref, services: Services, locale: str | None = None) -> dict[str, Any]:
    """The rules and checks behind the outcome, in ``locale`` or the verification's own. Raises Problem not_found."""
    with services.read() as session:
        verification = load(session, ref)
        attempts = session.scalars(
            select(Attempt).where(Attempt.verification_id == verification.id).order_by(Attempt.id)
        ).all()
    locale = locale or (verification.locale if verification.locale in WORDS["rules"] else "zh-CN")
    by = verification.decision["by"] if verification.decision else "open"
    codes = verification.decision["reason_codes"] if verification.decision else []
    return {
        "verification": f"ver_{verification.id}",
        "status": str(verification.status),
        "decided_by": verification.decision["by"] if verification.decision else None,
        "decided_at": rfc3339(verification.decided_at),
        "how": WORDS.get(by, WORDS["open"])[locale],
        "reasons": [{"code": code, "message": message(code, locale, verification.type)} for code in codes],
        "steps": [
            _step(step.name, progress.state(verification, step.name)["status"], locale)
            for step in progress.steps_of(verification)
        ],
        "checks": [
            {
                "step": attempt.step,
                "check": attempt.capability,
                "recipient": attempt.provider,
                "data": attempt.kinds,
                "at": rfc3339(attempt.started_at),
                "outcome": attempt.outcome,
                "message": _said(attempt.reason_code, verification, locale),
                "words": _check(attempt, verification, locale, services),
            }
            for attempt in attempts
        ],
        "ask_a_person": WORDS["person"][locale],
    }


def _step(name: str, status: str, locale: str) -> dict[str, str]:
    return {"name": name, "status": status, "words": f"{said(name, locale)}: {said(status, locale)}"}


def _check(attempt: Attempt, verification: Verification, locale: str, services: Services) -> str:
    """One check in a sentence: who was asked about what, with which data, and what they found."""
    known = services.providers.get(attempt.provider)
    return CHECK[locale].format(
        recipient=known.recipient.name.get(locale, attempt.provider) if known else attempt.provider,
        what=said(attempt.capability, locale),
        data=COMMA[locale].join(kind(code, locale) for code in attempt.kinds),
        found=_said(attempt.reason_code, verification, locale) or FOUND.get(attempt.outcome or "", NO_ANSWER)[locale],
    )


def _said(code: str | None, verification: Verification, locale: str) -> str | None:
    return message(code, locale, verification.type) if code is not None and code in REASONS else None
