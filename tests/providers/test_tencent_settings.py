from collections.abc import Mapping
from typing import Any

import pytest

from providers.base import Misconfigured
from providers.registry import load
from providers.testing.examples import request_for
from providers.testing.scenarios_tencent import SETTINGS, tencent
from tests.providers.answers import CHECKS, IDENTITY, PAPERS, REFERENCE, SMS


def test_only_what_is_configured_is_offered() -> None:
    provider = load("tencent", {"secret_id": "a", "secret_key": "b"})
    assert set(provider.capabilities) == {*CHECKS, *PAPERS}
    with pytest.raises(Misconfigured, match="provider tencent: the capability sms is not configured"):
        provider.call(request_for(SMS), REFERENCE)


def test_credentials_may_stand_in_the_environment(realname_responses: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_ID", "AKIDOTHER")
    monkeypatch.setenv("OUR_KEY", "other")
    vendor = tencent(
        realname_responses, secret_id=None, secret_key=None, secret_id_env="OUR_ID", secret_key_env="OUR_KEY"
    )
    vendor.provider.call(request_for(IDENTITY), REFERENCE)
    assert "Credential=AKIDOTHER/" in vendor.requests[-1].headers["Authorization"]


def sms(**changed: Any) -> Mapping[str, Any]:
    return {**SETTINGS["sms"], **changed}


TEMPLATE = {"sign": "x", "template": "1"}

#: what the message must name → settings
WRONG: dict[str, dict[str, Any]] = {
    "secret_id is missing": {"secret_id": None},
    "secret_key is missing": {"secret_key": ""},
    "secret_key_env are both set": {"secret_key_env": "HOME"},
    "secret_key_env": {"secret_key": None, "secret_key_env": "REALNAME_NO_SUCH_VARIABLE"},
    "secret_key holds characters": {"secret_key": "hunter2\r\nX: y"},
    "region must be one of ap-beijing": {"region": "ap-hongkong"},
    "region must be": {"region": ["ap-guangzhou"]},
    "region must be one of": {"region": "ap-guangzhou.intl"},
    "endpoint is for tests": {"endpoint": "https://faceid.intl.tencentcloudapi.com"},
    "endpoint is for": {"endpoint": 8080},
    "secret_id_env must name": {"secret_id": None, "secret_id_env": 5},
    "secret_key_env must name": {"secret_key": None, "secret_key_env": "hunter2"},
    "sms.region must be one of": {"sms": sms(region="ap-singapore")},
    "sms.app_id is missing": {"sms": sms(app_id=None)},
    "bank_card_elements must be one of 3, 4": {"bank_card_elements": True},
    "liveness must be a table": {"liveness": ["hunter2"]},
    "liveness.rule_id is missing": {"liveness": {}},
    "liveness has no setting rule": {"liveness": {"rule": "hunter2"}},
    "sms must be a table": {"sms": "hunter2"},
    "sms has no setting app": {"sms": sms(app="hunter2")},
    "sms.templates must be a table": {"sms": sms(templates=None)},
    "sms.templates.zh-CN is missing": {"sms": sms(templates={"en": TEMPLATE})},
    "sms.templates has no setting fr": {"sms": sms(templates={"zh-CN": TEMPLATE, "fr": TEMPLATE})},
    "sms.templates.zh-CN.sign is missing": {"sms": sms(templates={"zh-CN": {"template": "1"}})},
    "sms.templates.zh-CN.template is missing": {"sms": sms(templates={"zh-CN": {"sign": "x"}})},
    "parameters must hold {code}": {"sms": sms(templates={"zh-CN": {**TEMPLATE, "parameters": {"1": "10"}}})},
    "parameters must be a table": {"sms": sms(templates={"zh-CN": {**TEMPLATE, "parameters": ["{code}"]}})},
    "parameters are named by the template's numbers": {
        "sms": sms(templates={"zh-CN": {**TEMPLATE, "parameters": {"code": "{code}"}}})
    },
}


@pytest.mark.parametrize(("told", "changed"), WRONG.items())
def test_a_wrong_setting_is_named_without_its_value(told: str, changed: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured) as raised:
        load("tencent", {**SETTINGS, **changed})
    assert str(raised.value).startswith("provider tencent: ")
    assert told in str(raised.value)
    assert "hunter2" not in str(raised.value)
