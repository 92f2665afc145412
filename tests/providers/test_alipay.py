import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from providers.base import (
    BadCallback,
    CallbackHint,
    Capability,
    Misconfigured,
    NotReceived,
    Proof,
    Provider,
    Refused,
    Request,
    Throttled,
    TransferOrder,
    TransferWord,
    Unknown,
)
from providers.registry import load
from providers.signing import rsa2_sign
from providers.testing.conformance import ProviderConformance, Situation, answer_to, logged, reading_of, shown
from providers.testing.examples import request_for
from providers.testing.scenarios import PLAYED, Ask, Mocked, Reply, Scenario, situations
from providers.testing.scenarios_alipay import (
    APP_KEY,
    ORDER_ID,
    SCRIPT,
    SETTINGS,
    alipay,
    answer,
    failure,
    forged,
    notice,
    status,
)
from providers.testing.scrubbing import leaks
from tests.providers.answers import EVENING, MIDNIGHT, REFERENCE

TRANSFER = Capability.TRANSFER
ORDER = REFERENCE.replace("-", "")
SENT, REQUESTED, FAILED, RETURNED = (
    TransferWord.SENT,
    TransferWord.REQUESTED,
    TransferWord.FAILED,
    TransferWord.RETURNED,
)


class TestConformance(ProviderConformance):
    situations = situations(SCRIPT)

    @pytest.fixture
    def provider(self, realname_alipay: Mocked) -> Provider:
        self.vendor = realname_alipay
        return realname_alipay.provider

    def arrange(self, capability: Capability, situation: Situation) -> Request:
        self.vendor.play(PLAYED[situation], capability)
        return request_for(capability)


@pytest.fixture
def vendor(realname_responses: Any) -> Iterator[Mocked]:
    vendor = alipay(realname_responses, clock=lambda: EVENING)
    yield vendor
    vendor.provider.close()


def order(**changed: Any) -> TransferOrder:
    made = request_for(TRANSFER)
    assert isinstance(made, TransferOrder)
    return replace(made, **changed)


def called(vendor: Mocked, reply: Reply) -> Any:
    vendor.answer(TRANSFER, reply)
    return answer_to(vendor.provider, order(), REFERENCE)


def asked(vendor: Mocked, reply: Reply) -> Any:
    vendor.answer(TRANSFER, reply, Ask.READ_BACK)
    return reading_of(vendor.provider, TRANSFER, REFERENCE)


def content(vendor: Mocked) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(parse_qs(vendor.received[-1].body.decode())["biz_content"][0])
    return found


def went(found: Any) -> Any:
    return (found.transfer, found.reason) if hasattr(found, "transfer") else type(found)


def test_an_order_is_sent_whole_and_nothing_personal_is_in_its_url(vendor: Mocked) -> None:
    sent = order()
    vendor.provider.call(sent, REFERENCE)
    assert content(vendor) == {
        "out_biz_no": ORDER,
        "trans_amount": "0.37",
        "product_code": "TRANS_BANKCARD_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER",
        "order_title": "账户验证",
        "remark": sent.remark,
        "transfer_scene_name": "业务结算",
        "transfer_scene_report_infos": [{"info_type": "结算款项名称", "info_content": "账户验证"}],
        "payee_info": {
            "identity": sent.account_number,
            "identity_type": "BANKCARD_ACCOUNT",
            "name": sent.account_name,
            "bankcard_ext_info": {
                "account_type": "2",
                "inst_name": sent.bank_name,
                "inst_province": sent.bank_province,
                "inst_city": sent.bank_city,
                "inst_branch_name": sent.bank_branch,
            },
        },
    }
    url = vendor.received[-1].url
    assert url.startswith("https://openapi.alipay.com/gateway.do?")
    assert leaks(sent, url) == []


def test_a_corporate_account_is_paid_by_its_branch_code(vendor: Mocked) -> None:
    vendor.provider.call(order(corporate=True, cnaps_code="308290003000"), REFERENCE)
    bank = content(vendor)["payee_info"]["bankcard_ext_info"]
    assert (bank["account_type"], bank["bank_code"]) == ("1", "308290003000")


