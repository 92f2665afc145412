"""Addresses that a provider of hosted liveness is given: where it reports, and where it sends the browser back.

Both hold a token of ours for one session, so that nobody else can point at it; neither decides anything.
"""

from collections.abc import Mapping
from hmac import compare_digest
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import update

from crypto.hashing import request_digest
from crypto.keyring import Key
from providers.base import CallbackStyle, Capability
from verify import credentials
from verify.errors import Problem
from verify.models import Attempt
from verify.services import Services

#: begins tokens of sessions; those of transfers are hexadecimal
PREFIX = "s"

#: bytes of a token's keyed digest, and the token's characters
MAC = 16
LENGTH = len(PREFIX) + 32 + 8 + 2 * MAC

NOTIFY, RETURN = b"face callback", b"face return"


def notify_url(attempt: Attempt, services: Services) -> str | None:
    """Where the provider reports on this session alone, where it reports to a URL of ours."""
    traits = services.providers[attempt.provider].capabilities[Capability.LIVENESS]
    if traits.callback is not CallbackStyle.TOKEN:
        return None
    return f"{_base(attempt, services)}/{_token(NOTIFY, attempt, services)}"


def return_link(attempt: Attempt, to: str, services: Services) -> str:
    """By way of us, so that the verdict is read at once; ``to`` is bound to the token."""
    token = _token(RETURN, attempt, services, to.encode())
    return f"{_base(attempt, services)}/{token}/return?{urlencode({'to': to})}"


def is_of_a_session(token: str | None) -> bool:
    return token is not None and token.startswith(PREFIX)


def notified(name: str, token: str, headers: Mapping[str, str], body: bytes, services: Services) -> str:
    """Take a report in; the body that the vendor wants to read. Raises Problem, which tells nothing."""
    attempt_id = _of(NOTIFY, name, token, services)
    if name not in services.providers:
        raise Problem("not_found")
    hint = credentials.checked(name, headers, body, services)
    if hint is None:
        raise Problem("invalid_credentials")
    if hint.capability is not Capability.LIVENESS or hint.reference.replace("-", "") != attempt_id.hex:
        raise Problem("invalid_credentials")
    _look_now(attempt_id, services)
    return hint.acknowledgement


def session_of(name: str, token: str, services: Services) -> UUID:
    """The session whose reports a token allows. Raises Problem not_found."""
    return _of(NOTIFY, name, token, services)


def returned(name: str, token: str, to: str, services: Services) -> str:
    """Where the browser goes on. Raises Problem not_found for an address that we did not give."""
    _look_now(_of(RETURN, name, token, services, to.encode()), services)
    return to


def _look_now(attempt_id: UUID, services: Services) -> None:
    with services.write() as session:
        open_one = session.execute(
            update(Attempt)
            .where(Attempt.id == attempt_id, Attempt.finished_at.is_(None), Attempt.open_until.is_not(None))
            .values(due_at=services.clock())
            .returning(Attempt.id)
            .execution_options(synchronize_session=False)
        ).first()
    if open_one is not None:
        services.nudge("attempts", attempt_id)


def _base(attempt: Attempt, services: Services) -> str:
    return f"{services.settings.public_url}/v1/callbacks/{attempt.provider}"


def _token(label: bytes, attempt: Attempt, services: Services, *more: bytes) -> str:
    pepper = services.keyring.primary("pepper")
    return PREFIX + attempt.id.hex + pepper.id.hex() + _mac(pepper, label, attempt.provider, attempt.id, *more).hex()


def _mac(pepper: Key, label: bytes, name: str, attempt_id: UUID, *more: bytes) -> bytes:
    return request_digest(pepper, label, name.encode(), attempt_id.bytes, *more)[:MAC]


def _of(label: bytes, name: str, token: str, services: Services, *more: bytes) -> UUID:
    """The session a token was made for. Raises Problem not_found."""
    try:
        given = bytes.fromhex(token.removeprefix(PREFIX)) if len(token) == LENGTH else b""
    except ValueError:
        given = b""
    if not given:
        raise Problem("not_found")
    attempt_id, pepper_id, mac = UUID(bytes=given[:16]), given[16:20], given[20:]
    for pepper in services.keyring.usable("pepper"):
        if pepper.id == pepper_id and compare_digest(_mac(pepper, label, name, attempt_id, *more), mac):
            return attempt_id
    raise Problem("not_found")
