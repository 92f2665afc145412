"""The bank account a small amount is to be sent to, and whose it is."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from providers.base import IdentityCheck
from verify.flows import limits, progress
from verify.flows.effects import Effect, Verb
from verify.flows.minors.standing import admit
from verify.flows.sealing import open_steps, seal_display, seal_step
from verify.flows.steps import corporate_account
from verify.flows.steps.person import checked, masked
from verify.flows.steps.prepared import Prepared
from verify.flows.transfers import guesses
from verify.models import Verification
from verify.models.vault import Keys
from verify.services import Services

PERSON = ("name", "id_number")
ACCOUNT = ("account_number", "account_name", "bank_name", "bank_province", "bank_city", "bank_branch")
OPTIONAL = ("cnaps_code", "website")


def prepare(session: Session, verification: Verification, submitted: Mapping[str, str], services: Services) -> Prepared:
    """Money proves no more than a namesake, so name and number go to the identity provider (api.md).

    An account in another name, or a blocked one, ends here: nothing of it is kept and nobody is asked.
    """
    if verification.type == "enterprise":
        return corporate_account.prepare(session, verification, submitted, services)
    now = services.clock()
    fields = (*PERSON, *ACCOUNT, *(name for name in OPTIONAL if submitted.get(name) is not None))
    values = checked(submitted, fields)
    if (owed := admit(session, verification, values, services)) is not None:
        return owed
    if values["account_name"] != values["name"]:
        return Prepared(effect=Effect(Verb.FAIL, "account_name_mismatch"))
    if not guesses.left(values["account_number"], services):
        return Prepared(effect=Effect(Verb.FAIL, "account_blocked"))
    limits.note(
        [
            limits.counter("cn.id_number", values["id_number"], verification),
            limits.seen("cn.id_number", values["id_number"], verification),
            limits.seen(guesses.KIND, values["account_number"], verification),
        ],
        services,
    )
    keys = services.vault.create(verification.account_id, verification.id, ["identity", "bank"])
    person = {name: values[name] for name in PERSON}
    _reopen_card(session, keys, verification, person)
    account = {name: value for name, value in values.items() if name not in PERSON}
    seal_step(session, keys, verification, "bank_account", {"identity": person, "bank": account}, now)
    seal_display(keys, verification, masked(values))
    return Prepared(request=IdentityCheck(values["name"], values["id_number"]), keys=keys)


def _reopen_card(session: Session, keys: Keys, verification: Verification, person: Mapping[str, str]) -> None:
    """A card that was read belongs to the person given then."""
    if not progress.state(verification, "id_card").get("parts") and not _has_passed(verification):
        return
    before = open_steps(session, keys, verification, ("bank_account",))
    if {name: before.get(name) for name in PERSON} != person:
        progress.put(verification, "id_card", progress.PENDING, parts=None, check=None)


def _has_passed(verification: Verification) -> bool:
    return "id_card" in progress.passed(verification)
