"""The business licence: kept sealed, its first page read, and held against what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from providers.base import (
    Capability,
    LicensePage,
    LicenseReading,
    LicenseText,
    Misconfigured,
    Outcome,
    ProviderFailure,
    Result,
)
from verify.flows import documents
from verify.flows.case import Ref
from verify.flows.checks import SHANGHAI
from verify.flows.documents import Stored
from verify.flows.effects import Effect, Verb
from verify.flows.enterprise.checks import is_same_code, is_same_name
from verify.flows.papers import looked_through, page_for
from verify.flows.sealing import open_steps, seal_step
from verify.flows.steps.enterprise import RETENTION_CLASS, code_of
from verify.flows.steps.prepared import Prepared
from verify.models import Verification
from verify.models.vault import Keys
from verify.services import Services

STEP = "license"

#: retention class of what was read
READING = "reading"

UNREADABLE = Effect(Verb.REFER, "license_unreadable")

#: lengths of codes that can be compared with those typed; older licences have numbers of 15
COMPARABLE = (9, 18)


@dataclass(frozen=True, repr=False)
class Scan:
    stored: Stored
    page: LicensePage


def take_in(ref: Ref, submitted: bytes, services: Services) -> Scan:
    """Looked through, then sealed and stored, before any row is locked. Raises Problem; nothing is kept then."""
    paper = looked_through(submitted)
    page = LicensePage(page_for(paper, Capability.LICENSE, services, livemode=ref.livemode))
    return Scan(documents.store(ref, STEP, paper, services), page)


def prepare(session: Session, verification: Verification, submitted: Scan, services: Services) -> Prepared:
    """Takes the document up and has it read."""
    documents.take_up(session, verification, STEP, submitted.stored, services)
    return read(session, verification, submitted.page, services)


def read(session: Session, verification: Verification, page: LicensePage, services: Services) -> Prepared:
    """Opens what was typed to compare it with what is read; the reading is kept for a reviewer."""
    keys = services.vault.create(verification.account_id, verification.id, [RETENTION_CLASS, READING])
    typed = open_steps(session, keys, verification, ("enterprise",))
    hint = {"enterprise_name": typed["enterprise_name"], "credit_code": code_of(typed)}
    today = services.clock().astimezone(SHANGHAI).date()

    def judge(answer: Outcome | ProviderFailure | Misconfigured) -> Effect | None:
        if not isinstance(answer, Outcome) or answer.result is not Result.MATCH:
            return None
        text = answer.license or LicenseText()
        _keep(keys, verification, text, services)
        return verdict(text, typed, today)

    request = LicenseReading(page, None if verification.livemode else hint)
    return Prepared(request=request, keys=keys, judge=judge)


def verdict(text: LicenseText, typed: Mapping[str, str], today: date) -> Effect:
    """What a reading comes to: unreadable is for a person to judge, other than typed is not."""
    code = (text.credit_code or "").strip()
    if not text.enterprise_name or len(code) not in COMPARABLE:
        return UNREADABLE
    if not (is_same_name(typed["enterprise_name"], text.enterprise_name) and is_same_code(code_of(typed), code)):
        return Effect(Verb.FAIL, "license_mismatch")
    if text.valid_until is not None and text.valid_until < today:
        return Effect(Verb.FAIL, "license_expired")
    return Effect(Verb.PASS)


def _keep(keys: Keys, verification: Verification, text: LicenseText, services: Services) -> None:
    """The reading, sealed, in a transaction of its own: the provider has answered and nothing is locked."""
    said = {
        "read_enterprise_name": text.enterprise_name,
        "read_credit_code": text.credit_code,
        "read_legal_representative": text.legal_representative,
        "read_valid_from": text.valid_from and text.valid_from.isoformat(),
        "read_valid_until": text.valid_until and text.valid_until.isoformat(),
    }
    known = {name: value for name, value in said.items() if value}
    with services.write() as session:
        seal_step(session, keys, verification, STEP, {READING: known}, services.clock())
