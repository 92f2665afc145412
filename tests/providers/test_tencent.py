import json
import logging
from base64 import b64decode
from typing import Any

import pytest

from providers.base import Capability, Provider, Request, Result, SmsCode, Unknown
from providers.signing import tc3
from providers.tencent import REGIONS
from providers.testing.conformance import ProviderConformance, Situation, answer_to, kind_of, logged, shown
from providers.testing.examples import request_for
from providers.testing.identities import mobile
from providers.testing.scenarios import PLAYED, Mocked, Scenario, possible, situations
from providers.testing.scenarios_tencent import NOTICE_TEMPLATE, SCRIPT, SETTINGS, answer, tencent
from tests.providers.answers import (
    CARD,
    CHECKS,
    EVENING,
    FACE,
    ID_CARD,
    IDENTITY,
    LICENSE,
    LIVENESS,
    NOTICE,
    PAPERS,
    REFERENCE,
    REGISTRY,
    SMS,
    told,
)


class TestConformance(ProviderConformance):
    situations = situations(SCRIPT)

    @pytest.fixture
    def provider(self, realname_tencent: Mocked) -> Provider:
        self.vendor = realname_tencent
        return realname_tencent.provider

    def arrange(self, capability: Capability, situation: Situation) -> Request:
        self.vendor.play(PLAYED[situation], capability)
        return request_for(capability)


@pytest.fixture
def vendor(realname_responses: Any) -> Mocked:
    return tencent(realname_responses, clock=lambda: EVENING)


def sent_body(vendor: Mocked, capability: Capability) -> dict[str, Any]:
    answer_to(vendor.provider, request_for(capability), REFERENCE)
    body = vendor.requests[-1].body
    assert isinstance(body, bytes)
    found: dict[str, Any] = json.loads(body)
    return found


@pytest.mark.parametrize("capability", CHECKS)
def test_a_check_sends_what_is_needed_and_nothing_else(vendor: Mocked, capability: Capability) -> None:
    request: Any = request_for(capability)
    expected = {"Name": request.name, "IdCard": request.id_number}
    if capability is CARD:
        expected |= {"BankCard": request.card_number, "Phone": request.mobile, "CertType": 0}
    body = sent_body(vendor, capability)
    image = body.pop("ImageBase64", None)
    assert body == expected
    assert (image and b64decode(image)) == (request.image.data if capability is FACE else None)


def test_a_message_is_sent_by_the_template_of_its_locale(vendor: Mocked) -> None:
    assert sent_body(vendor, SMS) == {
        "PhoneNumberSet": ["+8613800000001"],
        "SmsSdkAppId": "1400006666",
        "SignName": "示例云",
        "TemplateId": "1110",
        "TemplateParamSet": ["918273", "10"],
        "SessionContext": REFERENCE,
    }


@pytest.mark.parametrize(
    ("locale", "template", "parameters"), [("en", "1111", ["1234"]), ("fr", "1110", ["1234", "10"])]
)
def test_a_locale_without_a_template_reads_chinese(
    vendor: Mocked, locale: str, template: str, parameters: list[str]
) -> None:
    vendor.provider.call(SmsCode("13800000001", "1234", locale), REFERENCE)
    body = json.loads(vendor.requests[-1].body or b"")
    assert (body["TemplateId"], body["TemplateParamSet"]) == (template, parameters)


def test_a_result_is_told_by_its_own_template(vendor: Mocked) -> None:
    vendor.provider.call(request_for(NOTICE), REFERENCE)
    body = json.loads(vendor.requests[-1].body or b"")
    assert (body["TemplateId"], body["TemplateParamSet"]) == (NOTICE_TEMPLATE, ["示例云"])
    assert body["PhoneNumberSet"] == [f"+86{mobile(1)}"]


