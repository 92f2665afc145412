"""Flows as data: what each method consists of, and what each step is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from providers.base import Capability


@dataclass(frozen=True)
class Step:
    """One thing the user does.

    ``tries`` is how often it may fail at a cost (None: no limit), counted per method. ``asks`` is the
    capability that judges it. ``settles`` are the steps that pass with it; ``blames`` is the step to be
    done again when the answer is no and the reason code names none of this method. ``parts`` are submitted
    one by one.
    """

    name: str
    tries: int | None = None
    asks: Capability | None = None
    settles: tuple[str, ...] = ()
    blames: str = ""
    parts: tuple[str, ...] = ()


STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        Step("consent", settles=("consent",), blames="consent"),
        # of people under 18 only; the guardian does it, not the user
        Step("guardian", settles=("guardian",), blames="guardian"),
        Step("identity", tries=3, asks=Capability.IDENTITY, settles=("identity",), blames="identity"),
        Step("face", tries=3, asks=Capability.FACE, settles=("face",), blames="face"),
        # the card is held until the code proves the mobile; both then pass with the four-element match
        Step("bank_card", tries=3, asks=Capability.SMS, settles=(), blames="bank_card"),
        Step("sms_code", tries=5, asks=Capability.BANK_CARD, settles=("bank_card", "sms_code"), blames="bank_card"),
        Step("bank_account", tries=3, asks=Capability.IDENTITY, settles=("bank_account",), blames="bank_account"),
        Step(
            "id_card",
            tries=3,
            asks=Capability.ID_CARD,
            settles=("id_card",),
            blames="id_card",
            parts=("front", "back"),
        ),
        # what was typed is held against the licence and the register, which blame it
        Step("enterprise", tries=3, settles=("enterprise",), blames="enterprise"),
        Step("license", tries=3, asks=Capability.LICENSE, settles=("license",), blames="license"),
        Step(
            "representative",
            tries=3,
            asks=Capability.REGISTRY,
            settles=("representative",),
            blames="representative",
        ),
        Step("authorization_letter", settles=("authorization_letter",), blames="authorization_letter"),
        # owed from when the money is sent
        Step("transfer_amount", tries=3, asks=Capability.TRANSFER, settles=("transfer_amount",), blames="bank_account"),
    )
}

#: what was checked together with values of a step, and so is done again when a reviewer asks for that step
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "identity": ("face",),
    "bank_card": ("sms_code", "face"),
    "sms_code": ("bank_card",),
    "bank_account": ("id_card", "transfer_amount"),
    "enterprise": ("license", "representative"),
    "representative": ("face", "id_card", "authorization_letter"),
}

METHODS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("personal", "face"): ("consent", "identity", "face"),
    ("personal", "bank_card"): ("consent", "bank_card", "sms_code", "face"),
    ("personal", "micro_transfer"): ("consent", "bank_account", "id_card", "transfer_amount"),
    ("enterprise", "legal_representative"): ("consent", "enterprise", "license", "representative", "face"),
    ("enterprise", "authorized_person"): (
        "consent",
        "enterprise",
        "license",
        "representative",
        "authorization_letter",
        "face",
    ),
    # the letter only where the representative is an authorized person
    ("enterprise", "micro_transfer"): (
        "consent",
        "enterprise",
        "license",
        "representative",
        "id_card",
        "authorization_letter",
        "bank_account",
        "transfer_amount",
    ),
}

#: types of the contract
TYPES = ("personal", "enterprise")

#: roles a representative may have, by method of an enterprise
ROLES: Mapping[str, tuple[str, ...]] = {
    "legal_representative": ("legal_representative",),
    "authorized_person": ("authorized_person",),
    "micro_transfer": ("legal_representative", "authorized_person"),
}

LIFETIME: Mapping[str, timedelta] = {"personal": timedelta(days=7), "enterprise": timedelta(days=30)}
TRANSFER_LIFETIME = timedelta(days=30)

#: a client token reads on for so long after the end
READABLE_AFTER_END = timedelta(hours=24)

#: one-time codes (api.md): how long one lives, when the next may be sent, how many a mobile and day
CODE_LIFETIME = timedelta(minutes=10)
CODE_INTERVAL = timedelta(minutes=1)
CODES_A_DAY = 5

#: caps across verifications and applications (api.md)
CARD_CHECKS_A_DAY = 5
ID_CHECKS_A_DAY = 15


def lifetime(type_: str, method: str) -> timedelta:
    """How long the user has for all of it; banks take their time."""
    return max(LIFETIME[type_], TRANSFER_LIFETIME) if method == "micro_transfer" else LIFETIME[type_]


def offered(type_: str) -> tuple[str, ...]:
    """Methods of a type, in the order they are shown."""
    return tuple(method for kind, method in METHODS if kind == type_)
