"""Tencent Cloud's checks of people and cards, and its messages: what is sent, where in the answer the code stands."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from providers.base import BankCardCheck, Capability, FaceCheck, IdentityCheck, SmsCode, SmsNotice
from providers.codes import word
from providers.settings import one_of, refuse, table, text
from providers.sms import offered, read_templates
from providers.tencent import codes
from providers.tencent.call import FACEID, SMS, Call
from providers.verdict import Verdict

#: regions of the SMS product in the mainland
SMS_REGIONS = frozenset({"ap-beijing", "ap-guangzhou", "ap-nanjing"})

#: percent; the vendor's own threshold, about one false acceptance in 10 000
MIN_SIMILARITY = 70


def _identity(request: IdentityCheck, _reference: str) -> dict[str, Any]:
    return {"IdCard": request.id_number, "Name": request.name}


def _face(request: FaceCheck, _reference: str) -> dict[str, Any]:
    image = b64encode(request.image.data).decode()
    return {"IdCard": request.id_number, "Name": request.name, "ImageBase64": image}


def _bank_card(request: BankCardCheck, _reference: str) -> dict[str, Any]:
    return {**_bank_card_without_mobile(request, _reference), "Phone": request.mobile}


def _bank_card_without_mobile(request: BankCardCheck, _reference: str) -> dict[str, Any]:
    return {
        "Name": request.name,
        "BankCard": request.card_number,
        "IdCard": request.id_number,
        "CertType": 0,  # resident ID card
    }


def _result(_request: object, response: Mapping[str, Any], _now: datetime) -> Verdict:
    return Verdict(word(response.get("Result")))


def _compared(_request: object, response: Mapping[str, Any], _now: datetime) -> Verdict:
    """A success below the threshold contradicts itself: a code that no table lists, so inconclusive."""
    code = word(response.get("Result"))
    if code == "Success" and not _is_similar(response.get("Sim")):
        code = "Success.Sim"
    return Verdict(code)


def _is_similar(similarity: object) -> bool:
    return isinstance(similarity, int | float) and similarity >= MIN_SIMILARITY


CHECKS: Mapping[Capability, Call] = {
    Capability.IDENTITY: Call("faceid", FACEID, "IdCardVerification", 10, codes.IDENTITY, _identity, _result),
    Capability.FACE: Call("faceid", FACEID, "ImageRecognitionV2", 15, codes.FACE, _face, _compared),
}

#: how many elements are compared → the call; the numbering of codes differs between the two
BANK_CARDS: Mapping[int, Call] = {
    3: Call("faceid", FACEID, "BankCardVerification", 10, codes.BANK_CARD_3, _bank_card_without_mobile, _result),
    4: Call("faceid", FACEID, "BankCard4EVerification", 10, codes.BANK_CARD, _bank_card, _result),
}


def sms_calls(provider: str, setting: object) -> Mapping[Capability, Call]:
    """SendSms as ``setting`` configures it: codes, and results where it has ``notices``. Raises Misconfigured."""
    given = table(provider, "sms", setting, ("app_id", "region", "templates", "notices"))
    region = one_of(provider, "sms.region", given.get("region", "ap-guangzhou"), SMS_REGIONS)
    app_id = text(provider, "sms.app_id", given.get("app_id"))
    templates = read_templates(provider, given.get("templates"), given.get("notices"), variable="1")
    if not all(name.isdecimal() for template in templates for name in template.parameters):
        refuse(provider, "sms.templates: parameters are named by the template's numbers, 1 and so on")

    def parameters(request: SmsCode | SmsNotice, reference: str) -> dict[str, Any]:
        template, filled = templates.message(request)
        return {
            "PhoneNumberSet": [f"+86{request.mobile}"],
            "SmsSdkAppId": app_id,
            "SignName": template.sign,
            "TemplateId": template.template,
            "TemplateParamSet": [filled[number] for number in sorted(filled, key=int)],
            "SessionContext": reference,
        }

    call = Call("sms", SMS, "SendSms", 10, codes.SMS, parameters, _sent, region)
    return dict.fromkeys(offered(templates), call)


def _sent(_request: object, response: Mapping[str, Any], _now: datetime) -> Verdict:
    """An answer without an error may still say of the one number that nothing was sent."""
    statuses = response.get("SendStatusSet")
    status = statuses[0] if isinstance(statuses, list) and len(statuses) == 1 else None
    if not isinstance(status, dict):
        return Verdict(None)
    return Verdict(word(status.get("Code")), word(status.get("SerialNo")))
