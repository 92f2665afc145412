import hashlib
import json
import logging
from base64 import b64decode
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from providers.alibaba import Alibaba
from providers.base import Capability, Provider, Request, Result, SmsCode, Unknown
from providers.signing import acs3, canonical_query
from providers.testing.conformance import ProviderConformance, Situation, answer_to, kind_of, logged, shown
from providers.testing.examples import request_for
from providers.testing.identities import mobile
from providers.testing.scenarios import PLAYED, Mocked, Scenario, possible, situations
from providers.testing.scenarios_alibaba import NOTICE_TEMPLATE, SCRIPT, SETTINGS, alibaba, code
from providers.testing.scrubbing import leaks
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

NONCE = "a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5"


class TestConformance(ProviderConformance):
    situations = situations(SCRIPT)

    @pytest.fixture
    def provider(self, realname_alibaba: Mocked) -> Provider:
        self.vendor = realname_alibaba
        return realname_alibaba.provider

    def arrange(self, capability: Capability, situation: Situation) -> Request:
        self.vendor.play(PLAYED[situation], capability)
        return request_for(capability)


@pytest.fixture
def vendor(realname_responses: Any) -> Mocked:
    return alibaba(realname_responses, clock=lambda: EVENING, nonce=lambda: NONCE)


def sent(vendor: Mocked, request: Request) -> requests.PreparedRequest:
    answer_to(vendor.provider, request, REFERENCE)
    return vendor.requests[-1]


@pytest.mark.parametrize(("elements", "names"), [(2, set()), (3, {"IdentifyNum"}), (4, {"IdentifyNum", "Mobile"})])
def test_a_bank_card_is_compared_with_no_more_elements_than_configured(
    realname_responses: Any, elements: int, names: set[str]
) -> None:
    query = query_of(sent(alibaba(realname_responses, bank_card_elements=elements), request_for(CARD)))
    assert query["ProductType"] == f"BANK_CARD_{elements}_META"
    assert query.keys() & {"IdentifyNum", "Mobile"} == names


def query_of(request: requests.PreparedRequest) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(str(request.url)).query, keep_blank_values=True))


def form_of(request: requests.PreparedRequest) -> dict[str, str]:
    body = request.body or b""
    assert isinstance(body, bytes)
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def test_name_and_number_travel_in_a_form(vendor: Mocked) -> None:
    asked: Any = request_for(IDENTITY)
    request = sent(vendor, asked)
    assert query_of(request) == {}
    assert form_of(request) == {"ParamType": "normal", "IdentifyNum": asked.id_number, "UserName": asked.name}
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_face_travels_in_a_form_under_an_order_number_of_letters_and_digits(vendor: Mocked) -> None:
    asked: Any = request_for(FACE)
    request = sent(vendor, asked)
    form = form_of(request)
    assert b64decode(form.pop("FaceContrastPicture")) == asked.image.data
    assert query_of(request) == {"Model": "FRONT_CAMERA_LIVENESS"}
    assert form == {
        "SceneId": "1000000006",
        "OuterOrderNo": "0198c0de000070008000000000000001",
        "ProductCode": "ID_MIN",
        "CertType": "IDENTITY_CARD",
        "CertName": asked.name,
        "CertNo": asked.id_number,
        "Crop": "T",
    }


def test_looking_for_fakes_on_the_still_can_be_left_out(realname_responses: Any) -> None:
    vendor = alibaba(realname_responses, face_model="")
    assert sent(vendor, request_for(FACE)).url == "https://cloudauth.aliyuncs.com/"


def test_a_bank_card_travels_in_the_url(vendor: Mocked) -> None:
    asked: Any = request_for(CARD)
    request = sent(vendor, asked)
    assert not request.body
    assert "Content-Type" not in request.headers
    assert query_of(request) == {
        "ParamType": "normal",
        "VerifyMode": "VERIFY_BANK_CARD",
        "ProductType": "BANK_CARD_4_META",
        "BankCard": asked.card_number,
        "UserName": asked.name,
        "IdentifyNum": asked.id_number,
        "Mobile": asked.mobile,
    }


@pytest.mark.parametrize(
    ("locale", "template", "parameters"),
    [
        ("zh-CN", "SMS_15305000", {"code": "1234"}),
        ("en", "SMS_15305001", {"code": "1234", "minutes": "10"}),
        ("fr", "SMS_15305000", {"code": "1234"}),
    ],
)
def test_a_message_is_sent_by_the_template_of_its_locale(
    vendor: Mocked, locale: str, template: str, parameters: dict[str, str]
) -> None:
    query = query_of(sent(vendor, SmsCode("13800000001", "1234", locale)))
    assert json.loads(query.pop("TemplateParam")) == parameters
    assert query == {
        "PhoneNumbers": "13800000001",
        "SignName": "示例云",
        "TemplateCode": template,
        "OutId": REFERENCE,
    }


