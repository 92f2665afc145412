"""Which worker does a round of periodic work: the one whose statement moves its row on."""

from datetime import timedelta

from sqlalchemy import select

from verify.models import Periodic
from verify.models.base import insert_for
from verify.services import Services


def take(services: Services, name: str, every: timedelta) -> bool:
    """True for one worker of the cluster, ``every`` so often. One that dies in its round is followed by the next."""
    now = services.clock()
    with services.read() as session:
        due_at = session.scalar(select(Periodic.due_at).where(Periodic.name == name))
    if due_at is not None and due_at > now:
        return False
    with services.write() as session:
        insert = insert_for(session, Periodic).values(name=name, due_at=now + every)
        taken = insert.on_conflict_do_update(
            index_elements=["name"], set_={"due_at": insert.excluded.due_at}, where=Periodic.due_at <= now
        )
        return session.execute(taken.returning(Periodic.name)).first() is not None
