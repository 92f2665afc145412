"""``review``: what reviewers do, for scripts. An override is confirmed in the console only."""

from datetime import datetime
from typing import Any
from uuid import UUID

import click
from flask_babel import force_locale

from verify.commands.opening import AS_JSON, opened, show
from verify.commands.operators import said_plainly
from verify.flows.case import with_application
from verify.flows.checks import SHANGHAI
from verify.flows.review import deciding, queue
from verify.flows.review.allowed import actions
from verify.flows.review.comparing import Compared
from verify.flows.review.dossier import gather
from verify.flows.review.four_eyes import overridden
from verify.flows.review.reasons import REJECTIONS
from verify.flows.review.referrals import referrals
from verify.flows.review.stuck import waits_for
from verify.flows.staff.desk import Staff, acting, by_login
from verify.flows.staff.roles import Permission
from verify.flows.states import Status
from verify.flows.view import rfc3339
from verify.flows.view import show as shown
from verify.models import Attempt, Document, Operator, Recheck, Verification
from verify.ops import words
from verify.services import Services

AS = click.option("--as", "login", required=True, help="Login of the operator who does it.")


class VerificationId(click.ParamType[UUID]):
    name = "verification"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> UUID:
        try:
            return UUID(str(value).removeprefix("ver_"))
        except ValueError:
            self.fail("a verification is like ver_0198c0de-…", param, ctx)


#: of a row, as ``list`` prints it before the reasons
SHOWN = ("verification", "since", "type", "method", "account_ref")

#: commands speak English
SPOKEN = "en"

CASE = click.argument("verification", type=VerificationId())


@click.group("review")
def group() -> None:
    """Cases that wait for a person."""


@group.command("list")
@AS
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@AS_JSON
def list_cases(login: str, limit: int, *, as_json: bool) -> None:
    """List what waits, the longest first; times are China time, in JSON UTC."""
    with opened() as services, said_plainly():
        staff = signed_in(services, login)
        with acting(staff, Permission.SEE, "review.list", services) as session:
            found = session.scalars(
                with_application()
                .where(Verification.status == Status.REVIEW, staff.reaches())
                .order_by(queue.SINCE[Status.REVIEW], Verification.id)
                .limit(limit)
            ).all()
            names = queue.companies(session, found, services)
        with force_locale(SPOKEN):
            rows = [_row(verification, names.get(verification.id)) for verification in found]
    if as_json:
        show(rows)
    else:
        for row in rows:
            named = [row["enterprise_name"]] if row["enterprise_name"] else []
            why = ", ".join(map(": ".join, row["reasons_in_words"].items()))
            row["since"] = in_china(row["since"])
            click.echo("  ".join([*(str(row[name]) for name in SHOWN), *named, why]))


def in_china(moment: str) -> str:
    """As the console shows it, with its offset."""
    return datetime.fromisoformat(moment).astimezone(SHANGHAI).isoformat(timespec="minutes")


def _row(verification: Verification, enterprise_name: str | None) -> dict[str, Any]:
    reasons = waits_for(verification)
    return {
        "verification": f"ver_{verification.id}",
        "since": rfc3339(queue.stands_since(verification)),
        "type": verification.type,
        "method": verification.method,
        "account_ref": verification.account_ref,
        "livemode": verification.livemode,
        "enterprise_name": enterprise_name,
        "reasons": reasons,
        "reasons_in_words": {code: str(words.of(words.WAITS, code)) for code in reasons},
        "waits_for": dict(referrals(verification)),
        "overrides": overridden(verification),
    }


@group.command("show")
@CASE
@AS
def show_case(verification: UUID, login: str) -> None:
    """Print a case as JSON, masked as in the console: what was typed beside what was read, papers, calls, what may be
    done."""
    with opened() as services, said_plainly():
        staff = signed_in(services, login)
        case = gather(staff, verification, services, "review.show")
        found = case.verification
        more = {
            "fields": {step: {field.name: field.shown for field in fields} for step, fields in case.fields.items()},
            "compared": [_compared(row) for row in case.compared],
            "documents": [_document(document) for document in case.documents],
            "attempts": [_attempt(attempt) for attempt in case.attempts],
            "claimed_by": case.names.get(case.claim.operator_id) if case.claim else None,
            "recheck": _recheck(case.recheck, services),
            "actions": actions(case, staff),
        }
        with force_locale(SPOKEN):
            show({**shown(found, services), "review": {**_row(found, case.company), **more}})


def _recheck(row: Recheck | None, services: Services) -> dict[str, Any] | None:
    """Of an enterprise the register has no record of yet."""
    if row is None:
        return None
    return {"due_at": rfc3339(row.due_at), "number": row.checks, "of": services.settings.registry_rechecks}


def _compared(row: Compared) -> dict[str, Any]:
    typed, read = ("".join(text for text, _same in side) for side in (row.typed, row.read))
    return {"field": row.name, "typed": typed, "read": read or None, "same": row.same, "unread": row.unread}


def _document(document: Document) -> dict[str, Any]:
    return {
        "id": f"doc_{document.id}",
        "step": document.step,
        "pages": document.pages,
        "created_at": rfc3339(document.created_at),
        "valid_until": document.valid_until,
        "purged_at": rfc3339(document.purged_at),
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "step": attempt.step,
        "capability": attempt.capability,
        "provider": attempt.provider,
        "outcome": attempt.outcome,
        "reason_code": attempt.reason_code,
        "started_at": rfc3339(attempt.started_at),
        "duration_ms": attempt.duration_ms,
    }


@group.command("approve")
@CASE
@AS
@click.option("--why", default="", help="Where a check is overridden: why, for the second person.")
def approve(verification: UUID, login: str, why: str) -> None:
    """Approve a case, or propose it to a second person where that overrides a check."""
    with opened() as services, said_plainly():
        done = deciding.approve(signed_in(services, login), verification, services, why)
    click.echo("approved" if done else "proposed; a second person confirms it in the console")


@group.command("reject")
@CASE
@AS
@click.option("--reason", required=True, type=click.Choice(REJECTIONS))
@click.option("--text", default="", help="Words for the user, if any.")
def reject(verification: UUID, login: str, reason: str, text: str) -> None:
    """Reject a case for a reason, with words to the user."""
    with opened() as services, said_plainly():
        deciding.reject(signed_in(services, login), verification, reason, text, services)
    click.echo("rejected")


@group.command("ask-again")
@CASE
@AS
@click.option("--step", required=True)
@click.option("--text", required=True, help="What the user is to do, in words for them.")
def ask_again(verification: UUID, login: str, step: str, text: str) -> None:
    """Ask the user for one step again; the others stay passed."""
    with opened() as services, said_plainly():
        deciding.ask_again(signed_in(services, login), verification, step, text, services)
    click.echo("asked again")


def signed_in(services: Services, login: str) -> Staff:
    """Who does it: here as in the console, nobody who has not confirmed secrecy and training."""
    with services.read() as session:
        found = by_login(session, login, "script")
        if found is None:
            raise click.BadParameter("there is no such login", param_hint="--as")
        if session.get_one(Operator, found.id).acknowledged_at is None:
            where = f"{services.settings.public_url}/ops"
            msg = f"{login} has not confirmed secrecy and training yet: that is done at the first sign-in to {where}"
            raise click.ClickException(msg)
    return found
