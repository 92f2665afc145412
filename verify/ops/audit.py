"""The access log: who did and was refused what, and taking it out."""

from uuid import UUID

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from verify.auth import services, staff
from verify.flows.staff import access_log
from verify.flows.staff.access_log import Wanted
from verify.models import Operator
from verify.ops import access, log_words


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/audit", "audit", show)
    blueprint.add_url_rule("/audit.csv", "audit_export", export, methods=["POST"])


@staff("audit")
def show() -> ResponseReturnValue:
    lines = access_log.page(access.staff(), _wanted(), _id(request.args.get("before")), services())
    with services().read() as session:
        people = session.execute(select(Operator.id, Operator.login).order_by(Operator.login)).all()
    return render_template(
        "ops/audit.html",
        lines=lines[: access_log.PAGE],
        before=lines[access_log.PAGE - 1][0].id if len(lines) > access_log.PAGE else None,
        people=people,
        actions=log_words.ACTIONS,
        log_words=log_words,
        args=request.args,
    )


@staff("export")
def export() -> ResponseReturnValue:
    pieces = access_log.export(access.staff(), _wanted(), services())
    headers = {"Content-Disposition": 'attachment; filename="access-log.csv"'}
    return Response("\ufeff" + "".join(pieces), content_type="text/csv; charset=utf-8", headers=headers)


def _wanted() -> Wanted:
    given = request.values
    return Wanted(
        operator=_id(given.get("operator")),
        action=given.get("action", "") if given.get("action") in log_words.ACTIONS else "",
        verification=_id((given.get("verification") or "").strip().removeprefix("ver_")),
        refused_only=bool(given.get("refused")),
    )


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
