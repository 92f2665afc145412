import base64
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from crypto import keyring_file
from crypto.errors import KeyMismatch, KeyMissing, KeyringInvalid
from crypto.keyring import Keyring
from crypto.sealer import SecretSealer
from verify.boot import make_instance, open_stores, read_keyring
from verify.config import ConfigurationError, Settings
from verify.models.keystore import KeyBase

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With an empty key store."""
    settings = Settings(instance=tmp_path)
    engine = create_engine(settings.keys_database_url)
    KeyBase.metadata.create_all(engine)
    engine.dispose()
    return settings


def open_keyring(settings: Settings) -> Keyring:
    keyring, vault = open_stores(settings)
    vault.engine.dispose()
    return keyring.snapshot


def test_the_first_start_makes_a_keyring_for_its_owner_alone(settings: Settings) -> None:
    keyring = open_keyring(settings)
    assert stat.S_IMODE(settings.keyring_path.stat().st_mode) == 0o600
    assert keyring_file.read(settings.keyring_path) == keyring


def test_the_next_start_opens_the_same_one(settings: Settings) -> None:
    assert open_keyring(settings) == open_keyring(settings)


def test_a_lost_keyring_is_not_replaced_by_a_fresh_one(settings: Settings) -> None:
    keyring = open_keyring(settings)
    settings.keyring_path.unlink()
    with pytest.raises(ConfigurationError) as caught:
        open_keyring(settings)
    assert all(key.id.hex() in str(caught.value) for key in keyring.keys)
    assert not settings.keyring_path.exists()


def test_the_keyring_of_another_installation_is_refused_by_name(settings: Settings) -> None:
    open_keyring(settings)
    settings.keyring_path.unlink()
    keyring_file.create(settings.keyring_path, Keyring.generate(NOW))
    with pytest.raises(KeyMissing):
        open_keyring(settings)


def test_a_key_that_changed_under_its_id_is_refused(settings: Settings) -> None:
    keyring = open_keyring(settings)
    changed = Keyring(replace(key, secret=os.urandom(32)) for key in keyring.keys)
    with pytest.raises(KeyMismatch):
        open_keyring(replace(settings, keyring=changed.dump()))


def test_the_keyring_may_be_a_setting(settings: Settings) -> None:
    keyring = Keyring.generate(NOW)
    assert open_keyring(replace(settings, keyring=keyring.dump())) == keyring
    assert not settings.keyring_path.exists()


def test_a_sealed_keyring_needs_its_secret(settings: Settings) -> None:
    secret = os.urandom(32)
    keyring = Keyring.generate(NOW)
    keyring_file.create(settings.keyring_path, keyring, SecretSealer(secret))
    with pytest.raises(KeyringInvalid):
        open_keyring(settings)
    unsealing = replace(settings, keyring_secret=base64.b64encode(secret).decode())
    assert open_keyring(unsealing) == keyring


def test_with_a_secret_the_first_keyring_is_sealed(settings: Settings) -> None:
    sealing = replace(settings, keyring_secret=base64.b64encode(os.urandom(32)).decode())
    keyring = open_keyring(sealing)
    secrets = {base64.b64encode(key.secret).decode() for key in keyring.keys}
    assert not any(secret in settings.keyring_path.read_text() for secret in secrets)


@pytest.mark.parametrize("secret", ["not base64!", "c2hvcnQ="])
def test_a_secret_of_another_form_is_refused_without_being_shown(settings: Settings, secret: str) -> None:
    with pytest.raises((ConfigurationError, KeyringInvalid)) as caught:
        read_keyring(replace(settings, keyring=Keyring.generate(NOW).dump(), keyring_secret=secret))
    assert secret not in str(caught.value)


def test_a_keyring_open_to_others_is_refused(settings: Settings) -> None:
    open_keyring(settings)
    settings.keyring_path.chmod(0o640)
    with pytest.raises(KeyringInvalid, match="chmod 600"):
        open_keyring(settings)


def test_a_key_store_without_tables_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="run `realname db upgrade`"):
        open_keyring(Settings(instance=tmp_path))


def test_a_key_store_that_does_not_answer_is_named(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, keys_database_url="postgresql+psycopg://127.0.0.1:1/keys")
    with pytest.raises(ConfigurationError, match="REALNAME_KEYS_DATABASE_URL"):
        open_keyring(settings)


def test_the_instance_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path / "a" / "instance")
    make_instance(settings)
    assert stat.S_IMODE(settings.instance.stat().st_mode) == 0o700


def test_an_instance_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="REALNAME_INSTANCE"):
        make_instance(Settings(instance=tmp_path / "file" / "instance"))


@pytest.mark.parametrize("name", ["database_url", "keys_database_url", "broker_url"])
def test_a_sqlite_file_in_no_folder_is_named(tmp_path: Path, name: str) -> None:
    settings = Settings(instance=tmp_path, **{name: f"sqlite:///{tmp_path}/nowhere/x.db"})
    with pytest.raises(ConfigurationError, match=f"REALNAME_{name.upper()}"):
        make_instance(settings)
