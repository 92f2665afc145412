import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import signing
from providers.signing import BadKey, BadSignature, acs3, rsa2_sign, rsa2_verify, tc3

VECTORS = Path(__file__).parent / "vectors"

TENCENT = json.loads((VECTORS / "tencent_tc3.json").read_text("utf-8"))["vectors"]
ALIBABA = json.loads((VECTORS / "alibaba_acs3.json").read_text("utf-8"))["vectors"]
ALIPAY = json.loads((VECTORS / "alipay_rsa2.json").read_text("utf-8"))
KEYS = ALIPAY["keys"]

#: plays the vendor's pair
VENDOR_KEY = signing.rsa_private_key(KEYS["alipay"]["private_key_pkcs1_pem"])
VENDOR_PUBLIC_KEY = signing.rsa_public_key(KEYS["alipay"]["public_key_pem"])


def named(vectors: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", vectors, ids=[vector["name"] for vector in vectors])


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [vector for vector in ALIPAY["vectors"] if vector["kind"] in kinds]


def asked(vector: dict[str, Any]) -> dict[str, Any]:
    """The input, with the key itself where the vector names one."""
    parts = {"app_private_key": "private_key_pkcs1_pem", "alipay_public_key": "public_key_pem"}
    return {name: KEYS[value][parts[name]] if name in parts else value for name, value in vector["input"].items()}


def answer_signed(text: str) -> str:
    """An answer around ``text``, signed."""
    signature = b64encode(VENDOR_KEY.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    return f'{{"x_response": {text}, "sign": "{signature}"}}'


def verified(body: str) -> bool:
    return rsa2_verify(alipay_public_key=VENDOR_PUBLIC_KEY, body_utf8=body)


@named(TENCENT)
def test_tc3_matches_the_vector(vector: dict[str, Any]) -> None:
    assert tc3(**vector["input"]) == vector["expected"]["authorization"]


@named(ALIBABA)
def test_acs3_matches_the_vector(vector: dict[str, Any]) -> None:
    assert acs3(**vector["input"]) == vector["expected"]["authorization"]


@pytest.mark.parametrize(("sign", "vector"), [(tc3, TENCENT[0]), (acs3, ALIBABA[0])])
def test_a_misspelt_field_is_refused(sign: Any, vector: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="pathh"):
        sign(**vector["input"], pathh="/")


@named([vector for vector in TENCENT if "body_utf8" in vector["input"]])
def test_tc3_takes_the_body_as_text_too(vector: dict[str, Any]) -> None:
    given = {name: value for name, value in vector["input"].items() if name != "body_base64"}
    assert tc3(**given) == vector["expected"]["authorization"]


@named(ALIBABA)
def test_the_query_is_written_as_it_is_signed(vector: dict[str, Any]) -> None:
    assert signing.canonical_query(vector["input"]["query"]) == vector["expected"]["canonical_query"]


@named(of_kind("request_sign"))
def test_rsa2_signs_as_the_vector(vector: dict[str, Any]) -> None:
    assert rsa2_sign(**asked(vector)) == vector["expected"]["sign"]


@named(of_kind("response_verify", "notify_verify"))
def test_rsa2_verifies_as_the_vector(vector: dict[str, Any]) -> None:
    if vector["expected"]["valid"]:
        assert rsa2_verify(**asked(vector)) is True
    else:
        with pytest.raises(BadSignature):
            rsa2_verify(**asked(vector))


@named([vector for vector in of_kind("response_verify") if vector["expected"]["valid"]])
def test_the_signed_text_is_cut_out_as_it_was_received(vector: dict[str, Any]) -> None:
    assert signing.signed_text(vector["input"]["body_utf8"]) == vector["expected"]["signed_text"]


@pytest.mark.parametrize("field", ["secret_id", "secret_key", "service", "host", "content_type", "body_base64"])
def test_each_signed_field_changes_the_tc3_value(field: str) -> None:
    vector = TENCENT[0]["input"]
    assert tc3(**{**vector, field: "AAAA" + vector[field]}) != tc3(**vector)


def test_a_body_is_signed_as_its_base64_in_a_vector() -> None:
    given = {name: value for name, value in TENCENT[0]["input"].items() if name != "body_base64"}
    body = b64decode(TENCENT[0]["input"]["body_base64"])
    assert tc3(**given, body=body) == TENCENT[0]["expected"]["authorization"]


def test_a_hashed_body_need_not_be_hashed_again() -> None:
    vector = ALIBABA[1]
    given = {name: value for name, value in vector["input"].items() if name != "body_base64"}
    hashed = vector["expected"]["hashed_payload"]
    assert acs3(**given, hashed_payload=hashed) == vector["expected"]["authorization"]


def test_empty_parameters_are_not_signed() -> None:
    request = asked(of_kind("request_sign")[0])
    assert rsa2_sign(**{**request, "params": {**request["params"], "notify_url": ""}}) == rsa2_sign(**request)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "null",
        "<html></html>",
        '{"x_response": {}',
        '{"x_response": {}}',
        '{"x_response": {}, "sign": ""}',
        '{"x_response": {}, "sign": 1}',
        '{"x_response": {}, "sign": "not base64"}',
        '{"sign": "AAAA"}',
        '{"x_response": {}, "y_response": {}, "sign": "AAAA"}',
        '{"x_response": {}, "x_response": {}, "sign": "AAAA"}',
        '{"x_response": {}, "sign": "AAAA"} trailing',
        '{"x_response": ' + "[" * 100_000,
        '{1: {}, "sign": "AAAA"}',
    ],
    ids=lambda body: body[:40],
)
def test_what_is_not_a_signed_answer_is_refused(body: str) -> None:
    with pytest.raises(BadSignature):
        verified(body)


