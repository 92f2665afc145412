"""What is sent to Alipay about an order. The same order makes the same bytes, however often it is sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from providers.base import Refused, TransferOrder
from providers.settings import one_of, refuse, table, text

#: fen; below it the vendor refuses
LEAST = 10

DIRECT = "DIRECT_TRANSFER"
CORPORATE, PERSONAL = "1", "2"
TIMELINESS = frozenset({"T0", "T1"})


class Orders:
    """``scene``: of the contract, or False. Raises Misconfigured naming what is missing."""

    def __init__(
        self,
        provider: str,
        product_code: object,
        identity_type: object,
        scene: object,
        order_title: object,
        timeliness: object,
    ) -> None:
        self._product = {"product_code": text(provider, "product_code", product_code), "biz_scene": DIRECT}
        self._identity_type = text(provider, "identity_type", identity_type)
        self._always = {"order_title": text(provider, "order_title", order_title), **_scene(provider, scene)}
        if timeliness is not None:
            kept = one_of(provider, "timeliness", timeliness, TIMELINESS)
            self._always["business_params"] = f'{{"withdraw_timeliness":"{kept}"}}'

    def transfer(self, order: TransferOrder, reference: str) -> Mapping[str, Any]:
        """Raises Refused for less than the vendor pays."""
        if order.amount_fen < LEAST:
            raise Refused("amount_below_least")
        bank = {
            "account_type": CORPORATE if order.corporate else PERSONAL,
            "inst_name": order.bank_name,
            "inst_province": order.bank_province,
            "inst_city": order.bank_city,
            "inst_branch_name": order.bank_branch,
            **({} if order.cnaps_code is None else {"bank_code": order.cnaps_code}),
        }
        return {
            **self._always,
            **self._product,
            "out_biz_no": number(reference),
            "trans_amount": f"{order.amount_fen // 100}.{order.amount_fen % 100:02d}",
            "remark": order.remark,
            "payee_info": {
                "identity": order.account_number,
                "identity_type": self._identity_type,
                "name": order.account_name,
                "bankcard_ext_info": bank,
            },
        }

    def query(self, reference: str) -> Mapping[str, Any]:
        return {**self._product, "out_biz_no": number(reference)}


def number(reference: str) -> str:
    """Our order number as the vendor takes it: letters and digits."""
    return reference.replace("-", "")


def _scene(provider: str, value: object) -> dict[str, Any]:
    if value is None:
        refuse(provider, "scene is missing; it is a table of name and report, or false for contracts without scenes")
    if value is False:
        return {}
    given = table(provider, "scene", value, ("name", "report"))
    report = given.get("report", [])
    if not isinstance(report, Sequence) or isinstance(report, str):
        refuse(provider, "scene.report must be a list of tables")
    lines = [
        {
            member: text(provider, f"scene.report.{member}", line.get(member))
            for line in [table(provider, "scene.report", each, ("info_type", "info_content"))]
            for member in ("info_type", "info_content")
        }
        for each in report
    ]
    found: dict[str, Any] = {"transfer_scene_name": text(provider, "scene.name", given.get("name"))}
    return found | ({"transfer_scene_report_infos": lines} if lines else {})
