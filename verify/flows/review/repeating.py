"""Asking a vendor again in the user's place, about what is sealed of the step they owe."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from crypto.errors import KeyShredded
from providers.base import Capability, LicensePage
from verify.errors import Problem
from verify.flows import documents, progress, step, troubles
from verify.flows.case import Ref
from verify.flows.methods import STEPS
from verify.flows.papers import looked_through, page_for
from verify.flows.sealing import open_steps
from verify.flows.states import Status
from verify.flows.step import Standing
from verify.flows.steps import business_license, identity, representative
from verify.flows.steps.prepared import Prepare, Prepared
from verify.models import Verification
from verify.services import Services


def owed(verification: Verification) -> str | None:
    """The step that no vendor answered for and that can be repeated from what is kept; None where there is none.

    Its user owes it, or staff took the case in.

    Faces, ID card pictures and codes are kept by nobody: those steps only the user repeats.
    """
    if troubles.outage(verification) is None or verification.status not in {Status.PENDING, Status.REVIEW}:
        return None
    name = progress.open_step(verification)
    return name if name in _AGAIN else None


def repeat(verification: Verification, services: Services) -> Standing:
    """As if the user had submitted the same once more: same checks, same limits, same consents. Raises Problem."""
    name = owed(verification)
    if name is None:
        raise Problem("nothing_to_do")
    ref = Ref(verification.id, verification.application_id, verification.livemode)
    given = _license_page(ref, services) if name == business_license.STEP else None
    try:
        return step.ask(ref, STEPS[name], _AGAIN[name], given, services, by_staff=True)
    except KeyShredded:
        raise Problem("nothing_to_do") from None


def _identity(session: Session, verification: Verification, _given: None, services: Services) -> Prepared:
    values = open_steps(session, services.vault.keys(verification.id), verification, ("identity",))
    return identity.prepare(session, verification, values, services)


def _representative(session: Session, verification: Verification, _given: None, services: Services) -> Prepared:
    name, prefix = representative.STEP, f"{representative.LEGAL}_"
    values = open_steps(session, services.vault.keys(verification.id), verification, (name,))
    submitted: dict[str, Any] = {"role": progress.role(verification)}
    submitted |= {field: value for field, value in values.items() if not field.startswith(prefix)}
    if submitted["role"] != representative.LEGAL:
        legal = {field: value for field, value in values.items() if field.startswith(prefix)}
        submitted[representative.LEGAL] = {field.removeprefix(prefix): value for field, value in legal.items()}
    return representative.prepare(session, verification, submitted, services)


def _license_page(ref: Ref, services: Services) -> LicensePage:
    """Opened and drawn before any row is locked."""
    with services.read() as session:
        kept = documents.of(session, ref.verification_id)
    scan = next((one for one in kept if one.step == business_license.STEP and one.purged_at is None), None)
    if scan is None:
        raise Problem("nothing_to_do")
    paper = looked_through(b"".join(documents.open_for_reader(scan, services)))
    return LicensePage(page_for(paper, Capability.LICENSE, services, livemode=ref.livemode))


_AGAIN: Mapping[str, Prepare] = {
    "identity": _identity,
    representative.STEP: _representative,
    business_license.STEP: business_license.read,
}
