"""A main store that is put back to what it was: every row of it, on either database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from tests.caller import Caller
from tests.conftest import Clock
from verify.jobs import checkpoints
from verify.models import Base
from verify.services import Services

Copy = Mapping[Any, Sequence[dict[str, Any]]]


def copy_of(services: Services) -> Copy:
    with services.read() as session:
        return {
            table: [dict(row._mapping) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def put_back(services: Services, copy: Copy) -> None:
    with services.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
        for table in Base.metadata.sorted_tables:
            if copy[table]:
                session.execute(insert(table), list(copy[table]))


class Life:
    """Accounts come, and each is signed and written outside."""

    def __init__(self, services: Services, server: Caller, clock: Clock) -> None:
        self.services, self.server, self.clock, self.count = services, server, clock, 0

    def goes_on(self, checkpoints_: int) -> None:
        for _ in range(checkpoints_):
            self.count += 1
            self.clock.turn(minutes=1)
            self.server.create(account_ref=f"acct-{self.count}")
            checkpoints.make(self.services)
        checkpoints.publish(self.services)
