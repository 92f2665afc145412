"""The versions of the privacy notice and the table of consent items."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import get_args

import pytest

from providers.base import Capability, Kind, Request
from verify import policies
from verify.flows.methods import METHODS, STEPS
from verify.flows.retention import CLASSES
from verify.policies import LOCALES, POLICIES, Policy
from verify.policies.guardians import MINORS_ITEMS, MINORS_SHARES
from verify.policies.items import ITEMS, Item
from verify.policies.shares import SHARES, Share
from verify.policies.words import KIND_NAMES, Texts

#: a published text is never edited; a change is a new version
PUBLISHED = {
    "2026-11-01": "a59a1de0f1ceb494a0f3c8bbdcf9c30f6d7080b528869526a780fa7e4de5d990",
    "2026-11-25": "29c811c2634c3cf6e689ce8d1daac81ea2bb7ac9b136b4f9a336d2fc8dc4fa88",
    "2026-11-26": "8319d64fd5e21f148bdd5d99f5e1cf74f3e32cfa229baa866157d2c1f19f3b82",
    "2026-11-28": "7d6e6259be6c41cea34b39381ab7926f1f81314aad4c2b3ca8400ca8a601968d",
    "2026-11-29": "9e79d01f19b9b9800cb8f81cc782c3df98bcec166312a6728f4a327e4ef6bffa",
}

each_policy = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.version)
each_locale = pytest.mark.parametrize("locale", LOCALES)
each_item = pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
each_share = pytest.mark.parametrize("share", SHARES.values(), ids=lambda share: share.capability)


def named(one: Item | Share) -> str:
    return one.id if isinstance(one, Item) else one.capability


# Versions


@pytest.mark.promise("8")
def test_published_versions_are_as_they_were_published() -> None:
    assert {policy.version: policy.digest for policy in POLICIES} == PUBLISHED


def test_versions_are_in_the_order_they_take_effect() -> None:
    days = [policy.effective for policy in POLICIES]

    assert days == sorted(set(days))


@pytest.mark.promise("8")
@each_policy
def test_a_version_is_in_force_from_its_day(policy: Policy) -> None:
    assert policies.current(policy.effective) is policy
    assert policies.get(policy.version) is policy


def test_the_newest_version_stays_in_force() -> None:
    assert policies.current(date(2099, 12, 31)) is POLICIES[-1]


def test_before_the_first_version_there_is_none() -> None:
    with pytest.raises(LookupError):
        policies.current(POLICIES[0].effective - timedelta(days=1))


def test_an_unknown_version_is_not_found() -> None:
    with pytest.raises(KeyError) as caught:
        policies.get("2001-01-01")

    assert "2001" not in str(caught.value)


# Texts


@each_policy
def test_both_languages_say_the_same_number_of_things(policy: Policy) -> None:
    shapes = [re.findall(r"^(#+|-) ", policy.texts[locale], re.MULTILINE) for locale in LOCALES]

    assert shapes[0] == shapes[1]
    assert len(shapes[0]) > 20
    bold = [policy.texts[locale].count("**") for locale in LOCALES]
    assert bold[0] == bold[1] >= 2 * 5


@each_policy
def test_chinese_is_set_with_chinese_punctuation(policy: Policy) -> None:
    assert not re.search(r"[,.;:?!()]", policy.texts["zh-CN"])


@each_policy
@each_locale
def test_the_operator_and_its_contact_are_named(policy: Policy, locale: str) -> None:
    text = policy.text(locale, operator="示例云", contact="privacy@cloud.example")

    assert "示例云" in text
    assert "privacy@cloud.example" in text
    assert not re.search(r"[{}]", text)


@each_policy
@each_locale
def test_without_an_application_the_text_is_still_whole(policy: Policy, locale: str) -> None:
    assert not re.search(r"[{}]", policy.text(locale))


def test_another_locale_reads_chinese() -> None:
    assert POLICIES[-1].text("fr") == POLICIES[-1].text("zh-CN")
    assert POLICIES[-1].text("en") != POLICIES[-1].text("zh-CN")


def period(class_name: str, locale: str) -> str:
    """The period of a retention class as the texts write it."""
    row = CLASSES[class_name]
    years, days, seconds = row.years, row.lasts.days, row.lasts.seconds
    units = {"zh-CN": "年天时分", "en": ("years", "days", "hours", "minutes")}[locale]
    if years:
        return f"{years} {units[0]}"
    if days > 1:
        return f"{days} {units[1]}"
    hours = days * 24 + seconds // 3600
    return f"{hours} {'小' if locale == 'zh-CN' else ''}{units[2]}" if hours else f"{seconds // 60} {units[3]}"


#: retention class → how its line in the notice begins
LINES = {
    "identity": {"zh-CN": "姓名和身份证号码", "en": "Name and ID number:"},
    "bank": {
        "zh-CN": "银行卡号、银行账号、预留手机号和联系方式",
        "en": "Card number, account number",
    },
    "enterprise": {"zh-CN": "企业的名称、代码", "en": "Name, codes, industry"},
    "unverified": {"zh-CN": "姓名和身份证号码", "en": "Name and ID number:"},
    "document": {"zh-CN": "营业执照和授权书影像", "en": "Scans of licence"},
    "reading": {"zh-CN": "从营业执照识别出的文字", "en": "What was read from a licence"},
    "contact": {
        "zh-CN": "银行卡号、银行账号、预留手机号和联系方式",
        "en": "Card number, account number",
    },
    "transfer": {"zh-CN": "打款金额", "en": "Amount of a transfer"},
    "transfer_record": {"zh-CN": "认证过程和对外提供的记录", "en": "Records of the verification and of disclosures"},
    "code": {"zh-CN": "短信验证码", "en": "Code by SMS"},
    "consent": {"zh-CN": "您的同意与撤回记录", "en": "Record of what you consented to"},
    "event": {"zh-CN": "认证过程和对外提供的记录", "en": "Records of the verification and of disclosures"},
    "attempt": {"zh-CN": "认证过程和对外提供的记录", "en": "Records of the verification and of disclosures"},
    "review": {"zh-CN": "工作人员就认证所写的内容", "en": "What our staff write"},
    "review_record": {"zh-CN": "认证过程和对外提供的记录", "en": "Records of the verification and of disclosures"},
    "access_log": {"zh-CN": "工作人员查看和操作的记录", "en": "Record of what our staff"},
    "rights_request": {"zh-CN": "认证过程和对外提供的记录", "en": "Records of the verification and of disclosures"},
    "authority_request": {"zh-CN": "认证过程和对外提供的记录", "en": "Records of the verification and of disclosures"},
    "bulletin": {"zh-CN": "认证过程和对外提供的记录", "en": "Records of the verification and of disclosures"},
    "account": {"zh-CN": "姓名和身份证号码", "en": "Name and ID number:"},
    "erasure_order": {"zh-CN": "认证过程和对外提供的记录", "en": "Records of the verification and of disclosures"},
    "idempotency": {"zh-CN": "防止重复提交的请求摘要", "en": "Digests that recognise a repeated request"},
    "face_tag": {"zh-CN": "人脸图像", "en": "Face image"},
    "blind_index": {"zh-CN": "证件号码、银行卡号、银行账号和企业代码的加密摘要", "en": "Keyed digests of ID"},
    "daily_count": {"zh-CN": "防止冒用的当天计数", "en": "Counts of a day"},
    "wrong_amounts": {"zh-CN": "填错打款金额的计数", "en": "Counts of wrong amounts"},
    "network_log": {"zh-CN": "网络日志", "en": "Network logs"},
}


def test_the_notice_has_a_line_for_every_retention_class() -> None:
    assert LINES.keys() == CLASSES.keys()


@pytest.mark.promise("5.4")
@pytest.mark.parametrize("class_name", LINES)
@each_locale
def test_the_newest_notice_promises_the_periods_of_the_schedule(class_name: str, locale: str) -> None:
    start = LINES[class_name][locale]
    line = next(line for line in POLICIES[-1].texts[locale].splitlines() if line.startswith(f"- {start}"))

    assert period(class_name, locale) in line


# Items


def items_for(steps: Iterable[str], type_: str = "personal") -> list[Item]:
    return [item for item in ITEMS if set(steps).intersection(item.applies_to) and type_ in item.types]


@each_item
def test_an_item_speaks_both_languages(item: Item) -> None:
    for texts in (item.purpose, item.retention):
        assert tuple(texts) == LOCALES
        assert texts["zh-CN"].endswith("。")
        assert texts["en"].endswith(".")


@pytest.mark.parametrize(
    "texts",
    [texts for item in ITEMS for texts in (item.purpose, item.retention)]
    + [texts for share in SHARES.values() for texts in (share.purpose, share.method, share.retention)],
    ids=lambda texts: texts["en"][:20],
)
def test_an_item_in_chinese_is_set_with_chinese_punctuation(texts: Texts) -> None:
    assert not re.search(r"[,.;:?!()]", texts["zh-CN"])


@each_item
def test_an_item_belongs_to_steps_of_the_flows(item: Item) -> None:
    assert set(item.applies_to) <= STEPS.keys()


@pytest.mark.parametrize(
    ("item", "class_name"),
    [
        ("identity", "identity"),
        ("identity", "unverified"),
        ("enterprise", "unverified"),
        ("legal_representative", "unverified"),
        ("bank_card", "bank"),
        ("bank_account", "bank"),
        ("bank_account", "transfer"),
        ("face", "face_tag"),
        ("corporate_account", "bank"),
        ("corporate_account", "transfer"),
        ("enterprise", "enterprise"),
        ("enterprise", "document"),
        ("legal_representative", "identity"),
        ("authorization_letter", "document"),
    ],
)
@each_locale
def test_an_item_promises_the_period_of_the_schedule(item: str, class_name: str, locale: str) -> None:
    found = next(i for i in ITEMS if i.id == item)

    assert period(class_name, locale) in found.retention[locale]


@pytest.mark.parametrize(
    ("method", "items"),
    [
        (("personal", "face"), ["identity", "face"]),
        (("personal", "bank_card"), ["identity", "bank_card", "face"]),
        (("personal", "micro_transfer"), ["identity", "bank_account", "id_card"]),
        (("enterprise", "legal_representative"), ["identity", "enterprise", "face"]),
        (
            ("enterprise", "authorized_person"),
            ["identity", "enterprise", "legal_representative", "authorization_letter", "face"],
        ),
        (
            ("enterprise", "micro_transfer"),
            [
                "identity",
                "corporate_account",
                "enterprise",
                "legal_representative",
                "authorization_letter",
                "id_card",
            ],
        ),
    ],
)
def test_a_method_asks_for_the_items_of_its_steps(method: tuple[str, str], items: list[str]) -> None:
    assert [item.id for item in items_for(METHODS[method], method[0])] == items


@pytest.mark.parametrize("method", METHODS)
def test_what_a_method_sends_out_is_covered_by_its_items(method: tuple[str, str]) -> None:
    steps = METHODS[method]
    asked = {kind for item in items_for(steps, method[0]) for kind in item.kinds}

    for capability in (STEPS[step].asks for step in steps):
        assert capability is None or set(SHARES[capability].kinds) <= asked


def test_a_method_without_face_asks_for_no_face() -> None:
    steps = [step for step in METHODS["personal", "bank_card"] if step != "face"]

    assert Kind.FACE_IMAGE not in {kind for item in items_for(steps) for kind in item.kinds}


@pytest.mark.promise("人脸办法 2025")
def test_the_face_item_names_its_law_and_the_other_ways() -> None:
    face = next(item for item in ITEMS if item.id == "face")

    assert "人脸识别技术应用安全管理办法" in face.basis
    assert "其他认证方式" in face.purpose["zh-CN"]
    assert "another method" in face.purpose["en"]


# Guardians


@each_locale
@pytest.mark.parametrize("text", [*MINORS_ITEMS.values(), *MINORS_SHARES.values()], ids=named)
def test_a_guardian_is_not_taken_for_whoever_it_is_about(text: Item | Share, locale: str) -> None:
    said = [text.purpose, text.retention, *([text.method] if isinstance(text, Share) else [])]
    spoken_to = re.compile(r"您|\byou(r|rs|rself)?\b", re.IGNORECASE)
    assert [words[locale] for words in said if spoken_to.search(words[locale])] == []


def test_a_guardian_reads_as_much_as_the_minor() -> None:
    steps = {step for (type_, _), found in METHODS.items() if type_ == "personal" for step in found}
    assert MINORS_ITEMS.keys() == {item.id for item in items_for(steps, "personal")}
    for item in ITEMS:
        if item.id in MINORS_ITEMS:
            assert (MINORS_ITEMS[item.id].kinds, MINORS_ITEMS[item.id].required) == (item.kinds, item.required)


# Recipients


def test_every_capability_has_its_template() -> None:
    assert SHARES.keys() == set(Capability)


@pytest.mark.promise("4.2")
@pytest.mark.parametrize("request_type", get_args(Request))
def test_a_consent_names_just_the_kinds_that_are_sent(request_type: type[Request]) -> None:
    share = SHARES[request_type.capability]

    assert share.capability == request_type.capability
    assert set(share.kinds) == request_type.kinds
    assert len(share.kinds) == len(request_type.kinds)


@each_share
def test_a_template_speaks_both_languages(share: Share) -> None:
    for texts in (share.purpose, share.method, share.retention):
        assert tuple(texts) == LOCALES
        assert texts["zh-CN"].endswith("。")
        assert texts["en"].endswith(".")


@each_locale
def test_a_face_consent_says_that_the_image_leaves_over_the_internet(locale: str) -> None:
    assert {"zh-CN": "互联网", "en": "Internet"}[locale] in SHARES[Capability.FACE].method[locale]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_data_has_a_name(kind: Kind) -> None:
    assert tuple(KIND_NAMES[kind]) == LOCALES
