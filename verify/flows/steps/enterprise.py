"""The enterprise as its representative types it; licence and register are held against it later."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from verify.errors import FieldError, Problem
from verify.flows import limits, progress
from verify.flows.effects import Effect, Verb
from verify.flows.sealing import seal_step
from verify.flows.steps.person import checked
from verify.flows.steps.prepared import Prepared
from verify.models import Verification
from verify.services import Services

STEP = "enterprise"
RETENTION_CLASS = "enterprise"

#: one of the two
CODES = ("credit_code", "organization_code")

#: steps that looked at what is typed anew
REST_ON_IT = ("license", "representative")


def prepare(session: Session, verification: Verification, submitted: Mapping[str, str], services: Services) -> Prepared:
    """Checked here alone: seals it, and notes the credit code by its blind index."""
    optional = [name for name in (*CODES, "website") if submitted.get(name) is not None]
    if len(set(optional) & set(CODES)) != 1:
        raise Problem("invalid_input", errors=[FieldError(name, "one_of_two_codes") for name in CODES])
    values = checked(submitted, ("enterprise_name", *optional, "industry", "products"))
    if "credit_code" in values:
        limits.note([limits.seen("cn.uscc", values["credit_code"], verification)], services)
    keys = services.vault.create(verification.account_id, verification.id, [RETENTION_CLASS])
    seal_step(session, keys, verification, STEP, {RETENTION_CLASS: values}, services.clock())
    for name in set(REST_ON_IT) & set(progress.passed(verification)):
        progress.put(verification, name, progress.PENDING, check=None, earlier=None, refer=None)
    return Prepared(effect=Effect(Verb.PASS), keys=keys)


def code_of(values: Mapping[str, str]) -> str:
    """The credit code, or the organization code where only that was given."""
    return values.get("credit_code") or values["organization_code"]
