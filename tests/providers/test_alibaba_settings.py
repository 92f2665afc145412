from collections.abc import Mapping
from typing import Any

import pytest

from providers.alibaba import REGIONS
from providers.base import Misconfigured
from providers.registry import load
from providers.testing.examples import request_for
from providers.testing.scenarios_alibaba import SETTINGS, alibaba
from tests.providers.answers import CARD, FACE, ID_CARD, IDENTITY, LICENSE, LIVENESS, REFERENCE, REGISTRY, SMS


@pytest.mark.parametrize("missing", [FACE, SMS, LIVENESS, REGISTRY])
def test_only_what_is_configured_is_offered(missing: Any) -> None:
    provider = load("alibaba", {"access_key_id": "a", "access_key_secret": "b"})
    assert set(provider.capabilities) == {IDENTITY, CARD, ID_CARD, LICENSE}
    with pytest.raises(Misconfigured, match=f"provider alibaba: the capability {missing} is not configured"):
        provider.call(request_for(missing), REFERENCE)


def test_credentials_may_stand_in_the_environment(realname_responses: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_ID", "LTAIOTHER")
    monkeypatch.setenv("OUR_KEY", "other")
    named = {"access_key_id_env": "OUR_ID", "access_key_secret_env": "OUR_KEY"}
    vendor = alibaba(realname_responses, access_key_id=None, access_key_secret=None, **named)
    vendor.provider.call(request_for(IDENTITY), REFERENCE)
    assert "Credential=LTAIOTHER," in vendor.requests[-1].headers["Authorization"]


@pytest.mark.parametrize(("region", "host"), REGIONS.items())
def test_a_mainland_region_is_an_entry_of_its_own(realname_responses: Any, region: str, host: str) -> None:
    vendor = alibaba(realname_responses, region=region)
    vendor.provider.call(request_for(IDENTITY), REFERENCE)
    assert vendor.requests[-1].url == f"https://{host}/"


def test_a_scene_may_be_written_as_text(realname_responses: Any) -> None:
    vendor = alibaba(realname_responses, scene_id="1000000006")
    assert FACE in vendor.provider.capabilities


TEMPLATE = {"sign": "x", "template": "SMS_1"}


def templates(**changed: Any) -> Mapping[str, Any]:
    return {"templates": {"zh-CN": {**TEMPLATE, **changed}}}


#: what the message must name → settings
WRONG: dict[str, dict[str, Any]] = {
    "access_key_id is missing": {"access_key_id": None},
    "access_key_secret is missing": {"access_key_secret": ""},
    "access_key_secret_env": {"access_key_secret": None, "access_key_secret_env": "REALNAME_NO_SUCH_VARIABLE"},
    "access_key_secret holds characters": {"access_key_secret": "hunter2 hunter2"},
    "region must be one of cn": {"region": "ap-southeast-1"},
    "region must be one of": {"region": "cn-hongkong"},
    "endpoint is for tests": {"endpoint": "https://cloudauth-intl.aliyuncs.com"},
    "scene_id must be a number": {"scene_id": "hunter2"},
    "scene_id is missing or no text": {"scene_id": ["hunter2"]},
    "bank_card_elements must be one of 2, 3, 4": {"bank_card_elements": 5},
    "enterprise_scene is missing": {"enterprise_scene": " "},
    "liveness must be a table": {"liveness": "hunter2"},
    "liveness.scene_id must be a number": {"liveness": {"scene_id": "hunter2"}},
    "liveness has no setting scene": {"liveness": {"scene": "hunter2"}},
    "liveness.model must be one of": {"liveness": {"scene_id": 1, "model": "hunter2"}},
    "liveness.page must be one of": {"liveness": {"scene_id": 1, "page": "hunter2"}},
    "sms must be a table": {"sms": "hunter2"},
    "sms has no setting app_id": {"sms": {**templates(), "app_id": "hunter2"}},
    "sms.templates must be a table": {"sms": {}},
    "sms.templates.zh-CN has no setting signature": {"sms": templates(signature="hunter2")},
    "parameters must hold {code}": {"sms": templates(parameters={"code": "hunter2"})},
}


@pytest.mark.parametrize(("told", "changed"), WRONG.items())
def test_a_wrong_setting_is_named_without_its_value(told: str, changed: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured) as raised:
        load("alibaba", {**SETTINGS, **changed})
    assert str(raised.value).startswith("provider alibaba: ")
    assert told in str(raised.value)
    assert "hunter2" not in str(raised.value)
