"""Callbacks about transfers: checked, remembered once, and turned into a read-back. None decides anything."""

from collections.abc import Mapping
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.hashing import request_digest
from providers.base import CallbackHint, CallbackStyle, Capability
from verify import credentials
from verify.errors import Problem
from verify.flows.transfers.orders import TOKEN_BYTES, callback_mac
from verify.models import Callback, Transfer
from verify.models.base import insert_for
from verify.services import Services

#: characters of a token: transfer id, pepper id, keyed digest, all in hex
TOKEN_LENGTH = 32 + 8 + 2 * TOKEN_BYTES


def receive(name: str, token: str | None, headers: Mapping[str, str], body: bytes, services: Services) -> str:
    """Take a callback in; the body that the vendor wants to read. Raises Problem, which tells nothing.

    A repeated one is as good as the first and changes nothing.
    """
    provider = services.providers.get(name)
    traits = provider.capabilities.get(Capability.TRANSFER) if provider else None
    if provider is None or traits is None or traits.callback is CallbackStyle.NONE:
        raise Problem("not_found")
    about = None
    if traits.callback is CallbackStyle.TOKEN:
        about = _about(name, token, services)
    elif token is not None:
        raise Problem("not_found")
    hint = credentials.checked(name, headers, body, services)
    if hint is None:
        raise Problem("invalid_credentials")
    transfer_id = _id(hint.reference)
    if about is not None and transfer_id != about:
        raise Problem("invalid_credentials")
    _keep(name, hint, transfer_id, body, services)
    return hint.acknowledgement


def _about(name: str, token: str | None, services: Services) -> UUID:
    """The one transfer that a token of ours speaks of."""
    if token is None or len(token) != TOKEN_LENGTH:
        raise Problem("not_found")
    try:
        given = bytes.fromhex(token)
    except ValueError:
        raise Problem("not_found") from None
    transfer_id, pepper_id, mac = UUID(bytes=given[:16]), given[16:20], given[20:]
    for pepper in services.keyring.usable("pepper"):
        if pepper.id == pepper_id and compare_digest(callback_mac(pepper, name, transfer_id), mac):
            return transfer_id
    raise Problem("not_found")


def _id(reference: str) -> UUID | None:
    try:
        return UUID(hex=reference)
    except ValueError:
        return None


def _keep(name: str, hint: CallbackHint, transfer_id: UUID | None, body: bytes, services: Services) -> None:
    """One row a notification; then the transfer it is about becomes due, in whatever stage it is."""
    with services.write() as session:
        found = _ours(session, name, transfer_id)
        row = {
            "id": uuid7(),
            "provider": name,
            "fingerprint": _fingerprint(name, hint, body, services),
            "transfer_id": found,
            "received_at": services.clock(),
        }
        new = insert_for(session, Callback).values(row).on_conflict_do_nothing().returning(Callback.id)
        is_new = session.execute(new).first() is not None
        if is_new and found is not None:
            make_due(session, found, services)
    if is_new and found is not None:
        services.nudge("transfers", found)


def _fingerprint(name: str, hint: CallbackHint, body: bytes, services: Services) -> bytes:
    what = hint.event.encode() if hint.event else body
    return request_digest(services.keyring.primary("pepper"), b"callback", name.encode(), what)


def _ours(session: Session, name: str, transfer_id: UUID | None) -> UUID | None:
    """The transfer, if there is one and this provider was ever asked for it."""
    if transfer_id is None:
        return None
    found = session.get(Transfer, transfer_id)
    return found.id if found is not None and found.provider == name else None


def make_due(session: Session, transfer_id: UUID, services: Services) -> None:
    """Whoever sees to it at this moment finds that a hint came meanwhile, and looks once more."""
    now = services.clock()
    session.execute(
        update(Transfer)
        .where(Transfer.id == transfer_id)
        .values(due_at=now, hinted_at=now)
        .execution_options(synchronize_session=False)
    )
