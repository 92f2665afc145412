"""Runs where the vendors' clients are installed: ``python -m benchmarks.vendor_clients ENDPOINT``.

Prints, for each call, its name and the microseconds of processor time that ours and theirs took, as JSON.
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any

import requests

from providers.base import Capability, IdentityCheck
from providers.registry import load
from providers.testing.examples import request_for
from providers.testing.identities import adult

#: the number of the order that is asked for; given anew in each run, it is the same order
ORDER = "rn1"

ROUNDS = 5
CALLS = 20

Call = Callable[[], object]


def pairs(endpoint: str) -> Iterator[tuple[str, Call, Call]]:
    host, who = endpoint.removeprefix("http://"), adult(1)
    for vendor, client in (("tencent", tencent), ("alibaba", alibaba), ("alipay", alipay)):
        settings = requests.get(f"{endpoint}/_sandbox/settings/{vendor}", timeout=10).json()
        adapter: Any = load(vendor, settings)
        theirs = client(settings, host, who)
        if vendor == "alipay":
            adapter.call(request_for(Capability.TRANSFER), ORDER)
            yield "a transfer asked for at alipay", lambda a=adapter: a.read_back("transfer", ORDER), theirs  # type: ignore[misc]
        else:
            check = IdentityCheck(who.name, who.id_number)
            yield f"a signed check at {vendor}", lambda a=adapter, c=check: a.call(c, "ours-1"), theirs  # type: ignore[misc]


def tencent(settings: Any, host: str, who: Any) -> Call:
    from tencentcloud.common.credential import Credential  # noqa: PLC0415 - installed here alone
    from tencentcloud.common.profile.client_profile import ClientProfile  # noqa: PLC0415
    from tencentcloud.common.profile.http_profile import HttpProfile  # noqa: PLC0415
    from tencentcloud.faceid.v20180301 import faceid_client, models  # noqa: PLC0415

    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=host, keepAlive=True))
    key = Credential(settings["secret_id"], settings["secret_key"])
    client = faceid_client.FaceidClient(key, "", profile)

    def call() -> object:
        asked = models.IdCardVerificationRequest()
        asked.IdCard, asked.Name = who.id_number, who.name
        found = client.IdCardVerification(asked)
        assert found.Result == "0"  # noqa: S101 - else it is not the same call
        return found

    return call


def alibaba(settings: Any, host: str, who: Any) -> Call:
    from alibabacloud_cloudauth20190307 import models  # noqa: PLC0415 - as above
    from alibabacloud_cloudauth20190307.client import Client  # noqa: PLC0415
    from alibabacloud_tea_openapi.utils_models import Config  # noqa: PLC0415

    client = Client(
        Config(
            access_key_id=settings["access_key_id"],
            access_key_secret=settings["access_key_secret"],
            endpoint=host,
            protocol="http",
        )
    )

    def call() -> object:
        asked = models.Id2MetaVerifyRequest(param_type="normal", identify_num=who.id_number, user_name=who.name)
        found = client.id_2meta_verify(asked)
        assert found.body.result_object.biz_code == "1"  # noqa: S101 - as above
        return found

    return call


def alipay(settings: Any, host: str, _who: Any) -> Call:
    from alipay.aop.api.AlipayClientConfig import AlipayClientConfig  # noqa: PLC0415 - as above
    from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient  # noqa: PLC0415
    from alipay.aop.api.domain.AlipayFundTransCommonQueryModel import (  # noqa: PLC0415
        AlipayFundTransCommonQueryModel as Model,
    )
    from alipay.aop.api.request.AlipayFundTransCommonQueryRequest import (  # noqa: PLC0415
        AlipayFundTransCommonQueryRequest as Query,
    )
    from alipay.aop.api.util import WebUtils  # noqa: PLC0415

    def connection(url: str, query: str, timeout: float) -> tuple[str, HTTPConnection]:
        """As theirs, which knows no port but 80."""
        return f"{url}?{query}", HTTPConnection(host, timeout=timeout)

    WebUtils.get_http_connection = connection
    config = AlipayClientConfig()
    config.server_url = f"http://{host}/gateway.do"
    config.app_id = settings["app_id"]
    config.app_private_key = _bare(settings["app_private_key"])
    config.alipay_public_key = _bare(settings["alipay_public_key"])
    client = DefaultAlipayClient(config)

    def call() -> object:
        model = Model()
        model.out_biz_no, model.product_code, model.biz_scene = ORDER, settings["product_code"], "DIRECT_TRANSFER"
        found = client.execute(Query(biz_model=model))
        assert "SUCCESS" in found  # noqa: S101 - as above
        return found

    return call


def _bare(pem: str) -> str:
    return "".join(line for line in pem.split("\n") if "-----" not in line)


def spent(call: Call) -> float:
    """Microseconds of processor time a call, best of a few rounds: disturbance only adds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(CALLS):
            call()
        best = min(best, (time.process_time() - start) / CALLS * 1e6)
    return best


def main() -> None:
    logging.disable()
    found = []
    for name, ours, theirs in pairs(sys.argv[1]):
        ours()
        theirs()
        turns = [(spent(ours), spent(theirs)) for _ in range(2)]
        found.append((name, min(turn[0] for turn in turns), min(turn[1] for turn in turns)))
    print(json.dumps(found))  # noqa: T201 - the result


if __name__ == "__main__":
    main()
