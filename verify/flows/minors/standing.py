"""Where a minor's verification stands: whether a step may go on, and what is owed first."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from crypto.errors import KeyShredded
from verify.errors import Problem
from verify.flows import progress
from verify.flows.effects import Effect, Verb
from verify.flows.minors.rules import group_of, serves_minors
from verify.flows.sealing import open_steps
from verify.flows.steps.prepared import Prepared
from verify.models import Verification
from verify.services import Services

STEP = progress.GUARDIAN_STEP


def admit(
    session: Session, verification: Verification, person: Mapping[str, str], services: Services
) -> Prepared | None:
    """None where the person may be checked: of age, or just whom the guardian consented for.

    Else nothing of what was typed is kept but the group of age, and nobody is asked. Raises Problem underage where the
    application serves no minors.
    """
    group = group_of(person["id_number"], services.clock())
    if group is not None and not serves_minors(verification.application):
        raise Problem("underage")
    if group != progress.minor(verification):
        progress.note_minor(verification, group)
        return _failed("guardian_required") if group else None
    if group is not None and not _is_named(session, verification, person, services):
        return _failed("guardian_mismatch")
    return None


def refuse_minor(id_number: str, services: Services) -> None:
    """Raises Problem underage: whoever acts for an enterprise is of age."""
    if group_of(id_number, services.clock()) is not None:
        raise Problem("underage")


def _failed(code: str) -> Prepared:
    return Prepared(effect=Effect(Verb.FAIL, code))


def _is_named(session: Session, verification: Verification, person: Mapping[str, str], services: Services) -> bool:
    try:
        named = open_steps(session, services.vault.keys(verification.id), verification, (STEP,))
    except KeyShredded:
        return False
    return all(named.get(field) == person[field] for field in ("name", "id_number"))
