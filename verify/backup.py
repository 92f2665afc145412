"""Copies of a store while it is in use: SQLite's online backup, or pg_dump."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from verify.config import ConfigurationError, Settings
from verify.migrating import HISTORIES
from verify.store import sqlite_file

#: pages copied at a time, so that writers get their turn
PAGES = 1000


def back_up(settings: Settings, name: str, folder: Path, now: datetime) -> Path:
    """Write a copy of this store, "main" or "keys", into the folder, complete or not at all.

    The copies of both must not lie together: who finds both needs the keyring alone to read everything.
    Raises ConfigurationError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_company(settings, name, folder)
    url = HISTORIES[name].url(settings)
    file = sqlite_file(url)
    copy, suffix = (_dump, "dump") if file is None else (_copy, "db")
    target = folder / f"realname-{name}-{now:%Y%m%dT%H%M%SZ}.{suffix}"
    unfinished = target.with_suffix(".part")
    unfinished.touch(mode=0o600)
    _finish(lambda: copy(url, unfinished), unfinished)
    return unfinished.rename(target)


def _refuse_company(settings: Settings, name: str, folder: Path) -> None:
    other = next(n for n in HISTORIES if n != name)
    if folder.resolve() == settings.instance.resolve():
        msg = "--to names the instance folder, which holds what is being backed up: choose another"
        raise ConfigurationError(msg)
    if any(folder.glob(f"realname-{other}-*")):
        msg = f"--to names a folder with backups of {other}: keep the two apart, or shredded data can be read again"
        raise ConfigurationError(msg)


def _finish(write: Callable[[], None], unfinished: Path) -> None:
    try:
        write()
    except BaseException:
        unfinished.unlink()
        raise


def _copy(url: str, target: Path) -> None:
    file = sqlite_file(url)
    if file is None or not file.exists():
        msg = "there is no database to back up yet"
        raise ConfigurationError(msg)
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=PAGES)
        if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
            msg = "the copy is damaged, and so may the database be: run PRAGMA integrity_check on it"
            raise ConfigurationError(msg)


def _dump(url: str, target: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        msg = "pg_dump is not installed here: install PostgreSQL's client programs"
        raise ConfigurationError(msg)
    done = subprocess.run(  # noqa: S603 - pg_dump with a file name of ours
        [program, "--format=custom", f"--file={target}"],
        env={**os.environ, **_connection(make_url(url))},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        msg = f"pg_dump failed: {' '.join(reason)}"
        raise ConfigurationError(msg)


def _connection(url: URL) -> dict[str, str]:
    """Variables of libpq; a command line would show the password to everybody on the machine."""
    values = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        **{f"PG{name.upper()}": value for name, value in url.query.items()},
    }
    return {name: str(value) for name, value in values.items() if value is not None}
