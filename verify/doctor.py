"""What is wrong with an installation, and how to mend it."""

import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from limits.storage import storage_from_string
from sqlalchemy import Engine, func, or_, select
from sqlalchemy.exc import DBAPIError

from crypto import selftest
from crypto.errors import CryptoError
from providers.base import Misconfigured, Proof
from verify import config, credentials, terms
from verify.boot import UPGRADE, open_key_store, open_stores, place_of, read_keyring
from verify.config import ConfigurationError, Settings
from verify.flows.checks import SHANGHAI
from verify.flows.transfers.challenge import odds
from verify.jobs.queue import make_huey
from verify.jobs.worker import EVERY, SWEEP_EVERY
from verify.loading import load_providers
from verify.migrating import HISTORIES, migration_engine, revision
from verify.models import Agreement, ApiKey, Application, Attempt, Event, Periodic, RightsRequest, Transfer, keystore
from verify.notifiers import make_notifiers
from verify.policies import name_contact
from verify.rates import storage_url
from verify.services import utc_now
from verify.store import sqlite_file

#: further apart, leases and expiries of several machines contradict one another
MAX_SKEW = timedelta(seconds=2)

#: a row due for longer means that no worker runs
MAX_OVERDUE = timedelta(minutes=5)

#: each worker that runs takes a round within a minute
MAX_SILENCE = timedelta(minutes=3)

#: banks take two working days, and people a weekend
MAX_UNPAID = timedelta(days=4)

#: chance of guessing an amount that is still a proof
MAX_ODDS = Fraction(1, 30)

#: what a worker that runs has done by then, however slow others are
DUE = (
    select(func.min(Attempt.due_at)).where(Attempt.finished_at.is_(None)),
    select(func.min(Event.created_at)).where(Event.fanned_out_at.is_(None), Event.sequence.is_not(None)),
    select(func.min(Transfer.due_at)),
)

OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Finding:
    """``problem`` is None where all is well; ``mend`` says what to do. ``note`` is worth knowing all the same."""

    check: str
    problem: str | None = None
    mend: str | None = None
    note: str | None = None


#: what is wrong and how to mend it, in sentences without a secret
Ailment = tuple[str, str]
Check = Callable[[Settings], Ailment | None]


def examine(environ: Mapping[str, str] | None = None) -> list[Finding]:
    """Run every check. Changes nothing but what a start would: the instance folder and the key registry."""
    try:
        settings = config.load(environ)
    except ConfigurationError as error:
        return [Finding("configuration", str(error), "correct this setting; README.md has the table of all")]
    findings = [Finding("configuration")]
    sound = True
    for name, check in CHECKS.items():
        if sound or name not in NEED_TABLES:
            findings.append(_run(name, check, settings))
            sound &= name != "databases" or findings[-1].problem is None
    return findings


def _run(name: str, check: Check, settings: Settings) -> Finding:
    try:
        note = NOTES[name](settings) if name in NOTES else None
        problem, mend = check(settings) or (None, None)
        return Finding(name, problem, mend, note)
    except ConfigurationError as error:
        return Finding(name, str(error))
    except (CryptoError, Misconfigured) as error:
        return Finding(name, str(error), MENDS.get(name))
    except DBAPIError as error:
        return Finding(name, f"a database does not answer ({type(error).__name__})", MENDS["databases"])


def _crypto(_: Settings) -> Ailment | None:
    selftest.run()
    return None


def _databases(settings: Settings) -> Ailment | None:
    for history in HISTORIES.values():
        at = revision(settings, history)
        if at != history.head():
            problem = f"the tables of {history.setting} are at {at or 'nothing'}, this release needs {history.head()}"
            return problem, f"stop the service and {UPGRADE}"
    return None


def _stores(settings: Settings) -> Ailment | None:
    if place_of(settings.database_url) != place_of(settings.keys_database_url):
        return None
    return (
        "both stores lie in one database, so an erased person's keys stay in its backups until the KEK is destroyed",
        "give REALNAME_KEYS_DATABASE_URL a database of its own, on PostgreSQL in a cluster of its own",
    )


def _keyring(settings: Settings) -> Ailment | None:
    engine = open_key_store(settings)
    try:
        missing = read_keyring(settings) is None
        empty = keystore.is_empty(engine)
    finally:
        engine.dispose()
    if missing and empty:
        return f"there is no keyring at {settings.keyring_path} yet", "start the service once: it makes one"
    _, vault = open_stores(settings)
    vault.engine.dispose()
    return None


