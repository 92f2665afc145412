"""Which kept values are tagged in which scopes: what a rotation of the index key can tag anew."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from crypto.errors import KeyShredded
from verify.flows import sealing
from verify.models import SealedStep, Verification
from verify.models.vault import Keys
from verify.services import Services

BATCH = 200

#: stands for the application's id
APPLICATION = b"application"

#: name of a sealed value → kind of blind index and the scopes it is counted in (limits.py, transfers/guesses.py)
TAGGED: Mapping[str, tuple[str, Sequence[bytes]]] = {
    "id_number": ("cn.id_number", (b"", APPLICATION)),
    "legal_representative_id_number": ("cn.id_number", (b"", APPLICATION)),
    "credit_code": ("cn.uscc", (b"", APPLICATION)),
    "card_number": ("bank_card", (b"", APPLICATION)),
    "mobile": ("mobile", (b"", APPLICATION)),
    "account_number": ("bank_account", (b"", APPLICATION, b"transfers", b"wrong", b"blocked")),
}


@dataclass(frozen=True, repr=False)
class Batch:
    """Kind, value and scope of all that some verifications keep."""

    values: list[tuple[str, str, bytes]]
    verifications: int


def count(services: Services) -> int:
    """Verifications that keep sealed values."""
    with services.read() as session:
        return session.scalar(select(func.count(SealedStep.verification_id.distinct()))) or 0


def batches(services: Services) -> Iterator[Batch]:
    """All kept values, opened; no transaction is open while one is handed out."""
    after = UUID(int=0)
    while ids := _following(services, after):
        after = ids[-1]
        with services.read() as session:
            kept = select(SealedStep, Verification.application_id).join(
                Verification, Verification.id == SealedStep.verification_id
            )
            rows = session.execute(kept.where(SealedStep.verification_id.in_(ids))).all()
            session.expunge_all()
        keys = services.vault.many(ids)
        yield Batch([value for row, app in rows for value in _values(keys[row.verification_id], row, app)], len(ids))


def _following(services: Services, after: UUID) -> list[UUID]:
    with services.read() as session:
        found = select(SealedStep.verification_id).distinct().where(SealedStep.verification_id > after)
        return list(session.scalars(found.order_by(SealedStep.verification_id).limit(BATCH)))


def _values(keys: Keys, row: SealedStep, application: UUID) -> Iterator[tuple[str, str, bytes]]:
    try:
        opened = sealing.open_step(keys, row)
    except KeyShredded:
        return
    for name in opened.keys() & TAGGED.keys():
        kind, scopes = TAGGED[name]
        for scope in scopes:
            yield kind, opened[name], application.bytes if scope == APPLICATION else scope