def test_a_result_is_told_by_its_own_template(vendor: Mocked) -> None:
    query = query_of(sent(vendor, request_for(NOTICE)))
    assert (query["TemplateCode"], json.loads(query["TemplateParam"])) == (NOTICE_TEMPLATE, {"app": "示例云"})
    assert query["PhoneNumbers"] == mobile(1)


def test_calls_with_personal_data_in_the_url_are_declared(vendor: Mocked) -> None:
    found = {
        capability
        for capability in vendor.provider.capabilities
        if leaks(request_for(capability), str(sent(vendor, request_for(capability)).url))
    }
    assert Alibaba.personal_data_in_url == found == {CARD, SMS, NOTICE, LIVENESS, REGISTRY}


#: capability → host, action, version
ENTRIES = {
    IDENTITY: ("cloudauth.aliyuncs.com", "Id2MetaVerify", "2019-03-07"),
    FACE: ("cloudauth.aliyuncs.com", "ContrastFaceVerify", "2019-03-07"),
    CARD: ("cloudauth.aliyuncs.com", "BankMetaVerify", "2019-03-07"),
    SMS: ("dysmsapi.aliyuncs.com", "SendSms", "2017-05-25"),
}


@pytest.mark.parametrize(("capability", "entry"), ENTRIES.items())
def test_a_call_goes_to_its_action(vendor: Mocked, capability: Capability, entry: tuple[str, ...]) -> None:
    request = sent(vendor, request_for(capability))
    headers = request.headers
    assert urlsplit(str(request.url)).hostname == entry[0]
    assert (headers["host"], headers["x-acs-action"], headers["x-acs-version"]) == entry


@pytest.mark.parametrize("capability", [*CHECKS, *PAPERS, LIVENESS, SMS])
def test_a_call_is_signed_as_it_is_sent(vendor: Mocked, capability: Capability) -> None:
    request = sent(vendor, request_for(capability))
    body = request.body or b""
    assert isinstance(body, bytes)
    headers = {name: value for name, value in request.headers.items() if name.lower() in SIGNED}
    assert request.headers["Authorization"] == acs3(
        access_key_id=SETTINGS["access_key_id"],
        access_key_secret=SETTINGS["access_key_secret"],
        query=query_of(request),
        headers_to_sign=headers,
        body=body,
    )
    assert headers["x-acs-content-sha256"] == hashlib.sha256(body).hexdigest()
    assert urlsplit(str(request.url)).query == canonical_query(query_of(request))


SIGNED = {
    "content-type",
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
}


def test_the_time_of_a_call_is_told_in_utc(realname_responses: Any) -> None:
    beijing = datetime(2026, 12, 1, 20, 30, 5, tzinfo=timezone(timedelta(hours=8)))
    vendor = alibaba(realname_responses, clock=lambda: beijing)
    assert sent(vendor, request_for(IDENTITY)).headers["x-acs-date"] == "2026-12-01T12:30:05Z"
    assert beijing.astimezone(UTC).hour == 12


def test_no_two_calls_have_the_same_nonce(realname_alibaba: Mocked) -> None:
    nonces = {sent(realname_alibaba, request_for(SMS)).headers["x-acs-signature-nonce"] for _ in range(20)}
    assert len(nonces) == 20
    assert NONCE not in nonces


@pytest.mark.parametrize(("capability", "scenario"), [(c, s) for c, known in possible(SCRIPT).items() for s in known])
def test_no_credential_is_in_a_log_answer_or_repr(
    realname_alibaba: Mocked, caplog: pytest.LogCaptureFixture, capability: Capability, scenario: Scenario
) -> None:
    caplog.set_level(logging.DEBUG)
    realname_alibaba.play(scenario, capability)
    found = answer_to(realname_alibaba.provider, request_for(capability))
    said = [*map(logged, caplog.records), *shown(found), repr(vars(realname_alibaba.provider))]
    keys = (SETTINGS["access_key_id"], SETTINGS["access_key_secret"])
    assert [text for text in said if any(key in text for key in keys)] == []


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
    assert traits[FACE].max_image_bytes * 4 / 3 < 1_000_000
    assert traits[FACE].max_image_side <= 1080
    assert {cap for cap, each in traits.items() if each.liveness or each.read_back} == {LIVENESS}


def test_nothing_can_be_read_back(vendor: Mocked) -> None:
    with pytest.raises(Unknown):
        vendor.provider.read_back(IDENTITY, REFERENCE)


def test_members_that_nobody_knows_change_nothing(vendor: Mocked) -> None:
    reply = code("200", ResultObject={"BizCode": "1", "SubCode": "201"}, Result={"BizCode": "2"})
    assert kind_of(told(vendor, IDENTITY, reply)) is Result.MATCH
