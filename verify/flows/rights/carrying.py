"""Doing what was asked for: correction with a new check, deletion, withdrawal, closing, an appeal upheld."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from verify.errors import Problem, invalid
from verify.flows import closing, erasure, verifications
from verify.flows.case import Reach
from verify.flows.rights import appeals, correcting, desk, rules
from verify.flows.staff.desk import Staff, acting
from verify.flows.staff.roles import Permission
from verify.flows.verifications import Wanted
from verify.flows.withdrawal import withdraw
from verify.models import Account, Application, RightsRequest, Verification
from verify.services import Services


@dataclass(frozen=True, repr=False)
class Order:
    """``items`` are those to withdraw; ``verification`` is the one that is to be corrected, or is contested."""

    account: Account
    items: Sequence[str]
    verification: UUID | None

    @property
    def reach(self) -> Reach:
        return Reach(self.account.application_id, self.account.livemode)


def _correct(order: Order, services: Services) -> UUID:
    """A new verification of the same kind, in which the person gives the right data to be checked."""
    if order.verification is None:
        raise Problem("not_found", "Name the verification that has the wrong data.")
    with services.read() as session:
        wrong = session.get(Verification, order.verification)
        application = session.get_one(Application, order.account.application_id)
    if wrong is None or wrong.account_id != order.account.id:
        raise Problem("not_found")
    account_id, wrong_id = order.account.id, wrong.id
    wanted = Wanted(wrong.type, wrong.method, order.account.account_ref, asked_by_user=True, locale=wrong.locale)
    try:
        made = verifications.create(application, wanted, services, livemode=order.account.livemode).id
    except Problem as problem:
        if problem.code != "verification_open":
            raise
        made = UUID(str(problem.members["verification"]).removeprefix("ver_"))
    correcting.put_in_place(account_id, wrong_id, made, services)
    return made


def _delete(order: Order, services: Services) -> None:
    erasure.erase_account(order.reach, order.account.account_ref, services)


def _withdraw(order: Order, services: Services) -> None:
    if not order.items:
        raise invalid("items", "too_short")
    withdraw(order.reach, order.account.account_ref, order.items, services)


def _close(order: Order, services: Services) -> None:
    closing.close(order.reach, order.account.account_ref, services)


def _uphold(order: Order, services: Services) -> UUID | None:
    return appeals.uphold(order.account.id, order.verification, services)


#: kind → what a button does, and who may press it: what cannot be undone is for supervisors
DEEDS: Mapping[str, tuple[Callable[[Order, Services], UUID | None], Permission]] = {
    "correction": (_correct, Permission.DECIDE),
    "deletion": (_delete, Permission.STEER),
    "withdrawal": (_withdraw, Permission.DECIDE),
    "closure": (_close, Permission.STEER),
    "human_review": (_uphold, Permission.DECIDE),
    "complaint": (_uphold, Permission.DECIDE),
}


def carry_out(
    staff: Staff, request_id: UUID, services: Services, items: Sequence[str] = (), verification: UUID | None = None
) -> RightsRequest:
    """Do it, then write down that it was done; repeated after a crash, each deed finds itself done. Raises Problem."""
    with services.read() as session:
        found = session.get(RightsRequest, request_id)
    if found is None or found.kind not in DEEDS:
        raise Problem("nothing_to_do")
    deed, needs = DEEDS[found.kind]
    with acting(staff, needs, "rights.carry_out", services, request=str(request_id)) as session:
        request, account = desk.locked(session, staff, request_id)
        if (request.status, "carry_out") not in rules.TRANSITIONS:
            raise Problem("rights_request_final")
        desk.require_proof(request)
    made = deed(Order(account, items, verification), services)
    with services.write() as session:
        request, account = desk.locked(session, staff, request_id)
        request.carried_out_at = services.clock()
        request.recheck_id = made or request.recheck_id
        desk.log(session, account, request, "carry_out", staff, services, deed=request.kind)
    return request
