"""What the access log holds in codes, in the words of staff."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from verify.ops import words

ACTIONS: Mapping[str, Any] = {
    "signin.password": _("Sign-in: password"),
    "signin.code": _("Sign-in: code"),
    "signin.recovery": _("Sign-in: recovery code"),
    "signin.enrol": _("Second factor enrolled"),
    "signin.out": _("Signed out"),
    "staff.password": _("Password chosen"),
    "staff.acknowledge": _("Secrecy and training confirmed"),
    "staff.create": _("Staff login made"),
    "staff.change": _("Staff login changed"),
    "staff.reset": _("Staff login reset"),
    "staff.disable": _("Staff login ended"),
    "staff.enable": _("Staff login reopened"),
    "case.open": _("Case opened"),
    "case.search": _("Search"),
    "case.reveal": _("Value revealed"),
    "case.reveal_agree": _("Reveal answered"),
    "case.document": _("Document viewed"),
    "audit.export": _("Access log exported"),
    "review.claim": _("Claimed"),
    "review.release": _("Released"),
    "review.note": _("Note written"),
    "review.approve": _("Approved or proposed"),
    "review.confirm": _("Override confirmed"),
    "review.decline": _("Override declined"),
    "review.reject": _("Rejected"),
    "review.ask_again": _("Asked again"),
    "review.retry": _("Vendor asked again"),
    "review.extend": _("More time given"),
    "review.switch_provider": _("Provider switched"),
    "review.take_in": _("Taken in by staff"),
    "review.list": _("Queue listed"),
    "review.show": _("Case shown"),
    "rights.list": _("Rights desk: list"),
    "rights.show": _("Rights desk: request opened"),
    "rights.reveal": _("Rights desk: words revealed"),
    "rights.take": _("Rights desk: taken"),
    "rights.release": _("Rights desk: released"),
    "rights.note": _("Rights desk: note written"),
    "rights.ask_proof": _("Rights desk: proof asked for"),
    "rights.extend": _("Rights desk: more time taken"),
    "rights.approve": _("Rights desk: copy opened"),
    "rights.carry_out": _("Rights desk: carried out"),
    "rights.answer": _("Rights desk: answered"),
    "rights.refuse": _("Rights desk: refused"),
}

#: pages of the console, as the access log names those somebody was refused
PAGES: Mapping[str, Any] = {
    "ops.queue": _("Page: queue"),
    "ops.search": _("Search"),
    "ops.case": _("Page: case"),
    "ops.act": _("Action on a case"),
    "ops.document": _("Document viewed"),
    "ops.reveal": _("Value revealed"),
    "ops.rights": _("Rights desk: list"),
    "ops.rights_case": _("Rights desk: request opened"),
    "ops.rights_act": _("Rights desk: action"),
    "ops.rights_reveal": _("Rights desk: words revealed"),
    "ops.overview": _("Page: overview"),
    "ops.audit": _("Page: access log"),
    "ops.audit_export": _("Access log exported"),
    "ops.team": _("Page: staff"),
    "ops.team_new": _("Staff login made"),
    "ops.team_act": _("Staff login changed"),
}

#: members of a line of the access log
DETAILS: Mapping[str, Any] = {
    "via": _("by"),
    "step": _("step"),
    "field": _("field"),
    "document": _("document"),
    "page": _("page"),
    "only": _("only"),
    "request": _("request"),
    "operator": _("operator"),
    "roles": _("roles"),
    "applications": _("applications"),
    "login": _("login"),
}

VIAS: Mapping[str, Any] = {"console": _("console"), "script": _("script"), "test": _("test key")}

#: codes somebody was refused with, in a few words
REFUSALS: Mapping[str, Any] = {
    "forbidden": _("not their role"),
    "not_found": _("not granted or not there"),
    "invalid_credentials": _("wrong"),
    "too_many_attempts": _("too many tries"),
    "case_claimed": _("a colleague's case"),
    "own_proposal": _("own proposal"),
    "second_person_required": _("waits for a second person"),
    "not_in_review": _("not in review"),
    "nothing_to_do": _("nothing to do"),
    "verification_final": _("ended"),
    "proposal_answered": _("answered before"),
    "step_not_expected": _("moved on"),
    "consent_required": _("no consent"),
    "invalid_input": _("form not right"),
    "proof_required": _("no proof of who asks"),
    "not_carried_out": _("not done yet"),
    "rights_request_final": _("not as it stands"),
    "step_unanswered": _("step unanswered"),
    "documents_unopened": _("papers not opened"),
    "storage_unavailable": _("store unreachable"),
}


def action(code: str) -> Any:
    """Of the access log: an act, or the page somebody was refused."""
    return ACTIONS.get(code) or words.of(PAGES, code)


def detail(name: str, given: Any) -> tuple[Any, str]:
    """A member of a line and what it says."""
    tables: Mapping[str, Mapping[str, Any]] = {"via": VIAS, "step": words.STEPS, "only": ACTIONS, "roles": words.ROLES}
    several = given if isinstance(given, list) else [given]
    shown = (words.field(str(one)) if name == "field" else words.of(tables.get(name, {}), str(one)) for one in several)
    return words.of(DETAILS, name), ", ".join(map(str, shown))
