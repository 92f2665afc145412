"""What can be asked for, how long an answer may take, and on which grounds it may be refused: the tables."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from verify.flows import working_days
from verify.flows.checks import SHANGHAI

#: kind → working days for an answer (policy 6: 15; 6.5: 3 for closing an account)
KINDS: Mapping[str, int] = {
    "access": 15,
    "correction": 15,
    "deletion": 15,
    "explanation": 15,
    "human_review": 15,
    "complaint": 15,
    "withdrawal": 15,
    "closure": 3,
}

#: who asks; for another than the person a proof is on file before anything is handed out or done
#: (policy 7; 个人信息保护法 31, 49: guardians of children under 14, close relatives of the dead)
REQUESTERS = ("self", "guardian", "relative", "agent")

#: kinds by which a person contests a decision: what it rested on is kept until they are answered
CONTESTING = ("correction", "explanation", "human_review", "complaint")

#: the only grounds of a refusal (policy 6, 1 to 8 and the sentence before them; GB/T 35273 8.7)
GROUNDS: Mapping[str, str] = {
    "legal_duty": "It concerns how we meet our duties under laws and regulations.",
    "national_security": "It concerns national security or defence directly.",
    "public_interest": "It concerns public safety, public health or major public interests directly.",
    "criminal_matters": "It concerns criminal investigation, prosecution, trial or execution directly.",
    "abuse": "There is sufficient evidence of malice or abuse of rights.",
    "vital_interests": "It protects life, property or other major interests, and consent is hard to obtain.",
    "harm_to_others": "An answer would seriously harm lawful interests of the person or of others.",
    "trade_secrets": "It involves trade secrets.",
    "repetitive": "It repeats what was answered, without reason.",
    "not_identified": "Who asks could not be shown to be the person whose data it is.",
}

#: why an answer may take longer, told within the first period
EXTENSIONS: Mapping[str, str] = {
    "many_records": "What was asked for is much and has to be put together.",
    "recheck_needed": "An authority or a bank has to be asked again.",
    "identity_unclear": "Proof of who asks is awaited.",
    "recipient_awaited": "A recipient's confirmation is awaited.",
}

EXTENDED_BY = 15

#: how long before the due date somebody is reminded
REMIND = timedelta(days=3)

OPEN, PROOF_WANTED, APPROVED, ANSWERED, REFUSED = "open", "proof_wanted", "approved", "answered", "refused"
STATUSES = (OPEN, PROOF_WANTED, APPROVED, ANSWERED, REFUSED)

#: (status, action) → next status; a missing pair is refused
TRANSITIONS: Mapping[tuple[str, str], str] = {
    **{(status, action): status for status in (OPEN, PROOF_WANTED, APPROVED) for action in ("take", "release", "note")},
    (OPEN, "ask_proof"): PROOF_WANTED,
    (PROOF_WANTED, "prove"): OPEN,
    (OPEN, "prove"): OPEN,
    (OPEN, "extend"): OPEN,
    (PROOF_WANTED, "extend"): PROOF_WANTED,
    (OPEN, "approve"): APPROVED,
    (OPEN, "carry_out"): OPEN,
    (OPEN, "answer"): ANSWERED,
    (APPROVED, "answer"): ANSWERED,
    (OPEN, "refuse"): REFUSED,
    (PROOF_WANTED, "refuse"): REFUSED,
}


def allowed(status: str) -> frozenset[str]:
    """What may be done to a request as it stands."""
    return frozenset(action for before, action in TRANSITIONS if before == status)


def due(received_at: datetime, working_days_: int) -> datetime:
    """The end of the last working day in China; the day of receipt does not count."""
    last = working_days.after(received_at.astimezone(SHANGHAI).date(), working_days_)
    return datetime.combine(last + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)
