"""The queue: what waits, the longest first, filtered; and finding one case."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from verify.auth import services, staff
from verify.flows.methods import TYPES
from verify.flows.review import queue as waiting
from verify.flows.staff.desk import acting
from verify.flows.staff.roles import Permission
from verify.models import Application
from verify.ops import access, queue_query

#: home of who may not see cases
INSTEAD = ((Permission.OVERVIEW, "ops.overview"), (Permission.STAFF, "ops.team"))


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("", "home", home)
    blueprint.add_url_rule("/queue", "queue", queue)
    blueprint.add_url_rule("/search", "search", search, methods=["POST"])


@staff()
def home() -> ResponseReturnValue:
    return redirect(url_for("ops.queue"))


@staff()
def queue() -> ResponseReturnValue:
    who = access.staff()
    if Permission.SEE not in who.may:
        found = next((page for permission, page in INSTEAD if permission in who.may), None)
        if found:
            return redirect(url_for(found))
        who.need(Permission.SEE)
    with services().read() as session:
        applications = session.execute(_reached()).all()
    asked = queue_query.understood(request.args, {str(row.id) for row in applications})
    page = waiting.page(who, asked.filters, asked.after, services())
    return render_template(
        "ops/queue.html",
        page=page,
        filters=asked.filters,
        after=_cursor(page.after),
        counted=waiting.COUNTED,
        args=asked.kept,
        unknown=asked.unknown,
        target=waiting.target(services()),
        applications=applications,
        types=TYPES,
        methods=queue_query.METHOD_NAMES,
        reasons=queue_query.REASONS[asked.filters.status],
    )


def _reached() -> Select[UUID, str]:
    who = access.staff()
    found = select(Application.id, Application.name).order_by(Application.name).limit(queue_query.LISTED)
    return found if who.applications is None else found.where(Application.id.in_(who.applications))


def _cursor(after: tuple[datetime, UUID] | None) -> str | None:
    return f"{after[0].isoformat()}~{after[1]}" if after else None


@staff("see")
def search() -> ResponseReturnValue:
    """By POST: what is looked for may be an ID number, which no address, log or history is to hold."""
    text = request.form.get("q", "")[:128]
    who = access.staff()
    with acting(who, Permission.SEE, "case.search", services()):
        pass
    rows = waiting.search(who, text, services()) if text.strip() else []
    if len(rows) == 1:
        return redirect(url_for("ops.case", case=f"ver_{rows[0].verification.id}"))
    return render_template("ops/search.html", rows=rows, asked=bool(text.strip()))
