"""Documents whose time is over: key first, then bytes."""

from verify.flows import documents
from verify.flows.keeping import KEPT
from verify.flows.overdue import due
from verify.services import Services

BATCH = 100


def purge(services: Services) -> int:
    """Purge what is due; the number taken up. Repeated until it is 0."""
    with services.read() as session:
        ids = session.scalars(due(KEPT["document"], services.clock()).limit(BATCH)).all()
    if ids:
        documents.purge_due(ids, services)
    return len(ids)
