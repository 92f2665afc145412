"""The rights desk: what people ask about their own data, the first due first, and one request with all to answer it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from verify.auth import services, staff
from verify.errors import Problem
from verify.flows.checks import SHANGHAI
from verify.flows.rights import carrying, casefile, desk, listing, rules
from verify.flows.rights.copy_words import class_name, purpose, said
from verify.flows.rights.listing import Filters
from verify.flows.staff.desk import Staff, acting
from verify.flows.staff.roles import Permission
from verify.models import Application
from verify.ops import access, language, pages, refusals, rights_words
from verify.services import Services

Form = MultiDict[str, str]

#: what a form of the page does → the flow, with what it takes from the form
ACTIONS: dict[str, Callable[[Staff, UUID, Services, Form], object]] = {
    "take": lambda who, case, parts, _form: desk.take(who, case, parts),
    "release": lambda who, case, parts, _form: desk.release(who, case, parts),
    "ask_proof": lambda who, case, parts, _form: desk.ask_proof(who, case, parts),
    "extend": lambda who, case, parts, form: desk.extend(who, case, form.get("reason", ""), parts),
    "approve": lambda who, case, parts, _form: desk.approve(who, case, parts),
    "carry_out": lambda who, case, parts, form: carrying.carry_out(
        who, case, parts, form.getlist("items"), _id_or_none(form.get("verification", ""))
    ),
    "answer": lambda who, case, parts, form: desk.answer(who, case, form.get("text", ""), parts),
    "refuse": lambda who, case, parts, form: desk.refuse(
        who, case, form.get("ground", ""), form.get("text", ""), parts
    ),
    "note": lambda who, case, parts, form: desk.note(who, case, form.get("text", ""), parts),
}


def register(blueprint: Blueprint) -> None:
    blueprint.app_template_filter("last_day")(last_day)
    blueprint.app_template_filter("copy_word")(lambda code: said(code, language.tag()))
    blueprint.app_template_filter("class_word")(lambda code: class_name(code, language.tag()))
    blueprint.app_template_filter("purpose")(lambda item: purpose(item, language.tag()))
    blueprint.add_url_rule("/rights", "rights", show_list)
    blueprint.add_url_rule("/rights/<asked>", "rights_case", show)
    blueprint.add_url_rule("/rights/<asked>/reveal", "rights_reveal", reveal, methods=["POST"])
    blueprint.add_url_rule("/rights/<asked>/<action>", "rights_act", act, methods=["POST"])


def last_day(due_at: datetime) -> str:
    """The day at whose end it is due."""
    return str(format_date(due_at.astimezone(SHANGHAI) - timedelta(seconds=1), "medium"))


@staff("see")
def show_list() -> ResponseReturnValue:
    page = listing.page(access.staff(), _filters(), _after(request.args.get("after")), services())
    after = f"{page.after[0].isoformat()}~{page.after[1]}" if page.after else None
    return render_template(
        "ops/rights.html",
        page=page,
        after=after,
        args=request.args,
        desk_words=rights_words,
        kinds=rules.KINDS,
        states=(listing.UNANSWERED, *rules.STATUSES),
        applications=_applications(),
    )


def _applications() -> list[Any]:
    who = access.staff()
    reached = select(Application.id, Application.name).order_by(Application.name).limit(200)
    if who.applications is not None:
        reached = reached.where(Application.id.in_(who.applications))
    with services().read() as session:
        return list(session.execute(reached).all())


def _filters() -> Filters:
    """Whatever of the query is understood."""
    given = request.args
    return Filters(
        state=given["state"] if given.get("state") in rules.STATUSES else listing.UNANSWERED,
        kind=given["kind"] if given.get("kind") in rules.KINDS else None,
        application=_id_or_none(given.get("application", "")),
        overdue=bool(given.get("overdue")),
        mine=bool(given.get("mine")),
    )


def _after(text: str | None) -> tuple[datetime, UUID] | None:
    due, _sep, last = (text or "").partition("~")
    try:
        moment = datetime.fromisoformat(due)
        return (moment, UUID(last)) if moment.tzinfo else None
    except ValueError:
        return None


@staff("see")
def show(asked: str) -> ResponseReturnValue:
    case = _id(asked)
    with acting(access.staff(), Permission.SEE, "rights.show", services(), request=str(case)):
        pass
    return page(case)


def page(case: UUID, status: int = 200, **more: Any) -> ResponseReturnValue:
    """The whole page, with the words revealed on it or with what was wrong about a form."""
    who = access.staff()
    found = casefile.gather(who, case, services())
    asked = found.row.request
    deed = carrying.DEEDS.get(asked.kind)
    shown = pages.shown(
        "ops/rights_case.html",
        desk_words=rights_words,
        by=lambda operator: found.names.get(UUID(operator), operator),
        case=found,
        r=asked,
        row=found.row,
        account=found.row.account,
        can=rules.allowed(asked.status),
        grounds=rules.GROUNDS,
        extensions=rules.EXTENSIONS,
        may_do=deed is not None and deed[1] in who.may,
        has_deed=deed is not None,
        minors=asked.is_minors or asked.requester == "guardian",
        drafted=rights_words.drafted(found, language.tag()),
        **{"revealed": None, "error": None, "at": None, **more},
    )
    return shown, status


@staff("see")
def act(asked: str, action: str) -> ResponseReturnValue:
    """One action, each of which asks for its own permission; then back to the page."""
    case = _id(asked)
    if action not in ACTIONS:
        raise Problem("not_found")
    try:
        ACTIONS[action](access.staff(), case, services(), request.form)
    except Problem as problem:
        if problem.code == "not_found":
            raise
        return page(case, problem.kind.status, error=refusals.said(problem, language.tag()), at=action)
    pages.say(_("Done."))
    return redirect(url_for("ops.rights_case", asked=asked))


@staff("reveal")
def reveal(asked: str) -> ResponseReturnValue:
    case = _id(asked)
    try:
        found = desk.reveal(access.staff(), case, request.form.get("text", ""), services())
    except Problem as problem:
        if problem.code == "not_found":
            raise
        return page(case, problem.kind.status, error=refusals.said(problem, language.tag()), at="reveal")
    return page(case, revealed=found)


def _id(text: str) -> UUID:
    found = _id_or_none(text.removeprefix("req_"))
    if found is None:
        raise Problem("not_found")
    return found


def _id_or_none(text: str) -> UUID | None:
    try:
        return UUID(text.removeprefix("ver_"))
    except ValueError:
        return None
