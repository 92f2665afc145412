"""Coming in: password, second factor, and what is owed before the first look at anybody's data."""

import io
from collections.abc import Callable
from typing import Any

import pyotp
import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from verify.auth import public, services, staff
from verify.errors import Problem
from verify.flows.staff import signing_in
from verify.flows.staff.sessions import Presence
from verify.ops import access, refusals


def register(blueprint: Blueprint) -> None:
    for path, view in (
        ("/sign-in", sign_in),
        ("/second-factor", second_factor),
        ("/enrol", enrol),
        ("/password", password),
        ("/acknowledge", acknowledge),
    ):
        blueprint.add_url_rule(path, view.__name__, view, methods=["GET", "POST"])
    blueprint.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])


@public
def sign_in() -> ResponseReturnValue:
    def enter() -> ResponseReturnValue:
        login = request.form.get("login", "").strip().lower()[:64]
        login = login if login.isprintable() else ""
        attempt = signing_in.Attempt(login, request.remote_addr or "")
        access.keep(signing_in.with_password(attempt, request.form.get("password", ""), services()))
        return redirect(url_for("ops.queue"))

    return _tried("ops/sign_in.html", enter)


@staff()
def second_factor() -> ResponseReturnValue:
    def enter() -> ResponseReturnValue:
        way = signing_in.with_recovery if "recovery" in request.form else signing_in.with_code
        code = request.form.get("recovery") or request.form.get("code", "")
        access.keep(way(_there(), code[:64], services()))
        return redirect(url_for("ops.queue"))

    return _tried("ops/second_factor.html", enter)


@staff()
def enrol() -> ResponseReturnValue:
    there = _there()
    secret = signing_in.offer_factor(there.operator, services())

    def enter() -> ResponseReturnValue:
        token, codes = signing_in.enrol(there, request.form.get("code", "")[:16], services())
        access.keep(token)
        return render_template("ops/recovery_codes.html", codes=codes)

    return _tried("ops/enrol.html", enter, secret=secret, qr=_qr(there.operator.login, secret))


def _qr(login: str, secret: str) -> Markup:
    """As an SVG made here: the secret goes to no other service."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Realname")
    out = io.BytesIO()
    segno.make(uri, error="m").save(out, kind="svg", xmldecl=False, svgns=False, scale=4, border=3, light="#fff")
    return Markup(out.getvalue().decode())  # noqa: S704 - made of squares


@staff()
def password() -> ResponseReturnValue:
    def enter() -> ResponseReturnValue:
        signing_in.choose_password(_there().operator, request.form.get("password", ""), services())
        return redirect(url_for("ops.queue"))

    return _tried(
        "ops/password.html", enter, shortest=signing_in.SHORTEST_PASSWORD, longest=signing_in.LONGEST_PASSWORD
    )


@staff()
def acknowledge() -> ResponseReturnValue:
    def enter() -> ResponseReturnValue:
        if {"secrecy", "training"} <= request.form.keys():
            signing_in.acknowledge(_there().operator, services())
        return redirect(url_for("ops.queue"))

    return _tried("ops/acknowledge.html", enter)


@staff()
def sign_out() -> ResponseReturnValue:
    signing_in.sign_out(_there(), services())
    access.forget()
    return redirect(url_for("ops.sign_in"))


def _there() -> Presence:
    found = access.presence()
    if found is None:
        raise Problem("invalid_credentials")
    return found


def _tried(template: str, enter: Callable[[], ResponseReturnValue], **more: Any) -> ResponseReturnValue:
    """The page, or what a form leads to; what is wrong with it is said above the same form."""
    if request.method == "GET":
        return render_template(template, **more)
    try:
        return enter()
    except Problem as problem:
        error = refusals.said_at_door(problem)
        return render_template(template, error=error, problem=problem, **more), problem.kind.status
