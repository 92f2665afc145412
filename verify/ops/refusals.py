"""Why something was refused, in the words of staff."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from verify.errors import Problem
from verify.field_messages import field_message

#: what is wrong with a new password
PASSWORD: Mapping[str, Any] = {
    "too_short": _("That is too short."),
    "too_long": _("That is too long."),
    "not_allowed": _("That holds your login, or is the password you came in with."),
}

PROBLEMS: Mapping[str, Any] = {
    "invalid_credentials": _("That did not match. Check it and try again."),
    "too_many_attempts": _("A limit is used up for now: that many tries or checks are not made in a row."),
    "forbidden": _("Your role does not include this."),
    "not_found": _("There is nothing here, or you have not been granted it."),
    "not_in_review": _("This case is not in review any more: a colleague decided meanwhile."),
    "case_claimed": _("A colleague works on this case."),
    "own_proposal": _("You proposed this; a second person has to agree."),
    "second_person_required": _("This waits for a second person already."),
    "proof_required": _("Somebody asks for another person here: proof that they may has to be on file first."),
    "not_carried_out": _("What is asked for was not done yet. Do it first, or refuse it on a listed ground."),
    "rights_request_final": _("This cannot be done to the request as it stands."),
    "verification_open": _("The account has an open verification of this kind already."),
    "account_closed": _("The account is closed."),
    "nothing_to_do": _("There is nothing this could be done to now."),
    "proposal_answered": _("Nothing waits for a second person here any more: it was answered or taken back meanwhile."),
    "step_not_expected": _("The case has moved on meanwhile. Look at it again."),
    "verification_final": _("This verification has ended and stays as it is."),
    "consent_required": _("The user has not consented to this recipient."),
    "notice_changed": _("The notice has changed since: the user has to consent again first."),
    "stale_form": _("This page was open for too long. Go back, reload it and try again."),
    "too_large": _("That is too large."),
    "rate_limited": _("Too many requests. Wait a moment."),
    "step_unanswered": _("A step has no answer yet: have the vendor asked once more, or ask the user for it."),
    "documents_unopened": _("Look at every page of the papers that wait to be read first; then approve."),
    "storage_unavailable": _("The documents cannot be reached. Try again in a moment."),
    "internal_error": _("Something went wrong here; it is on record. Try again in a moment."),
    "not_ready": _("A store cannot be reached. Try again in a moment."),
    "invalid_input": _("Something in the form is not right."),
    "malformed": _("That could not be read."),
}

#: in place of the one above where somebody signs in
SIGNING_IN: Mapping[str, Any] = {
    "too_many_attempts": _("Too many tries. This login rests for a quarter of an hour."),
}


def problem(found: Problem) -> Any:
    return PROBLEMS.get(found.code, found.detail)


def said(found: Problem, locale: str) -> str:
    """What is wrong about the fields of a form, or else why it was refused."""
    fields = " ".join(field_message(error.code, locale) for error in found.errors)
    return fields or str(problem(found))


def said_at_door(found: Problem) -> Any:
    """The same where somebody signs in."""
    wrong = [PASSWORD[error.code] for error in found.errors if error.code in PASSWORD]
    return wrong[0] if wrong else SIGNING_IN.get(found.code, problem(found))
