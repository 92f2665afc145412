"""Alipay (支付宝): transfers to bank accounts of people and of enterprises, read back, and notified of."""

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from providers.alipay import certificates, codes
from providers.alipay.orders import Orders
from providers.alipay.told import UNSIGNED, money_order, received
from providers.base import (
    BadCallback,
    CallbackHint,
    CallbackStyle,
    Capability,
    Outcome,
    Proof,
    Recipient,
    Request,
    Traits,
    TransferOrder,
    Unknown,
)
from providers.codes import SHANGHAI, word
from providers.http import CONNECT_TIMEOUT
from providers.settings import document, refuse, text
from providers.signing import BadKey, BadSignature, rsa2_sign, rsa2_verify, rsa_private_key, rsa_public_key
from providers.vendor import Clock, Vendor, utc_now

HOST = "openapi.alipay.com"
GATEWAY = "gateway.do"

TRANSFER = "alipay.fund.trans.uni.transfer"
QUERY = "alipay.fund.trans.common.query"
CHANGED = "alipay.fund.trans.order.changed"

CONTENT_TYPE = "application/x-www-form-urlencoded;charset=utf-8"

#: how numbers begin that no order has
CHECK = "check"

#: seconds until an answer
READ = 15.0

#: seconds until "no such order" may be believed of one that was sent
SETTLES_AFTER = 60.0

ANSWERED = 200


