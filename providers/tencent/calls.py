"""Tencent Cloud's actions: what is sent, and where in the answer the code stands."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from providers.base import BankCardCheck, Capability, FaceCheck, IdentityCheck, SmsCode
from providers.codes import Codes, word
from providers.settings import FALLBACK_LOCALE, one_of, refuse, sms_templates, table, text
from providers.tencent import codes

FACEID = "2018-03-01"
SMS = "2021-01-11"

#: regions of the SMS product in the mainland
SMS_REGIONS = frozenset({"ap-beijing", "ap-guangzhou", "ap-nanjing"})

#: percent; the vendor's own threshold, about one false acceptance in 10 000
MIN_SIMILARITY = 70

#: a code and the vendor's reference; None for what cannot be read
Verdict = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Call:
    """One action. ``read``: seconds until its answer. ``region`` is sent where the product asks for one."""

    service: str
    version: str
    action: str
    read: float
    codes: Codes
    parameters: Callable[[Any, str], Mapping[str, Any]]
    verdict: Callable[[Mapping[str, Any]], Verdict]
    region: str | None = None


def _identity(request: IdentityCheck, _reference: str) -> dict[str, Any]:
    return {"IdCard": request.id_number, "Name": request.name}


def _face(request: FaceCheck, _reference: str) -> dict[str, Any]:
    image = b64encode(request.image.data).decode()
    return {"IdCard": request.id_number, "Name": request.name, "ImageBase64": image}


def _bank_card(request: BankCardCheck, _reference: str) -> dict[str, Any]:
    return {
        "Name": request.name,
        "BankCard": request.card_number,
        "Phone": request.mobile,
        "IdCard": request.id_number,
        "CertType": 0,  # resident ID card
    }


def _result(response: Mapping[str, Any]) -> Verdict:
    return word(response.get("Result")), None


def _compared(response: Mapping[str, Any]) -> Verdict:
    """A success below the threshold contradicts itself: a code that no table lists, so inconclusive."""
    code = word(response.get("Result"))
    if code == "Success" and not _is_similar(response.get("Sim")):
        code = "Success.Sim"
    return code, None


def _is_similar(similarity: object) -> bool:
    return isinstance(similarity, int | float) and similarity >= MIN_SIMILARITY


CHECKS: Mapping[Capability, Call] = {
    Capability.IDENTITY: Call("faceid", FACEID, "IdCardVerification", 10, codes.IDENTITY, _identity, _result),
    Capability.FACE: Call("faceid", FACEID, "ImageRecognitionV2", 15, codes.FACE, _face, _compared),
    Capability.BANK_CARD: Call("faceid", FACEID, "BankCard4EVerification", 10, codes.BANK_CARD, _bank_card, _result),
}


def sms_call(provider: str, setting: object) -> Call:
    """SendSms as ``setting`` configures it. Raises Misconfigured."""
    given = table(provider, "sms", setting, ("app_id", "region", "templates"))
    region = one_of(provider, "sms.region", given.get("region", "ap-guangzhou"), SMS_REGIONS)
    app_id = text(provider, "sms.app_id", given.get("app_id"))
    templates = sms_templates(provider, given.get("templates"), variable="1")
    if not all(name.isdecimal() for template in templates.values() for name in template.parameters):
        refuse(provider, "sms.templates: parameters are named by the template's numbers, 1 and so on")

    def parameters(request: SmsCode, reference: str) -> dict[str, Any]:
        template = templates.get(request.locale, templates[FALLBACK_LOCALE])
        filled = template.filled(request.code)
        return {
            "PhoneNumberSet": [f"+86{request.mobile}"],
            "SmsSdkAppId": app_id,
            "SignName": template.sign,
            "TemplateId": template.template,
            "TemplateParamSet": [filled[number] for number in sorted(filled, key=int)],
            "SessionContext": reference,
        }

    return Call("sms", SMS, "SendSms", 10, codes.SMS, parameters, _sent, region)


def _sent(response: Mapping[str, Any]) -> Verdict:
    """An answer without an error may still say of the one number that nothing was sent."""
    statuses = response.get("SendStatusSet")
    status = statuses[0] if isinstance(statuses, list) and len(statuses) == 1 else None
    if not isinstance(status, dict):
        return None, None
    return word(status.get("Code")), word(status.get("SerialNo"))
