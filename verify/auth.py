"""Who calls: a secret key of an application, or the client token of one verification."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app, g, request
from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from crypto.hashing import (
    CLIENT_PREFIX,
    GUARDIAN_PREFIX,
    InvalidToken,
    read_client_token,
    read_guardian_token,
    token_digest,
)
from verify.errors import Problem
from verify.flows.case import Reach, Ref, with_application
from verify.flows.methods import READABLE_AFTER_END
from verify.keys import renew_digest
from verify.models import ApiKey, Application, Guardianship, Origin, Verification
from verify.services import Services

View = TypeVar("View", bound=Callable[..., Any])

#: the OpenAPI document, which flask-smorest serves
UNDECLARED = frozenset({"api-docs.openapi_json"})

#: the key in force of a token, and its application; made once, as every request needs it
KEY = (
    select(ApiKey.id, ApiKey.livemode, ApiKey.scopes, ApiKey.pepper_id, Application)
    .join(ApiKey.application)
    .where(
        ApiKey.digest.in_(bindparam("digests", expanding=True)),
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > bindparam("now")),
    )
)

#: the verification of a client token, and whether the application knows the page's origin
HOLDER = (
    with_application()
    .where(Verification.id == bindparam("verification_id"))
    .add_columns(
        exists().where(Origin.application_id == Verification.application_id, Origin.origin == bindparam("origin"))
    )
)

#: who is demanded → kinds of credential
CREDENTIALS: Mapping[str, frozenset[str]] = {
    "secret": frozenset({"secret"}),
    "either": frozenset({"secret", "client"}),
    "guardian": frozenset({"guardian"}),
    "guardian_or_secret": frozenset({"secret", "guardian"}),
}

#: why a credential of another kind is refused
REFUSALS = {
    "client": "A client token may not do this; use a secret key on your server.",
    "guardian": "A guardian's token may not do this.",
    "secret": "Only the guardian may do this, with the token that was made for them.",
}

SCOPES = ("verifications", "accounts:read", "accounts:write", "webhooks")


@dataclass(frozen=True, repr=False)
class Caller:
    """The authenticated caller. ``verification`` is set for a client or guardian token, which may reach no other."""

    application: Application
    livemode: bool
    subject: UUID
    scopes: frozenset[str]
    verification: Verification | None = None
    #: set for a guardian's token, which reaches its own guardianship of that verification and nothing else
    guardianship: Guardianship | None = None

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
    """Who may call: one of CREDENTIALS, ``vendor``, ``staff`` or ``public``, with which scope or permission."""

    who: str
    scope: str = ""


def secret_key(scope: str) -> Callable[[View], View]:
    """Only a secret key with this scope may call."""
    return _declare(Demand("secret", scope))


def either(scope: str) -> Callable[[View], View]:
    """A secret key with this scope, or the client token of the verification at hand."""
    return _declare(Demand("either", scope))


def guardian(view: View) -> View:
    """Only the token of the guardian that the verification's application named: nobody consents in their place."""
    return _declare(Demand("guardian", "verifications"))(view)


def guardian_or_secret(scope: str) -> Callable[[View], View]:
    """That token, or a secret key with this scope."""
    return _declare(Demand("guardian_or_secret", scope))


def public(view: View) -> View:
    """Anyone may call: stated, so that no route is open by oversight."""
    return _declare(Demand("public"))(view)


def vendor(view: View) -> View:
    """A vendor may call: the view itself checks its signature or our token in the address."""
    return _declare(Demand("vendor"))(view)


def staff(permission: str = "") -> Callable[[View], View]:
    """An operator with this permission may call; the console's own session says who."""
    return _declare(Demand("staff", permission))


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
    if demand.who not in {"public", "vendor", "staff"}:
        _allow(demand.scope, CREDENTIALS.get(demand.who, frozenset()))


def _allow(scope: str, kinds: frozenset[str]) -> None:
    token = _bearer()
    kind = next((kind for prefix, kind in PREFIXES.items() if token.startswith(prefix)), "secret")
    with services().read() as session:
        g.caller = READERS[kind](session, token)
    if g.pop("under_former_pepper", False):
        renew_digest(services(), token)
    if kind not in kinds:
        raise Problem("forbidden", REFUSALS[kind])
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
    key = session.execute(KEY, {"digests": digests, "now": now}).one_or_none()
    if key is None:
        raise Problem("invalid_credentials")
    g.under_former_pepper = key.pepper_id != services().keyring.primary("pepper").id
    return Caller(key.Application, key.livemode, key.id, frozenset(key.scopes))


def _client(session: Session, token: str) -> Caller:
    try:
        verification_id, number = read_client_token(services().keyring, token)
    except InvalidToken:
        raise Problem("invalid_credentials") from None
    verification = _of_browser(session, verification_id)
    if number > verification.tokens_issued:
        raise Problem("invalid_credentials")
    return _bearer_of(verification, verification.id)


def _guardian(session: Session, token: str) -> Caller:
    try:
        guardianship = session.get(Guardianship, read_guardian_token(services().keyring, token))
    except InvalidToken:
        guardianship = None
    if guardianship is None or guardianship.ended_at is not None:
        raise Problem("invalid_credentials")
    verification = _of_browser(session, guardianship.verification_id)
    return replace(_bearer_of(verification, guardianship.id), guardianship=guardianship)


def _bearer_of(verification: Verification, subject: UUID) -> Caller:
    return Caller(verification.application, verification.livemode, subject, frozenset({"verifications"}), verification)


def _of_browser(session: Session, verification_id: UUID) -> Verification:
    """The verification that a page on a registered origin, or no page, holds a token of. Raises Problem."""
    origin = request.headers.get("Origin")
    row = session.execute(HOLDER, {"verification_id": verification_id, "origin": origin or ""}).one_or_none()
    if row is None:
        raise Problem("invalid_credentials")
    verification, origin_is_known = row
    if origin and not origin_is_known and origin != services().settings.public_url:
        raise Problem("forbidden", "This origin is not registered for the application.")
    g.cors_origin = origin
    if _is_past_reading(verification):
        raise Problem("invalid_credentials")
    found: Verification = verification
    return found


PREFIXES = {CLIENT_PREFIX: "client", GUARDIAN_PREFIX: "guardian"}
READERS: Mapping[str, Callable[[Session, str], Caller]] = {"secret": _secret, "client": _client, "guardian": _guardian}


def _is_past_reading(verification: Verification) -> bool:
    ended_at = verification.ended_at
    return ended_at is not None and services().clock() > ended_at + READABLE_AFTER_END
