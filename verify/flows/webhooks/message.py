"""What an endpoint is sent (Standard Webhooks): the bytes of an event, and its signed headers."""

import base64
import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

from verify.flows.sealing import open_secret
from verify.models import WebhookEndpoint
from verify.models.vault import Keys

SECRET_BYTES = 32


def new_secret() -> str:
    """256 random bits as the specification spells them."""
    return "whsec_" + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def encode(shown: dict[str, Any]) -> bytes:
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


def headers(message_id: str, body: bytes, secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """One signature a secret; a receiver takes the message when any is right."""
    signatures = [Webhook(secret).sign(message_id, now, body.decode()) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Realname-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def secrets_of(endpoint: WebhookEndpoint, keys: Keys, now: datetime) -> Iterator[str]:
    """The secret, and the one before it while the overlap of a rotation lasts. Raises KeyShredded."""
    yield open_secret(keys, endpoint.id, endpoint.secret_ct)
    if endpoint.old_secret_ct is not None and endpoint.old_secret_until and now < endpoint.old_secret_until:
        yield open_secret(keys, endpoint.id, endpoint.old_secret_ct)
