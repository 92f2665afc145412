"""Bad input gets a clear problem, is never echoed, and loses nothing."""

import io
import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from werkzeug.test import TestResponse

from providers.testing.identities import adult, child, minor
from tests.caller import PORTRAIT, Caller, card_of, person
from tests.conftest import NOW
from verify.file_messages import FILE_MESSAGES

NEW = {"type": "personal", "method": "face", "account_ref": "acct-1001"}


def refused(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = response.json
    assert (response.status_code, body["code"]) == (status, code), body
    assert {"type", "title", "status", "detail", "code", "request_id"} <= set(body)
    assert body["request_id"] == response.headers["X-Request-Id"]
    return body


def field_codes(body: dict[str, Any]) -> dict[str, str]:
    return {error["field"]: error["code"] for error in body["errors"]}


@pytest.fixture
def identity(server: Caller) -> str:
    """Path of an identity step that is the next one."""
    made = server.create()
    server.consent(made["id"])
    return f"/v1/verifications/{made['id']}/steps/identity"


@pytest.fixture
def face(server: Caller) -> str:
    made = server.create()
    server.consent(made["id"])
    server.step(made["id"], "identity", person())
    return f"/v1/verifications/{made['id']}/steps/face"


@pytest.mark.parametrize(
    "body",
    [b"{", b"[1]", b'"x"', b"nul", b"\xff\xfe", b'{"a": NaN}', b'{"a": Infinity}', b"[" * 60_000, b'{"a": "\x00"}'],
)
def test_malformed_json(server: Caller, body: bytes) -> None:
    refused(server.post("/v1/verifications", data=body, content_type="application/json"), 400, "malformed_json")


def test_another_content_type(server: Caller) -> None:
    refused(server.post("/v1/verifications", data=b"a=b", content_type="text/plain"), 415, "unsupported_media_type")


def test_a_json_body_past_its_limit(server: Caller) -> None:
    body = json.dumps({**NEW, "metadata": {"a": "x" * 70_000}}).encode()
    refused(server.post("/v1/verifications", data=body, content_type="application/json"), 413, "too_large")


def test_a_body_of_unknown_length(app: Flask, server: Caller) -> None:
    response = server.post(
        "/v1/verifications",
        input_stream=io.BytesIO(json.dumps(NEW).encode()),
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        data=None,
    )
    assert response.status_code in {411, 422}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"type": None}, "type", "wrong_type"),
        ({"type": "robot"}, "type", "not_allowed"),
        ({"method": "fingerprint"}, "method", "not_allowed"),
        ({"method": 1}, "method", "wrong_type"),
        ({"type": "enterprise"}, "method", "method_unavailable"),
        ({"account_ref": ""}, "account_ref", "too_short"),
        ({"account_ref": "x" * 129}, "account_ref", "too_long"),
        ({"account_ref": ["a"]}, "account_ref", "wrong_type"),
        ({"account_ref": "a\x00b"}, "account_ref", "invalid_characters"),
        ({"account_ref": "a\ud800b"}, "account_ref", "invalid_characters"),
        ({"account_ref": "a/b"}, "account_ref", "invalid_characters"),
        ({"account_ref": ".."}, "account_ref", "invalid_characters"),
        ({"account_ref": " a"}, "account_ref", "invalid_characters"),
        ({"account_ref": "13800000001"}, "account_ref", "looks_personal"),
        ({"account_ref": "tel 138 0000 0009"}, "account_ref", "looks_personal"),
        ({"account_ref": "zhang@example.com"}, "account_ref", "looks_personal"),
        ({"account_ref": adult(1).id_number}, "account_ref", "looks_personal"),
        ({"metadata": {"phone": "13800000001"}}, "metadata", "looks_personal"),
        ({"metadata": {"n": 1}}, "metadata", "wrong_type"),
        ({"metadata": {"k" * 41: "v"}}, "metadata", "too_long"),
        ({"locale": "fr"}, "locale", "not_allowed"),
        ({"return_url": "https://evil.example/x"}, "return_url", "origin_not_registered"),
        ({"contact": {"mobile": "12"}}, "contact.mobile", "mobile_format"),
        ({"contact": {"email": "no"}}, "contact.email", "invalid_email"),
        ({"contact": {"fax": "no"}}, "contact", "unknown_field"),
        ({"zhang-san-440103": "x"}, "", "unknown_field"),
    ],
)
def test_a_field_of_a_new_verification(server: Caller, change: dict[str, Any], field: str, code: str) -> None:
    response = server.post("/v1/verifications", {**NEW, **change})
    body = refused(response, 422, "invalid_input")
    errors = field_codes(body)
    assert errors.get(field) == code or (field == "contact" and "unknown_field" in errors.values()), errors
    for value in change.values():
        if isinstance(value, str) and len(value) > 4:
            assert value not in response.text
    assert "zhang-san" not in response.text