#: capability → host, action, version, region header
ENTRIES = {
    IDENTITY: ("faceid.ap-guangzhou.tencentcloudapi.com", "IdCardVerification", "2018-03-01", None),
    FACE: ("faceid.ap-guangzhou.tencentcloudapi.com", "ImageRecognitionV2", "2018-03-01", None),
    CARD: ("faceid.ap-guangzhou.tencentcloudapi.com", "BankCard4EVerification", "2018-03-01", None),
    SMS: ("sms.ap-guangzhou.tencentcloudapi.com", "SendSms", "2021-01-11", "ap-guangzhou"),
}


@pytest.mark.parametrize(("capability", "entry"), ENTRIES.items())
def test_a_call_goes_to_its_action_in_the_mainland(
    vendor: Mocked, capability: Capability, entry: tuple[str, ...]
) -> None:
    sent_body(vendor, capability)
    request = vendor.requests[-1]
    headers = request.headers
    assert request.url == f"https://{entry[0]}/"
    assert (headers["Host"], headers["X-TC-Action"], headers["X-TC-Version"], headers.get("X-TC-Region")) == entry


@pytest.mark.parametrize("capability", [*CHECKS, *PAPERS, LIVENESS, SMS])
def test_a_call_is_signed_as_it_is_sent(vendor: Mocked, capability: Capability) -> None:
    sent_body(vendor, capability)
    request = vendor.requests[-1]
    assert isinstance(request.body, bytes)
    assert request.headers["Authorization"] == tc3(
        secret_id=SETTINGS["secret_id"],
        secret_key=SETTINGS["secret_key"],
        service=request.headers["Host"].split(".")[0],
        host=request.headers["Host"],
        timestamp=int(request.headers["X-TC-Timestamp"]),
        content_type=request.headers["Content-Type"],
        body=request.body,
    )
    assert request.headers["X-TC-Timestamp"] == str(int(EVENING.timestamp()))


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_a_mainland_region_is_an_entry_of_its_own(realname_responses: Any, region: str) -> None:
    vendor = tencent(realname_responses, region=region)
    sent_body(vendor, IDENTITY)
    assert vendor.requests[-1].url == f"https://faceid.{region}.tencentcloudapi.com/"


@pytest.mark.parametrize(("capability", "scenario"), [(c, s) for c, known in possible(SCRIPT).items() for s in known])
def test_no_credential_is_in_a_log_answer_or_repr(
    realname_tencent: Mocked, caplog: pytest.LogCaptureFixture, capability: Capability, scenario: Scenario
) -> None:
    caplog.set_level(logging.DEBUG)
    realname_tencent.play(scenario, capability)
    found = answer_to(realname_tencent.provider, request_for(capability))
    said = [*map(logged, caplog.records), *shown(found), repr(vars(realname_tencent.provider))]
    assert [text for text in said if SETTINGS["secret_key"] in text or SETTINGS["secret_id"] in text] == []


def test_traits_leave_room_for_the_answer_and_for_base64(vendor: Mocked) -> None:
    traits = vendor.provider.capabilities
    assert {capability: each.timeout for capability, each in traits.items()} == {
        IDENTITY: 13,
        FACE: 18,
        CARD: 13,
        SMS: 13,
        NOTICE: 13,
        LIVENESS: 13,
        ID_CARD: 18,
        LICENSE: 18,
        REGISTRY: 13,
    }
    assert traits[FACE].max_image_bytes * 4 / 3 <= 3_000_000
    assert {cap for cap, each in traits.items() if each.liveness or each.read_back} == {LIVENESS}


def test_nothing_can_be_read_back(vendor: Mocked) -> None:
    with pytest.raises(Unknown):
        vendor.provider.read_back(IDENTITY, REFERENCE)


def test_members_that_nobody_knows_change_nothing(vendor: Mocked) -> None:
    reply = answer(Result="0", Description=None, New={"Result": "-1"})
    assert kind_of(told(vendor, IDENTITY, reply)) is Result.MATCH
