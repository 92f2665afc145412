"""Tables of the main store and of the key store."""

from verify.models.application import Account, ApiKey, Application, Origin
from verify.models.assessment import Assessment, Disposal
from verify.models.base import Base
from verify.models.bulletin import Addressee, Bulletin
from verify.models.checkpoint import Checkpoint
from verify.models.consent import Consent, NoticeText
from verify.models.document import Document
from verify.models.erasure import Erasure, VendorErasure
from verify.models.guardianship import Guardianship
from verify.models.hold import Hold
from verify.models.notification import Notification
from verify.models.periodic import Periodic
from verify.models.recheck import Recheck
from verify.models.register import Agreement, AuthorityRequest, Halt
from verify.models.rights import RightsNote, RightsRequest
from verify.models.staff import (
    AccessEntry,
    Operator,
    OperatorGrant,
    OperatorSession,
    Proposal,
    ReviewClaim,
    ReviewNote,
    ReviewReason,
)
from verify.models.supply import Credential, Followup, Route, Supply
from verify.models.transfer import Callback, LedgerEntry, StatementLine, Transfer, TransferBatch
from verify.models.verification import Attempt, Event, Idempotency, SealedStep, Verification
from verify.models.webhook import WebhookDelivery, WebhookEndpoint

__all__ = [
    "AccessEntry",
    "Account",
    "Addressee",
    "Agreement",
    "ApiKey",
    "Application",
    "Assessment",
    "Attempt",
    "AuthorityRequest",
    "Base",
    "Bulletin",
    "Callback",
    "Checkpoint",
    "Consent",
    "Credential",
    "Disposal",
    "Document",
    "Erasure",
    "Event",
    "Followup",
    "Guardianship",
    "Halt",
    "Hold",
    "Idempotency",
    "LedgerEntry",
    "NoticeText",
    "Notification",
    "Operator",
    "OperatorGrant",
    "OperatorSession",
    "Origin",
    "Periodic",
    "Proposal",
    "Recheck",
    "ReviewClaim",
    "ReviewNote",
    "ReviewReason",
    "RightsNote",
    "RightsRequest",
    "Route",
    "SealedStep",
    "StatementLine",
    "Supply",
    "Transfer",
    "TransferBatch",
    "VendorErasure",
    "Verification",
    "WebhookDelivery",
    "WebhookEndpoint",
]