@pytest.mark.parametrize("missing", ["type", "method", "account_ref"])
def test_a_missing_field(server: Caller, missing: str) -> None:
    body = refused(
        server.post("/v1/verifications", {k: v for k, v in NEW.items() if k != missing}), 422, "invalid_input"
    )
    assert field_codes(body) == {missing: "required"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            {"id_number": adult(1).id_number[:-1] + ("0" if adult(1).id_number[-1] != "0" else "1")},
            "id_number_check_digit",
        ),
        ({"id_number": "11010119900231001X"}, "id_number_birth_date"),
        ({"id_number": "110101900101001"}, "id_number_15_digits"),
        ({"id_number": "abc"}, "id_number_format"),
        ({"name": "张"}, "name_length"),
        ({"name": "张3"}, "name_characters"),
        ({"name": "张😀"}, "name_characters"),
    ],
)
def test_an_identity_that_cannot_be(server: Caller, identity: str, change: dict[str, str], code: str) -> None:
    response = server.post(identity, {**person(), **change})
    body = refused(response, 422, "invalid_input")
    assert list(field_codes(body).values()) == [code]
    assert not any(value in response.text for value in change.values())
    after = server.read(identity.split("/")[3])
    assert after["next_step"] == "identity"
    assert after["last_error"] is None
    assert [s["attempts_left"] for s in after["steps"] if s["name"] == "identity"] == [3]


@pytest.mark.promise("7")
@pytest.mark.parametrize("who", [child(1, today=NOW.date()), minor(1, today=NOW.date())])
def test_people_under_18_wait_for_the_guardian_flow(server: Caller, identity: str, who: Any) -> None:
    refused(server.post(identity, {"name": who.name, "id_number": who.id_number}), 422, "underage")
    assert server.read(identity.split("/")[3])["next_step"] == "identity"


@pytest.mark.parametrize("number", ["H12345678", "M1234567801", "12345678", "E12345678", "EA1234567"])
def test_papers_other_than_the_resident_id(server: Caller, identity: str, number: str) -> None:
    refused(server.post(identity, {**person(), "id_number": number}), 422, "unsupported_document")


FULL_WIDTH = str.maketrans("0123456789X", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff38")


@pytest.mark.parametrize(
    "who",
    [
        {**person(), "id_number": person()["id_number"].translate(FULL_WIDTH)},
        {**person(), "id_number": " ".join(person()["id_number"])},
        person(name="阿依古丽·买买提"),
        person(name="阿依古丽•买买提"),
        person(name="𠮷田𪚥"),
        person(name="〇三"),
    ],
)
def test_what_people_really_type_is_taken(server: Caller, identity: str, who: dict[str, str]) -> None:
    response = server.post(identity, who)
    assert response.json["next_step"] == "face", response.json


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("card_number", "6222020000000000", "card_number_check_digit"),
        ("card_number", "12", "card_number_format"),
        ("mobile", "12800000001", "mobile_format"),
    ],
)
def test_a_card_that_cannot_be(server: Caller, field: str, value: str, code: str) -> None:
    made = server.create("bank_card")
    server.consent(made["id"])
    response = server.post(f"/v1/verifications/{made['id']}/steps/bank_card", {**card_of(), field: value})
    assert field_codes(refused(response, 422, "invalid_input")) == {field: code}


