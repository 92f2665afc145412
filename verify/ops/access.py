"""Who is at the console: session, stages of signing in, CSRF, and the headers of every page."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response as BaseResponse

from verify.auth import demand_of, services
from verify.errors import Problem
from verify.flows.staff import sessions, signing_in
from verify.flows.staff.desk import Staff, note_refusal, staff_of
from verify.flows.staff.roles import Permission
from verify.flows.staff.sessions import Presence
from verify.ops import cookies

blueprint = Blueprint(
    "ops", __name__, url_prefix="/ops", template_folder="templates", static_folder=None, cli_group=None
)
manager = LoginManager()

#: bytes of a form; no file comes in here
LARGEST_FORM = 64 * 1024

#: nothing from elsewhere, no inline script or style, no framing
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}

#: stages of coming in, each with the page that takes one further
STAGES = ("ops.second_factor", "ops.enrol", "ops.password", "ops.acknowledge")


class Visitor(UserMixin):  # type: ignore[misc]
    """A browser with a session of ours, as Flask-Login wants it."""

    def __init__(self, token: str, presence: Presence) -> None:
        self.id = token
        self.presence = presence


def register(app: Flask) -> None:
    app.session_interface = cookies.LiveSessions()
    # init_app would read the session of every API request for a cookie that is not used
    app.login_manager = manager  # type: ignore[attr-defined]
    manager.session_protection = None  # the row in the database is the session


@manager.user_loader  # type: ignore[untyped-decorator]
def _load(token: str) -> Visitor | None:
    presence = sessions.find(token, services())
    return Visitor(token, presence) if presence else None


def presence() -> Presence | None:
    return current_user.presence if current_user.is_authenticated else None


def staff() -> Staff:
    """The operator at work, once every stage is passed."""
    found: Staff = g.staff
    return found


def may(permission: str) -> bool:
    """For templates."""
    return "staff" in g and Permission(permission) in staff().may


@blueprint.before_request
def admit() -> BaseResponse | None:
    """Forms are checked before anything of them is read; then who is there, and whether they may."""
    request.max_content_length = LARGEST_FORM
    if request.method == "POST":
        cookies.refuse_forged()
    demand = demand_of(_view())
    if demand is not None and demand.who == "public":
        return None
    there = presence()
    stage = _stage(there)
    if stage is not None:
        is_page = request.endpoint == stage
        return None if is_page or (there and request.endpoint == "ops.sign_out") else redirect(url_for(stage))
    assert there is not None  # noqa: S101 - no stage is owed
    g.staff = staff_of(there.operator)
    if demand is None:
        raise Problem("forbidden")
    if demand.scope:
        _need(Permission(demand.scope))
    return None


def _view() -> Any:
    return current_app.view_functions[request.endpoint or ""]


def _stage(there: Presence | None) -> str | None:
    """The page that is owed before any other."""
    if there is None:
        return "ops.sign_in"
    if not there.is_full:
        return "ops.second_factor" if signing_in.is_enrolled(there.operator) else "ops.enrol"
    if there.operator.password_set_at is None:
        return "ops.password"
    return "ops.acknowledge" if there.operator.acknowledged_at is None else None


def _need(permission: Permission) -> None:
    try:
        staff().need(permission)
    except Problem as problem:
        note_refusal(staff(), request.endpoint or "ops", problem, services(), case_id())
        raise


def case_id() -> UUID | None:
    """The verification in the path, if it is one."""
    try:
        return UUID(str((request.view_args or {}).get("case", "")).removeprefix("ver_"))
    except ValueError:
        return None


@blueprint.after_request
def secure(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def keep(token: str) -> None:
    """Give the browser a new session in place of whatever it had: nothing of before signing in lives on."""
    forget()
    session["_user_id"], session["_fresh"] = token, True


def forget() -> None:
    """All the browser knows but the language chosen."""
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
