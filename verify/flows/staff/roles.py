"""What each role may do: one table."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Permission(StrEnum):
    SEE = "see"  #: the queue, and cases in their masked form
    OVERVIEW = "overview"
    NOTE = "note"
    DECIDE = "decide"  #: claim, approve, reject, ask again
    DOCUMENTS = "documents"
    REVEAL = "reveal"  #: a value in clear
    CONFIRM = "confirm"  #: be the second person
    STEER = "steer"  #: retry a call, extend, switch provider, release what others claimed
    AUDIT = "audit"
    EXPORT = "export"
    STAFF = "staff"  #: make, change and end operators


P = Permission

_REVIEWER = frozenset({P.SEE, P.NOTE, P.DECIDE, P.DOCUMENTS, P.REVEAL})

ROLES: Mapping[str, frozenset[Permission]] = {
    "reviewer": _REVIEWER,
    "supervisor": _REVIEWER | {P.CONFIRM, P.STEER, P.OVERVIEW},
    "auditor": frozenset({P.SEE, P.OVERVIEW, P.AUDIT, P.EXPORT}),
    # keeps the keys to the desk, and sees nobody's papers
    "administrator": frozenset({P.STAFF, P.OVERVIEW, P.AUDIT}),
}


def permissions(roles: Iterable[str]) -> frozenset[Permission]:
    """Of several roles, all together; a role that no longer exists allows nothing."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))
