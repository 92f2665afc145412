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
    REFER = "refer"  #: passes for the user; once every other step has passed, a person decides
    PARK = "park"  #: stays processing; the same is asked again on working days to come
    REJECT = "reject"  #: the answer ends the verification


@dataclass(frozen=True)
class Effect:
    """``part`` of a step that is submitted in parts; ``check`` is what a check made here adds to the assurance;
    ``retry_after`` are the seconds after which a new try may do better, where that is known."""

    verb: Verb
    reason: str | None = None
    part: str | None = None
    check: Mapping[str, str] | None = None
    retry_after: int | None = None


C, R, V = Capability, Result, Verb

_CHECKS: Mapping[Capability, tuple[str, str]] = {
    # capability: reason of a mismatch, reason of "no record"
    C.IDENTITY: ("identity_mismatch", "no_record"),
    C.FACE: ("face_mismatch", "no_photo"),
    C.LIVENESS: ("face_mismatch", "no_photo"),
    C.BANK_CARD: ("bank_card_mismatch", "no_record"),
    C.ID_CARD: ("id_card_mismatch", "id_card_unreadable"),
}

#: an adapter's reason of a mismatch that no further try can change
REJECTING = frozenset({"enterprise_deregistered", "enterprise_revoked", "enterprise_not_operating"})

EFFECTS: Mapping[tuple[Capability, str], Effect] = {
    **{(capability, R.MATCH): Effect(V.PASS) for capability in _CHECKS},
    **{(capability, R.MISMATCH): Effect(V.FAIL, mismatch) for capability, (mismatch, _) in _CHECKS.items()},
    **{(capability, R.NOT_FOUND): Effect(V.FAIL, missing) for capability, (_, missing) in _CHECKS.items()},
    **{(capability, R.INCONCLUSIVE): Effect(V.FAIL, "inconclusive") for capability in _CHECKS},
    **{(capability, "Unknown"): Effect(V.WAIT) for capability in _CHECKS},
    # a reading is of use in its own request only: the picture and what was read are kept nowhere
    (C.ID_CARD, R.INCONCLUSIVE): Effect(V.FAIL, "id_card_unreadable"),
    (C.ID_CARD, "Unknown"): Effect(V.FAIL, "provider_unavailable"),
    (C.LICENSE, R.MATCH): Effect(V.PASS),
    (C.LICENSE, R.MISMATCH): Effect(V.FAIL, "license_mismatch"),
    (C.LICENSE, R.NOT_FOUND): Effect(V.REFER, "license_unreadable"),
    (C.LICENSE, R.INCONCLUSIVE): Effect(V.REFER, "license_unreadable"),
    (C.LICENSE, "Unknown"): Effect(V.FAIL, "provider_unavailable"),
    (C.REGISTRY, R.MATCH): Effect(V.PASS),
    (C.REGISTRY, R.MISMATCH): Effect(V.FAIL, "registry_mismatch"),
    # registers lag by days: no record is no mismatch
    (C.REGISTRY, R.NOT_FOUND): Effect(V.PARK, "registry_no_record"),
    (C.REGISTRY, R.INCONCLUSIVE): Effect(V.REFER, "registry_unclear"),
    (C.REGISTRY, "Unknown"): Effect(V.WAIT),
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

#: a limit that was agreed on is reached: for the user the same, for operators another matter
LIMITED = Effect(V.FAIL, "provider_limited")

#: an answer of a check that stays open for good is handed back to the user at no cost
GIVEN_UP = Effect(V.FAIL, "provider_unavailable")


def effect_of(capability: Capability, answer: Outcome | ProviderFailure | Misconfigured) -> Effect:
    """The table's row; an adapter's own reason refines the row's."""
    if isinstance(answer, Outcome):
        row = EFFECTS.get((capability, answer.result), Effect(V.FAIL, "inconclusive"))
        if answer.reason is None or row.verb is not V.FAIL:
            return row
        return Effect(V.REJECT if answer.reason in REJECTING else row.verb, answer.reason)
    return EFFECTS[capability, type(answer).__name__]
