"""``keys``: the keyring."""

from collections import Counter

import click
from sqlalchemy import Engine, func, select

from crypto import keyring_file
from crypto.errors import KeyringInvalid
from crypto.keyring import PURPOSES, Keyring
from verify.boot import open_key_store, read_keyring, sealer
from verify.commands.opening import AS_JSON, settings, show
from verify.config import ConfigurationError, Settings
from verify.models.keystore import WRAPPED_UNDER, data_keys
from verify.models.vault import Vault
from verify.running import while_stopped
from verify.services import utc_now

#: data keys wrapped anew in one transaction
BATCH = 2000


@click.group("keys")
def group() -> None:
    """The keyring: what opens everything that is sealed."""


@group.command("status")
@AS_JSON
def status(*, as_json: bool) -> None:
    """Show keys by purpose and state, and how many data keys each wraps. No secret is shown."""
    found = settings()
    keyring = _keyring(found)
    engine = open_key_store(found)
    wraps = _wraps(engine)
    engine.dispose()
    listed = [
        {
            "id": key.id.hex(),
            "purpose": key.purpose,
            "state": key.state,
            "suite": key.suite,
            "created": key.created.isoformat() if key.created else None,
            "data_keys": wraps[key.id] if key.purpose == "kek" else None,
        }
        for key in keyring.keys
    ]
    if as_json:
        show(listed)
    else:
        for key in listed:
            count = "" if key["data_keys"] is None else f"{key['data_keys']} data keys"
            click.echo(f"{key['id']}  {key['purpose']:<7} {key['state']:<8} {count}".rstrip())


@group.command("backup")
def backup() -> None:
    """Print the keyring, to be kept offline and never beside a copy of the key store. Whoever has it reads all."""
    found = settings()
    click.echo(_keyring(found).dump(sealer(found)), nl=False)


@group.command("rotate")
@click.argument("purpose", type=click.Choice(PURPOSES))
def rotate(purpose: str) -> None:
    """Make a new primary key; for kek, wrap all data keys under it. Interrupted, it is finished by `keys rewrap`."""
    found = settings()
    if found.keyring is not None:
        msg = "the keyring comes from REALNAME_KEYRING and cannot be replaced there: move it to a file first"
        raise ConfigurationError(msg)
    with while_stopped(found):
        keyring = _keyring(found).with_new_primary(purpose, utc_now())
        keyring_file.replace(found.keyring_path, keyring, sealer(found))
        click.echo(f"{purpose} {keyring.primary(purpose).id.hex()} is primary now; back the keyring up: keys backup")
        _rewrap(found, keyring)


@group.command("rewrap")
def rewrap() -> None:
    """Wrap data keys under the primary kek that are not. Safe to repeat and to interrupt."""
    found = settings()
    _rewrap(found, _keyring(found))


def _keyring(settings: Settings) -> Keyring:
    keyring = read_keyring(settings)
    if keyring is None:
        msg = f"there is no keyring at {settings.keyring_path} yet; the first start makes one"
        raise KeyringInvalid(msg)
    return keyring


def _rewrap(settings: Settings, keyring: Keyring) -> None:
    vault = Vault(open_key_store(settings), keyring, utc_now)
    try:
        vault.check_registry()
        total = 0
        while done := vault.rewrap(BATCH):
            total += done
            click.echo(f"{total} data keys wrapped anew")
    finally:
        vault.engine.dispose()


def _wraps(engine: Engine) -> Counter[bytes]:
    """Data keys by the id of the kek they are under."""
    with engine.connect() as connection:
        rows = connection.execute(select(WRAPPED_UNDER, func.count()).select_from(data_keys).group_by(WRAPPED_UNDER))
        return Counter({bytes(kek): count for kek, count in rows})
