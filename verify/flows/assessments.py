"""The gate of the impact assessment: no face goes anywhere before its consequences were thought through (PIPL 55).

Test keys reach doubles that send nothing to anybody, so what is assessed does not take place there.
"""

from collections.abc import Mapping
from datetime import timedelta

from providers.base import Capability
from verify.errors import Problem
from verify.flows.checks import SHANGHAI
from verify.models import Verification
from verify.services import Services

#: what an assessment is about → capabilities that are served only while one is current
SUBJECTS: Mapping[str, frozenset[Capability]] = {"face": frozenset({Capability.FACE, Capability.LIVENESS})}

#: 人脸识别技术应用安全管理办法 9: kept at least three years; made anew when anything of it changes
LONGEST = timedelta(days=3 * 366)

#: for the operator, who can do something about it
MISSING = "No current impact assessment covers the face step; record one with `realname assessments add`."


def refuse_unassessed(verification: Verification, capability: Capability, services: Services) -> None:
    """Raises Problem not_ready where none of the recipients the person consented to is covered."""
    names = [consent.provider or "" for consent in verification.consents if consent.capability == capability]
    if verification.livemode and names and not any(covers(name, capability, services) for name in names):
        raise Problem("not_ready", MISSING)


def covers(name: str, capability: Capability, services: Services) -> bool:
    """True when a current assessment covers what this provider would be sent."""
    today = services.clock().astimezone(SHANGHAI).date()
    needed = [subject for subject, capabilities in SUBJECTS.items() if capability in capabilities]
    return all(
        any(
            known.subject == subject and name in known.recipients and known.valid_from <= today <= known.valid_until
            for known in services.board().assessments
        )
        for subject in needed
    )
