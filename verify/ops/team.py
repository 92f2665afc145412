"""Staff administration."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from verify.auth import services, staff
from verify.errors import Problem
from verify.field_messages import field_message
from verify.flows.staff import team
from verify.models import Application
from verify.ops import access, language, pages, refusals


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/team", "team", show)
    blueprint.add_url_rule("/team/new", "team_new", create, methods=["POST"])
    blueprint.add_url_rule("/team/<uuid:operator>/<action>", "team_act", act, methods=["POST"])


@staff("staff")
def show() -> ResponseReturnValue:
    return _page()


def _page(status: int = 200, error: str | None = None, made: tuple[str, str] | None = None) -> ResponseReturnValue:
    everyone = team.everyone(access.staff(), services())
    with services().read() as session:
        applications = session.execute(select(Application.id, Application.name).order_by(Application.name)).all()
    page = render_template(
        "ops/team.html", everyone=everyone, applications=applications, error=error, made=made, form=request.form
    )
    return page, status


@staff("staff")
def create() -> ResponseReturnValue:
    form = request.form
    login = form.get("login", "").strip().lower()
    try:
        password = team.create(
            access.staff(), login, form.get("name", ""), form.getlist("roles"), _granted(), services()
        )
    except Problem as problem:
        return _page(problem.kind.status, error=_said(problem))
    return _page(made=(login, password))


@staff("staff")
def act(operator: UUID, action: str) -> ResponseReturnValue:
    who = access.staff()
    try:
        if action == "reset":
            password = team.reset(who, operator, services())
            return _page(made=(request.form.get("login", ""), password))
        if action == "change":
            team.change(who, operator, request.form.getlist("roles"), _granted(), services())
        elif action in {"disable", "enable"}:
            team.disable(who, operator, services(), disabled=action == "disable")
        else:
            return redirect(url_for("ops.team"))
    except Problem as problem:
        return _page(problem.kind.status, error=_said(problem))
    pages.say(_("Done."))
    return redirect(url_for("ops.team"))


def _granted() -> list[UUID] | None:
    """None for all of them."""
    given = request.form.getlist("applications")
    if "all" in given:
        return None
    try:
        return [UUID(one) for one in given]
    except ValueError:
        raise Problem("not_found") from None


def _said(problem: Problem) -> str:
    fields = " ".join(f"{error.field}: {field_message(error.code, language.tag())}" for error in problem.errors)
    return fields or str(refusals.problem(problem))
