"""How far a verification has come: the state and the used tries of its steps.

Kept as one JSON value on the verification's row, so that the row's lock guards it and a step costs no
further statement. Only this module writes it.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from verify.flows.methods import METHODS, STEPS, Step, offered
from verify.flows.states import Status
from verify.models import Verification

PENDING, PROCESSING, PASSED, FAILED = "pending", "processing", "passed", "failed"

#: where the challenge of a micro-transfer is kept
TRANSFER_STEP = "transfer_amount"

#: owed by the guardian, and only of people under 18
GUARDIAN_STEP = "guardian"

REPRESENTATIVE_STEP, LETTER_STEP = "representative", "authorization_letter"


def steps_of(verification: Verification, method: str | None = None) -> tuple[Step, ...]:
    """The steps of its method (or of another one), in order, as the application has them."""
    method = method or verification.method
    names = METHODS[verification.type, method]
    if method == "bank_card" and not verification.application.setting("bank_card_face"):
        names = tuple(name for name in names if name != "face")
    if verification.type == "enterprise" and method == "micro_transfer" and not _is_by_letter(verification):
        names = tuple(name for name in names if name != LETTER_STEP)
    if minor(verification) is not None:
        names = (names[0], GUARDIAN_STEP, *names[1:])
    return tuple(STEPS[name] for name in names)


def _is_by_letter(verification: Verification) -> bool:
    return bool(role(verification) == "authorized_person")


def role(verification: Verification) -> str | None:
    """The representative's, once it was given."""
    found: str | None = state(verification, REPRESENTATIVE_STEP).get("role")
    return found


def minor(verification: Verification) -> str | None:
    """The group of age of somebody under 18, as their ID number told; None for adults and before it was given."""
    found: str | None = verification.progress.get("minor")
    return found


def note_minor(verification: Verification, group: str | None) -> None:
    """From here on a guardian's consent for this group is owed, or none."""
    steps = {k: v for k, v in verification.progress.get("steps", {}).items() if k != GUARDIAN_STEP}
    kept = {k: v for k, v in verification.progress.items() if k != "minor"}
    verification.progress = {**kept, "steps": steps} | ({"minor": group} if group else {})


def next_check(verification: Verification) -> str | None:
    """When a step that waits for days is checked again; None where none waits so."""
    states = (state(verification, step.name) for step in steps_of(verification))
    return next((known["next_check_at"] for known in states if "next_check_at" in known), None)


def state(verification: Verification, step: str) -> Mapping[str, Any]:
    """What is known of one step; ``status`` is always there."""
    found: Mapping[str, Any] = verification.progress.get("steps", {}).get(step, {})
    return {"status": PENDING, **found}


def tries_left(verification: Verification, step: str, method: str | None = None) -> int | None:
    """Tries left, or None where a step may be repeated at will."""
    limit = STEPS[step].tries
    if limit is None:
        return None
    used: int = verification.progress.get("tries", {}).get(method or verification.method, {}).get(step, 0)
    return max(0, limit - used)


def offer(verification: Verification, methods: list[str]) -> None:
    """The methods that can be switched to, fixed when the verification is made."""
    verification.progress = {**verification.progress, "offers": methods}


def note_contact(verification: Verification, kinds: Iterable[str]) -> None:
    """Which addresses the user left, by kind alone, fixed when the verification is made."""
    verification.progress = {**verification.progress, "contact": sorted(kinds)}


def contact(verification: Verification) -> list[str]:
    """Kinds of address the user left: ``email``, ``mobile``."""
    found: list[str] = verification.progress.get("contact", ["email"])  # what was made before kinds were noted
    return found


def note_waited(verification: Verification, spent: timedelta) -> None:
    """How long the user had waited when staff had them do something."""
    verification.progress = {**verification.progress, "waited": round(spent.total_seconds())}


def waited(verification: Verification) -> timedelta:
    return timedelta(seconds=verification.progress.get("waited", 0))


