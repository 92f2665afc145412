"""Tables of the main store and of the key store."""

from verify.models.application import Account, ApiKey, Application, Origin
from verify.models.base import Base
from verify.models.consent import Consent
from verify.models.notification import Notification
from verify.models.transfer import Callback, LedgerEntry, StatementLine, Transfer, TransferBatch
from verify.models.verification import Attempt, Event, Idempotency, SealedStep, Verification
from verify.models.webhook import WebhookDelivery, WebhookEndpoint

__all__ = [
    "Account",
    "ApiKey",
    "Application",
    "Attempt",
    "Base",
    "Callback",
    "Consent",
    "Event",
    "Idempotency",
    "LedgerEntry",
    "Notification",
    "Origin",
    "SealedStep",
    "StatementLine",
    "Transfer",
    "TransferBatch",
    "Verification",
    "WebhookDelivery",
    "WebhookEndpoint",
]
