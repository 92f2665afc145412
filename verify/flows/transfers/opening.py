"""Opening a challenge: once all earlier input is in, transfers are drawn, sealed and made due."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from providers.base import Capability, Proof
from verify.flows import progress
from verify.flows.routing import can_serve
from verify.flows.sealing import open_steps
from verify.flows.states import Action, advance
from verify.flows.transfers import challenge, guesses
from verify.flows.transfers.orders import RETENTION_CLASS, notify_url, order_of, seal_content
from verify.flows.transfers.states import Stage
from verify.models import Transfer, Verification
from verify.services import Services

CLASSES = ("identity", "bank", RETENTION_CLASS)


def is_owed(verification: Verification) -> bool:
    """True when everything before the transfer has passed and none is under way."""
    return progress.next_step(verification) == progress.TRANSFER_STEP


def open_challenge(session: Session, verification: Verification, services: Services) -> str | None:
    """Create the transfers of the next round and wait for them; or the reason code for which there is none."""
    keys = services.vault.create(verification.account_id, verification.id, CLASSES)
    account = open_steps(session, keys, verification, ("bank_account",))
    left = guesses.left(account["account_number"], services)
    if not left:
        return "account_blocked"
    if not guesses.count_transfer(account["account_number"], verification.account_id, services):
        return "transfers_exceeded"
    provider = recipient(verification, services)
    proof = _proof(verification, provider, services)
    parts = challenge.draw(proof, services.settings, livemode=verification.livemode)
    number = _next_round(session, verification)
    for part_number, part in enumerate(parts, 1):
        transfer = _made(verification, number, part_number, proof, services)
        url = notify_url(provider, transfer.id, services)
        order = order_of(account, part, url, corporate=verification.type == "enterprise")
        transfer.content_ct = seal_content(keys, transfer.id, order, part.code)
        session.add(transfer)
    shown = {"status": Stage.CREATED, "proof": proof, "round": number, "attempts_left": left}
    progress.put(verification, progress.TRANSFER_STEP, progress.PROCESSING, transfer=shown, expires_at=None)
    advance(verification, Action.ASK, services.clock())
    return None


def recipient(verification: Verification, services: Services) -> str | None:
    """The first consented provider that can make a transfer now."""
    consents = (c for c in verification.consents if c.capability == Capability.TRANSFER and c.withdrawn_at is None)
    for consent in sorted(consents, key=lambda consent: consent.position):
        name = consent.provider or ""
        if can_serve(name, Capability.TRANSFER, livemode=verification.livemode, services=services):
            return name
    return None


def _proof(verification: Verification, provider: str | None, services: Services) -> Proof:
    """The application's choice where the provider can do it, else the amount."""
    chosen = Proof(verification.application.setting("transfer_proof"))
    if provider is None:
        return chosen
    proofs = services.providers[provider].capabilities[Capability.TRANSFER].proofs
    return chosen if chosen in proofs else Proof.AMOUNT


def _next_round(session: Session, verification: Verification) -> int:
    last = session.scalar(select(func.max(Transfer.round)).where(Transfer.verification_id == verification.id))
    return (last or 0) + 1


def _made(verification: Verification, number: int, part: int, proof: Proof, services: Services) -> Transfer:
    now = services.clock()
    return Transfer(
        id=uuid7(),
        verification_id=verification.id,
        livemode=verification.livemode,
        round=number,
        part=part,
        proof=proof,
        status=Stage.CREATED,
        calls=0,
        attempts=0,
        due_at=now,
        created_at=now,
        updated_at=now,
    )


def latest_round(session: Session, verification: Verification) -> Sequence[Transfer]:
    """The transfers of the last round there was; none before the first."""
    last = _next_round(session, verification) - 1
    return transfers_of(session, verification, last) if last else ()


def transfers_of(session: Session, verification: Verification, round_: int) -> Sequence[Transfer]:
    """The transfers of one round, part by part, locked."""
    return session.scalars(
        select(Transfer)
        .where(Transfer.verification_id == verification.id, Transfer.round == round_)
        .order_by(Transfer.part)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
