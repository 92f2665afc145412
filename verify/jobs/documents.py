"""Documents whose time is over: key first, then bytes."""

from verify.flows import documents
from verify.services import Services

BATCH = 100


def purge(services: Services) -> int:
    """Purge what is due; the number taken up. Repeated until it is 0."""
    with services.write() as session:
        due = documents.due(session, services, BATCH)
    for document_id in due:
        documents.purge(document_id, services)
    return len(due)
