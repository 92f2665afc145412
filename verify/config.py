"""Settings: REALNAME_* environment variables over a TOML file (REALNAME_CONFIG) over defaults."""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from limits import parse_many

PREFIX = "REALNAME_"


class ConfigurationError(Exception):
    """A setting is missing or wrong. The message names it and says how to mend it; never its value."""


def _url(*schemes: str) -> Callable[[str, Any], str]:
    def read(name: str, raw: Any) -> str:
        parts = urlsplit(str(raw))
        if parts.scheme not in schemes:
            msg = f"{name} must be a URL starting with {', '.join(s + '://' for s in schemes)}"
            raise ConfigurationError(msg)
        return str(raw)

    return read


def _database(name: str, raw: Any) -> str:
    url = _url("sqlite", "postgresql", "postgresql+psycopg")(name, raw)
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _origin(name: str, raw: Any) -> str:
    url = _url("http", "https")(name, raw).rstrip("/")
    parts = urlsplit(url)
    if not parts.netloc or parts.query or parts.fragment:
        msg = f"{name} must be a base URL such as https://verify.example.com"
        raise ConfigurationError(msg)
    return url


def _number(low: int, high: int) -> Callable[[str, Any], int]:
    def read(name: str, raw: Any) -> int:
        try:
            value = int(raw)
        except (TypeError, ValueError):
            value = low - 1
        if not low <= value <= high:
            msg = f"{name} must be a whole number from {low} to {high}"
            raise ConfigurationError(msg)
        return value

    return read


def _choice(*values: str) -> Callable[[str, Any], str]:
    def read(name: str, raw: Any) -> str:
        if raw not in values:
            msg = f"{name} must be one of {', '.join(values)}"
            raise ConfigurationError(msg)
        return str(raw)

    return read


def _path(name: str, raw: Any) -> Path:
    if not str(raw).strip():
        msg = f"{name} must name a path"
        raise ConfigurationError(msg)
    return Path(str(raw)).expanduser().absolute()


def _text(name: str, raw: Any) -> str:
    value = str(raw)
    if not value.strip():
        msg = f"{name} is set but empty; give it a value or unset it"
        raise ConfigurationError(msg)
    return value


def _rate(name: str, raw: Any) -> str:
    try:
        rates = parse_many(str(raw))
    except ValueError:
        rates = []
    if not rates or any(rate.amount < 1 for rate in rates):
        msg = f"{name} must be a rate such as 100 per second"
        raise ConfigurationError(msg)
    return str(raw)


FLAGS = {"0": False, "1": True, "false": False, "true": True}


def _flag(name: str, raw: Any) -> bool:
    value = FLAGS.get(str(raw).lower())
    if value is None:
        msg = f"{name} must be 0 or 1"
        raise ConfigurationError(msg)
    return value


def _suites(name: str, raw: Any) -> tuple[int, ...]:
    numbers = [part.strip() for part in str(raw).split(",")]
    if not numbers or any(number not in {"1", "2"} for number in numbers):
        msg = f"{name} must be suites separated by commas, such as 1,2"
        raise ConfigurationError(msg)
    return tuple(sorted({int(number) for number in numbers}))


