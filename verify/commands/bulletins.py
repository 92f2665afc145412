"""``incident``, ``shutdown`` and ``intake``: telling many people at once, and winding the service up."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy import func, select

from providers.base import Kind
from verify.commands.opening import AS_JSON, opened, show
from verify.flows.bulletins import affected, kinds, matters, report, telling, winding_up
from verify.flows.bulletins.affected import Scope
from verify.flows.bulletins.matters import NotNow
from verify.flows.checks import SHANGHAI
from verify.models import Account, Addressee, Bulletin
from verify.policies import LOCALES
from verify.services import Services

MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])
DAY = click.DateTime(["%Y-%m-%d"])
MATTER = click.argument("matter", type=click.UUID)
BY = click.option("--by", required=True, help="Who does it.")
TEST = click.option("--test", is_flag=True, help="A drill: accounts of the test mode; messages are logged only.")


@contextmanager
def refusing() -> Iterator[Services]:
    """The service's parts; what cannot be done now is said in a sentence, and ends with 1."""
    with opened() as services:
        try:
            yield services
        except NotNow as error:
            click.echo(str(error), err=True)
            sys.exit(1)


@click.group("incident")
def group() -> None:
    """An incident: who is affected, what they are told, and whether they were (policy 5.3, 个人信息保护法 57)."""


@group.command("open")
@click.option("--title", required=True, help="For staff; no name of a person.")
@click.option("--known-at", type=MOMENT, help="When it was noticed, in Asia/Shanghai; now unless given.")
@TEST
@BY
def open_command(title: str, known_at: datetime | None, by: str, *, test: bool) -> None:
    """Open one; print its id."""
    at = known_at.replace(tzinfo=SHANGHAI) if known_at else None
    with opened() as services:
        click.echo(matters.begin("incident", title, by, services, livemode=not test, known_at=at).id)


@group.command("affected")
@MATTER
@click.option("--from", "begins", type=MOMENT, required=True, help="In Asia/Shanghai.")
@click.option("--to", "until", type=MOMENT, required=True, help="Excluded.")
@click.option("--provider", help="Whoever's data went to it in that time.")
@click.option("--operator", help="Login of staff: whose case or rights request they opened then.")
@click.option("--kind", "kinds_", multiple=True, type=click.Choice([k.value for k in Kind]), help="Repeat for more.")
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.option("--anew", is_flag=True, help="Forget first whom earlier searches found.")
def affected_command(
    matter: UUID, begins: datetime, until: datetime, kinds_: tuple[str, ...], *, dry_run: bool, anew: bool, **who: Any
) -> None:
    """Find whom MATTER concerns, and add them. Interrupted, repeat it: only those missing are added."""
    scope = Scope(begins.replace(tzinfo=SHANGHAI), until.replace(tzinfo=SHANGHAI), kinds=kinds_, **who)
    with refusing() as services:
        with services.write() as session:
            found = matters.load(session, matter)
            total = affected.count(session, scope, livemode=found.livemode)
            unnamed = affected.unnamed(session, scope) if scope.operator else {}
        click.echo(f"{total} accounts")
        for action, number in unnamed.items():
            click.echo(f"and {number} {action}, which names nobody: ask what was looked for", err=True)
        if dry_run:
            return
        if anew:
            matters.clear(matter, services)
        _find(matters.widen(matter, scope, services), scope, total, services)


def _find(row: Bulletin, scope: Scope, total: int, services: Services, due_at: datetime | None = None) -> None:
    with click.progressbar(length=total, label="adding", file=sys.stderr) as bar:
        for added in affected.note(row, scope, services, due_at):
            bar.update(added)


def draft_command(matter: UUID, folder: Path, *, take: bool) -> None:
    """Write the drafts into FOLDER, one file a language; with --take, read them back once they are filled in."""
    with refusing() as services:
        with services.write() as session:
            kind = matters.load(session, matter).kind
        paths = {locale: folder / f"{locale}.txt" for locale in LOCALES}
        if take:
            texts = {locale: path.read_text("utf-8") for locale, path in paths.items() if path.exists()}
            matters.take_texts(matter, texts, services)
            click.echo("taken")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for locale, path in paths.items():
            if not path.exists():
                path.write_text(kinds.draft(kind, locale), "utf-8")
            click.echo(path)


def send_command(matter: UUID, by: str) -> None:
    """Tell everybody affected, once each: the worker does it, and goes on after any interruption."""
    with refusing() as services:
        click.echo(f"{matters.release(matter, by, services)} are told from now on; see `status {matter}`")


def status_command(matter: UUID, receipts: Path | None, *, as_json: bool, watch: bool) -> None:
    """Say how far MATTER has come."""
    with refusing() as services:
        if watch:
            _watch(matter, services)
        with services.write() as session:
            row = matters.load(session, matter)
            counts = matters.tally(session, matter)
        if receipts is not None:
            _write_receipts(matter, receipts, services)
    shown = {"id": str(row.id), "kind": row.kind, "title": row.title, "state": matters.state(row), **counts}
    if as_json:
        show(shown)
        return
    for name, value in shown.items():
        click.echo(f"{name:<11} {value}")


def _watch(matter: UUID, services: Services) -> None:
    """Tell here, beside the worker, with a bar, until all are told."""
    with services.read() as session:
        waiting = select(func.count()).where(
            Addressee.bulletin_id == matter, Addressee.event_id.is_(None), Addressee.due_at.is_not(None)
        )
        total = session.scalar(waiting) or 0
    with click.progressbar(length=total, label="telling", file=sys.stderr) as bar:
        while told := telling.tell(services):
            bar.update(told)


