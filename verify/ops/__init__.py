"""The staff console under /ops: server-rendered, of one origin, and readable without scripts."""

from typing import Any

from flask import Flask
from flask_babel import Babel

from verify.ops import access, audit, case, language, overview, pages, queue, rights, signin, team

__all__ = ["register"]

for part in (signin, queue, case, rights, overview, audit, team, pages):
    part.register(access.blueprint)


def register(app: Flask) -> None:
    """Attach the console to an application that holds its Services."""
    parts: Any = app.extensions["realname"]
    secure = parts.settings.public_url.startswith("https:")
    app.config.update(
        SESSION_COOKIE_NAME="__Secure-realname-ops" if secure else "realname-ops",
        SESSION_COOKIE_PATH="/ops",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_SAMESITE="Strict",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        BABEL_DEFAULT_LOCALE="en",
        BABEL_TRANSLATION_DIRECTORIES=str(language.TRANSLATIONS),
    )
    Babel(app, locale_selector=language.choose, timezone_selector=lambda: "Asia/Shanghai")
    access.register(app)
    app.register_blueprint(access.blueprint)
