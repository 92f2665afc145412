"""Waiting until every process has the keyring as it is now, and until what was under way before is done."""

import time
from collections.abc import Callable
from uuid import UUID

from verify.config import ConfigurationError
from verify.models import readers
from verify.models.keystore import AnyRow
from verify.services import Services

#: seconds without a word after which a process is taken for dead; it speaks every few
SILENT = 20.0

#: longer than any of our statements waits for a lock: what was begun with the former keyring is done by then
DRAIN = 12.0

#: seconds until a process that speaks but does not take the keyring over ends the waiting
PATIENCE = 120.0

LOOK_EVERY = 0.5

Say = Callable[[str], None]


def until_all_have(services: Services, say: Say) -> bool:
    """Wait for every live process; whether there were any.

    A process counts as alive while its row changes, so its clock need not agree with ours. Raises
    ConfigurationError naming one that lives but keeps another keyring; nothing was lost then.
    """
    wanted = readers.digest(services.keyring.snapshot)
    heard: dict[UUID, tuple[object, float]] = {}
    began, told = time.monotonic(), 0
    while True:
        now = time.monotonic()
        alive = [row for row in readers.known(services.vault.engine, services.clock()) if _is_alive(row, heard, now)]
        behind = [row for row in alive if row.keyring != wanted]
        if not behind:
            return bool(alive)
        if len(behind) != told:
            told = len(behind)
            say(f"waiting for {told} of {len(alive)} processes to take the keyring over")
        if now - began > PATIENCE:
            raise ConfigurationError(_stuck(behind[0]))
        time.sleep(LOOK_EVERY)


def until_drained(*, anybody: bool) -> None:
    """Wait until what processes began with the former keyring has ended."""
    if anybody:
        time.sleep(DRAIN)


def _is_alive(row: AnyRow, heard: dict[UUID, tuple[object, float]], now: float) -> bool:
    seen_at, since = heard.get(row.id, (None, now))
    if seen_at != row.seen_at:
        heard[row.id] = row.seen_at, now
        return True
    return now - since < SILENT


def _stuck(row: AnyRow) -> str:
    return (
        f"process {row.pid} ({row.program}) at {row.host} does not take over the keyring: its own file or "
        "REALNAME_KEYRING differs. Give it this keyring and repeat the command; nothing is lost meanwhile"
    )
