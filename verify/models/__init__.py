"""Tables of the main store and of the key store."""

from verify.models.application import Account, ApiKey, Application, Origin
from verify.models.base import Base
from verify.models.consent import Consent
from verify.models.notification import Notification
from verify.models.verification import Attempt, Event, Idempotency, SealedStep, Verification
from verify.models.webhook import WebhookDelivery, WebhookEndpoint

__all__ = [
    "Account",
    "ApiKey",
    "Application",
    "Attempt",
    "Base",
    "Consent",
    "Event",
    "Idempotency",
    "Notification",
    "Origin",
    "SealedStep",
    "Verification",
    "WebhookDelivery",
    "WebhookEndpoint",
]
