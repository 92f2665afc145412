"""What flows, endpoints and jobs are handed: stores, keys, providers, clock. Built once by create_app."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session, scoped_session

from crypto.keyring import Keyring
from providers.base import Provider
from verify.config import Settings
from verify.models.engines import WRITE
from verify.models.vault import Vault
from verify.notifiers.base import Notifier
from verify.outbound import Outbound


class Nudge(Protocol):
    """Tell the worker that a row is due, ``delay`` seconds from now. Losing a nudge loses nothing."""

    def __call__(self, table: str, row_id: UUID, delay: float = 0.0) -> None: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, repr=False)
class Services:
    settings: Settings
    session: scoped_session[Session]
    keyring: Keyring
    vault: Vault
    providers: Mapping[str, Provider]
    nudge: Nudge
    outbound: Outbound
    #: by channel
    notifiers: Mapping[str, Notifier] = field(default_factory=dict)
    clock: Callable[[], datetime] = utc_now

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One read transaction; the connection goes back to the pool at its end."""
        session = self.session()
        with session.begin():
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One write transaction. On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so that
        a read in it is never upgraded into SQLITE_BUSY; on PostgreSQL rows are locked by the caller."""
        session = self.session()
        with session.begin():
            session.connection(execution_options={WRITE: True})
            yield session
