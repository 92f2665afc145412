"""The impact assessment that live face steps rest on, as an operator would have recorded it."""

from datetime import timedelta

from uuid_utils.compat import uuid7

from verify.flows.checks import SHANGHAI
from verify.models import Assessment
from verify.services import Services


def assess(services: Services, *recipients: str, **values: object) -> None:
    """For a year, counted from yesterday."""
    now = services.clock()
    today = now.astimezone(SHANGHAI).date()
    row = {
        "id": uuid7(),
        "subject": "face",
        "recipients": list(recipients),
        "title": "Faces",
        "approved_by": "Compliance",
        "valid_from": today - timedelta(days=1),
        "valid_until": today + timedelta(days=365),
        "added_at": now,
        **values,
    }
    with services.write() as session:
        session.add(Assessment(**row))
    services.notebook.forget()
