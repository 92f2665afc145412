"""The code that proves the mobile; when it is right, the four elements go to the bank-card provider."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from providers.base import BankCardCheck
from verify.errors import Problem
from verify.flows import codes, limits
from verify.flows.effects import Effect, Verb
from verify.flows.sealing import open_steps
from verify.flows.steps.person import checked
from verify.flows.steps.prepared import Prepared
from verify.models import Verification
from verify.services import Services

HELD = ("bank_card",)


def prepare(session: Session, verification: Verification, submitted: Mapping[str, str], services: Services) -> Prepared:
    """A wrong code costs a try of this step; a right one opens the held card."""
    code = checked(submitted, ("code",))["code"]
    if codes.is_expired(verification, services.clock()):
        return Prepared(effect=Effect(Verb.FAIL, "code_expired"))
    if not codes.is_right(verification, code, services):
        return Prepared(effect=Effect(Verb.FAIL, "code_wrong"))
    keys = services.vault.keys(verification.id)
    values = open_steps(session, keys, verification, HELD)
    limits.note(
        [
            limits.counter("bank_card", values["card_number"], verification),
            limits.counter("cn.id_number", values["id_number"], verification),
            limits.seen("bank_card", values["card_number"], verification),
            limits.seen("cn.id_number", values["id_number"], verification),
        ],
        services,
    )
    return Prepared(
        request=BankCardCheck(values["name"], values["id_number"], values["card_number"], values["mobile"]),
        keys=keys,
    )


def resend(session: Session, verification: Verification, _submitted: None, services: Services) -> Prepared:
    """The next code to the held mobile, at most one a minute and five a day."""
    wait = codes.resend_after(verification, services.clock())
    if wait:
        raise Problem("too_many_attempts", retry_after=wait)
    keys = services.vault.keys(verification.id)
    mobile = open_steps(session, keys, verification, HELD)["mobile"]
    limits.note([limits.counter("mobile", mobile, verification)], services)
    return Prepared(request=codes.issue(verification, mobile, services), keys=keys)