def _write_receipts(matter: UUID, path: Path, services: Services) -> None:
    query = select(Addressee).where(Addressee.bulletin_id == matter).order_by(Addressee.id)
    with services.read(streams=True) as session, path.open("w", encoding="utf-8") as file:
        for row in session.scalars(query.execution_options(yield_per=500)):
            file.write(json.dumps(telling.receipt(row)) + "\n")


def announcement_command(matter: UUID, out: Path) -> None:
    """Write the announcement to be published for those who cannot be reached, in both languages."""
    with refusing() as services, services.write() as session:
        out.write_text(report.announcement(matters.load(session, matter)), "utf-8")
    click.echo(out)


def close_command(matter: UUID, by: str, reason: str) -> None:
    """Put MATTER away once all were told; it is kept for three years from then."""
    with refusing() as services:
        matters.close(matter, by, services, reason.strip() or None)
    click.echo("closed")


OUT = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")

#: name → command and its parameters: the same for an incident and for a shutdown
SHARED: dict[str, tuple[Callable[..., None], list[Callable[..., Any]]]] = {
    "draft": (
        draft_command,
        [
            MATTER,
            click.argument("folder", type=click.Path(file_okay=False, path_type=Path)),
            click.option("--take", is_flag=True, help="Take the texts that are finished."),
        ],
    ),
    "send": (send_command, [MATTER, BY, click.confirmation_option(prompt="Tell everybody affected?")]),
    "status": (
        status_command,
        [
            MATTER,
            AS_JSON,
            click.option("--watch", is_flag=True, help="Tell here too, with a progress bar, until all are told."),
            click.option(
                "--receipts",
                type=click.Path(dir_okay=False, path_type=Path),
                help="Write one JSON line an addressee: when and how they were told.",
            ),
        ],
    ),
    "announcement": (announcement_command, [MATTER, OUT]),
    "close": (
        close_command,
        [MATTER, BY, click.option("--reason", default="", help="Why those who were not told are not; kept with it.")],
    ),
}


def _share(into: click.Group) -> None:
    for name, (function, parameters) in SHARED.items():
        # each group has commands of its own, which click makes of fresh functions
        def fresh(*args: Any, _function: Callable[..., None] = function, **kwargs: Any) -> None:
            _function(*args, **kwargs)

        fresh.__doc__ = function.__doc__
        decorated: Any = fresh
        for parameter in reversed(parameters):
            decorated = parameter(decorated)
        into.command(name)(decorated)


@group.command("report")
@MATTER
@OUT
def report_command(matter: UUID, out: Path) -> None:
    """Write the report for the regulator (个人信息保护法 57) as Markdown, to be completed and handed in."""
    with refusing() as services, services.write() as session:
        row = matters.load(session, matter)
        out.write_text(report.for_regulator(row, matters.tally(session, matter)), "utf-8")
    click.echo(out)


@click.group("shutdown")
def shutdown_group() -> None:
    """The end of the service, or its going to another company: notice 30 days before, then erasure."""


@shutdown_group.command("open")
@click.option("--kind", type=click.Choice(["shutdown", "merger"]), default="shutdown")
@click.option("--on", "last_day", type=DAY, required=True, help="Last day, in Asia/Shanghai.")
@click.option("--title", required=True)
@TEST
@BY
def shutdown_open(kind: str, last_day: datetime, title: str, by: str, *, test: bool) -> None:
    """Open one with every account that was not erased; print its id."""
    with refusing() as services:
        row = matters.begin(kind, title, by, services, livemode=not test, effective_on=last_day.date())
        _everybody(row, services)
        last = matters.send_by(row)
        if last is not None and last < services.clock().astimezone(SHANGHAI).date():
            click.echo(
                f"warning: people have to be told 30 days before (policy 4.3, 6.9), so that `send` will refuse this: "
                f"its notices had to go out by {last}. Open it anew with a later day.",
                err=True,
            )
        click.echo(row.id)


def _everybody(row: Bulletin, services: Services, due_at: datetime | None = None) -> None:
    now = services.clock()
    scope = Scope(now, now + timedelta(days=1))
    with services.read() as session:
        total = affected.count(session, scope, livemode=row.livemode)
    _find(row, scope, total, services, due_at)


@shutdown_group.command("erase")
@MATTER
@click.confirmation_option(prompt="This cannot be undone. Erase every account?")
def erase(matter: UUID) -> None:
    """After the last day: erase all accounts. Interrupted, repeat it; the worker goes on with it, too."""
    with refusing() as services:
        row = winding_up.order(matter, services)
        _everybody(row, services)  # those who came after the notice
        with services.read() as session:
            own = select(func.count()).where(Addressee.bulletin_id == row.id, Addressee.erased_at.is_(None))
            left = session.scalar(own.where(Addressee.account_id == Account.id)) or 0
        with click.progressbar(length=left, label="erasing", file=sys.stderr) as bar:
            while erased := winding_up.erase(services):
                bar.update(erased)
        with services.read() as session:
            click.echo(f"{matters.tally(session, matter)['erased']} accounts are erased")


@click.group("intake")
def intake_group() -> None:
    """Whether new verifications are taken."""


@intake_group.command("stop")
@click.option("--reason", required=True, help="For staff.")
@BY
def stop(reason: str, by: str) -> None:
    """Take no new verification from now on: creating one is answered 503 not_ready. Those that run go on."""
    with opened() as services:
        since = winding_up.halt(reason, by, services).since
    click.echo(f"stopped since {since.astimezone(UTC).isoformat()}")


@intake_group.command("resume")
@BY
def resume(by: str) -> None:
    """Take new verifications again."""
    with opened() as services:
        lifted = winding_up.resume(by, services)
    click.echo("resumed" if lifted else "it was not stopped")


_share(group)
_share(shutdown_group)