def test_a_request_is_signed_as_it_is_sent_in_beijing_time(vendor: Mocked) -> None:
    vendor.provider.call(order(), REFERENCE)
    received = vendor.received[-1]
    given = dict(parse_qsl(urlsplit(received.url).query)) | dict(parse_qsl(received.body.decode()))
    signature = given.pop("sign")
    assert signature == rsa2_sign(app_private_key=APP_KEY, params=given)
    assert given["timestamp"] == "2026-12-01 20:30:00"
    assert received.headers["content-type"] == "application/x-www-form-urlencoded;charset=utf-8"


def test_a_request_matches_the_published_vector(realname_responses: Any) -> None:
    vectors = json.loads((Path(__file__).parent / "vectors" / "alipay_rsa2.json").read_text("utf-8"))
    vector = next(v for v in vectors["vectors"] if v["name"] == "common_query_by_out_biz_no")
    key = vectors["keys"]["app"]["private_key_pkcs1_pem"]
    vendor = alipay(realname_responses, app_private_key=key, clock=lambda: datetime(2026, 1, 2, 3, 5, tzinfo=UTC))
    reading_of(vendor.provider, TRANSFER, "rn0198c0de00000000000000000001")
    given = dict(parse_qsl(urlsplit(vendor.received[-1].url).query))
    assert given["sign"] == vector["expected"]["sign"]


def test_a_repeated_order_has_the_same_bytes(vendor: Mocked) -> None:
    for _ in range(2):
        vendor.provider.call(order(), REFERENCE)
    assert vendor.received[0].body == vendor.received[1].body


@pytest.mark.parametrize(("fen", "yuan"), [(10, "0.10"), (99, "0.99"), (100, "1.00"), (12_305, "123.05")])
def test_amounts_are_written_in_yuan(vendor: Mocked, fen: int, yuan: str) -> None:
    vendor.provider.call(order(amount_fen=fen), REFERENCE)
    assert content(vendor)["trans_amount"] == yuan


def test_less_than_ten_fen_is_not_ordered(vendor: Mocked) -> None:
    assert isinstance(answer_to(vendor.provider, order(amount_fen=9)), Refused)
    assert vendor.received == []


STATUS: dict[str, Any] = {
    "SUCCESS": (SENT, None),
    "DEALING": (REQUESTED, None),
    "FAIL": (FAILED, "transfer_unavailable"),
    "CLOSED": (FAILED, "transfer_unavailable"),
    "REFUND": (RETURNED, "transfer_returned"),
    "WAIT_PAY": Unknown,
    "NOBODY_HAS_HEARD_OF": Unknown,
}


@pytest.mark.parametrize("ask", [called, asked])
@pytest.mark.parametrize(("said", "expected"), STATUS.items())
def test_an_order_comes_to(vendor: Mocked, ask: Any, said: str, expected: Any) -> None:
    assert went(ask(vendor, status(said))) == expected


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("PAYEE_CARD_INFO_ERROR", "account_invalid"),
        ("PAYEE_IDENTITY_NOT_MATCH", "account_invalid"),
        ("INST_PAY_UNABLE", "account_not_supported"),
        ("RECEIVER_USER_RISK_FREEZE", "account_not_supported"),
    ],
)
def test_an_order_that_ended_badly_tells_why(vendor: Mocked, code: str, reason: str) -> None:
    assert went(asked(vendor, status("FAIL", error_code=code))) == (FAILED, reason)
    found = asked(vendor, status("REFUND", error_code=code))
    assert (went(found), found.vendor_code) == ((RETURNED, reason), f"REFUND.{code}")


CODES: dict[str, Any] = {
    **dict.fromkeys(("CARD_BIN_ERROR", "PAYEE_CARD_INFO_ERROR", "INVALID_CARDNO"), (FAILED, "account_invalid")),
    **dict.fromkeys(
        ("PAYEE_NOT_EXIST", "PAYEE_ACCOUNT_NOT_EXSIT", "PERM_AML_NOT_REALNAME_REV", "INST_PAY_UNABLE"),
        (FAILED, "account_not_supported"),
    ),
    "EXCEED_LIMIT_DC_RECEIVED": Throttled,
    **dict.fromkeys(
        (
            "PAYER_BALANCE_NOT_ENOUGH",
            "BALANCE_IS_NOT_ENOUGH",
            "PRODUCT_NOT_SIGN",
            "NOT_IN_WHITE_LIST",
            "SECURITY_CHECK_FAILED",
            "EXCEED_LIMIT_SM_MIN_AMOUNT",
            "EXCEED_LIMIT_DM_MAX_AMOUNT",
        ),
        Misconfigured,
    ),
    **dict.fromkeys(("INVALID_PARAMETER", "REMARK_HAS_SENSITIVE_WORD"), Refused),
    **dict.fromkeys(
        (
            "SYSTEM_ERROR",
            "RESOURCE_LIMIT_EXCEED",
            "PAYMENT_INFO_INCONSISTENCY",
            "BIZ_UNIQUE_EXCEPTION",
            "PAYMENT_FAIL",
            "ORDER_NOT_EXIST",
            "PAYEE_IDENTITY_NOT_MATCH",
            "RECEIVER_USER_RISK_FREEZE",
            "BALANCE_NOT_ENOUGH",
            "TRANSFER_SCENE_NAME_ILLEGAL",
            "NOBODY_HAS_HEARD_OF",
        ),
        Unknown,
    ),
}


