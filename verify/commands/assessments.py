"""``assessments``: the impact assessments that face steps rest on."""

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy import select
from uuid_utils.compat import uuid7

from verify.commands.opening import AS_JSON, opened, show
from verify.flows.assessments import LONGEST, SUBJECTS
from verify.flows.checks import SHANGHAI
from verify.models import Assessment

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("assessments")
def group() -> None:
    """Impact assessments (个人信息保护法 55, 56): a face is served only while a current one names its recipient."""


@group.command("add")
@click.argument("subject", type=click.Choice(sorted(SUBJECTS)))
@click.option("--recipient", "recipients", multiple=True, required=True, help="Provider it covers; repeat for more.")
@click.option("--title", required=True)
@click.option("--approved-by", required=True, help="Who signed it.")
@click.option("--from", "valid_from", type=DAY, required=True, help="First day, in Asia/Shanghai.")
@click.option("--until", "valid_until", type=DAY, required=True, help="Last day; three years at most.")
@click.option("--document", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The signed copy.")
def add(
    subject: str,
    recipients: tuple[str, ...],
    title: str,
    approved_by: str,
    valid_from: datetime,
    valid_until: datetime,
    document: Path | None,
) -> None:
    """Record one. Of the document its SHA-256 is kept, not the file."""
    first, last = valid_from.date(), valid_until.date()
    if not first <= last or last - first > LONGEST:
        msg = "it must not lie before --from, nor more than three years after it"
        raise click.BadParameter(msg, param_hint="--until")
    with opened() as services:
        unknown = sorted(set(recipients) - services.providers.keys())
        if unknown:
            msg = f"no provider is configured under {', '.join(unknown)}"
            raise click.BadParameter(msg, param_hint="--recipient")
        row = Assessment(
            id=uuid7(),
            subject=subject,
            recipients=sorted(set(recipients)),
            title=title,
            approved_by=approved_by,
            document_digest=hashlib.sha256(document.read_bytes()).hexdigest() if document else None,
            valid_from=first,
            valid_until=last,
            added_at=services.clock(),
        )
        with services.write() as session:
            session.add(row)
        click.echo(f"{row.id} covers {subject} at {', '.join(row.recipients)} from {first} until {last}")


@group.command("list")
@AS_JSON
def list_command(*, as_json: bool) -> None:
    """All of them, the newest first."""
    with opened() as services, services.read() as session:
        today = services.clock().astimezone(SHANGHAI).date()
        rows = [_shown(row, today) for row in session.scalars(select(Assessment).order_by(Assessment.id.desc()))]
    if as_json:
        show(rows)
        return
    for row in rows:
        recipients = ", ".join(row["recipients"])
        click.echo(f"{row['id']} {row['state']:<8} {row['subject']} {row['from']} – {row['until']} {recipients}")


def _shown(row: Assessment, today: date) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": str(row.id), "subject": row.subject, "title": row.title}
    shown |= {"approved_by": row.approved_by, "recipients": row.recipients, "from": row.valid_from}
    shown |= {"until": row.valid_until, "document_sha256": row.document_digest, "state": _state(row, today)}
    return shown


def _state(row: Assessment, today: date) -> str:
    if row.ended_at is not None:
        return "ended"
    if today < row.valid_from:
        return "to come"
    return "current" if today <= row.valid_until else "over"


@group.command("end")
@click.argument("assessment_id", type=click.UUID)
def end(assessment_id: UUID) -> None:
    """Take one back, since what it judged has changed: what rests on it stops at once."""
    with opened() as services, services.write() as session:
        row = session.get(Assessment, assessment_id)
        if row is None:
            raise click.BadParameter("there is no such assessment", param_hint="ASSESSMENT_ID")
        row.ended_at = row.ended_at or services.clock()