class Alipay(Vendor):
    """``product_code`` and ``identity_type``: as the contract names them. ``scene``: the transfer scene, a table of
    ``name`` and ``report``, a list of ``info_type`` and ``info_content``; false for merchants from before scenes. None
    has a default. ``timeliness``: T0 or T1. Keys are PEM or bare base64. In certificate mode three certificates, PEM,
    stand in the place of the vendor's key. Raises Misconfigured."""

    name = "alipay"
    secrets = (
        "app_id",
        "app_private_key",
        "alipay_public_key",
        "app_certificate",
        "alipay_certificate",
        "alipay_root_certificate",
    )
    recipient = Recipient(
        # the name of the contracting party is not settled; the bank is the one the person names
        name={
            "zh-CN": "支付宝（中国）网络技术有限公司，以及所填账户的开户银行",
            "en": "Alipay (China) Network Technology Co., Ltd., and the bank of the account that was given",
        },
        contact="https://opendocs.alipay.com/",
        region="cn",
        method={
            "zh-CN": "经加密并签名的接口提交付款，再由开户银行入账",
            "en": "a payment is submitted over an encrypted, signed interface and credited by the bank",
        },
    )

    def __init__(  # noqa: PLR0913 - each is a setting
        self,
        app_id: str | int | None = None,
        *,
        product_code: str | None = None,
        identity_type: str | None = None,
        scene: Mapping[str, Any] | bool | None = None,
        app_private_key: str | None = None,
        app_private_key_env: str | None = None,
        alipay_public_key: str | None = None,
        alipay_public_key_env: str | None = None,
        app_certificate: str | None = None,
        app_certificate_env: str | None = None,
        alipay_certificate: str | None = None,
        alipay_certificate_env: str | None = None,
        alipay_root_certificate: str | None = None,
        alipay_root_certificate_env: str | None = None,
        order_title: str = "账户验证",
        timeliness: str | None = None,
        endpoint: str | None = None,
        clock: Clock = utc_now,
    ) -> None:
        super().__init__(endpoint, clock)
        self._app_id = text(self.name, "app_id", app_id)
        self._orders = Orders(self.name, product_code, identity_type, scene, order_title, timeliness)
        private = document(self.name, "app_private_key", app_private_key, app_private_key_env)
        given = {
            "app_certificate": (app_certificate, app_certificate_env),
            "alipay_certificate": (alipay_certificate, alipay_certificate_env),
            "alipay_root_certificate": (alipay_root_certificate, alipay_root_certificate_env),
        }
        by_certificates = any(any(pair) for pair in given.values())
        if by_certificates and (alipay_public_key or alipay_public_key_env):
            refuse(self.name, "alipay_public_key and certificates are both set; keep one kind")
        self._key = self._key_of("app_private_key", rsa_private_key, private.value)
        if by_certificates:
            texts = {name: document(self.name, name, *pair).value for name, pair in given.items()}
            self._common = self._key_of(
                "app_certificate or alipay_root_certificate",
                lambda text: certificates.common(text, texts["alipay_root_certificate"]),
                texts["app_certificate"],
            )
            if not certificates.is_of(texts["app_certificate"], self._key):
                refuse(self.name, "app_certificate is of another key than app_private_key")
            self._theirs = self._key_of("alipay_certificate", certificates.public_key, texts["alipay_certificate"])
        else:
            self._common = {}
            public = document(self.name, "alipay_public_key", alipay_public_key, alipay_public_key_env)
            self._theirs = self._key_of("alipay_public_key", rsa_public_key, public.value)
        self.capabilities = {
            Capability.TRANSFER: Traits(
                timeout=CONNECT_TIMEOUT + READ,
                read_back=True,
                idempotent_reference=True,
                settles_after=SETTLES_AFTER,
                callback=CallbackStyle.SIGNED,
                proofs=frozenset({Proof.AMOUNT, Proof.TWO_AMOUNTS}),
            )
        }

    def _key_of(self, setting: str, read: Callable[[str], Any], text: str) -> Any:
        try:
            return read(text)
        except BadKey:
            wanted = "certificate, as PEM" if setting.endswith("certificate") else "RSA key, as PEM or bare base64"
            refuse(self.name, f"{setting} is no {wanted}")

    def check(self) -> str:
        try:
            return super().check()
        except Unknown as failure:
            if failure.vendor_code != UNSIGNED:
                raise
            setting = "alipay_certificate" if self._common else "alipay_public_key"
            refuse(
                self.name, f"its answer is not signed by {setting}; compare that, app_id and our key with its console"
            )

    def callback(self, headers: Mapping[str, str], body: bytes) -> CallbackHint:  # noqa: ARG002 - the form is signed
        """The signature first; then that it is for us and about an order. Its status is not read."""
        try:
            form = dict(parse_qsl(body.decode("ascii"), strict_parsing=True, errors="strict", max_num_fields=50))
            rsa2_verify(alipay_public_key=self._theirs, form=form)
            about = json.loads(form["biz_content"])
            order, notice = word(about["out_biz_no"]), word(form["notify_id"])
        except (BadSignature, ValueError, KeyError, TypeError, RecursionError):
            raise BadCallback("alipay.notice") from None
        is_ours = form.get("app_id") == self._app_id and form.get("msg_method") == CHANGED
        if not is_ours or order is None or notice is None:
            raise BadCallback("alipay.notice")
        return CallbackHint(Capability.TRANSFER, order, notice)

    def _question(self) -> Outcome:
        return self._read_back(Capability.TRANSFER, f"{CHECK}{secrets.token_hex(8)}", None)

    def _call(self, request: Request, reference: str) -> Outcome:
        if not isinstance(request, TransferOrder):
            refuse(self.name, "only transfers are ordered here")
        told = self._ask(TRANSFER, self._orders.transfer(request, reference))
        return money_order(self.name, told, codes.TRANSFER, reference, self._clock())

    def _read_back(self, _capability: Capability, reference: str, _theirs: str | None) -> Outcome:
        """By our number, which is known even when every answer was lost."""
        told = self._ask(QUERY, self._orders.query(reference))
        return money_order(self.name, told, codes.QUERY, reference, self._clock())

    def _ask(self, method: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the vendor signed. Raises Unknown for anything that it did not, since that decides nothing."""
        common = {
            "app_id": self._app_id,
            "method": method,
            "format": "json",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": f"{self._clock().astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
            "version": "1.0",
            **self._common,
        }
        biz_content = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        signature = rsa2_sign(app_private_key=self._key, params={**common, "biz_content": biz_content})
        query = urlencode({**common, "sign": signature}, quote_via=quote)
        body = urlencode({"biz_content": biz_content}).encode()
        answer = self._http.post(HOST, {"Content-Type": CONTENT_TYPE}, body, read=READ, query=query, path=GATEWAY)
        if answer.status != ANSWERED:  # of money, nothing less is believed
            raise Unknown("http." + str(answer.status))
        return received(answer.body, method, self._theirs)
