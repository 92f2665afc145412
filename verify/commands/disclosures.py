"""``disclosures``: what went to whom, why and when, for the compliance officer (个人信息保护法 23, 55, 56)."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import IO, Any

import click
from sqlalchemy import Select, literal, null, select, union_all
from sqlalchemy.orm import Session

from verify.commands.opening import opened
from verify.flows.checks import SHANGHAI
from verify.models import Account, Attempt, Followup, Verification

DAY = click.DateTime(["%Y-%m-%d"])

#: rows fetched at a time
BATCH = 500

#: of a call; never a value of a person
CALLS: Mapping[str, Any] = {
    "id": Attempt.id,
    "act": literal("call"),
    "at": Attempt.started_at,
    "application": Verification.application_id,
    "account_ref": Account.account_ref,
    "verification": Attempt.verification_id,
    "livemode": Verification.livemode,
    "recipient": Attempt.provider,
    "purpose": Attempt.capability,
    "step": Attempt.step,
    "kinds": Attempt.kinds,
    "consent": Attempt.consent_item,
    "outcome": Attempt.outcome,
    "reason": Attempt.reason_code,
    "vendor_code": Attempt.vendor_code,
    "vendor_reference": Attempt.vendor_reference,
    "billed": Attempt.billed,
    "price_micros": Attempt.price_micros,
    "ms": Attempt.duration_ms,
}

#: of a question about an earlier call, or the wish that its data be deleted; it sends a reference and no data
FOLLOWUPS: Mapping[str, Any] = {
    **CALLS,
    "id": Followup.id,
    "act": Followup.act,
    "at": Followup.started_at,
    "verification": Followup.verification_id,
    "recipient": Followup.provider,
    "purpose": Followup.capability,
    "kinds": null(),
    "outcome": Followup.outcome,
    "reason": null(),
    "vendor_code": Followup.vendor_code,
    "billed": Followup.billed,
    "price_micros": null(),
    "ms": Followup.duration_ms,
}


@click.group("disclosures")
def group() -> None:
    """The record of what was given to recipients."""


@group.command("export")
@click.option("--from", "first", type=DAY, required=True, help="First day, in Asia/Shanghai.")
@click.option("--to", "last", type=DAY, required=True, help="Last day.")
@click.option("--account", help="Only this account_ref.")
@click.option("--application", type=click.UUID, help="Only this application.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV in place of JSON lines.")
@click.argument("file", type=click.File("w", encoding="utf-8"), default="-")
def export(
    first: datetime, last: datetime, account: str | None, application: Any, file: IO[str], *, as_csv: bool
) -> None:
    """Write every call of these days, what was asked about it later and what was deleted, oldest first: ids, kinds and
    codes, none of the data; ``at`` is in UTC. Streams, and says on standard error where there is none."""
    begins, ends = (datetime.combine(day.date(), time(), SHANGHAI) for day in (first, last + timedelta(days=1)))
    if ends <= begins:
        raise click.BadParameter("it must not lie before --from", param_hint="--to")
    calls = _selected(CALLS).select_from(Attempt).join(Verification, Verification.id == Attempt.verification_id)
    followups = (
        _selected(FOLLOWUPS)
        .select_from(Followup)
        .join(Verification, Verification.id == Followup.verification_id)
        .outerjoin(Attempt, Attempt.id == Followup.attempt_id)
    )
    parts = []
    for part, at in ((calls, Attempt.started_at), (followups, Followup.started_at)):
        narrowed = part.join(Account, Account.id == Verification.account_id).where(at >= begins, at < ends)
        if account is not None:
            narrowed = narrowed.where(Account.account_ref == account)
        if application is not None:
            narrowed = narrowed.where(Verification.application_id == application)
        parts.append(narrowed)
    query = union_all(*parts).order_by("id")
    with opened() as services, services.read(streams=True) as session:
        written = (_as_csv if as_csv else _as_json)(_rows(session, query), file)
    if not written:
        click.echo("0 rows: nothing was disclosed in these days", err=True)


def _selected(columns: Mapping[str, Any]) -> Select[Any]:
    return select(*(column.label(name) for name, column in columns.items()))


def _rows(session: Session, query: Any) -> Iterator[dict[str, Any]]:
    for row in session.execute(query.execution_options(yield_per=BATCH)):
        yield dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def _as_json(rows: Iterator[dict[str, Any]], file: IO[str]) -> int:
    """The number of rows."""
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last is returned
        row["kinds"] = row["kinds"] or []
        file.write(json.dumps(row, default=_text, ensure_ascii=False) + "\n")
    return count


def _as_csv(rows: Iterator[dict[str, Any]], file: IO[str]) -> int:
    writer = csv.writer(file)
    writer.writerow(CALLS)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - as above
        cells = {**row, "kinds": " ".join(row["kinds"] or ())}
        writer.writerow(as_cells("" if cell is None else _text(cell) for cell in cells.values()))
    return count


def as_cells(texts: Iterable[str]) -> list[str]:
    """A row of CSV that no spreadsheet runs."""
    return [_safe(text) for text in texts]


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _safe(cell: str) -> str:
    """A spreadsheet reads what begins so as a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell
