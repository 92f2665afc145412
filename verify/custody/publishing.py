"""Changing the keyring in its file: one change at a time, and seen at once by this process."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crypto import keyring_file, sealers
from crypto.keyring import Keyring
from crypto.live import LiveKeyring
from crypto.sealer import KeySealer, NoSealer, SecretSealer
from crypto.suites import only
from verify.boot import make_instance, required_keyring, sealer, secret_sealer
from verify.config import ConfigurationError, Settings
from verify.running import while_stopped
from verify.services import Services

LOCK = "rotation.lock"


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Keep a second rotation out. Raises ConfigurationError, also for a keyring that is a setting."""
    if settings.keyring is not None:
        msg = "the keyring comes from REALNAME_KEYRING and cannot be replaced there: move it to a file first"
        raise ConfigurationError(msg)
    make_instance(settings)
    descriptor = os.open(settings.instance / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        msg = "another command is changing the keyring: wait for it"
        raise ConfigurationError(msg) from None


def reseal(settings: Settings, former_secret: str | None = None) -> tuple[str, str]:
    """Seal the keyring as the settings say now; how it was sealed, and how it is.

    ``former_secret``: what unseals it now, where that is a secret that the settings do not name any more. Raises
    ConfigurationError while the service runs, since running processes unseal as they did when they started.
    """
    with alone(settings), while_stopped(settings):
        path = settings.keyring_path
        was, now = keyring_file.seal_type(path), sealer(settings)
        keyring = keyring_file.read(path, _former(settings, was, former_secret), only(settings.allowed_suites))
        keyring_file.replace(path, keyring, now)
        return was, now.type if now is not None else NoSealer.type


def _former(settings: Settings, type_: str, secret: str | None) -> KeySealer | None:
    if type_ == NoSealer.type:
        return None
    if type_ == SecretSealer.type:
        found = secret or settings.keyring_secret
        if found is None:
            msg = "the keyring is sealed by a secret: name it with REALNAME_KEYRING_SECRET or --former-secret-env"
            raise ConfigurationError(msg)
        return secret_sealer("the former secret", found)
    now = sealer(settings)
    if now is not None and now.type == type_ and "former" not in settings.seal:
        return now
    return sealers.load(settings.seal.get("former", {}))


def publish(services: Services, change: Callable[[Keyring], Keyring]) -> Keyring:
    """Put the changed keyring in its file's place. It is what this process uses from then on."""
    settings = services.settings
    changed = change(required_keyring(settings))
    keyring_file.replace(settings.keyring_path, changed, sealer(settings))
    if isinstance(services.keyring, LiveKeyring):
        services.keyring.refresh()
    if services.keyring.snapshot != changed:
        msg = "the changed keyring was not taken over; see the log"
        raise ConfigurationError(msg)
    return changed
