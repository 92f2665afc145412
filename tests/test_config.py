from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.config import ConfigurationError, Settings, load

SECRET = "c2VjcmV0IHRoYXQgbXVzdCBub3QgYmUgc2hvd24gaGVyZSE="


def test_everything_lies_in_the_instance_folder_unless_told_otherwise(tmp_path: Path) -> None:
    settings = load({"REALNAME_INSTANCE": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/realname.db"
    assert settings.keys_database_url == f"sqlite:///{tmp_path}/realname-keys.db"
    assert settings.broker_url == f"sqlite:///{tmp_path}/realname-broker.db"
    assert settings.keyring_path == tmp_path / "keyring.json"


def test_the_instance_folder_is_below_the_current_one_by_default() -> None:
    assert load({}).instance == Path("instance").absolute()


def test_no_secret_has_a_default() -> None:
    settings = load({})
    assert (settings.keyring, settings.keyring_secret, settings.metrics_token) == (None, None, None)


def test_a_file_gives_settings_and_the_environment_overrides_them(tmp_path: Path) -> None:
    file = tmp_path / "realname.toml"
    file.write_text('pool_size = 3\nlog_level = "debug"\n[providers.example]\nregion = "cn"\n')
    settings = load({"REALNAME_CONFIG": str(file), "REALNAME_POOL_SIZE": "5"})
    assert (settings.pool_size, settings.log_level) == (5, "debug")
    assert settings.providers == {"example": {"region": "cn"}}


@pytest.mark.parametrize("content", ["pool_size = ", "\udcff", None])
def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "realname.toml"
    if content is not None:
        file.write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(ConfigurationError, match="REALNAME_CONFIG"):
        load({"REALNAME_CONFIG": str(file)})


@pytest.mark.parametrize(("value", "lifted"), [("1", True), ("true", True), ("0", False), ("False", False)])
def test_a_switch_is_on_or_off(value: str, lifted: bool) -> None:
    assert load({"REALNAME_WEBHOOK_ALLOW_PRIVATE": value}).webhook_allow_private is lifted


def test_a_switch_may_be_a_boolean_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "realname.toml"
    file.write_text("webhook_allow_private = true\n")
    assert load({"REALNAME_CONFIG": str(file)}).webhook_allow_private is True


def test_webhooks_are_guarded_unless_told_otherwise() -> None:
    assert load({}).webhook_allow_private is False


def test_postgresql_is_reached_through_psycopg() -> None:
    settings = load({"REALNAME_DATABASE_URL": "postgresql://u:p@db.example/realname"})
    assert settings.database_url == "postgresql+psycopg://u:p@db.example/realname"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REALNAME_DATABASE_URL", "mysql://db.example/a"),
        ("REALNAME_DATABASE_URL", ""),
        ("REALNAME_KEYS_DATABASE_URL", "realname.db"),
        ("REALNAME_BROKER_URL", "amqp://mq.example"),
        ("REALNAME_WEBHOOK_ALLOW_PRIVATE", "maybe"),
        ("REALNAME_WEBHOOK_ALLOW_PRIVATE", ""),
        ("REALNAME_SMTP_URL", "mail.example.com:465"),
        ("REALNAME_MAIL_FROM", " "),
        ("REALNAME_PUBLIC_URL", "verify.example.com"),
        ("REALNAME_PUBLIC_URL", "https://"),
        ("REALNAME_PUBLIC_URL", "https://verify.example.com/?a=1"),
        ("REALNAME_LIMITS_URL", "memcached://a"),
        ("REALNAME_POOL_SIZE", "0"),
        ("REALNAME_POOL_SIZE", "ten"),
        ("REALNAME_POOL_SIZE", "501"),
        ("REALNAME_LOG_LEVEL", "loud"),
        ("REALNAME_SANDBOX_LATENCY_MS", "-1"),
        ("REALNAME_KEYRING", " "),
        ("REALNAME_KEYRING_SECRET", ""),
        ("REALNAME_METRICS_TOKEN", ""),
        ("REALNAME_INSTANCE", ""),
        ("REALNAME_PROVIDERS", "sandbox"),
        ("REALNAME_POOLSIZE", "5"),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence_that_names_it(variable: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load({variable: value})
    assert str(caught.value).startswith(variable)
    assert len(str(caught.value).split()) > 4


def test_a_wrong_value_in_the_file_is_named_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "realname.toml"
    file.write_text("pool_size = 0\n")
    with pytest.raises(ConfigurationError, match="pool_size in the file REALNAME_CONFIG names"):
        load({"REALNAME_CONFIG": str(file)})


@given(st.text("0123456789", min_size=4))
def test_a_wrong_value_is_never_quoted(value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load({"REALNAME_BROKER_URL": f"amqp://mq.example/{value}"})
    assert value not in str(caught.value)


def test_settings_show_nothing_of_themselves() -> None:
    settings = Settings(keyring_secret=SECRET)
    assert SECRET not in f"{settings} {settings!r}"


def test_variables_of_other_programs_are_left_alone() -> None:
    assert load({"PATH": "/bin", "NOT_REALNAME_POOL_SIZE": "0"}).pool_size == 10


@pytest.mark.parametrize("rate", ["abc", "0 per second", "-1 per second", "100"])
def test_a_rate_that_limits_nothing_or_everything_is_refused(rate: str) -> None:
    with pytest.raises(ConfigurationError, match="REALNAME_REQUEST_RATE"):
        load({"REALNAME_REQUEST_RATE": rate})
