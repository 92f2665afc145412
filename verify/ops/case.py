"""One case: everything a reviewer needs to decide it without leaving the page."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from providers.base import Capability
from verify.auth import services, staff
from verify.errors import Problem
from verify.flows import progress, routing, troubles
from verify.flows.methods import STEPS
from verify.flows.review import cases, deciding, paying, repeating, revealing, steering, viewing
from verify.flows.review.dossier import Dossier, gather
from verify.flows.review.four_eyes import Matter, overridden
from verify.flows.review.looking import to_read
from verify.flows.review.queue import stands_since, target
from verify.flows.review.reasons import REJECTIONS, UNCHECKED
from verify.flows.review.referrals import referrals
from verify.flows.review.stuck import waits_for
from verify.flows.staff.desk import Staff
from verify.flows.states import FINAL
from verify.models import Consent, Verification
from verify.ops import access, language, pages, refusals, words
from verify.ops.timeline import recipient, timeline
from verify.services import Services
from verify.watermark import stamped

#: what a form of the page does → the flow, with what it takes from the form
ACTIONS: dict[str, Callable[[Staff, UUID, Services, Any], object]] = {
    "claim": lambda who, case, parts, _form: cases.claim(who, case, parts),
    "release": lambda who, case, parts, _form: cases.release(who, case, parts),
    "note": lambda who, case, parts, form: cases.note(who, case, form("text"), parts),
    "approve": lambda who, case, parts, form: deciding.approve(who, case, parts, form("text")),
    "confirm": lambda who, case, parts, _form: deciding.confirm(who, case, parts),
    "decline": lambda who, case, parts, _form: deciding.decline(who, case, parts),
    "reject": lambda who, case, parts, form: deciding.reject(who, case, form("reason"), form("text"), parts),
    "ask_again": lambda who, case, parts, form: deciding.ask_again(who, case, form("step"), form("text"), parts),
    "retry": lambda who, case, parts, _form: steering.retry(who, case, parts),
    "extend": lambda who, case, parts, form: steering.extend(who, case, _number(form("days")), parts),
    "take_in": lambda who, case, parts, form: steering.take_in(who, case, form("text"), parts),
    "switch_provider": lambda who, case, parts, form: _switch(who, case, form("recipient"), parts),
    "agree": lambda who, case, parts, form: revealing.agree(who, case, _id(form("proposal")), parts, confirmed=True),
    "disagree": lambda who, case, parts, form: revealing.agree(
        who, case, _id(form("proposal")), parts, confirmed=False
    ),
}


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/cases/<case>", "case", show)
    blueprint.add_url_rule("/cases/<case>/documents/<uuid:document>/<int:number>.jpg", "document", document_page)
    blueprint.add_url_rule("/cases/<case>/reveal", "reveal", reveal, methods=["POST"])
    blueprint.add_url_rule("/cases/<case>/<action>", "act", act, methods=["POST"])


@staff("see")
def show(case: str) -> ResponseReturnValue:
    return page(_case(case))


def page(case: UUID, status: int = 200, **more: Any) -> ResponseReturnValue:
    """The whole page, with a value revealed on it or with what was wrong about a form."""
    who = access.staff()
    found = gather(who, case, services())
    verification = found.verification
    read_first = to_read(verification, found.documents)
    with services().read() as session:
        owed = steering.owed_attempts(session, [case])
    shown = pages.shown(
        "ops/case.html",
        **_people(found, who),
        case=found,
        v=verification,
        waits=waits_for(verification),
        against=(against := overridden(verification)),
        against_words=", ".join(str(words.of(words.STEPS, step)) for step in against),
        timeline=timeline(found, services().providers, language.tag()),
        recipient=lambda name: recipient(name, services().providers, language.tag()),
        any_hidden=any(f.hidden for fields in found.fields.values() for f in fields),
        askable=deciding.askable(verification),
        asked_first=set(referrals(verification)) or set(overridden(verification)),
        rejections=sorted(REJECTIONS, key=lambda code: code != UNCHECKED) if found.unanswered else REJECTIONS,
        papers=sorted(found.documents, key=lambda paper: paper not in read_first),
        read_first=read_first,
        read_words=words.listed(words.STEPS, (paper.step for paper in read_first)),
        owed=owed or (found.transfer and paying.can_be_asked_about(found.transfer, services())),
        told_by=found.transfer and paying.referred_at(found.transfer),
        others=_nearest_first(steering.others(verification, services()), verification),
        extensions=steering.EXTENSIONS,
        since=(since := stands_since(verification)),
        late=since and services().clock() - since > target(services()),
        repeated=repeating.owed(verification),
        owed_step=progress.open_step(verification) if troubles.outage(verification) else None,
        unanswered=words.listed(words.STEPS, found.unanswered),
        rechecks=services().settings.registry_rechecks,
        is_final=verification.status in FINAL,
        agreed_for=round(revealing.OPEN_FOR.total_seconds() / 60),
        **{"revealed": {}, "withheld": "", "error": None, "at": None, **more},
    )
    return shown, status


def _nearest_first(consents: Sequence[Consent], verification: Verification) -> list[Consent]:
    """Those whom the step that is stuck could ask before the others."""
    step = progress.open_step(verification)
    near = routing.capabilities_of(verification, STEPS[step]) if step else ()
    return sorted(consents, key=lambda consent: consent.capability not in near)


def _people(found: Dossier, who: Staff) -> dict[str, Any]:
    waiting = [p for p in found.proposals if p.answered_at is None]
    return {
        "override": next((p for p in waiting if p.kind == Matter.OVERRIDE), None),
        "reveals": [p for p in waiting if p.kind == Matter.REVEAL_MINOR],
        "mine": found.claim is not None and found.claim.operator_id == who.id,
    }


@staff("see")
def act(case: str, action: str) -> ResponseReturnValue:
    """One action, each of which asks for its own permission; back to the page, or to the next case."""
    found = _case(case)
    if action not in ACTIONS:
        raise Problem("not_found")
    try:
        done = ACTIONS[action](access.staff(), found, services(), lambda name: request.form.get(name, ""))
    except Problem as problem:
        if problem.code == "not_found":
            raise
        return page(found, problem.kind.status, error=refusals.said(problem, language.tag()), at=action)
    if done is False and action in words.UNDONE:
        pages.say(words.UNDONE[action], "warn")
    else:
        pages.say(_("Done."))
    return redirect(url_for("ops.case", case=case))


@staff("documents")
def document_page(case: str, document: UUID, number: int) -> Response:
    """A picture for the page around it, with the viewer's name across it; kept by no cache."""
    picture = viewing.page(access.staff(), _case(case), document, number, services(), stamped)
    return Response(picture, content_type="image/jpeg", headers={"Content-Disposition": "inline"})


@staff("reveal")
def reveal(case: str) -> ResponseReturnValue:
    found = _case(case)
    step, field = request.form.get("step", ""), request.form.get("field", "")
    try:
        shown = revealing.reveal(access.staff(), found, step, field, request.form.get("text", ""), services())
    except Problem as problem:
        if problem.code == "not_found":
            raise
        error = refusals.said(problem, language.tag())
        return page(found, problem.kind.status, error=error, at=f"reveal-{step}-{field}")
    if not shown.values:
        pages.say(_("A second person has to agree before this is shown."))
        return redirect(url_for("ops.case", case=case))
    return page(found, HTTPStatus.OK, revealed=shown.values, withheld=words.listed(words.STEPS, shown.waiting))


def _switch(who: Staff, case: UUID, recipient: str, parts: Services) -> None:
    capability, _sep, provider = recipient.partition("/")
    if capability not in {one.value for one in Capability}:
        raise Problem("nothing_to_do")
    steering.switch_provider(who, case, Capability(capability), provider, parts)


def _case(text: str) -> UUID:
    return _id(text.removeprefix("ver_"))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Problem("not_found") from None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0  # noqa: PLR2004 - digits
