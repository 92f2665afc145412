"""Alibaba Cloud's hosted liveness: a page in any browser, an unsigned hint, a verdict to be asked for, an erasure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from providers.alibaba import codes
from providers.alibaba.call import CLOUDAUTH, Call, Parameters, order_number
from providers.alibaba.calls import compared, scene_of
from providers.base import (
    BadCallback,
    CallbackHint,
    CallbackStyle,
    Capability,
    DeviceScript,
    HostedPage,
    LivenessSession,
    OpensIn,
    Refused,
    Traits,
)
from providers.codes import word
from providers.papers import table_of
from providers.settings import one_of, table
from providers.verdict import Verdict

#: how long the page may be opened and completed
LIFETIME = timedelta(minutes=30)

#: characters of the device data, which the vendor's script makes and which travel in the URL
MAX_META_INFO = 4096

#: the vendor's integration guide names both; how the script works is not documented
SCRIPT = DeviceScript("https://o.alicdn.com/yd-cloudauth/cloudauth-cdn/jsvm_all.js", "getMetaInfo")

SETTINGS = ("scene_id", "model", "page")
MODELS = frozenset({"LIVENESS", "PHOTINUS_LIVENESS", "MULTI_ACTION", "MOVE_ACTION", "MOVE_PHOTINUS"})
PAGES = frozenset({"H5", "WEB"})

#: what we give as the token: our reference, as the vendor takes it
TOKEN = re.compile(r"[0-9A-Za-z]{1,32}")


class Liveness:
    """The calls of one scene, made in the console for product ID_PRO. Raises Misconfigured."""

    def __init__(self, provider: str, setting: object) -> None:
        given = table(provider, "liveness", setting, SETTINGS)
        self._scene = scene_of(provider, "liveness.scene_id", given.get("scene_id"))
        self._model = one_of(provider, "liveness.model", given.get("model", "MOVE_ACTION"), MODELS)
        self._page = one_of(provider, "liveness.page", given.get("page", "H5"), PAGES)
        self.session = Call(
            product="cloudauth",
            version=CLOUDAUTH,
            action="InitFaceVerify",
            read=10,
            done="200",
            codes=codes.FACE_CODES,
            verdicts=codes.SESSION,
            parameters=self._parameters,
            verdict=_opened,
            traits=Traits(
                liveness=True, read_back=True, device_script=SCRIPT, erases=True, callback=CallbackStyle.TOKEN
            ),
        )
        describe = replace(
            self.session, action="DescribeFaceVerify", codes=codes.VERDICT_CODES, verdicts=codes.FACE, verdict=compared
        )
        self.verdict = replace(describe, parameters=self._asked)
        self.erasure = replace(
            describe,
            action="DeleteFaceVerifyResult",
            codes=codes.ERASURE_CODES,
            verdicts=codes.ERASURE,
            parameters=_to_be_erased,
            verdict=_erased,
        )

    def _parameters(self, request: LivenessSession, reference: str) -> Parameters:
        if request.meta_info is None or len(request.meta_info) > MAX_META_INFO:
            raise Refused("meta_info")
        if request.return_url is None:
            raise Refused("return_url")
        query = {
            "SceneId": self._scene,
            "OuterOrderNo": order_number(reference),
            "ProductCode": "ID_PRO",
            "CertType": "IDENTITY_CARD",
            "CertName": request.name,
            "CertNo": request.id_number,
            "ReturnUrl": request.return_url,
            "MetaInfo": request.meta_info,
            "CertifyUrlType": self._page,
            "VideoEvidence": "false",  # no video is kept
        }
        if request.notify_url is not None and request.notify_url.startswith("https://"):  # the vendor refuses others
            query |= {"CallbackUrl": request.notify_url, "CallbackToken": order_number(reference)}
        return Parameters(query=query, form={"Model": self._model})

    def _asked(self, certify_id: str, _reference: str) -> Parameters:
        return Parameters(query={"SceneId": self._scene, "CertifyId": certify_id})


def _opened(_request: object, answer: Mapping[str, Any], now: datetime) -> Verdict:
    found = table_of(answer, "ResultObject")
    url, certify_id = found.get("CertifyUrl"), word(found.get("CertifyId"))
    if certify_id is None or not isinstance(url, str) or not url.startswith("https://"):
        return Verdict(None)
    return Verdict("Opened", certify_id, page=HostedPage(url, OpensIn.BROWSER, now + LIFETIME))


def _to_be_erased(certify_id: str, _reference: str) -> Parameters:
    return Parameters(query={"CertifyId": certify_id, "DeleteAfterQuery": "Y"})


def _erased(_request: object, answer: Mapping[str, Any], _now: datetime) -> Verdict:
    found = table_of(answer, "ResultObject")
    result = word(found.get("DeleteResult"))
    return Verdict(word(found.get("FailReason")) if result == "N" else result and f"DeleteResult.{result}")


def hint(body: bytes) -> CallbackHint:
    """What an unsigned callback is about. ``passed`` in it is no verdict, and is not read. Raises BadCallback."""
    try:
        told = dict(parse_qsl(body.decode("ascii"), strict_parsing=True, max_num_fields=20))
    except ValueError:
        raise BadCallback("alibaba.callback") from None
    token, certify_id = told.get("callbackToken", ""), word(told.get("certifyId"))
    if not TOKEN.fullmatch(token) or certify_id is None:
        raise BadCallback("alibaba.callback")
    return CallbackHint(Capability.LIVENESS, token, event=certify_id)
