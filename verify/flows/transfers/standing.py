"""How live transfers stand: what waits for whom, what the ledger holds, and what does not fit."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from providers.base import Proof
from verify.flows.transfers import batches, ledger
from verify.flows.transfers.challenge import odds
from verify.flows.transfers.statements import State
from verify.models import StatementLine, Transfer
from verify.services import Services


def standing(session: Session, services: Services) -> Mapping[str, Any]:
    stages = session.execute(
        select(Transfer.status, func.count()).where(Transfer.livemode.is_(True)).group_by(Transfer.status)
    ).all()
    contradicted = session.scalars(
        select(Transfer.id).where(Transfer.livemode.is_(True), Transfer.contradiction.is_not(None))
    ).all()
    balance = ledger.balance(session, services, livemode=True)
    return {
        "stages": {str(stage): count for stage, count in stages},
        "to_export": batches.waiting(session, services),
        "unpaid_batches": [
            {"batch": str(batch.id), "orders": count, "taken_out": f"{batch.created_at:%Y-%m-%d %H:%M} UTC"}
            for batch, count in batches.unpaid(session)
        ],
        "ledger_fen": {book.value: fen for book, fen in balance.accounts.items()},
        "difference_fen": balance.difference,
        "unbalanced": [str(posting) for posting in balance.unbalanced],
        "misplaced": [transfer.hex for transfer in balance.misplaced],
        "contradicted": [transfer.hex for transfer in contradicted],
        "statement_differences": _differences(session),
        "guessing_odds": {proof.value: str(odds(proof, services.settings)) for proof in Proof},
    }


def _differences(session: Session) -> list[dict[str, str | None]]:
    """Statement lines that did not fit, the newest last."""
    found = session.execute(
        select(StatementLine.difference, StatementLine.transfer_id)
        .where(StatementLine.state == State.ERROR)
        .order_by(StatementLine.id)
    ).all()
    return [
        {"difference": row.difference, "reference": row.transfer_id.hex if row.transfer_id else None} for row in found
    ]
