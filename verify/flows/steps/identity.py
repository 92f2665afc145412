"""Name and ID number, checked with the identity provider."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from providers.base import IdentityCheck
from verify.flows import limits
from verify.flows.minors.standing import admit
from verify.flows.sealing import seal_display, seal_step
from verify.flows.steps.person import checked, masked
from verify.flows.steps.prepared import Prepared
from verify.models import Verification
from verify.services import Services


def prepare(session: Session, verification: Verification, submitted: Mapping[str, str], services: Services) -> Prepared:
    """Seals both under the identity class and counts the check."""
    now = services.clock()
    values = checked(submitted, ("name", "id_number"))
    if (owed := admit(session, verification, values, services)) is not None:
        return owed
    limits.note(
        [
            limits.counter("cn.id_number", values["id_number"], verification),
            limits.seen("cn.id_number", values["id_number"], verification),
        ],
        services,
    )
    keys = services.vault.create(verification.account_id, verification.id, ["identity"])
    seal_step(session, keys, verification, "identity", {"identity": values}, now)
    seal_display(keys, verification, masked(values))
    return Prepared(request=IdentityCheck(values["name"], values["id_number"]), keys=keys)
