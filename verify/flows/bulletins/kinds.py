"""Kinds of bulletins as data, and the drafts that an officer edits."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from verify.policies import LOCALES

#: stand around what an officer must fill in
LEFT, RIGHT = "【", "】"

#: of a text; mail and pages take it whole
LONGEST = 10_000


@dataclass(frozen=True)
class BulletinKind:
    """``basis`` is the promise and the law; ``days_before`` is how long before its day it must be sent."""

    basis: str
    subjects: Mapping[str, str]
    days_before: int = 0


KINDS: Mapping[str, BulletinKind] = {
    "incident": BulletinKind(
        "policy 5.3; 个人信息保护法 57",
        {"zh-CN": "关于您个人信息安全的重要通知", "en": "Important notice about the safety of your information"},
    ),
    "shutdown": BulletinKind(
        "policy 6.9; 个人信息保护法 47",
        {"zh-CN": "关于停止服务及个人信息处理的通知", "en": "Notice that the service ends"},
        days_before=30,
    ),
    "merger": BulletinKind(
        "policy 4.3.3; 个人信息保护法 22",
        {"zh-CN": "关于个人信息接收方变更的通知", "en": "Notice of who will hold your information"},
        days_before=30,
    ),
}


def draft(kind: str, locale: str) -> str:
    """The text to begin with; what is to be filled in stands between LEFT and RIGHT."""
    return files(__package__ or "").joinpath("drafts", f"{kind}.{locale}.txt").read_text("utf-8")


def unfinished(texts: Mapping[str, str]) -> str | None:
    """Why these are no texts to send, or None."""
    for locale in LOCALES:
        text = texts.get(locale, "").strip()
        if not text:
            return f"the text in {locale} is missing"
        if len(text) > LONGEST:
            return f"the text in {locale} is longer than {LONGEST} characters"
        if LEFT in text or RIGHT in text:
            return f"the text in {locale} has a place that is not filled in"
    return None
