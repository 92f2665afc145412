"""What still rests on a key, so that retiring or destroying it would lose something."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from crypto.keyring import ACTIVE, Key
from verify.flows.methods import LIFETIME, READABLE_AFTER_END, TRANSFER_LIFETIME
from verify.models import ApiKey, Operator
from verify.services import Services

#: from when another pepper is primary until no client token, code, idempotency key or callback address
#: made under the former one is good any more
PEPPER_OUTLIVES = max(TRANSFER_LIFETIME, *LIFETIME.values()) + READABLE_AFTER_END

#: how long backups of the key store are kept, unless the operator says otherwise
BACKUPS_KEPT = timedelta(days=7)


def rests(key: Key, services: Services) -> list[str]:
    """Phrases that say what rests on an active key; none when it may retire."""
    if key.state != ACTIVE:
        return []
    return RESTS[key.purpose](key, services)


def _data_keys(key: Key, services: Services) -> list[str]:
    count = services.vault.wraps().get(key.id, 0)
    return [f"{count} data keys"] if count else []


def _tags(key: Key, services: Services) -> list[str]:
    count = services.vault.tags_only_under(key.id)
    return [f"{count} counts of values that are not kept"] if count else []


def _tokens(key: Key, services: Services) -> list[str]:
    now = services.clock()
    live = ApiKey.revoked_at.is_(None) & or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now)
    with services.read() as session:
        count = session.scalar(select(func.count()).select_from(ApiKey).where(ApiKey.pepper_id == key.id, live))
        staff = session.scalar(select(func.count()).select_from(Operator).where(_hashed_under(key))) or 0
    until = services.vault.promoted_at(services.keyring.primary("pepper").id) + PEPPER_OUTLIVES
    found = [f"{count} API keys not used since"] if count else []
    found += [f"{staff} operators' passwords and codes"] if staff else []
    return [*found, f"client tokens and codes until {until:%Y-%m-%d}"] if now < until else found


def _hashed_under(key: Key) -> ColumnElement[bool]:
    """crypto.passwords puts the pepper's id first, before passwords and recovery codes."""
    named = f"{key.id.hex()}$"
    return or_(Operator.password.startswith(named), cast(Operator.recovery, Text).contains(named))


def _nothing(_key: Key, _services: Services) -> list[str]:
    return []


RESTS: Mapping[str, Callable[[Key, Services], list[str]]] = {
    "kek": _data_keys,
    "index": _tags,
    "pepper": _tokens,
    "audit": _nothing,
}
