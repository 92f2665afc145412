"""Templates of text messages, as adapters read them."""

from typing import Any

import pytest

from providers.base import Capability, Misconfigured, SmsCode, SmsNotice, Told
from providers.sms import offered, read_templates

TEMPLATE = {"sign": "x", "template": "1"}
CODES = {"zh-CN": TEMPLATE}
NOTICES = {
    told.value: {
        "zh-CN": {**TEMPLATE, "template": f"zh-{told}", "parameters": {"app": "[{application}]"}},
        "en": {**TEMPLATE, "template": f"en-{told}"},
    }
    for told in Told
}

CODE = SmsCode("13800000001", "1234", "zh-CN")


def test_a_template_is_filled_with_the_code() -> None:
    given = {"zh-CN": {**TEMPLATE, "parameters": {"code": "G-{code}", "minutes": 10}}}
    assert read_templates("tests", given, None, "code").message(CODE)[1] == {"code": "G-1234", "minutes": "10"}


def test_a_template_without_parameters_carries_the_code_alone() -> None:
    assert read_templates("tests", CODES, None, "code").message(CODE)[1] == {"code": "1234"}


@pytest.mark.parametrize("told", Told)
def test_each_result_has_a_template_of_its_own(told: Told) -> None:
    template, filled = read_templates("tests", CODES, NOTICES, "code").message(
        SmsNotice("13800000001", told, "示例云", "zh-CN")
    )
    assert (template.template, filled) == (f"zh-{told}", {"app": "[示例云]"})


@pytest.mark.parametrize(("locale", "template"), [("en", "en-verified"), ("fr", "zh-verified")])
def test_in_the_users_language_or_in_chinese(locale: str, template: str) -> None:
    request = SmsNotice("13800000001", Told.VERIFIED, "x", locale)
    assert read_templates("tests", CODES, NOTICES, "code").message(request)[0].template == template


def test_results_are_offered_where_they_have_templates() -> None:
    assert offered(read_templates("tests", CODES, None, "code")) == (Capability.SMS,)
    assert offered(read_templates("tests", CODES, NOTICES, "code")) == (Capability.SMS, Capability.NOTICE)


@pytest.mark.parametrize(
    ("notices", "told"),
    [
        ("x", "sms.notices must be a table"),
        ({**NOTICES, "won": {}}, "sms.notices has no setting won"),
        ({"verified": NOTICES["verified"]}, "sms.notices.rejected is missing"),
        ({**NOTICES, "review": {"en": TEMPLATE}}, "sms.notices.review.zh-CN is missing"),
    ],
)
def test_a_wrong_setting_is_named(notices: Any, told: str) -> None:
    with pytest.raises(Misconfigured, match=f"^provider tests: {told}"):
        read_templates("tests", CODES, notices, "code")
