"""What every page shares: the frame, its files, its filters, and what is shown when something is refused."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_time, format_timedelta
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound

from verify import unforeseen
from verify.auth import public, services, staff
from verify.errors import Problem
from verify.flows.reasons import message
from verify.ops import access, cookies, language, refusals, words

STATIC = Path(__file__).parent / "static"
FILES = {"ops.css": "text/css", "ops.js": "text/javascript", "icon.svg": "image/svg+xml"}


#: address that only takes forms → page it belongs to, for who comes there by a link or by reloading
RETURNS = {
    "/cases/<case>/<action>": "ops.case",
    "/search": "ops.queue",
    "/audit.csv": "ops.audit",
    "/team/new": "ops.team",
    "/team/<uuid:operator>/<action>": "ops.team",
    "/sign-out": "ops.queue",
}


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/static/<name>", "static", static)
    blueprint.add_url_rule("/language/<locale>", "language", set_language)
    blueprint.add_url_rule("/", "slash", lost_at("ops.queue"))
    for number, (address, page) in enumerate(RETURNS.items()):
        blueprint.add_url_rule(address, f"return_{number}", lost_at(page))
    blueprint.add_url_rule("/<path:address>", "nowhere", nowhere, methods=["GET", "POST"])
    blueprint.app_template_filter("when")(when)
    blueprint.app_template_filter("age")(age)
    blueprint.app_template_filter("day")(day)
    blueprint.context_processor(_shared)
    blueprint.register_error_handler(Problem, refused)
    blueprint.register_error_handler(CSRFError, _stale)
    blueprint.register_error_handler(HTTPException, _failed)
    blueprint.register_error_handler(Exception, lambda error: refused(unforeseen.recorded(error)))


def _shared() -> dict[str, Any]:
    return {
        "words": words,
        "refusals": refusals,
        "may": access.may,
        "me": g.get("staff"),
        "said": said,
        "csrf_token": cookies.csrf_token,
        "lang": language.tag(),
        "now": services().clock(),
        "asset": lambda name: url_for("ops.static", name=name, v=digest(name)),
        "reason": lambda code, type_: words.reason(code, message, language.tag(), type_),
    }


@public
def static(name: str) -> Response:
    if name not in FILES:
        raise NotFound
    response = Response((STATIC / name).read_bytes(), content_type=f"{FILES[name]}; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@cache
def digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def lost_at(page: str) -> Callable[..., ResponseReturnValue]:
    """A view that goes on to a page."""

    @staff()
    def go_on(case: str | None = None, **_address: object) -> ResponseReturnValue:
        return redirect(url_for(page, case=case) if page == "ops.case" else url_for(page))

    return go_on


@staff()
def nowhere(address: str) -> ResponseReturnValue:  # noqa: ARG001 - of the route
    """An address the console does not have."""
    raise NotFound


@public
def set_language(locale: str) -> ResponseReturnValue:
    if locale in language.LOCALES:
        session["locale"] = locale
    return back()


def back(default: str = "ops.queue") -> ResponseReturnValue:
    """To the page of ours they came from."""
    came_from = request.referrer or ""
    return redirect(came_from if came_from.startswith(request.host_url + "ops") else url_for(default))


def when(moment: datetime | None) -> str:
    return f"{format_date(moment, 'medium')} {format_time(moment, 'short')}" if moment else ""


def day(found: date | str) -> str:
    """A date, or one in ISO 8601."""
    return str(format_date(date.fromisoformat(found) if isinstance(found, str) else found, "medium", rebase=False))


def age(since: datetime | timedelta) -> str:
    spent = since if isinstance(since, timedelta) else services().clock() - since
    return str(format_timedelta(max(spent, timedelta(minutes=1)), granularity="minute", threshold=0.95))


def shown(template: str, **context: Any) -> str:
    """A page of forms; where the one that ``at`` names is on it no more, its ``error`` stands at the top."""
    page = render_template(template, **context)
    if context["error"] and 'role="alert"' not in page:
        page = render_template(template, **{**context, "at": ""})
    return page


def refused(problem: Problem) -> ResponseReturnValue:
    page = render_template("ops/problem.html", title=refusals.problem(problem), code=problem.code)
    return page, problem.kind.status


def _stale(_: CSRFError) -> ResponseReturnValue:
    title = refusals.PROBLEMS["stale_form"]
    return render_template("ops/problem.html", title=title, code="stale_form"), HTTPStatus.BAD_REQUEST


def _failed(error: HTTPException) -> ResponseReturnValue:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    code = {404: "not_found", 413: "too_large", 429: "rate_limited"}.get(status, "malformed")
    return render_template("ops/problem.html", title=refusals.PROBLEMS.get(code, code), code=code), status


def say(text: Any, kind: str = "done") -> None:
    """A line on the next page."""
    session.setdefault("said", []).append([str(text), kind])
    session.modified = True


def said() -> list[list[str]]:
    """Lines owed, which are shown once."""
    owed: list[list[str]] = session.pop("said", [])
    return owed
