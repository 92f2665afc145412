"""What users are told of a result: no name, no number, no link, and nothing of it in the subject."""

from collections.abc import Mapping

#: by language; the same for every result, since others see subjects too
SUBJECTS: Mapping[str, str] = {
    "zh-CN": "关于您的实名认证",
    "en": "About your identity verification",
}

GREETING: Mapping[str, str] = {"zh-CN": "您好：", "en": "Hello,"}

FOOTER: Mapping[str, str] = {
    "zh-CN": "本邮件由系统自动发送，请勿回复。我们不会通过邮件索要证件号码、银行卡号或验证码。",
    "en": "This message was sent automatically; please do not reply. We never ask for ID numbers, card numbers or "
    "codes by e-mail.",
}

#: template → language → what happened. {application} is the name of the calling system
TEXTS: Mapping[str, Mapping[str, str]] = {
    "verified": {
        "zh-CN": "您在“{application}”的实名认证已通过，现在可以继续使用相关服务。",
        "en": "Your identity verification with {application} has been completed. You can go on using the service.",
    },
    "rejected": {
        "zh-CN": "您在“{application}”的实名认证未能通过。请登录“{application}”查看原因；"
        "如有异议，可以在那里申请人工复核。",
        "en": "Your identity verification with {application} could not be completed. Sign in to {application} to see "
        "why; if you disagree, you can ask there for a person to look at it.",
    },
    "expired": {
        "zh-CN": "您在“{application}”的实名认证未在期限内完成，已自动结束。您可以随时重新开始。",
        "en": "Your identity verification with {application} was not finished in time and has ended. You can start "
        "again whenever you like.",
    },
    "review": {
        "zh-CN": "您在“{application}”的实名认证正在由工作人员审核，您暂时无需操作，有结果后我们会再通知您。",
        "en": "Your identity verification with {application} is being looked at by a person. There is nothing for you "
        "to do now; we will tell you the result.",
    },
    "notice": {
        "zh-CN": "有一份关于您个人信息的重要通知，请登录“{application}”查看。",
        "en": "There is an important notice about your personal information. Sign in to {application} to read it.",
    },
}

FALLBACK = "en"

#: to staff of the rights desk, who read either
DESK_SUBJECT = "个人信息权利请求待答复 {count} 件 · {count} rights requests fall due"
DESK_TEXT = """以下请求即将到期或已逾期（最后答复日、种类、编号）：
These requests are due soon or late (last day, kind, id):

{lines}

{url}
"""


def written(template: str, locale: str, application: str) -> tuple[str, str]:
    """Subject and text in a language. Raises KeyError for an unknown template."""
    language = locale if locale in SUBJECTS else FALLBACK
    body = TEXTS[template][language].format(application=application)
    return SUBJECTS[language], "\n\n".join((GREETING[language], body, FOOTER[language])) + "\n"
