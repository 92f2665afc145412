"""The table of reason codes and what is published of it."""

import re
from dataclasses import replace

import pytest

from verify.flows.effects import EFFECTS, GIVEN_UP, NO_PROVIDER
from verify.flows.methods import STEPS
from verify.flows.reasons import REASONS, Reason, message, published

#: (code, step, may be tried again, costs a try)
MATRIX = [
    ("identity_mismatch", "identity", True, True),
    ("consent_withdrawn", "consent", True, False),
    ("notice_changed", "consent", True, False),
    ("no_record", "identity", True, True),
    ("face_mismatch", "face", True, True),
    ("liveness_failed", "face", True, True),
    ("device_unsupported", "face", True, False),
    ("unsupported_person", "face", False, False),
    ("risk_policy", "face", True, True),
    ("liveness_expired", "face", True, False),
    ("face_replayed", "face", True, True),
    ("no_photo", "face", False, True),
    ("image_unusable", "face", True, False),
    ("bank_card_mismatch", "bank_card", True, True),
    ("bank_card_unsupported", "bank_card", True, False),
    ("code_wrong", "sms_code", True, True),
    ("code_expired", "sms_code", True, False),
    ("inconclusive", None, True, False),
    ("provider_unavailable", None, True, False),
    ("provider_limited", None, True, False),
    ("other_provider_offered", None, True, False),
    ("provider_throttled", None, True, False),
    ("methods_exhausted", None, False, False),
    ("checks_passed", None, False, False),
    ("expired", None, False, False),
    ("canceled", None, False, False),
    ("account_name_mismatch", "bank_account", True, False),
    ("account_invalid", "bank_account", True, True),
    ("account_not_supported", "bank_account", True, False),
    ("account_blocked", "bank_account", True, False),
    ("transfers_exceeded", "bank_account", True, False),
    ("transfer_returned", "bank_account", True, True),
    ("transfer_unavailable", "bank_account", True, False),
    ("transfer_unconfirmed", None, False, False),
    ("amount_mismatch", "transfer_amount", True, True),
    ("answer_window_over", "bank_account", True, True),
    ("id_card_mismatch", "id_card", True, True),
    ("id_card_expired", "id_card", True, True),
    ("id_card_wrong_side", "id_card", True, False),
    ("id_card_unreadable", "id_card", True, False),
    ("approved_by_staff", None, False, False),
    ("asked_again", None, True, False),
    ("papers_unreadable", None, False, False),
    ("papers_disagree", None, False, False),
    ("papers_suspect", None, False, False),
    ("authority_not_shown", None, False, False),
    ("enterprise_not_operating", None, False, False),
    ("not_this_person", None, False, False),
    ("checks_unavailable", None, False, False),
    ("license_mismatch", "enterprise", True, True),
    ("license_expired", "license", True, True),
    ("license_unreadable", "license", True, False),
    ("registry_mismatch", "enterprise", True, True),
    ("legal_representative_mismatch", "representative", True, True),
    ("enterprise_deregistered", "representative", False, True),
    ("enterprise_revoked", "representative", False, True),
    ("registry_no_record", "representative", True, False),
    ("registry_unclear", "representative", True, False),
    ("representative_not_account_holder", "representative", True, True),
    ("corporate_name_mismatch", "bank_account", True, False),
    ("authorization_letter_review", "authorization_letter", True, False),
    ("registry_changed", None, False, False),
    ("authorization_letter_expired", None, False, False),
    ("guardian_required", "guardian", True, False),
    ("guardian_declined", "guardian", True, False),
    ("guardian_mismatch", None, True, True),
    ("guardian_withdrew", None, False, False),
    ("child_needs_person", None, False, False),
]

#: those with words of their own for enterprises once more with those
AS_READ = [
    *REASONS.values(),
    *(replace(one, zh=one.enterprise_zh, en=one.enterprise_en) for one in REASONS.values() if one.enterprise_zh),
]

each_reason = pytest.mark.parametrize("reason", AS_READ, ids=lambda reason: reason.code)


