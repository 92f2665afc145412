"""Rotating a key while the service serves: published, known to all, primary, moved to; then the former retires.

Each step leaves a keyring and a store that work, and what comes next can be told from them. So a command that was
killed is repeated, and goes on where it was.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from crypto.errors import KeyringInvalid
from crypto.keyring import ACTIVE, RETIRED, Key, Keyring
from verify.config import ConfigurationError
from verify.custody import moving
from verify.custody.out import Out
from verify.custody.publishing import alone, publish
from verify.custody.rests import rests
from verify.custody.waiting import until_all_have, until_drained
from verify.flows import checkpointing
from verify.models.keystore import key_registry
from verify.services import Services

#: how the former keys of a purpose are moved away from
MOVES: Mapping[str, Callable[[Services, Out], None]] = {"kek": moving.data_keys, "index": moving.tags}

PURPOSES = ("kek", "index", "pepper", "audit")


def rotate(services: Services, purpose: str, out: Out, *, anew: bool = False) -> None:
    """Make a new primary key and move to it; finishes an unfinished rotation instead, unless told ``anew``."""
    with alone(services.settings):
        if anew or not _is_unfinished(services.keyring.snapshot, purpose):
            publish(services, lambda k: k.with_pending(purpose, services.clock(), _suite(services, purpose)))
        else:
            _say_unfinished(services, purpose, out)
        if services.keyring.snapshot.pending(purpose) is not None:
            _promote(services, purpose, out)
        if purpose in MOVES:
            MOVES[purpose](services, out)
        _retire(services, purpose, out)


def retire(services: Services, out: Out, *, give_up: bool = False) -> None:
    """Retire every former key on which nothing rests; with ``give_up`` those of tags and tokens regardless."""
    with alone(services.settings):
        for purpose in PURPOSES:
            _retire(services, purpose, out, give_up=give_up and purpose != "kek")


def destroy(services: Services, key_id: bytes, kept: timedelta) -> None:
    """Remove a retired key once no backup of the key store from before its retirement is left.

    Raises ConfigurationError or KeyringInvalid saying why not.
    """
    with alone(services.settings):
        held = services.keyring.snapshot.held(key_id)
        if held is None or held.state != RETIRED:
            msg = f"key {key_id.hex()} is not a retired key of this keyring"
            raise KeyringInvalid(msg)
        until = retired_at(services, key_id) + kept
        if services.clock() < until:
            msg = f"key {key_id.hex()} opens backups of the key store that may be kept until {until:%Y-%m-%d %H:%M}Z"
            raise ConfigurationError(msg)
        if services.vault.wraps().get(key_id):
            msg = f"data keys are still wrapped under {key_id.hex()}: run `realname keys rewrap`"
            raise ConfigurationError(msg)
        publish(services, lambda k: k.without(key_id))


def retired_at(services: Services, key_id: bytes) -> datetime:
    with services.vault.engine.connect() as connection:
        found = select(key_registry.c.retired_at).where(key_registry.c.key_id == key_id)
        at: datetime = connection.scalars(found).one()
        return at


def formers(keyring: Keyring, purpose: str) -> list[Key]:
    """Active keys, which were primary once."""
    return [key for key in keyring.usable(purpose) if key.state == ACTIVE]


def _is_unfinished(keyring: Keyring, purpose: str) -> bool:
    return keyring.pending(purpose) is not None or (purpose in MOVES and bool(formers(keyring, purpose)))


def _say_unfinished(services: Services, purpose: str, out: Out) -> None:
    """No new key is made, which whoever changed the suite may take for granted."""
    keyring, suite = services.keyring.snapshot, _suite(services, purpose)
    key = keyring.pending(purpose) or keyring.primary(purpose)
    out.say(f"no new key is made: the rotation to {purpose} {key.id.hex()} is not finished, and is gone on with")
    other = f", which is of suite {key.suite} while the settings say {suite}" if key.suite != suite else ""
    out.say(f"for a newer key than that{other}: keys rotate {purpose} --anew")


def _suite(services: Services, purpose: str) -> int:
    """Audit keys sign by Ed25519 in every suite."""
    return 1 if purpose == "audit" else services.settings.suite


def _promote(services: Services, purpose: str, out: Out) -> None:
    anybody = until_all_have(services, out.say)
    if purpose == "index":
        # what was tagged without the new key is committed by now, so that all of it is moved
        until_drained(anybody=anybody)
    if purpose == "audit":
        # the last checkpoint under the former key names the new one
        checkpointing.make(services, empty=True)
    promoted = publish(services, lambda k: k.with_promoted(purpose))
    out.say(f"{purpose} {promoted.primary(purpose).id.hex()} is primary now; back the keyring up: keys backup")
    until_all_have(services, out.say)


def _retire(services: Services, purpose: str, out: Out, *, give_up: bool = False) -> None:
    free = []
    for key in formers(services.keyring.snapshot, purpose):
        kept = [] if give_up else rests(key, services)
        if kept:
            out.say(f"{purpose} {key.id.hex()} stays active: {', '.join(kept)}; run `realname keys retire` later")
        else:
            free.append(key)
    if not free:
        return
    publish(services, lambda k: k.with_retired(key.id for key in free))
    anybody = until_all_have(services, out.say)
    if purpose == "index":
        until_drained(anybody=anybody)
        for key in free:
            moving.drop(services, key, out)
    for key in free:
        out.say(f"{purpose} {key.id.hex()} is retired; once old backups are gone: keys destroy {key.id.hex()}")
