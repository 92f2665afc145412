"""The card with its owner's name, ID number and reserved mobile: held sealed until a code proves the mobile."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from verify.flows import codes, limits
from verify.flows.minors.standing import admit
from verify.flows.sealing import seal_display, seal_step
from verify.flows.steps.person import checked, masked
from verify.flows.steps.prepared import Prepared
from verify.models import Verification
from verify.services import Services

FIELDS = ("name", "id_number", "card_number", "mobile")


def prepare(session: Session, verification: Verification, submitted: Mapping[str, str], services: Services) -> Prepared:
    """Seals name and number under the identity class, card and mobile under the bank class.

    The check that the code leads to is counted when it is made; where there is none left, no code is sent.
    """
    now = services.clock()
    values = checked(submitted, FIELDS)
    if (owed := admit(session, verification, values, services)) is not None:
        return owed
    limits.refuse_spent(
        [
            limits.counter("bank_card", values["card_number"], verification),
            limits.counter("cn.id_number", values["id_number"], verification),
        ],
        services,
    )
    limits.note([limits.counter("mobile", values["mobile"], verification)], services)
    keys = services.vault.create(verification.account_id, verification.id, ["identity", "bank"])
    person = {field: values[field] for field in ("name", "id_number")}
    card = {field: values[field] for field in ("card_number", "mobile")}
    seal_step(session, keys, verification, "bank_card", {"identity": person, "bank": card}, now)
    seal_display(keys, verification, masked(values))
    return Prepared(request=codes.issue(verification, values["mobile"], services), keys=keys)
