"""The rights desk in the words of staff, and the draft of an answer."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from verify.flows.rights.casefile import CaseFile
from verify.flows.rights.copy_words import class_name

KINDS: Mapping[str, Any] = {
    "access": _("Access and copy"),
    "correction": _("Correction"),
    "deletion": _("Deletion"),
    "explanation": _("Explanation of a decision"),
    "human_review": _("Review by a person"),
    "complaint": _("Complaint"),
    "withdrawal": _("Withdrawal of consent"),
    "closure": _("Closing the account"),
}

STATES: Mapping[str, Any] = {
    "unanswered": _("without an answer"),
    "open": _("To be answered"),
    "proof_wanted": _("Proof awaited"),
    "approved": _("Copy may be fetched"),
    "answered": _("Answered"),
    "refused": _("Refused"),
}

#: state → how it is coloured
TONES: Mapping[str, str] = {"open": "info", "proof_wanted": "warn", "approved": "good", "answered": "good"}

REQUESTERS: Mapping[str, Any] = {
    "self": _("The person"),
    "guardian": _("A guardian"),
    "relative": _("A close relative of somebody who died"),
    "agent": _("An agent"),
}

GROUNDS: Mapping[str, Any] = {
    "legal_duty": _("It concerns how we meet our duties under laws and regulations."),
    "national_security": _("It concerns national security or defence directly."),
    "public_interest": _("It concerns public safety, public health or major public interests directly."),
    "criminal_matters": _("It concerns criminal investigation, prosecution, trial or execution directly."),
    "abuse": _("There is sufficient evidence of malice or abuse of rights."),
    "vital_interests": _("It protects life, property or other major interests, and consent is hard to obtain."),
    "harm_to_others": _("An answer would seriously harm lawful interests of the person or of others."),
    "trade_secrets": _("It involves trade secrets."),
    "repetitive": _("It repeats what was answered, without reason."),
    "not_identified": _("Who asks could not be shown to be the person whose data it is."),
}

EXTENSIONS: Mapping[str, Any] = {
    "many_records": _("What was asked for is much and has to be put together."),
    "recheck_needed": _("An authority or a bank has to be asked again."),
    "identity_unclear": _("Proof of who asks is awaited."),
    "recipient_awaited": _("A recipient's confirmation is awaited."),
}

PARTS: Mapping[str, Any] = {
    "details": _("What was asked"),
    "proof": _("Proof of who asks"),
    "third_party": _("To whom else the copy is to go"),
    "answer": _("Answer"),
}

#: kind → the button, and what it does
DEEDS: Mapping[str, Any] = {
    "correction": _("Have the person verified again"),
    "deletion": _("Close and erase the account"),
    "withdrawal": _("Withdraw these consents"),
    "closure": _("Close the account"),
    "human_review": _("Uphold the appeal"),
    "complaint": _("Uphold the appeal"),
}

EFFECTS: Mapping[str, Any] = {
    "correction": _("Opens a verification of the same kind, in which the person gives the right data to be checked."),
    "deletion": _("What no law keeps is destroyed now, the rest is only stored until its day. This cannot be undone."),
    "withdrawal": _("What runs and rests on them stops. What was done before stays."),
    "closure": _("What runs is canceled and the periods of retention begin. This cannot be undone."),
    **dict.fromkeys(
        ("human_review", "complaint"),
        _("Lifts a suspension. What ended unverified is opened anew; the old one stays as it ended."),
    ),
}

EVENTS: Mapping[str, Any] = {
    "rights_request.received": _("Received"),
    "rights_request.taken": _("Taken"),
    "rights_request.released": _("Released"),
    "rights_request.noted": _("Note written"),
    "rights_request.proof_wanted": _("Proof asked for"),
    "rights_request.proof_given": _("Proof given"),
    "rights_request.extended": _("More time taken"),
    "rights_request.approved": _("Copy opened for fetching"),
    "rights_request.carried_out": _("Carried out"),
    "rights_request.answered": _("Answered"),
    "rights_request.revealed": _("Words revealed"),
    "rights_request.due": _("Reminder: due soon or late"),
    "account.exported": _("Copy fetched"),
}

NOTES: Mapping[str, Any] = {"note": _("Note"), "reveal": _("Why the words were revealed")}


def drafted(case: CaseFile, locale: str) -> str:
    """The beginning of an answer: after an erasure both lists, to who asks what is held, too."""
    if case.row.request.kind not in {"deletion", "access"} or case.erased is None:
        return ""
    went = (entry for entry in case.erased["erased"] if entry.get("keys_destroyed") or entry.get("rows_deleted"))
    gone = [class_name(entry["class"], locale) for entry in went]
    kept = [
        f"{class_name(entry['class'], locale)} ({entry['basis'].partition(':')[0]}, → {(entry['until'] or '–')[:10]})"
        for entry in case.erased["restricted"]
    ]
    lists = {"gone": ", ".join(gone) or "–", "kept": "; ".join(kept) or "–"}
    return str(gettext("Deleted: %(gone)s.\nOnly stored until its day: %(kept)s.", **lists))
