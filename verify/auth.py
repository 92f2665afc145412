"""Who calls: a secret key of an application, or the client token of one verification."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app, g, request
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, contains_eager

from crypto.hashing import InvalidToken, read_client_token, token_digest
from verify.errors import Problem
from verify.flows.case import Reach, Ref, with_application
from verify.flows.methods import READABLE_AFTER_END
from verify.models import ApiKey, Application, Origin, Verification
from verify.services import Services

View = TypeVar("View", bound=Callable[..., Any])

#: the OpenAPI document, which flask-smorest serves
UNDECLARED = frozenset({"api-docs.openapi_json"})

CLIENT_PREFIX = "rn_client_"
SCOPES = ("verifications", "accounts:read", "accounts:write", "webhooks")


@dataclass(frozen=True, repr=False)
class Caller:
    """The authenticated caller. ``verification`` is set for a client token, which may reach nothing else."""

    application: Application
    livemode: bool
    subject: UUID
    scopes: frozenset[str]
    verification: Verification | None = None

    @property
    def reach(self) -> Reach:
        return Reach(self.application.id, self.livemode)

    def ref(self, verification_id: UUID) -> Ref:
        """Raises Problem not_found for any verification but the client token's own."""
        if self.verification is not None and self.verification.id != verification_id:
            raise Problem("not_found")
        return Ref(verification_id, self.application.id, self.livemode)


def services() -> Services:
    found: Services = current_app.extensions["realname"]
    return found


def caller() -> Caller:
    found: Caller = g.caller
    return found


@dataclass(frozen=True)
class Demand:
    """Who may call a view: ``secret``, ``either``, ``vendor`` or ``public``, and the scope a secret key needs."""

    who: str
    scope: str = ""


def secret_key(scope: str) -> Callable[[View], View]:
    """Only a secret key with this scope may call."""
    return _declare(Demand("secret", scope))


def either(scope: str) -> Callable[[View], View]:
    """A secret key with this scope, or the client token of the verification at hand."""
    return _declare(Demand("either", scope))


def public(view: View) -> View:
    """Anyone may call: stated, so that no route is open by oversight."""
    return _declare(Demand("public"))(view)


def vendor(view: View) -> View:
    """A vendor may call: the view itself checks its signature or our token in the address."""
    return _declare(Demand("vendor"))(view)


def _declare(demand: Demand) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.__dict__["demand"] = demand
        return view

    return decorate


def demand_of(view: Any) -> Demand | None:
    """What a view declares, through whatever wraps it; None where it declares nothing."""
    found: Demand | None = getattr(view, "demand", None)
    return found


def authenticate() -> None:
    """Before a byte of the body is read: a stranger must not keep a thread waiting for one.

    A view that declares nothing is refused.
    """
    if request.endpoint is None or request.endpoint in UNDECLARED:
        return
    demand = demand_of(current_app.view_functions[request.endpoint]) or Demand("nobody")
    if demand.who not in {"public", "vendor"}:
        _allow(demand.scope, client=demand.who == "either")


def _allow(scope: str, *, client: bool) -> None:
    token = _bearer()
    with services().read() as session:
        if token.startswith(CLIENT_PREFIX):
            g.caller = _client(session, token)
        else:
            g.caller = _secret(session, token)
    if g.caller.verification is not None and not client:
        raise Problem("forbidden", "A client token may not do this; use a secret key on your server.")
    if scope not in g.caller.scopes:
        raise Problem("forbidden", f"This key lacks the scope {scope}.")


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip().isascii():
        raise Problem("invalid_credentials")
    return token.strip()


def _secret(session: Session, token: str) -> Caller:
    now = services().clock()
    digests = [token_digest(pepper, token) for pepper in services().keyring.usable("pepper")]
    key = session.scalars(
        select(ApiKey)
        .join(ApiKey.application)
        .options(contains_eager(ApiKey.application))
        .where(
            ApiKey.digest.in_(digests),
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
        )
    ).one_or_none()
    if key is None:
        raise Problem("invalid_credentials")
    return Caller(key.application, key.livemode, key.id, frozenset(key.scopes))


def _client(session: Session, token: str) -> Caller:
    try:
        verification_id, number = read_client_token(services().keyring, token)
    except InvalidToken:
        raise Problem("invalid_credentials") from None
    origin = request.headers.get("Origin")
    known_origin = exists().where(Origin.application_id == Verification.application_id, Origin.origin == (origin or ""))
    row = session.execute(
        with_application().where(Verification.id == verification_id).add_columns(known_origin)
    ).one_or_none()
    if row is None:
        raise Problem("invalid_credentials")
    verification, origin_is_known = row
    if origin and not origin_is_known and origin != services().settings.public_url:
        raise Problem("forbidden", "This origin is not registered for the application.")
    g.cors_origin = origin
    if number > verification.tokens_issued or _is_past_reading(verification):
        raise Problem("invalid_credentials")
    return Caller(
        verification.application, verification.livemode, verification.id, frozenset({"verifications"}), verification
    )


def _is_past_reading(verification: Verification) -> bool:
    ended_at = verification.ended_at
    return ended_at is not None and services().clock() > ended_at + READABLE_AFTER_END