def _routes(name: str, raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        msg = f"{name} must be a table in the file REALNAME_CONFIG names"
        raise ConfigurationError(msg)
    return raw


def setting(read: Callable[[str, Any], Any], default: Any, help: str) -> Any:  # noqa: A002 - as argparse says it
    metadata = {"read": read, "help": help}
    if isinstance(default, dict):
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, checked. ``help`` in the metadata is what the reference page prints."""

    instance: Path = setting(_path, Path("instance").absolute(), "folder of all local state")
    database_url: str = setting(_database, "", "main store; SQLite file in the instance folder")
    keys_database_url: str = setting(_database, "", "key store; SQLite file in the instance folder")
    broker_url: str = setting(
        _url("sqlite", "postgresql", "redis"), "", "huey's broker; SQLite file in the instance folder"
    )
    keyring: str | None = setting(_text, None, "the keyring itself, as JSON")
    keyring_file: Path | None = setting(_path, None, "where the keyring is; keyring.json in the instance folder")
    keyring_secret: str | None = setting(_text, None, "base64 of the 32 bytes that unseal a sealed keyring")
    seal: Mapping[str, Any] = setting(_routes, {}, "what seals the keyring, a table in the TOML file only")
    suite: int = setting(_number(1, 2), 1, "of new keys: 1 is AES-256-GCM with SHA-256, 2 is SM4-GCM with SM3")
    allowed_suites: tuple[int, ...] = setting(_suites, (), "what may be read; REALNAME_SUITE, and 1")
    audit_file: Path | None = setting(_path, None, "file outside the database to which signed checkpoints are added")
    public_url: str = setting(_origin, "http://127.0.0.1:8080", "how browsers reach this service")
    trusted_proxies: int = setting(
        _number(0, 10), 0, "proxies in front that set X-Forwarded-For; the client's address is read past so many"
    )
    limits_url: str = setting(_url("memory", "redis"), "memory://", "where request rates are counted")
    pool_size: int = setting(_number(1, 500), 10, "database connections a process may hold")
    request_rate: str = setting(_rate, "100 per second", "requests one credential or address may make")
    metrics_token: str | None = setting(_text, None, "bearer token of /metrics; unset: loopback only")
    log_level: str = setting(_choice("debug", "info", "warning", "error"), "info", "least level logged")
    sandbox_latency_ms: int = setting(_number(0, 60_000), 0, "how long the sandbox provider thinks")
    transfer_low_fen: int = setting(_number(10, 10_000), 10, "least amount of a micro-transfer, in fen")
    transfer_high_fen: int = setting(_number(10, 10_000), 199, "greatest amount of a micro-transfer, in fen")
    webhook_allow_private: bool = setting(
        _flag, default=False, help="let webhooks reach private addresses and, with test keys, plain HTTP"
    )
    registry_rechecks: int = setting(
        _number(0, 120), 15, "working days on which a register without a record is asked again"
    )
    review_target_hours: int = setting(_number(1, 720), 24, "how long a case may wait for staff before it is late")
    registry_watch_days: int = setting(
        _number(1, 366), 90, "days after which the register is asked again about a verified enterprise"
    )
    documents_url: str | None = setting(
        _url("file", "s3"),
        None,
        "where documents lie sealed, file:///folder or s3://bucket/prefix; the instance folder",
    )
    s3_endpoint: str | None = setting(_url("http", "https"), None, "endpoint of the object store")
    s3_region: str = setting(_text, "us-east-1", "region by which requests to it are signed")
    s3_access_key_id: str | None = setting(_text, None, "its access key")
    s3_secret_access_key: str | None = setting(_text, None, "the secret of that key")
    s3_virtual_host: bool = setting(_flag, default=False, help="name the bucket in the host, as some stores demand")
    smtp_url: str | None = setting(
        _url("smtp", "smtps", "log"), None, "mail server for results, smtps://user:password@host:465; log:// only logs"
    )
    mail_from: str | None = setting(_text, None, "sender of these mails")
    rights_mail: str | None = setting(_text, None, "mailbox of staff who are reminded of rights requests that fall due")
    keys_backup_days: int = setting(
        _number(0, 3650), 7, "days that copies of the key store are kept; erasure certificates name them"
    )
    providers: Mapping[str, Any] = setting(_routes, {}, "live providers and routes, a table in the TOML file only")

    def __post_init__(self) -> None:
        if not self.allowed_suites:
            object.__setattr__(self, "allowed_suites", tuple(sorted({1, self.suite})))
        if self.suite not in self.allowed_suites:
            msg = "REALNAME_ALLOWED_SUITES must hold REALNAME_SUITE"
            raise ConfigurationError(msg)
        if self.transfer_low_fen > self.transfer_high_fen:
            msg = "REALNAME_TRANSFER_LOW_FEN must not be above REALNAME_TRANSFER_HIGH_FEN"
            raise ConfigurationError(msg)
        for name, file in (
            ("database_url", "realname.db"),
            ("keys_database_url", "realname-keys.db"),
            ("broker_url", "realname-broker.db"),
        ):
            if not getattr(self, name):
                object.__setattr__(self, name, f"sqlite:///{self.instance / file}")

    @property
    def keyring_path(self) -> Path:
        return self.keyring_file or self.instance / "keyring.json"

    def __repr__(self) -> str:
        return "Settings"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises ConfigurationError naming the first that is wrong or unknown."""
    environ = os.environ if environ is None else environ
    known = {f.name: f for f in fields(Settings)}
    raw: dict[str, tuple[str, Any]] = {}
    if path := environ.get(PREFIX + "CONFIG"):
        try:
            table = tomllib.loads(Path(path).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            msg = f"REALNAME_CONFIG names a file that cannot be read as TOML ({type(error).__name__})"
            raise ConfigurationError(msg) from None
        raw |= {name: (f"{name} in the file REALNAME_CONFIG names", value) for name, value in table.items()}
    for variable, value in environ.items():
        if variable.startswith(PREFIX) and variable != PREFIX + "CONFIG":
            raw[variable.removeprefix(PREFIX).lower()] = (variable, value)
    values = {}
    for name, (label, value) in raw.items():
        if name not in known:
            msg = f"{label} is not a setting of realname; see docs/reference/settings.md"
            raise ConfigurationError(msg)
        values[name] = known[name].metadata["read"](label, value)
    return Settings(**values)
