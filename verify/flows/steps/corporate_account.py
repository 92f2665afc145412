"""The bank account of an enterprise that a small amount is to be sent to."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from verify.errors import FieldError, Problem
from verify.flows import limits
from verify.flows.effects import Effect, Verb
from verify.flows.enterprise import checks
from verify.flows.sealing import open_steps, seal_step
from verify.flows.steps.person import CHECKS, checked
from verify.flows.steps.prepared import Prepared
from verify.flows.transfers import guesses
from verify.models import Verification
from verify.services import Services

FIELDS = ("account_number", "account_name", "bank_name", "bank_province", "bank_city", "bank_branch")
OPTIONAL = ("cnaps_code", "website")

#: asked of people only
PERSON = ("name", "id_number")


def prepare(session: Session, verification: Verification, submitted: Mapping[str, str], services: Services) -> Prepared:
    """In the enterprise's own name, or nothing of it is kept. Nobody is asked: the register knows the enterprise."""
    unasked = [FieldError(name, "unknown_field") for name in PERSON if submitted.get(name) is not None]
    if unasked:
        raise Problem("invalid_input", errors=unasked)
    fields = (*FIELDS, *(name for name in OPTIONAL if submitted.get(name) is not None))
    values = checked(submitted, fields, {**CHECKS, "account_name": checks.name})
    keys = services.vault.create(verification.account_id, verification.id, ["bank", "enterprise"])
    enterprise_name = open_steps(session, keys, verification, ("enterprise",))["enterprise_name"]
    if not checks.is_same_name(values["account_name"], enterprise_name):
        return Prepared(effect=Effect(Verb.FAIL, "corporate_name_mismatch"), keys=keys)
    if not guesses.left(values["account_number"], services):
        return Prepared(effect=Effect(Verb.FAIL, "account_blocked"), keys=keys)
    limits.note([limits.seen(guesses.KIND, values["account_number"], verification)], services)
    seal_step(session, keys, verification, "bank_account", {"bank": values}, services.clock())
    return Prepared(effect=Effect(Verb.PASS), keys=keys)
