"""Alibaba Cloud's checks of people and cards, and its messages: what is sent, and where the code stands."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from providers.alibaba import codes
from providers.alibaba.call import CLOUDAUTH, DYSMSAPI, Call, Parameters, order_number
from providers.base import BankCardCheck, Capability, FaceCheck, IdentityCheck, SmsCode, SmsNotice, Traits
from providers.codes import word
from providers.papers import table_of
from providers.settings import refuse, table, text
from providers.sms import offered, read_templates
from providers.verdict import Verdict

#: characters of an image in base64; whether the vendor counts before or after it is not settled
MAX_IMAGE_BASE64 = 999_999

#: pixels; the vendor takes 1920×1080, and 1080 is within it whichever side is which
MAX_IMAGE_SIDE = 1080
MIN_IMAGE_SIDES = (640, 480)


def _identity(request: IdentityCheck, _reference: str) -> Parameters:
    return Parameters(form={"ParamType": "normal", "IdentifyNum": request.id_number, "UserName": request.name})


def _biz_code(_request: object, answer: Mapping[str, Any], _now: datetime) -> Verdict:
    return Verdict(word(table_of(answer, "ResultObject").get("BizCode")))


def _card(_request: object, answer: Mapping[str, Any], _now: datetime) -> Verdict:
    """By SubCode, where there is one; a pass that BizCode does not confirm is a code that no table lists."""
    found = table_of(answer, "ResultObject")
    biz_code, code = word(found.get("BizCode")), word(found.get("SubCode"))
    if code is None or (code == "101" and biz_code != "1"):
        code = biz_code and f"BizCode.{biz_code}"
    return Verdict(code, billed=codes.BILLED.get(biz_code or ""))


IDENTITY = Call(
    product="cloudauth",
    version=CLOUDAUTH,
    action="Id2MetaVerify",
    read=10,
    done="200",
    codes=codes.ELEMENT_CODES,
    verdicts=codes.IDENTITY,
    parameters=_identity,
    verdict=_biz_code,
)

#: what a card is compared with beside its number and name, in the order in which more elements add it
ELEMENTS: Mapping[str, str] = {"IdentifyNum": "id_number", "Mobile": "mobile"}


def bank_card_call(elements: int) -> Call:
    """BankMetaVerify with 2, 3 or 4 elements, as plain values over TLS: the vendor's md5 form is no protection."""

    def parameters(request: BankCardCheck, _reference: str) -> Parameters:
        more = {name: getattr(request, member) for name, member in list(ELEMENTS.items())[: elements - 2]}
        return Parameters(
            query={
                "ParamType": "normal",
                "VerifyMode": "VERIFY_BANK_CARD",
                "ProductType": f"BANK_CARD_{elements}_META",
                "BankCard": request.card_number,
                "UserName": request.name,
                **more,
            }
        )

    return Call(
        product="cloudauth",
        version=CLOUDAUTH,
        action="BankMetaVerify",
        read=10,
        done="200",
        codes=codes.ELEMENT_CODES,
        verdicts=codes.BANK_CARD,
        parameters=parameters,
        verdict=_card,
    )


def scene_of(provider: str, setting: str, value: object) -> str:
    """Number of a scene that the operator made in the console. Raises Misconfigured."""
    scene = text(provider, setting, value)
    if not scene.isdecimal():
        refuse(provider, f"{setting} must be a number")
    return scene


def face_call(provider: str, scene_id: object, model: str) -> Call:
    """ContrastFaceVerify. ``model`` looks for fakes on the still; empty leaves it out. Raises Misconfigured."""
    scene = scene_of(provider, "scene_id", scene_id)

    def parameters(request: FaceCheck, reference: str) -> Parameters:
        return Parameters(
            query={"Model": model} if model else {},
            form={
                "SceneId": scene,
                "OuterOrderNo": order_number(reference),
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
        verdict=compared,
        traits=Traits(
            max_image_bytes=MAX_IMAGE_BASE64 // 4 * 3, max_image_side=MAX_IMAGE_SIDE, min_image_sides=MIN_IMAGE_SIDES
        ),
    )


def compared(_request: object, answer: Mapping[str, Any], _now: datetime) -> Verdict:
    """A success that did not pass contradicts itself: a code that no table lists, so inconclusive."""
    found = table_of(answer, "ResultObject")
    code = word(found.get("SubCode"))
    if code == "200" and found.get("Passed") != "T":
        code = "200.Passed"
    return Verdict(code, word(found.get("CertifyId")))


def sms_calls(provider: str, setting: object) -> Mapping[Capability, Call]:
    """SendSms as ``setting`` configures it: codes, and results where it has ``notices``. Raises Misconfigured."""
    given = table(provider, "sms", setting, ("templates", "notices"))
    templates = read_templates(provider, given.get("templates"), given.get("notices"), variable="code")

    def parameters(request: SmsCode | SmsNotice, reference: str) -> Parameters:
        template, filled = templates.message(request)
        return Parameters(
            query={
                "PhoneNumbers": request.mobile,
                "SignName": template.sign,
                "TemplateCode": template.template,
                "TemplateParam": json.dumps(filled, ensure_ascii=False, separators=(",", ":")),
                "OutId": reference,
            }
        )

    call = Call(
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
    return dict.fromkeys(offered(templates), call)


def _sent(_request: object, answer: Mapping[str, Any], _now: datetime) -> Verdict:
    return Verdict("OK", word(answer.get("BizId")))
