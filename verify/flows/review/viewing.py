"""Looking at a document: page by page, with the viewer's name burnt in, on the record, never after its purge."""

from collections.abc import Callable
from uuid import UUID

from verify import papers
from verify.errors import Problem
from verify.flows import documents
from verify.flows.checks import SHANGHAI
from verify.flows.review import cases
from verify.flows.review.looking import SHOWN
from verify.flows.staff.desk import Staff, acting
from verify.flows.staff.roles import Permission
from verify.models import Document
from verify.services import Services

#: draws a name across a picture
Stamp = Callable[[bytes, str], bytes]


def page(
    staff: Staff, verification_id: UUID, document_id: UUID, number: int, services: Services, stamp: Stamp
) -> bytes:
    """One page as a JPEG, counted from 0. Raises Problem, not_found once the document was purged.

    Nothing is locked while it is opened and drawn; the look is on the record before its first byte is.
    """
    detail = {"document": str(document_id), "page": number}
    with acting(staff, Permission.DOCUMENTS, SHOWN, services, verification_id, **detail) as session:
        verification = cases.load_locked(session, staff, verification_id)
        found = session.get(Document, document_id)
        if found is None or found.verification_id != verification.id or found.is_over(services.clock()):
            raise Problem("not_found")
        if not 0 <= number < found.pages:
            raise Problem("not_found")
        cases.log(session, verification, "document_viewed", staff, services, **detail)
    data = b"".join(documents.open_for_reader(found, services))
    picture = papers.draw(data, number) if found.media_type == "application/pdf" else data
    return stamp(picture, _label(staff, services))


def _label(staff: Staff, services: Services) -> str:
    return f"{staff.name} {staff.login} {services.clock().astimezone(SHANGHAI):%Y-%m-%d %H:%M} UTC+8"