@pytest.mark.parametrize(("code", "expected"), CODES.items())
def test_a_refused_order_comes_to(vendor: Mocked, code: str, expected: Any) -> None:
    assert went(called(vendor, failure(code))) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("20000", Unknown),
        ("20001", Misconfigured),
        ("40001", Misconfigured),
        ("40002", Misconfigured),
        ("40003", Misconfigured),
        ("40005", Throttled),
        ("40006", Misconfigured),
        ("49999", Unknown),
    ],
)
@pytest.mark.parametrize("ask", [called, asked])
def test_a_gateway_comes_to(vendor: Mocked, ask: Any, code: str, expected: Any) -> None:
    assert went(ask(vendor, failure("isp.unknow-error", code))) == expected
    assert went(ask(vendor, answer(code=code, node="error_response"))) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ORDER_NOT_EXIST", NotReceived),
        ("SYSTEM_ERROR", Unknown),
        ("INVALID_PARAMETER", Refused),
        ("NO_ORDER_PERMISSION", Misconfigured),
        ("PAYEE_CARD_INFO_ERROR", Unknown),
    ],
)
def test_a_question_that_is_refused_comes_to(vendor: Mocked, code: str, expected: Any) -> None:
    assert went(asked(vendor, failure(code))) == expected


def test_too_many_receipts_end_at_midnight(vendor: Mocked) -> None:
    assert called(vendor, failure("EXCEED_LIMIT_DC_RECEIVED")).until == MIDNIGHT


UNBELIEVED: dict[str, Reply] = {
    "tampered": answer(forged, code="10000", status="DEALING"),
    "an unsigned error": Reply('{"alipay_fund_trans_uni_transfer_response": {"code": "40004"}}'),
    "an unsigned success": Reply('{"alipay_fund_trans_uni_transfer_response": {"code": "10000", "status": "SUCCESS"}}'),
    "another method's": answer(node="alipay_user_info_share_response", code="10000", status="SUCCESS"),
    "another order's": status("SUCCESS", out_biz_no="other"),
    "no object": Reply('{"alipay_fund_trans_uni_transfer_response": [], "sign": ""}'),
    "a page": Reply("<html>"),
    "bytes": Reply("\udcff".encode("utf-8", "surrogateescape").decode("latin-1")),
    "a status": Reply(status("SUCCESS").body, 503),
    "a refusal of something between": Reply("", 403),
}


@pytest.mark.parametrize("ask", [called, asked])
@pytest.mark.parametrize("reply", UNBELIEVED.values(), ids=UNBELIEVED)
def test_what_the_vendor_did_not_sign_for_this_order_decides_nothing(vendor: Mocked, ask: Any, reply: Reply) -> None:
    assert went(ask(vendor, reply)) is Unknown


@pytest.mark.parametrize(
    ("amount", "fen"),
    [
        ("0.37", 37),
        (1, 100),
        ("1", 100),
        ("0.375", None),
        (0.37, 37),
        ("", None),
        (True, None),
        ("NaN", None),
        (-1, None),
    ],
)
def test_the_amount_may_be_text_or_a_number(vendor: Mocked, amount: Any, fen: int | None) -> None:
    assert asked(vendor, status("SUCCESS", trans_amount=amount)).amount_fen == fen


def test_the_arrival_is_told_in_beijing_time(vendor: Mocked) -> None:
    found = asked(vendor, status("DEALING", arrival_time_end="2026-01-03 02:00:00"))
    assert found.arrives_by == datetime(2026, 1, 2, 18, 0, tzinfo=UTC)
    assert found.vendor_reference == ORDER_ID


