"""What is asked or looked at again on its day: registers without a record, verified enterprises, letters."""

from verify.flows.enterprise.rechecking import recheck
from verify.models import Recheck
from verify.models.due import waiting
from verify.services import Services

BATCH = 50


def sweep(services: Services) -> int:
    """See to what is due; the number taken up. Repeated until it is 0."""
    with services.read() as session:
        due = waiting(session, Recheck, services.clock(), BATCH)
    for row_id in due:
        recheck(row_id, services)
    return len(due)
