"""The exact order of a transfer, sealed: what is sent again, if ever, is what was sent before."""

import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

from crypto.hashing import request_digest
from providers.base import CallbackStyle, Capability, TransferOrder
from verify.flows.sealing import open_value
from verify.flows.transfers.challenge import Part
from verify.models import Transfer
from verify.models.vault import Keys
from verify.services import Services

RETENTION_CLASS = "transfer"
CONTEXT = "transfer.content"

#: bytes of a callback token's keyed digest
TOKEN_BYTES = 16


def reference(transfer: Transfer) -> str:
    """What the provider knows it by: 32 letters and digits."""
    return transfer.id.hex


def order_of(
    bank_account: dict[str, str], part: Part, notify_url: str | None, *, corporate: bool = False
) -> TransferOrder:
    """The order for one payment to the account that was given."""
    return TransferOrder(
        amount_fen=part.amount_fen,
        account_number=bank_account["account_number"],
        account_name=bank_account["account_name"],
        bank_name=bank_account["bank_name"],
        bank_province=bank_account["bank_province"],
        bank_city=bank_account["bank_city"],
        bank_branch=bank_account["bank_branch"],
        remark=part.remark,
        corporate=corporate,
        cnaps_code=bank_account.get("cnaps_code"),
        notify_url=notify_url,
    )


def seal_content(keys: Keys, transfer_id: UUID, order: TransferOrder, code: str | None) -> bytes:
    content = json.dumps({"order": asdict(order), "code": code}, sort_keys=True, ensure_ascii=False)
    return keys.seal(RETENTION_CLASS, CONTEXT, transfer_id, content.encode())


def open_content(keys: Keys, transfer: Transfer) -> tuple[TransferOrder, str | None]:
    """The order and the code in its remark. Raises KeyShredded where its data key is gone."""
    opened: dict[str, Any] = json.loads(open_value(keys, CONTEXT, transfer.id, transfer.content_ct or b""))
    return TransferOrder(**opened["order"]), opened["code"]


def notify_url(provider: str | None, transfer_id: UUID, services: Services) -> str | None:
    """Where the provider reports on this transfer alone, where it reports to a URL of ours."""
    if provider is None:
        return None
    if services.providers[provider].capabilities[Capability.TRANSFER].callback is not CallbackStyle.TOKEN:
        return None
    pepper = services.keyring.primary("pepper")
    token = transfer_id.hex + pepper.id.hex() + callback_mac(pepper, provider, transfer_id).hex()
    return f"{services.settings.public_url}/v1/callbacks/{provider}/{token}"


def callback_mac(pepper: Any, provider: str, transfer_id: UUID) -> bytes:
    return request_digest(pepper, b"transfer callback", provider.encode(), transfer_id.bytes)[:TOKEN_BYTES]
