"""What flows, endpoints and jobs are handed: stores, keys, providers, clock. Built once by create_app."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session, scoped_session

from crypto.keyring import KeySource
from providers.base import Provider
from verify import board
from verify.blobs import Blobs
from verify.board import Board, Notebook
from verify.config import Settings
from verify.models.engines import WRITE
from verify.models.vault import Vault
from verify.notifiers.base import Notifier
from verify.outbound import Outbound

OUT_OF_TRANSACTION = {"isolation_level": "AUTOCOMMIT"}


class Nudge(Protocol):
    """Tell the worker that a row is due, ``delay`` seconds from now. Losing a nudge loses nothing."""

    def __call__(self, table: str, row_id: UUID, delay: float = 0.0) -> None: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, repr=False)
class Services:
    settings: Settings
    session: scoped_session[Session]
    keyring: KeySource
    vault: Vault
    providers: Mapping[str, Provider]
    nudge: Nudge
    outbound: Outbound
    blobs: Blobs
    #: by channel
    notifiers: Mapping[str, Notifier] = field(default_factory=dict)
    clock: Callable[[], datetime] = utc_now
    notebook: Notebook = field(default_factory=Notebook)

    def board(self) -> Board:
        """What is known of providers, at most a second old; read within the transaction that is open, if one is."""
        now = self.clock()
        if self.notebook.board is not None and self.notebook.is_fresh(now):
            return self.notebook.board
        session = self.session()
        if session.in_transaction():
            return self.notebook.keep(board.read(session), now)
        with self.read() as reading:
            return self.notebook.keep(board.read(reading), now)

    @contextmanager
    def read(self, *, streams: bool = False) -> Iterator[Session]:
        """Reads on one connection, which goes back to the pool at the end; on SQLite in one transaction.

        On PostgreSQL each statement sees what is committed when it begins, in a transaction (READ COMMITTED) as out
        of one; without one BEGIN and COMMIT are not sent. So nothing here locks or writes;
        what ``streams`` (yield_per) needs one all the same.
        """
        session = self.session()
        with session.begin():
            if not streams and session.get_bind().dialect.name == "postgresql":
                session.connection(execution_options=OUT_OF_TRANSACTION)
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One write transaction. On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so that
        a read in it is never upgraded into SQLITE_BUSY; on PostgreSQL rows are locked by the caller."""
        session = self.session()
        with session.begin():
            session.connection(execution_options={WRITE: True})
            yield session
