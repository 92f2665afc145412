"""Deletions that vendors owe."""

from verify.flows import disposals
from verify.models import Disposal
from verify.models.due import waiting
from verify.services import Services

BATCH = 100


def sweep(services: Services) -> int:
    """Carry out what is due; the number taken up. Repeated until it is 0."""
    with services.read() as session:
        due = waiting(session, Disposal, services.clock(), BATCH)
    for disposal_id in due:
        disposals.carry(services, disposal_id)
    return len(due)
