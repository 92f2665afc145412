"""Orders of erasure as the key store remembers them: a main store that comes back from a backup does not know them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Delete, and_, delete, func, select

from verify.models.base import made_once
from verify.models.keystore import erasure_orders


@dataclass(frozen=True)
class Order:
    """Ids, codes and times. Without a certificate it was not carried out yet."""

    id: UUID
    account_id: UUID
    verification_id: UUID | None
    ground: str
    asked_at: datetime
    closed_at: datetime | None
    certificate: str | None = None
    signed_by: str | None = None


@made_once
def _kept(insert: Any) -> Any:
    new = insert(erasure_orders)
    certified = {name: new.excluded[name] for name in ("certificate", "signed_by")}
    # what was certified stays so
    return new.on_conflict_do_update(
        index_elements=["id"], set_=certified, where=erasure_orders.c.certificate.is_(None)
    )


def keep(connection: Connection, order: Order) -> None:
    """Once, and again with its certificate."""
    connection.execute(_kept(connection), [asdict(order)])


def every(connection: Connection, account: UUID | None = None) -> Sequence[Order]:
    """All or those about one account, the oldest first."""
    query = select(erasure_orders).order_by(erasure_orders.c.asked_at, erasure_orders.c.id)
    if account is not None:
        query = query.where(erasure_orders.c.account_id == account)
    return [Order(**row) for row in connection.execute(query).mappings()]


def _is_older(than: datetime, spared: Sequence[UUID]) -> ColumnElement[bool]:
    return and_(erasure_orders.c.asked_at < than, erasure_orders.c.account_id.not_in(spared))


def count_older(connection: Connection, than: datetime, spared: Sequence[UUID]) -> int:
    """How many orders were given before, but for those about ``spared`` accounts."""
    return connection.scalar(select(func.count()).select_from(erasure_orders).where(_is_older(than, spared))) or 0


def older(than: datetime, limit: int, spared: Sequence[UUID]) -> Delete:
    """The statement that deletes up to ``limit`` of them."""
    over = select(erasure_orders.c.id).where(_is_older(than, spared)).limit(limit)
    return delete(erasure_orders).where(erasure_orders.c.id.in_(over))