@pytest.mark.parametrize(("code", "step", "retryable", "costs_try"), MATRIX)
def test_a_reason_sends_back_to_its_step_at_its_cost(
    code: str, step: str | None, retryable: bool, costs_try: bool
) -> None:
    reason = REASONS[code]

    assert (reason.step, reason.retryable, reason.costs_try) == (step, retryable, costs_try)


def test_the_matrix_names_every_reason() -> None:
    assert [row[0] for row in MATRIX] == list(REASONS)


def test_every_effect_gives_a_known_reason() -> None:
    given = {effect.reason for effect in (*EFFECTS.values(), NO_PROVIDER, GIVEN_UP) if effect.reason}

    assert given <= REASONS.keys()


@each_reason
def test_a_reason_names_a_step_of_the_flows(reason: Reason) -> None:
    assert reason.step is None or reason.step in STEPS


@each_reason
def test_a_text_is_whole_sentences_in_both_languages(reason: Reason) -> None:
    assert reason.zh.endswith("。")
    assert re.search(r"[\u4e00-\u9fff]", reason.zh)
    assert reason.en.endswith(".")
    assert reason.en.isascii()


@each_reason
def test_chinese_is_set_with_chinese_punctuation(reason: Reason) -> None:
    assert not re.search(r"[,.;:?!()]", reason.zh)


@each_reason
def test_a_text_holds_no_value_and_no_place_for_one(reason: Reason) -> None:
    assert not re.search(r"[0-9{}%<>]", reason.zh + reason.en)


@each_reason
@pytest.mark.parametrize(
    "word", ["错误", "失败", "虚假", "违规", "您的责任", "wrong", "fail", "invalid", "fake", "fault"]
)
def test_a_text_blames_nobody(reason: Reason, word: str) -> None:
    assert word not in (reason.zh + reason.en).lower()


@each_reason
def test_a_text_says_what_can_be_done_next(reason: Reason) -> None:
    assert re.search(r"请|可以|无需", reason.zh)
    assert re.search(r"please|should|you can|nothing more", reason.en, re.IGNORECASE)


@pytest.mark.parametrize("code", [row[0] for row in MATRIX if row[0].startswith("provider_")])
def test_an_outage_tells_that_no_try_was_lost(code: str) -> None:
    assert "不计入尝试次数" in message(code, "zh-CN")
    assert "did not count" in message(code, "en")


@pytest.mark.parametrize(
    ("locale", "start"),
    [
        ("zh-CN", "验证码已过"),
        ("en", "The code is past"),
        ("fr", "验证码已过"),
        ("", "验证码已过"),
        ("EN", "验证码已过"),
    ],
)
def test_a_message_is_english_only_where_asked(locale: str, start: str) -> None:
    assert message("code_expired", locale).startswith(start)


@pytest.mark.parametrize(
    ("type_", "zh", "en"),
    [
        ("personal", "本人名下的银行账户", "your own name"),
        ("enterprise", "本企业名下的对公账户", "the enterprise's own name"),
    ],
)
def test_an_enterprise_reads_of_an_account_of_its_own(type_: str, zh: str, en: str) -> None:
    own = [code for code, reason in REASONS.items() if reason.enterprise_zh]
    assert "transfer_returned" in own
    for code in own:
        assert zh in message(code, "zh-CN", type_)
        assert en in message(code, "en", type_)


def test_what_is_the_same_for_everybody_is_written_once() -> None:
    assert message("license_expired", "en", "enterprise") == message("license_expired", "en", "personal")


def test_an_unknown_code_is_not_given_a_text() -> None:
    with pytest.raises(KeyError):
        message("no_such_code", "en")


def test_every_reason_is_published_with_both_texts() -> None:
    assert [entry["code"] for entry in published()] == list(REASONS)
    assert published()[0] == {
        "code": "identity_mismatch",
        "step": "identity",
        "retryable": True,
        "costs_try": True,
        "text": {"zh-CN": REASONS["identity_mismatch"].zh, "en": REASONS["identity_mismatch"].en},
        "enterprise_text": None,
    }
    [returned] = [entry for entry in published() if entry["code"] == "transfer_returned"]
    assert "对公账户" in returned["enterprise_text"]["zh-CN"]
