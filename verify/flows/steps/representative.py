"""Who acts for the enterprise and who its legal representative is, held against account and register."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from providers.base import Capability, IdentityCheck, RegistryCheck
from verify.errors import FieldError, Problem, invalid
from verify.flows import limits, progress
from verify.flows.effects import Effect, Verb
from verify.flows.enterprise import holder, parking
from verify.flows.enterprise.parking import Kind
from verify.flows.methods import ROLES, STEPS
from verify.flows.minors.standing import refuse_minor
from verify.flows.routing import capabilities_of
from verify.flows.sealing import open_steps, seal_display, seal_step
from verify.flows.steps.enterprise import CODES, RETENTION_CLASS, code_of
from verify.flows.steps.person import checked, masked
from verify.flows.steps.prepared import Prepared
from verify.models import Verification
from verify.models.vault import Keys
from verify.services import Services

STEP = "representative"
PERSON = ("name", "id_number")
LEGAL = "legal_representative"


def prepare(session: Session, verification: Verification, submitted: Mapping[str, Any], services: Services) -> Prepared:
    """Anyone but the holder of the account ends here: nothing of it is kept and nobody is asked."""
    now = services.clock()
    role = submitted["role"]
    if role not in ROLES[verification.method]:
        raise invalid("role", "not_this_method")
    person, legal = _people(submitted)
    refuse_minor(person["id_number"], services)
    asked = capabilities_of(verification, STEPS[STEP])
    if Capability.IDENTITY not in asked and not holder.is_holder(session, verification, person, services):
        return Prepared(effect=Effect(Verb.FAIL, "representative_not_account_holder"))
    _count(verification, person, legal, services)
    keys = services.vault.create(verification.account_id, verification.id, ["identity", RETENTION_CLASS])
    values = {**person, **{f"{LEGAL}_{field}": value for field, value in legal.items()}}
    seal_step(session, keys, verification, STEP, {"identity": values}, now)
    progress.put(verification, STEP, progress.state(verification, STEP)["status"], role=role)
    watched_from = now + timedelta(days=services.settings.registry_watch_days)
    parking.put(session, verification, Kind.STANDING, watched_from, now)
    if Capability.IDENTITY in asked:
        return Prepared(request=IdentityCheck(person["name"], person["id_number"]), keys=keys)
    return registry(session, verification, None, services, keys)


def registry(
    session: Session, verification: Verification, _submitted: None, services: Services, keys: Keys | None = None
) -> Prepared:
    """Asks the register about what is sealed, after the identity check or alone, now or on a later day."""
    keys = keys or services.vault.keys(verification.id)
    values = open_steps(session, keys, verification, ("enterprise", STEP))
    shown = {field: values[field] for field in ("enterprise_name", *CODES) if field in values}
    seal_display(keys, verification, {**masked(values), **shown})
    request = RegistryCheck(
        values["enterprise_name"], code_of(values), values[f"{LEGAL}_name"], values[f"{LEGAL}_id_number"]
    )
    return Prepared(request=request, keys=keys)


def _people(submitted: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """The representative and the legal representative, who may be one. Raises Problem naming each bad field."""
    other = submitted.get(LEGAL)
    if submitted["role"] == LEGAL:
        if other is not None:
            raise invalid(LEGAL, "not_this_role")
        person = checked(submitted, PERSON)
        return person, person
    if other is None:
        raise invalid(LEGAL, "required")
    errors: list[FieldError] = []
    people = []
    for prefix, given in (("", submitted), (f"{LEGAL}.", other)):
        try:
            people.append(checked(given, PERSON))
        except Problem as problem:
            if problem.code != "invalid_input":
                raise
            errors += [FieldError(prefix + error.field, error.code) for error in problem.errors]
    if errors:
        raise Problem("invalid_input", errors=errors)
    return people[0], people[1]


def _count(verification: Verification, person: Mapping[str, str], legal: Mapping[str, str], services: Services) -> None:
    """Each number counts once, however many checks it goes into."""
    numbers = dict.fromkeys((person["id_number"], legal["id_number"]))
    limits.note(
        [
            *(limits.counter("cn.id_number", number, verification) for number in numbers),
            limits.seen("cn.id_number", person["id_number"], verification),
        ],
        services,
    )