def encoded(kind: str, size: tuple[int, int] = (200, 240), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"not an image", "not_an_image"),
        (PORTRAIT[: len(PORTRAIT) // 2], "truncated"),
        (encoded("GIF"), "unsupported_format"),
        (encoded("PNG", (20_000, 20_000), "1"), "too_large"),
        (encoded("PNG", (8, 8)), "too_small"),
    ],
)
def test_an_image_that_cannot_be_used(server: Caller, face: str, body: bytes, reason: str) -> None:
    response = server.post(
        face, data=body, content_type="image/jpeg", environ_overrides={"CONTENT_LENGTH": str(len(body))}
    )
    problem = refused(response, 422, "unsupported_image")
    assert (problem["reason"], problem["detail"]) == (reason, FILE_MESSAGES[reason].en)
    after = server.read(face.split("/")[3])
    assert after["next_step"] == "face"
    assert [s["attempts_left"] for s in after["steps"] if s["name"] == "face"] == [3]


def test_a_png_named_jpg_is_read_by_its_bytes(server: Caller, face: str) -> None:
    assert server.post(face, data=encoded("PNG"), content_type="image/jpeg").json["status"] == "verified"


def test_a_face_of_six_megabytes(server: Caller, face: str) -> None:
    refused(server.post(face, data=b"\xff\xd8\xff" + bytes(6_000_000), content_type="image/jpeg"), 413, "too_large")


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "text/plain", "application/json", ""])
def test_a_face_in_another_wrapping(server: Caller, face: str, content_type: str) -> None:
    refused(server.post(face, data=PORTRAIT, content_type=content_type), 415, "unsupported_media_type")


def test_a_body_nobody_read_ends_its_connection_and_one_that_was_read_does_not(app: Flask, server: Caller) -> None:
    wanted = {"type": "personal", "method": "face", "account_ref": "acct-1001"}
    refused = Caller(app, "rn_test_unknown").post("/v1/verifications", wanted)
    assert (refused.status_code, refused.headers.get("Connection")) == (401, "close")
    for body, status in ((wanted, 201), ({**wanted, "method": "none"}, 422)):
        answered = server.post("/v1/verifications", body)
        assert (answered.status_code, answered.headers.get("Connection")) == (status, None)
    assert Caller(app, "rn_test_unknown").get("/v1/verifications").headers.get("Connection") is None


def test_a_step_out_of_order(server: Caller) -> None:
    made = server.create()
    body = refused(server.post(f"/v1/verifications/{made['id']}/steps/identity", person()), 409, "step_not_expected")
    assert body["next_step"] == "consent"


def test_a_second_open_verification_names_the_first(server: Caller) -> None:
    made = server.create()
    body = refused(server.post("/v1/verifications", NEW), 409, "verification_open")
    assert body["verification"] == made["id"]


@pytest.mark.parametrize(
    "path", ["/v1/verifications/ver_x", "/v1/verifications/x", "/v1/nothing", "/v1/policies/1999-01-01"]
)
def test_what_is_not_there(server: Caller, path: str) -> None:
    refused(server.get(path), 404, "not_found")


