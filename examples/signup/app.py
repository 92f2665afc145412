"""The sign-up: an account in a cookie, a shop behind the gate, a way to verification, a webhook receiver."""

import secrets
from collections import deque
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request, session, url_for
from standardwebhooks import Webhook, WebhookVerificationError
from werkzeug.wrappers import Response as AnyResponse

from examples.signup.realname import PersonFirst, Realname

METHODS = {
    "personal": ("face", "bank_card", "micro_transfer"),
    "enterprise": ("legal_representative", "authorized_person", "micro_transfer"),
}

#: what the gate answers, in words
GATE = {
    "none": "还没有认证",
    "pending": "认证还没有完成",
    "review": "正在人工审核",
    "verified": "已通过",
    "rejected": "未能通过",
    "expired": "已过期",
    "suspended": "账号已暂停",
}

#: webhooks come at least once; ids remembered to take each one once
REMEMBERED = 1000

blueprint = Blueprint("shop", __name__)


def create_app(realname: Realname) -> Flask:
    """The application; what it knows lives in memory and is gone with it."""
    app = Flask(__name__)
    app.secret_key = secrets.token_bytes(32)
    app.config.update(SESSION_COOKIE_SAMESITE="Lax", MAX_CONTENT_LENGTH=1 << 20)
    app.extensions["realname"] = realname
    app.extensions["told"] = deque(maxlen=REMEMBERED)
    app.jinja_env.filters["in_words"] = lambda status: GATE.get(status, status)
    app.register_blueprint(blueprint)
    return app


def realname() -> Realname:
    found: Realname = current_app.extensions["realname"]
    return found


def told() -> deque[dict[str, Any]]:
    """Events that webhooks brought, newest first."""
    found: deque[dict[str, Any]] = current_app.extensions["told"]
    return found


def account_ref() -> str:
    """A pseudonym of our own: neither name nor mobile nor e-mail belongs into it."""
    return str(session.setdefault("account_ref", f"acct-{secrets.token_hex(8)}"))


@blueprint.get("/")
def home() -> str:
    return render_template("home.html", gate=realname().gate(account_ref()))


@blueprint.post("/buy")
def buy() -> AnyResponse | str:
    """The law's moment: nobody is sold a server before their real identity is known."""
    if realname().gate(account_ref())["personal"]["status"] != "verified":
        return redirect(url_for("shop.verify"), 303)
    return render_template("bought.html")


@blueprint.get("/verify")
def verify() -> str:
    return render_template("verify.html", methods=METHODS)


@blueprint.post("/verify")
def start() -> AnyResponse | str:
    """Make the verification on the server and lead the user to its page, or put the page into this one."""
    form = request.form
    if form.get("method") not in METHODS.get(form.get("type", ""), ()):
        abort(400)
    try:
        hosted_url = realname().start(
            account_ref(),
            type=form["type"],
            method=form["method"],
            locale="en" if form.get("locale") == "en" else "zh-CN",
            return_url=url_for("shop.returned", _external=True),
        )
    except PersonFirst:
        return render_template("verify.html", methods=METHODS, person_first=True)
    if form.get("how") == "embedded":
        library = f"{realname().base}/js/v1/realname.js"
        return render_template("embedded.html", hosted_url=hosted_url, library=library)
    return redirect(hosted_url, 303)


@blueprint.get("/returned")
def returned() -> str:
    """The address says who came back, not what became of it: only the gate does."""
    return render_template("returned.html", gate=realname().gate(account_ref()))


@blueprint.post("/hooks/realname")
def hook() -> Response:
    """Check the signature over the very bytes, take each event once, answer soon."""
    try:
        event = Webhook(realname().webhook_secret).verify(request.get_data(), dict(request.headers))
    except WebhookVerificationError:
        return Response(status=401)
    if all(event["id"] != known["id"] for known in told()):
        told().appendleft(event)
    return Response(status=204)


@blueprint.get("/events")
def events() -> str:
    mine = [event for event in told() if event["data"].get("account_ref") == account_ref()]
    return render_template("events.html", events=mine)
