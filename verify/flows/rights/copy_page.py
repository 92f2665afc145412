"""The copy in words and tables, for a page and for a PDF alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from verify.flows.reasons import REASONS, message
from verify.flows.rights.copy import Copy
from verify.flows.rights.copy_words import ACCESSES, class_name, kind, purpose, said
from verify.policies.words import Texts

LOCALES = ("zh-CN", "en")

TITLE: Texts = {"zh-CN": "个人信息副本", "en": "Copy of personal information"}

W: dict[str, Texts] = {
    "account": {"zh-CN": "账号", "en": "Account"},
    "made_at": {"zh-CN": "制作时间", "en": "Made at"},
    "third_party": {"zh-CN": "应您的要求转交", "en": "To be handed, at your wish, to"},
    "state": {"zh-CN": "状态", "en": "State"},
    "outcome": {"zh-CN": "结论说明", "en": "Outcome"},
    "data": {"zh-CN": "您提供的信息", "en": "What you gave"},
    "value": {"zh-CN": "内容", "en": "Value"},
    "none": {"zh-CN": "没有可提供的内容，或已删除。", "en": "Nothing is held in clear, or it has been erased."},
    "consents": {"zh-CN": "您的同意", "en": "What you consented to"},
    "purpose": {"zh-CN": "目的", "en": "Purpose"},
    "recipient": {"zh-CN": "接收方", "en": "Recipient"},
    "version": {"zh-CN": "告知书版本", "en": "Version"},
    "granted": {"zh-CN": "同意时间", "en": "Granted"},
    "withdrawn": {"zh-CN": "撤回时间", "en": "Withdrawn"},
    "disclosures": {"zh-CN": "提供给谁", "en": "Who was given what"},
    "kinds": {"zh-CN": "信息种类", "en": "Kinds of data"},
    "at": {"zh-CN": "时间", "en": "When"},
    "authorities": {"zh-CN": "依法提供给机关", "en": "Given to authorities as a law demands"},
    "authority": {"zh-CN": "机关", "en": "Authority"},
    "paper": {"zh-CN": "文书", "en": "Paper"},
    "law": {"zh-CN": "法律依据", "en": "Law"},
    "accesses": {"zh-CN": "谁查看过明文", "en": "When somebody saw it in clear"},
    "what": {"zh-CN": "内容", "en": "What"},
    "kept": {"zh-CN": "保存期限", "en": "How long it is kept"},
    "basis": {"zh-CN": "依据", "en": "Basis"},
    "until": {"zh-CN": "保存至", "en": "Until"},
}


@dataclass(frozen=True, repr=False)
class Table:
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, repr=False)
class Section:
    """``lines`` stand before the tables."""

    title: str
    lines: Sequence[str]
    tables: Sequence[Table]


def sections(copy: Copy, locale: str) -> Iterator[Section]:
    """One after the other, as verifications are opened."""
    lines = [f"{W['account'][locale]}: {copy.account['account_ref']}", f"{W['made_at'][locale]}: {_time(copy.made_at)}"]
    if copy.third_party:
        lines.append(f"{W['third_party'][locale]}: {copy.third_party}")
    yield Section(TITLE[locale], lines, ())
    for verification in copy.verifications:
        yield _verification(verification, locale)
    last = (_authorities(copy, locale), _accesses(copy, locale), _kept(copy, locale))
    yield Section("", (), [table for table in last if table.rows])


def _verification(found: dict[str, Any], locale: str) -> Section:
    lines = [f"{found['id']} · {W['state'][locale]}: {said(found['status'], locale)} {_time(found['decided_at'])}"]
    reasons = [message(code, locale, found["type"]) for code in found["reason_codes"] if code in REASONS]
    if reasons:
        lines.append(f"{W['outcome'][locale]}: {' '.join(reasons)}")
    tables = [_data(found, locale), _consents(found, locale), _disclosures(found, locale)]
    if not tables[0].rows:
        lines.append(W["none"][locale])
    title = f"{said(found['type'], locale)} · {said(found['method'], locale)}"
    return Section(title, lines, [table for table in tables if table.rows])


def _data(found: dict[str, Any], locale: str) -> Table:
    rows = [
        (said(step, locale), said(name, locale), value)
        for step, values in found["data"].items()
        for name, value in values.items()
    ]
    return Table(W["data"][locale], ("", "", W["value"][locale]), rows)


def _consents(found: dict[str, Any], locale: str) -> Table:
    names = ("purpose", "recipient", "kinds", "version", "granted", "withdrawn")
    rows = [
        (
            purpose(consent["item"], locale),
            consent["recipient"] or "–",
            _kinds(consent["data"], locale),
            consent["policy_version"],
            _time(consent["granted_at"]),
            _time(consent["withdrawn_at"]) or "–",
        )
        for consent in found["consents"]
    ]
    return Table(W["consents"][locale], [W[name][locale] for name in names], rows)


def _disclosures(found: dict[str, Any], locale: str) -> Table:
    rows = [
        (given["recipient"], said(given["purpose"], locale), _kinds(given["data"], locale), _time(given["at"]))
        for given in found["disclosures"]
    ]
    headings = [W[name][locale] for name in ("recipient", "purpose", "kinds", "at")]
    return Table(W["disclosures"][locale], headings, rows)


def _authorities(copy: Copy, locale: str) -> Table:
    rows = [
        (given["authority"], given["paper"], given["law"], _kinds(given["data"], locale) or "–", _time(given["at"]))
        for given in copy.authorities
    ]
    headings = [W[name][locale] for name in ("authority", "paper", "law", "kinds", "at")]
    return Table(W["authorities"][locale], headings, rows)


def _accesses(copy: Copy, locale: str) -> Table:
    rows = [(ACCESSES[seen["what"]][locale], _time(seen["at"])) for seen in copy.accesses]
    return Table(W["accesses"][locale], (W["what"][locale], W["at"][locale]), rows)


def _kept(copy: Copy, locale: str) -> Table:
    rows = [
        (
            class_name(kept["class"], locale),
            kept["basis"].partition(":")[0],
            _time(kept["until"])[:10] or said(kept["reason"], locale),
        )
        for kept in copy.kept
    ]
    return Table(W["kept"][locale], [W[name][locale] for name in ("what", "basis", "until")], rows)


def _kinds(codes: Sequence[str], locale: str) -> str:
    return ("、" if locale == "zh-CN" else ", ").join(kind(code, locale) for code in codes)


def _time(moment: str | None) -> str:
    """To the minute, in UTC as everywhere on the wire."""
    return f"{moment[:10]} {moment[11:16]} UTC" if moment else ""