def test_a_method_that_is_not_known(server: Caller) -> None:
    response = server.send("PUT", "/v1/verifications", NEW)
    refused(response, 405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


class TestConsent:
    def submit(self, server: Caller, made: dict[str, Any], **change: Any) -> TestResponse:
        notice = server.get(f"/v1/verifications/{made['id']}/consent_notice").json
        body = {
            "policy_version": notice["policy_version"],
            "notice_id": notice["notice_id"],
            "granted": [item["id"] for item in notice["items"]],
            **change,
        }
        return server.post(f"/v1/verifications/{made['id']}/steps/consent", body)

    def test_every_required_item_must_be_granted(self, server: Caller) -> None:
        made = server.create()
        body = refused(self.submit(server, made, granted=["share.face.sandbox"]), 403, "consent_required")
        assert "share.identity.sandbox" in body["missing"]
        assert "share.face.sandbox" not in body["missing"]

    def test_an_unknown_item_is_refused(self, server: Caller) -> None:
        response = self.submit(server, server.create(), granted=["share.everything.zhang-san"])
        assert field_codes(refused(response, 422, "invalid_input")) == {"granted": "unknown_item"}
        assert "zhang-san" not in response.text

    @pytest.mark.parametrize("change", [{"policy_version": "1999-01-01"}, {"notice_id": "ntc_old"}])
    def test_a_notice_that_changed_is_to_be_read_again(self, server: Caller, change: dict[str, str]) -> None:
        refused(self.submit(server, server.create(), **change), 409, "notice_changed")

    def test_it_is_given_once(self, server: Caller) -> None:
        made = server.create()
        assert self.submit(server, made).status_code == 200
        refused(self.submit(server, made), 409, "step_not_expected")


#: anything JSON can hold, lone surrogates and control characters included
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=JSON_VALUES, id_number=JSON_VALUES)
def test_no_value_breaks_a_step(server: Caller, identity: str, name: Any, id_number: Any) -> None:
    body = json.dumps({"name": name, "id_number": id_number}).encode()
    response = server.post(identity, data=body, content_type="application/json")
    refused(response, 422, "invalid_input")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300))
def test_no_bytes_break_a_body(server: Caller, identity: str, body: bytes) -> None:
    response = server.post(identity, data=body, content_type="application/json")
    assert response.status_code in {400, 422}
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("created_after=2026-11-24", "created_after", "wrong_type"),
        ("created_after=0001-01-01T00:00:00%2B23:59", "created_after", "out_of_range"),
        ("limit=0", "limit", "out_of_range"),
        ("limit=x", "limit", "wrong_type"),
        ("status=done", "status", "not_allowed"),
        ("cursor=!", "cursor", "not_allowed"),
        ("account-ref=acct-1", "", "unknown_field"),
    ],
)
def test_a_query_that_cannot_be(server: Caller, query: str, field: str, code: str) -> None:
    assert field_codes(refused(server.get(f"/v1/verifications?{query}"), 422, "invalid_input")) == {field: code}


def test_a_body_with_a_content_encoding(server: Caller) -> None:
    response = server.post("/v1/verifications", NEW, headers={"Content-Encoding": "gzip"})
    refused(response, 415, "unsupported_media_type")


class TestCodes:
    @pytest.fixture
    def path(self, server: Caller) -> str:
        made = server.create("bank_card")
        server.consent(made["id"])
        server.step(made["id"], "bank_card", card_of())
        return f"/v1/verifications/{made['id']}/steps/sms_code"

    @pytest.mark.parametrize("code", ["246810 ", "\uff12\uff14\uff16\uff18\uff11\uff10", "246-810"])
    def test_what_people_really_type_is_right(self, server: Caller, path: str, code: str) -> None:
        assert server.post(path, {"code": code}).json["next_step"] == "face"

    @pytest.mark.parametrize("code", ["12345", "1234567", "abcdef"])
    def test_what_is_no_code_costs_nothing(self, server: Caller, path: str, code: str) -> None:
        assert field_codes(refused(server.post(path, {"code": code}), 422, "invalid_input")) == {"code": "code_format"}
        after = server.read(path.split("/")[3])
        assert [s["attempts_left"] for s in after["steps"] if s["name"] == "sms_code"] == [5]