def _broker(settings: Settings) -> Ailment | None:
    try:
        huey = make_huey(settings)
        huey.pending_count()
        huey.storage.close()
    except Exception as error:  # noqa: BLE001 - each broker has errors of its own
        problem = f"REALNAME_BROKER_URL names a broker that does not answer ({type(error).__name__})"
        return problem, "start it, or correct the URL; until then due work waits for the minutely sweep"
    return None


def _limits(settings: Settings) -> Ailment | None:
    if storage_from_string(storage_url(settings.limits_url)).check():
        return None
    return (
        "REALNAME_LIMITS_URL names a store that does not answer",
        "start it, or correct the URL; until then each process counts request rates for itself",
    )


def _worker(settings: Settings) -> Ailment | None:
    """An installation on which none ever ran is told of by the work that waits."""
    seen = _last_round(settings)
    if seen is not None and seen < utc_now() - MAX_SILENCE:
        return f"no worker did a round since {seen:%Y-%m-%d %H:%M} UTC", "start `realname worker`, and see its log"
    return None


def _round_note(settings: Settings) -> str:
    seen = _last_round(settings)
    return f"last round at {seen:%Y-%m-%d %H:%M:%S} UTC" if seen else "no worker ran yet"


def _last_round(settings: Settings) -> datetime | None:
    """When a worker last took up periodic work; its next is due a fixed time later."""
    with _main(settings) as engine, engine.connect() as connection:
        due = connection.scalar(select(func.max(Periodic.due_at)).where(Periodic.name.not_in(EVERY)))
    return None if due is None else due - timedelta(seconds=SWEEP_EVERY)


def _overdue(settings: Settings) -> Ailment | None:
    with _main(settings) as engine, engine.connect() as connection:
        oldest = min((due for query in DUE if (due := connection.scalar(query)) is not None), default=None)
    if oldest is not None and oldest < utc_now() - MAX_OVERDUE:
        return f"work is due since {oldest:%Y-%m-%d %H:%M} UTC and nobody does it", "start `realname worker`"
    return None


def _transfers(settings: Settings) -> Ailment | None:
    contradicted = select(func.count()).where(Transfer.livemode.is_(True), Transfer.contradiction.is_not(None))
    unpaid = select(func.count()).where(
        Transfer.livemode.is_(True), Transfer.status == "requested", Transfer.updated_at < utc_now() - MAX_UNPAID
    )
    with _main(settings) as engine, engine.connect() as connection:
        found = (connection.scalar(contradicted) or 0, connection.scalar(unpaid) or 0)
    if found[0]:
        problem = f"of {found[0]} transfers the bank says otherwise than before"
        return problem, "compare them with the bank's statement: `realname transfers status`, then `reconcile`"
    if found[1]:
        problem = f"{found[1]} transfers are ordered for more than {MAX_UNPAID.days} days and not sent"
        return problem, "pay them and import the statement (`realname transfers export`), or ask the bank"
    if odds(Proof.AMOUNT, settings) > MAX_ODDS:
        problem = f"an amount can be guessed with a chance of {odds(Proof.AMOUNT, settings)}"
        return problem, "widen REALNAME_TRANSFER_LOW_FEN to REALNAME_TRANSFER_HIGH_FEN"
    return None


def _rights(settings: Settings) -> Ailment | None:
    late = select(func.count()).where(RightsRequest.answered_at.is_(None), RightsRequest.due_at <= utc_now())
    with _main(settings) as engine, engine.connect() as connection:
        count = connection.scalar(late) or 0
    if count:
        return f"{count} rights requests are past their due date", "answer them: /ops/rights, or `realname rights list`"
    return None


def _odds(settings: Settings) -> str:
    chances = ", ".join(f"{proof} {odds(proof, settings)}" for proof in Proof)
    return f"chance of passing by guessing, per account number and 30 days: {chances}"


def _clock(settings: Settings) -> Ailment | None:
    mend = "synchronise the clocks of all machines (NTP)"
    with _main(settings) as engine, engine.connect() as connection:
        newest = connection.scalar(select(func.max(Event.created_at)))
        there = connection.scalar(select(func.now())) if engine.dialect.name == "postgresql" else utc_now()
    skew = abs(there.astimezone(UTC) - utc_now()) if isinstance(there, datetime) else timedelta(0)
    if skew > MAX_SKEW:
        return f"this clock and the database's are {skew.total_seconds():.0f} s apart", mend
    if newest is not None and newest > utc_now() + MAX_SKEW:
        return f"the newest event is from {newest:%Y-%m-%d %H:%M} UTC, which is in the future", mend
    return None


def _providers(settings: Settings) -> Ailment | None:
    for provider in load_providers(settings, credentials.of_stores(settings)).values():
        provider.close()
    return None


def _terms(settings: Settings) -> Ailment | None:
    with _main(settings) as engine, engine.connect() as connection:
        return terms.ailment(connection, utc_now())


