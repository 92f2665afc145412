"""Alibaba Cloud's actions: what is sent where in the request, and where in the answer the code stands."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.alibaba import codes
from providers.base import BankCardCheck, Capability, FaceCheck, IdentityCheck, SmsCode
from providers.codes import Codes, word
from providers.settings import FALLBACK_LOCALE, refuse, sms_templates, table, text

CLOUDAUTH = "2019-03-07"
DYSMSAPI = "2017-05-25"


@dataclass(frozen=True, slots=True, repr=False)
class Parameters:
    """The vendor fixes for each parameter whether it travels in the URL or in a form."""

    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """None for what cannot be read, or is not told."""

    code: str | None
    reference: str | None = None
    billed: bool | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One action of a product. ``read``: seconds until its answer; ``done``: the Code of an answer with a verdict,
    which is read from ``verdicts`` by what ``verdict`` finds; every other Code from ``codes``."""

    product: str
    version: str
    action: str
    read: float
    done: str
    codes: Codes
    verdicts: Codes
    parameters: Callable[[Any, str], Parameters]
    verdict: Callable[[Mapping[str, Any]], Verdict]


def _identity(request: IdentityCheck, _reference: str) -> Parameters:
    return Parameters(form={"ParamType": "normal", "IdentifyNum": request.id_number, "UserName": request.name})


def _bank_card(request: BankCardCheck, _reference: str) -> Parameters:
    """As plain values over TLS: the vendor's md5 form is no protection."""
    return Parameters(
        query={
            "ParamType": "normal",
            "VerifyMode": "VERIFY_BANK_CARD",
            "ProductType": "BANK_CARD_4_META",
            "BankCard": request.card_number,
            "UserName": request.name,
            "IdentifyNum": request.id_number,
            "Mobile": request.mobile,
        }
    )


def _biz_code(answer: Mapping[str, Any]) -> Verdict:
    return Verdict(word(_found(answer).get("BizCode")))


def _card(answer: Mapping[str, Any]) -> Verdict:
    """By SubCode, where there is one; a pass that BizCode does not confirm is a code that no table lists."""
    found = _found(answer)
    biz_code, code = word(found.get("BizCode")), word(found.get("SubCode"))
    if code is None or (code == "101" and biz_code != "1"):
        code = biz_code and f"BizCode.{biz_code}"
    return Verdict(code, billed=codes.BILLED.get(biz_code or ""))


CHECKS: Mapping[Capability, Call] = {
    Capability.IDENTITY: Call(
        product="cloudauth",
        version=CLOUDAUTH,
        action="Id2MetaVerify",
        read=10,
        done="200",
        codes=codes.ELEMENT_CODES,
        verdicts=codes.IDENTITY,
        parameters=_identity,
        verdict=_biz_code,
    ),
    Capability.BANK_CARD: Call(
        product="cloudauth",
        version=CLOUDAUTH,
        action="BankMetaVerify",
        read=10,
        done="200",
        codes=codes.ELEMENT_CODES,
        verdicts=codes.BANK_CARD,
        parameters=_bank_card,
        verdict=_card,
    ),
}


def face_call(provider: str, scene_id: object, model: str) -> Call:
    """ContrastFaceVerify in a scene that the operator made in the console. ``model`` looks for fakes on the still;
    empty leaves it out. Raises Misconfigured."""
    scene = text(provider, "scene_id", scene_id)
    if not scene.isdecimal():
        refuse(provider, "scene_id must be a number")

    def parameters(request: FaceCheck, reference: str) -> Parameters:
        return Parameters(
            query={"Model": model} if model else {},
            form={
                "SceneId": scene,
                "OuterOrderNo": reference.replace("-", "")[:32],  # letters and digits only
                "ProductCode": "ID_MIN",
                "CertType": "IDENTITY_CARD",
                "CertName": request.name,
                "CertNo": request.id_number,
                "FaceContrastPicture": b64encode(request.image.data).decode(),
                "Crop": "T",  # as for every picture that the vendor's own software did not take
            },
        )

    return Call(
        product="cloudauth",
        version=CLOUDAUTH,
        action="ContrastFaceVerify",
        read=15,
        done="200",
        codes=codes.FACE_CODES,
        verdicts=codes.FACE,
        parameters=parameters,
        verdict=_compared,
    )


def _compared(answer: Mapping[str, Any]) -> Verdict:
    """A success that did not pass contradicts itself: a code that no table lists, so inconclusive."""
    found = _found(answer)
    code = word(found.get("SubCode"))
    if code == "200" and found.get("Passed") != "T":
        code = "200.Passed"
    return Verdict(code, word(found.get("CertifyId")))


def sms_call(provider: str, setting: object) -> Call:
    """SendSms as ``setting`` configures it. Raises Misconfigured."""
    given = table(provider, "sms", setting, ("templates",))
    templates = sms_templates(provider, given.get("templates"), variable="code")

    def parameters(request: SmsCode, reference: str) -> Parameters:
        template = templates.get(request.locale, templates[FALLBACK_LOCALE])
        return Parameters(
            query={
                "PhoneNumbers": request.mobile,
                "SignName": template.sign,
                "TemplateCode": template.template,
                "TemplateParam": json.dumps(template.filled(request.code), ensure_ascii=False, separators=(",", ":")),
                "OutId": reference,
            }
        )

    return Call(
        product="dysmsapi",
        version=DYSMSAPI,
        action="SendSms",
        read=10,
        done="OK",
        codes=codes.SMS_CODES,
        verdicts=codes.SMS,
        parameters=parameters,
        verdict=_sent,
    )


def _sent(answer: Mapping[str, Any]) -> Verdict:
    return Verdict("OK", word(answer.get("BizId")))


def _found(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    found = answer.get("ResultObject")
    return found if isinstance(found, dict) else {}
