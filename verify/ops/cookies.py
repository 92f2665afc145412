"""What signs the console's cookies and forms: the peppers as they are now, so that no rotation signs anybody out."""

from typing import Any

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError, ValidationError, generate_csrf, same_origin, validate_csrf
from itsdangerous import URLSafeTimedSerializer

from crypto.passwords import cookie_secrets
from verify.auth import services


def signing(parts: Any) -> list[str]:
    """As itsdangerous wants them: all of them are taken, the last one signs."""
    return cookie_secrets(parts.keyring)[::-1]


class LiveSessions(SecureCookieSessionInterface):
    """Flask's own cookie, under keys that are looked up for each request.

    Requests beside the console carry none, so nothing is read or set there.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if request.path.startswith(self.get_cookie_path(app)) else None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            signing(app.extensions["realname"]),
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )


def csrf_token() -> str:
    """For the forms of a page."""
    return str(generate_csrf(secret_key=signing(services())))


def refuse_forged() -> None:
    """Raises CSRFError for a form that is not of this session, or, over TLS, not from a page of ours."""
    try:
        validate_csrf(request.form.get("csrf_token"), secret_key=signing(services()))
    except ValidationError as error:
        raise CSRFError(str(error)) from None
    if request.is_secure and not same_origin(request.referrer or "", f"https://{request.host}/"):
        raise CSRFError("The referrer is not of this host.")