def _agreements(settings: Settings) -> Ailment | None:
    """Of those that live data is sent to (个人信息保护法 21, policy 4.1)."""
    today = utc_now().astimezone(SHANGHAI).date()
    current = select(Agreement.provider).where(
        Agreement.ended_at.is_(None), or_(Agreement.valid_until.is_(None), Agreement.valid_until >= today)
    )
    with _main(settings) as engine, engine.connect() as connection:
        agreed = set(connection.scalars(current))
    try:
        providers = load_providers(settings, credentials.of_stores(settings))
    except (ConfigurationError, Misconfigured):
        return None  # "providers" tells of it
    missing = sorted(name for name, provider in providers.items() if not provider.test_only and name not in agreed)
    for provider in providers.values():
        provider.close()
    if not missing:
        return None
    return (
        f"no agreement stands with these processors of live data: {', '.join(missing)}",
        "note it: `realname register add agreement PROVIDER`, or take the provider out of the configuration",
    )


def _notices(settings: Settings) -> Ailment | None:
    """Whom to ask is part of every notice (个人信息保护法 17, 30). Sandbox data is nobody's."""
    unnamed = _unnamed(settings)
    try:
        providers = load_providers(settings, credentials.of_stores(settings))
    except (ConfigurationError, Misconfigured):
        return None  # "providers" tells of it
    live = any(not provider.test_only for provider in providers.values())
    for provider in providers.values():
        provider.close()
    if not unnamed or not live:
        return None
    return f"the notice that users consent to names no contact: {', '.join(unnamed)}", name_contact()


def _contacts(settings: Settings) -> str:
    unnamed = _unnamed(settings)
    if not unnamed:
        return "every application's notice names whom users ask about their data"
    return f"no contact is named in the notice of {', '.join(unnamed)}; before live keys are used: {name_contact()}"


def _unnamed(settings: Settings) -> list[str]:
    """Applications with a live key whose notice falls back on words that name nobody."""
    keyed = select(ApiKey.application_id).where(ApiKey.livemode.is_(True), ApiKey.revoked_at.is_(None))
    query = select(Application.id, Application.name, Application.settings).where(Application.id.in_(keyed))
    with _main(settings) as engine, engine.connect() as connection:
        rows = connection.execute(query.order_by(Application.id)).all()
    return [f"{row.name} ({row.id})" for row in rows if not str(row.settings.get("privacy_contact", "")).strip()]


def _notifiers(settings: Settings) -> Ailment | None:
    make_notifiers(settings)
    return None


def _files(settings: Settings) -> Ailment | None:
    for path, mode in _private(settings):
        if path.stat().st_mode & OTHERS:
            return f"{path} is open to group or others", f"chmod {mode} {path}"
    return None


def _private(settings: Settings) -> Iterator[tuple[Path, str]]:
    """What only the service's own user may touch, with its mode."""
    if settings.instance.exists():
        yield settings.instance, "700"
    urls = (settings.database_url, settings.keys_database_url)
    for path in (settings.keyring_path, *map(sqlite_file, urls)):
        if path is not None and path.exists():
            yield path, "600"


@contextmanager
def _main(settings: Settings) -> Iterator[Engine]:
    engine = migration_engine(settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


CHECKS: Mapping[str, Check] = {
    "cryptography": _crypto,
    "databases": _databases,
    "two stores": _stores,
    "keyring": _keyring,
    "broker": _broker,
    "limits": _limits,
    "worker": _worker,
    "overdue work": _overdue,
    "transfers": _transfers,
    "rights requests": _rights,
    "clock": _clock,
    "providers": _providers,
    "provider terms": _terms,
    "agreements": _agreements,
    "notices": _notices,
    "notifiers": _notifiers,
    "files": _files,
}

#: left out when the databases are not as they should be
NEED_TABLES = frozenset(
    {
        "keyring",
        "worker",
        "overdue work",
        "transfers",
        "rights requests",
        "clock",
        "provider terms",
        "agreements",
        "notices",
    }
)

#: worth knowing though nothing is wrong
NOTES: Mapping[str, Callable[[Settings], str]] = {
    "transfers": _odds,
    "worker": _round_note,
    "notices": _contacts,
}

#: for what a check's own sentence does not say already
MENDS: Mapping[str, str] = {
    "cryptography": "install the locked dependencies again; this build of OpenSSL cannot be used",
    "databases": "start the database, or correct REALNAME_DATABASE_URL and REALNAME_KEYS_DATABASE_URL",
    "keyring": "put the keyring back that belongs to this key store, from its offline copy",
    "providers": "correct the provider's table in the file that REALNAME_CONFIG names",
}
