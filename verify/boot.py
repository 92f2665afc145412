"""Opening the keyring and the key store that belongs to it, or saying why that must not be."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from crypto import keyring_file, sealers, selftest
from crypto.errors import KeyringInvalid
from crypto.keyring import Keyring
from crypto.live import LiveKeyring
from crypto.sealer import KeySealer, SecretSealer
from crypto.suites import only
from verify.config import ConfigurationError, Settings
from verify.models import keystore
from verify.models.keystore import key_registry
from verify.models.vault import Vault
from verify.services import utc_now
from verify.store import sqlite_file

UPGRADE = "run `realname db upgrade`"


class KeyringPlace:
    """Where the settings say that the keyring is, as a live keyring's source; a setting never changes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def stamp(self) -> object:
        return None if self._settings.keyring is not None else keyring_file.stamp(self._settings.keyring_path)

    def read(self) -> Keyring:
        return required_keyring(self._settings)


def open_stores(settings: Settings, clock: Callable[[], datetime] = utc_now) -> tuple[LiveKeyring, Vault]:
    """The keyring, made if no key was ever used here, and the vault it opens.

    Raises ConfigurationError, or a CryptoError naming the key that is missing or another's.
    """
    selftest.run(only(settings.allowed_suites))
    engine = open_key_store(settings)

    def accept(changed: Keyring) -> None:
        try:
            vault.accept(changed)
        except DBAPIError as error:
            msg = f"the key store does not answer ({type(error).__name__})"
            raise KeyringInvalid(msg) from None

    try:
        make_keyring(settings, engine)
        keyring = LiveKeyring(KeyringPlace(settings), accept)
        vault = Vault(engine, keyring, clock)
        vault.check_registry()
    except BaseException:
        engine.dispose()
        raise
    return keyring, vault


def open_key_store(settings: Settings) -> Engine:
    """Its engine, once it answers and has its tables. Raises ConfigurationError."""
    make_instance(settings)
    engine = keystore.make_engine(settings.keys_database_url, settings.pool_size)
    try:
        has_tables = inspect(engine).has_table(key_registry.name)
    except DBAPIError as error:
        engine.dispose()
        msg = f"REALNAME_KEYS_DATABASE_URL names a database that does not answer ({type(error).__name__})"
        raise ConfigurationError(msg) from None
    if not has_tables:
        engine.dispose()
        msg = f"the key store (REALNAME_KEYS_DATABASE_URL) has no tables yet: {UPGRADE}"
        raise ConfigurationError(msg)
    return engine


def make_instance(settings: Settings) -> None:
    """Make the instance folder, for its owner only, and look that both stores can have their place.

    Raises ConfigurationError.
    """
    try:
        settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"REALNAME_INSTANCE names a folder that cannot be made ({type(error).__name__})"
        raise ConfigurationError(msg) from None
    urls = {
        "REALNAME_DATABASE_URL": settings.database_url,
        "REALNAME_KEYS_DATABASE_URL": settings.keys_database_url,
        "REALNAME_BROKER_URL": settings.broker_url,
    }
    for name, url in urls.items():
        file = sqlite_file(url)
        if file is not None and not file.absolute().parent.is_dir():
            msg = f"{name} names a file in a folder that does not exist; make the folder first"
            raise ConfigurationError(msg)


def place_of(url: str) -> tuple[object, ...]:
    """Which database a URL means, whoever asks for it."""
    file = sqlite_file(url)
    if file is not None:
        return (file.absolute(),)
    parts = make_url(url)
    return parts.host, parts.port or 5432, parts.database


def sealer(settings: Settings) -> KeySealer | None:
    """What unseals the keyring; None where its keys stand in the clear."""
    if settings.seal:
        return sealers.load({name: value for name, value in settings.seal.items() if name != "former"})
    if settings.keyring_secret is not None:
        return secret_sealer("REALNAME_KEYRING_SECRET", settings.keyring_secret)
    return None


def secret_sealer(name: str, secret: str) -> SecretSealer:
    """Raises ConfigurationError naming the setting."""
    try:
        return SecretSealer(base64.b64decode(secret, validate=True))
    except binascii.Error:
        msg = f"{name} must be base64 of 32 bytes"
        raise ConfigurationError(msg) from None


def read_keyring(settings: Settings) -> Keyring | None:
    """The keyring the settings give, or None when its file does not exist yet."""
    place = "REALNAME_KEYRING" if settings.keyring is not None else str(settings.keyring_path)
    try:
        if settings.keyring is not None:
            return Keyring.parse(settings.keyring, sealer(settings), only(settings.allowed_suites))
        return keyring_file.read(settings.keyring_path, sealer(settings), only(settings.allowed_suites))
    except FileNotFoundError:
        return None
    except KeyringInvalid as error:
        if place in str(error):
            raise
        msg = f"{place}: {error}"
        raise KeyringInvalid(msg) from None
    except OSError as error:
        msg = f"the keyring {settings.keyring_path} cannot be read ({type(error).__name__})"
        raise ConfigurationError(msg) from None


def required_keyring(settings: Settings) -> Keyring:
    """Raises KeyringInvalid where there is none."""
    keyring = read_keyring(settings)
    if keyring is None:
        msg = f"there is no keyring at {settings.keyring_path} yet; the first start makes one"
        raise KeyringInvalid(msg)
    return keyring


def make_keyring(settings: Settings, engine: Engine) -> None:
    """Make the keyring if there is none and no key was ever used with this key store. Raises ConfigurationError."""
    if settings.keyring is not None or settings.keyring_path.exists():
        return
    if not keystore.is_empty(engine):
        raise ConfigurationError(_missing(settings, engine))
    made = Keyring.generate(utc_now(), settings.suite, only(settings.allowed_suites))
    keyring_file.create(settings.keyring_path, made, sealer(settings))


def _missing(settings: Settings, engine: Engine) -> str:
    """Sentence for a store whose keyring is gone: a fresh one would make its data unreadable for good."""
    with engine.connect() as connection:
        known = connection.execute(select(key_registry.c.purpose, key_registry.c.key_id)).all()
    names = ", ".join(sorted(f"{row.purpose} {row.key_id.hex()}" for row in known))
    return (
        f"there is no keyring at {settings.keyring_path}, but the key store was used with one ({names}): "
        "put that keyring back, or name it with REALNAME_KEYRING_FILE"
    )