def test_a_second_member_cannot_hide_behind_the_signed_one() -> None:
    body = answer_signed('{"status": "FAIL"}')
    assert verified(body)
    with pytest.raises(BadSignature):
        verified('{"x_response": {"status": "SUCCESS"}, ' + body[1:])


def test_an_answer_signed_before_its_slashes_were_escaped_is_verified() -> None:
    assert verified(answer_signed('{"url": "a/b"}').replace("a/b", r"a\/b"))


@settings(deadline=None)  # a busy machine
@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text(), max_size=2), max_size=4))
def test_whatever_is_in_an_answer_it_is_verified_as_it_was_written(answer: dict[str, Any]) -> None:
    text = json.dumps(answer)
    body = answer_signed(text)
    assert signing.signed_text(body) == text
    assert verified(body)


@settings(deadline=None)  # a busy machine
@given(st.text())
def test_no_text_makes_the_scanner_stumble(body: str) -> None:
    with pytest.raises(BadSignature):
        verified(body)


def test_another_hash_than_sha256_is_refused() -> None:
    signature = b64encode(VENDOR_KEY.sign(b"{}", PKCS1v15(), SHA1())).decode()  # noqa: S303 - to be refused
    with pytest.raises(BadSignature):
        verified(f'{{"x_response": {{}}, "sign": "{signature}"}}')


@pytest.mark.parametrize("charset", ["no-such-charset", "rot13", "ascii"])
def test_a_notification_in_an_unusable_charset_is_refused(charset: str) -> None:
    form = {**of_kind("notify_verify")[1]["input"]["form"], "charset": charset}
    with pytest.raises(BadSignature):
        rsa2_verify(alipay_public_key=VENDOR_PUBLIC_KEY, form=form)


def test_a_notification_that_signs_its_sign_type_is_verified() -> None:
    form = {"notify_id": "1", "note": "核验", "charset": "GBK", "sign_type": "RSA2"}
    text = "charset=GBK&note=核验&notify_id=1&sign_type=RSA2".encode("gbk")
    signature = b64encode(VENDOR_KEY.sign(text, PKCS1v15(), SHA256())).decode()
    assert rsa2_verify(alipay_public_key=VENDOR_PUBLIC_KEY, form={**form, "sign": signature})


PRIVATE_FORMS = [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8]


@pytest.mark.parametrize("form", PRIVATE_FORMS)
@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_private_keys_are_read_in_every_form_the_vendor_hands_out(form: PrivateFormat, encoding: Encoding) -> None:
    key = signing.rsa_private_key(KEYS["app"]["private_key_pkcs1_pem"])
    written = key.private_bytes(encoding, form, NoEncryption())
    text = written.decode() if encoding is Encoding.PEM else b64encode(written).decode()
    assert signing.rsa_private_key(text).private_numbers() == key.private_numbers()


def test_a_public_key_is_read_without_its_pem_lines() -> None:
    pem = KEYS["alipay"]["public_key_pem"]
    bare = "".join(pem.splitlines()[1:-1])
    assert signing.rsa_public_key(bare).public_numbers() == signing.rsa_public_key(pem).public_numbers()


@pytest.mark.parametrize("text", ["", "hunter2", "-----BEGIN hunter2-----", b64encode(b"hunter2").decode()])
def test_what_is_no_key_is_refused_without_being_quoted(text: str) -> None:
    for read in (signing.rsa_private_key, signing.rsa_public_key):
        with pytest.raises(BadKey) as raised:
            read(text)
        assert str(raised.value) == ""
        assert raised.value.__context__ is None


def test_a_public_key_is_no_private_one() -> None:
    with pytest.raises(BadKey):
        signing.rsa_private_key(KEYS["app"]["public_key_pem"])


def test_keys_of_another_algorithm_are_refused() -> None:
    key = generate_private_key(SECP256R1())
    with pytest.raises(BadKey):
        signing.rsa_private_key(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
    with pytest.raises(BadKey):
        signing.rsa_public_key(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())