def test_a_notice_is_a_hint_about_our_order(vendor: Mocked) -> None:
    headers, body = vendor.notify(TRANSFER, REFERENCE)
    told = dict(parse_qsl(body.decode()))["notify_id"]
    assert vendor.provider.callback(headers, body) == CallbackHint(TRANSFER, ORDER, told, "success")


@pytest.mark.parametrize(
    "changed",
    [
        {"app_id": "2021000000000002"},
        {"msg_method": "alipay.trade.changed"},
        {"biz_content": '{"out_biz_no": "other"}'},
        {"sign": ""},
        {"charset": "no-such"},
        {"notify_id": ""},
    ],
)
def test_a_notice_changed_on_its_way_is_refused(vendor: Mocked, changed: dict[str, str]) -> None:
    with pytest.raises(BadCallback):
        vendor.provider.callback(*notice(REFERENCE, "", **changed))


def test_a_notice_for_another_merchant_is_refused(realname_responses: Any) -> None:
    vendor = alipay(realname_responses, app_id="2021000000000002")
    with pytest.raises(BadCallback):
        vendor.provider.callback(*notice(REFERENCE, ""))


def test_traits_let_an_order_be_repeated_under_its_reference_only(vendor: Mocked) -> None:
    traits = vendor.provider.capabilities[TRANSFER]
    assert (traits.idempotent_reference, traits.read_back, traits.settles_after) == (True, True, 60.0)
    assert Proof.REMARK_CODE not in traits.proofs


@pytest.mark.parametrize("scenario", Scenario)
def test_no_credential_is_in_a_log_answer_or_repr(
    vendor: Mocked, caplog: pytest.LogCaptureFixture, scenario: Scenario
) -> None:
    caplog.set_level(logging.DEBUG)
    vendor.play(scenario)
    found = answer_to(vendor.provider, order())
    said = "\n".join([*map(logged, caplog.records), *shown(found), repr(vars(vendor.provider))])
    assert [line for line in SETTINGS["app_private_key"].split("\n") if line and line in said] == []


WRONG: dict[str, dict[str, Any]] = {
    "app_id is missing": {"app_id": None},
    "product_code is missing": {"product_code": None},
    "identity_type is missing": {"identity_type": ""},
    "scene is missing": {"scene": None},
    "scene must be a table": {"scene": True},
    "scene.name is missing": {"scene": {}},
    "scene has no setting title": {"scene": {"name": "x", "title": "hunter2"}},
    "scene.report must be a list": {"scene": {"name": "x", "report": "hunter2"}},
    "scene.report must be a table": {"scene": {"name": "x", "report": ["hunter2"]}},
    "scene.report.info_content is missing": {"scene": {"name": "x", "report": [{"info_type": "hunter2"}]}},
    "timeliness must be one of T0, T1": {"timeliness": "hunter2"},
    "app_private_key is missing": {"app_private_key": None},
    "app_private_key and app_private_key_env are both set": {"app_private_key_env": "HOME"},
    "is no RSA key": {"app_private_key": "hunter2"},
    "alipay_public_key is no RSA key": {"alipay_public_key": "hunter2"},
    "endpoint is for tests": {"endpoint": "https://openapi.example.com"},
}


@pytest.mark.parametrize(("told", "changed"), WRONG.items())
def test_a_wrong_setting_is_named_without_its_value(told: str, changed: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured) as raised:
        load("alipay", {**SETTINGS, **changed})
    assert str(raised.value).startswith("provider alipay: ")
    assert told in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_keys_may_stand_in_the_environment_on_one_line(
    realname_responses: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUR_KEY", SETTINGS["app_private_key"].replace("\n", "\\n"))
    bare = "".join(line for line in SETTINGS["alipay_public_key"].split("\n") if "-----" not in line)
    monkeypatch.setenv("THEIR_KEY", bare)
    named = {"app_private_key_env": "OUR_KEY", "alipay_public_key_env": "THEIR_KEY"}
    vendor = alipay(realname_responses, app_private_key=None, alipay_public_key=None, **named)
    assert answer_to(vendor.provider, order()).transfer is SENT  # type: ignore[union-attr]


def test_a_contract_without_scenes_says_so(realname_responses: Any) -> None:
    vendor = alipay(realname_responses, scene=False, timeliness="T0")
    vendor.provider.call(order(), REFERENCE)
    assert "transfer_scene_name" not in content(vendor)
    assert content(vendor)["business_params"] == '{"withdraw_timeliness":"T0"}'