def is_exhausted(verification: Verification, method: str | None = None) -> bool:
    """True when a step of the method has no try left."""
    return any(
        tries_left(verification, step.name, method) == 0 and state(verification, step.name)["status"] != PASSED
        for step in steps_of(verification, method)
    )


def alternatives(verification: Verification) -> list[str]:
    """The other methods that can still be taken."""
    return [
        method
        for method in verification.progress.get("offers", offered(verification.type))
        if method != verification.method and not is_exhausted(verification, method)
    ]


def next_step(verification: Verification) -> str | None:
    """What the user owes, or None while others owe something and after the end."""
    return open_step(verification) if verification.status == Status.PENDING else None


def open_step(verification: Verification) -> str | None:
    """What the user owes, or would owe were the case not before staff."""
    if is_exhausted(verification):
        return None
    waiting = (s.name for s in steps_of(verification) if state(verification, s.name)["status"] in {PENDING, FAILED})
    return next(waiting, None)


def is_complete(verification: Verification) -> bool:
    """True when every step of the method has passed."""
    return all(state(verification, step.name)["status"] == PASSED for step in steps_of(verification))


def put(verification: Verification, step: str, status: str, **values: Any) -> None:
    """Set a step's status; further values are merged, and those given as None are dropped."""
    merged = {**state(verification, step), **values, "status": status}
    steps = {**verification.progress.get("steps", {}), step: {k: v for k, v in merged.items() if v is not None}}
    verification.progress = {**verification.progress, "steps": steps}


def transfer(verification: Verification) -> Mapping[str, Any]:
    """The challenge of the current transfer as callers read it; empty before there is one."""
    found: Mapping[str, Any] = state(verification, TRANSFER_STEP).get("transfer", {})
    return found


def put_transfer(verification: Verification, members: Mapping[str, Any], step: str | None = None) -> None:
    """Merge members of the challenge, dropping those that are None, and set the step's status where one is given."""
    merged = {k: v for k, v in {**transfer(verification), **members}.items() if v is not None}
    put(verification, TRANSFER_STEP, step or state(verification, TRANSFER_STEP)["status"], transfer=merged)


def spend(verification: Verification, step: str) -> None:
    """Use up one try of a step of the current method."""
    tries = {**verification.progress.get("tries", {})}
    mine = {**tries.get(verification.method, {})}
    mine[step] = mine.get(step, 0) + 1
    tries[verification.method] = mine
    verification.progress = {**verification.progress, "tries": tries}


def is_held(verification: Verification, step: str) -> bool:
    """True where staff had the vendor asked: without an answer the case is theirs again."""
    return bool(state(verification, step).get("held"))


def reopen(verification: Verification, step: str, *, asked: bool | None = None) -> None:
    """The user owes a step again, with one try at least; nothing of how it stood before counts."""
    limit = STEPS[step].tries
    if limit is not None and tries_left(verification, step) == 0:
        tries = {**verification.progress["tries"]}
        tries[verification.method] = {**tries[verification.method], step: limit - 1}
        verification.progress = {**verification.progress, "tries": tries}
    steps = {**verification.progress.get("steps", {})}
    steps[step] = {"status": PENDING} | ({"asked": True} if asked else {})
    verification.progress = {**verification.progress, "steps": steps}


def is_asked(verification: Verification) -> bool:
    """True while the user owes a step that a reviewer asked for again."""
    known = verification.progress.get("steps", {}).values()
    return any(step.get("asked") and step["status"] != PASSED for step in known)


def release(verification: Verification) -> None:
    """Nobody owes an answer any more: what was held for a later step is pending again."""
    for step in steps_of(verification):
        if state(verification, step.name)["status"] == PROCESSING:
            put(verification, step.name, PENDING, held=None)


def keep(verification: Verification, passed: Iterable[str]) -> None:
    """Forget every step's state but those named; tries stay spent."""
    steps = {name: verification.progress["steps"][name] for name in passed}
    verification.progress = {**verification.progress, "steps": steps}


def passed(verification: Verification) -> list[str]:
    """Names of the steps that have passed, of any method."""
    return [name for name, value in verification.progress.get("steps", {}).items() if value["status"] == PASSED]
