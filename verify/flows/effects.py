"""What an answer does: one table from (capability, outcome or kind of failure) to an effect on the step.

What a reason costs the user stands in verify.flows.reasons; both are published by GET /v1/reason_codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from providers.base import Capability, Misconfigured, Outcome, ProviderFailure, Result


class Verb(StrEnum):
    PASS = "pass"  # noqa: S105 - a verb, not a password
    FAIL = "fail"  #: the user is told and tries again
    WAIT = "wait"  #: stays processing; the answer is read back
    HOLD = "hold"  #: the order was taken; the user owes the next step, which settles this one


@dataclass(frozen=True)
class Effect:
    """``part`` of a step that is submitted in parts; ``check`` is what a check made here adds to the assurance."""

    verb: Verb
    reason: str | None = None
    part: str | None = None
    check: Mapping[str, str] | None = None


C, R, V = Capability, Result, Verb

_CHECKS: Mapping[Capability, tuple[str, str]] = {
    # capability: reason of a mismatch, reason of "no record"
    C.IDENTITY: ("identity_mismatch", "no_record"),
    C.FACE: ("face_mismatch", "no_photo"),
    C.BANK_CARD: ("bank_card_mismatch", "no_record"),
    C.ID_CARD: ("id_card_mismatch", "id_card_unreadable"),
}

EFFECTS: Mapping[tuple[Capability, str], Effect] = {
    **{(capability, R.MATCH): Effect(V.PASS) for capability in _CHECKS},
    **{(capability, R.MISMATCH): Effect(V.FAIL, mismatch) for capability, (mismatch, _) in _CHECKS.items()},
    **{(capability, R.NOT_FOUND): Effect(V.FAIL, missing) for capability, (_, missing) in _CHECKS.items()},
    **{(capability, R.INCONCLUSIVE): Effect(V.FAIL, "inconclusive") for capability in _CHECKS},
    **{(capability, "Unknown"): Effect(V.WAIT) for capability in _CHECKS},
    # a reading is of use in its own request only: the picture and what was read are kept nowhere
    (C.ID_CARD, R.INCONCLUSIVE): Effect(V.FAIL, "id_card_unreadable"),
    (C.ID_CARD, "Unknown"): Effect(V.FAIL, "provider_unavailable"),
    (C.SMS, R.ACCEPTED): Effect(V.HOLD),
    # the message may be on its way: let the user look, and resend if it is not
    (C.SMS, "Unknown"): Effect(V.HOLD),
    **{
        (capability, kind): Effect(V.FAIL, "provider_unavailable")
        for capability in Capability
        for kind in ("Unavailable", "Refused", "Misconfigured", "NotReceived")
    },
    **{(capability, "Throttled"): Effect(V.FAIL, "provider_throttled") for capability in Capability},
}

#: no consented recipient can serve now: as an outage, nothing is lost
NO_PROVIDER = Effect(V.FAIL, "provider_unavailable")

#: an answer of a check that stays open for good is handed back to the user at no cost
GIVEN_UP = Effect(V.FAIL, "provider_unavailable")


def effect_of(capability: Capability, answer: Outcome | ProviderFailure | Misconfigured) -> Effect:
    """The table's row; an adapter's own reason refines the row's."""
    if isinstance(answer, Outcome):
        row = EFFECTS.get((capability, answer.result), Effect(V.FAIL, "inconclusive"))
        return Effect(row.verb, answer.reason) if answer.reason and row.verb is V.FAIL else row
    return EFFECTS[capability, type(answer).__name__]
