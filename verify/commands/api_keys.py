"""``app keys``: an application's API keys."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from verify.auth import SCOPES
from verify.commands.opening import AS_JSON, opened, show, show_pairs
from verify.keys import issue_key
from verify.models import ApiKey

#: by livemode
MODES = {False: "test_key", True: "live_key"}

SHOWN_ONCE = "Keys are shown this once."


@click.group("keys")
def group() -> None:
    """API keys of an application."""


@group.command("list")
@click.argument("application", type=click.UUID)
@AS_JSON
def list_keys(application: UUID, *, as_json: bool) -> None:
    """List an application's keys by id and last four characters."""
    with opened() as services, services.read() as session:
        now = services.clock()
        wanted = select(ApiKey).where(ApiKey.application_id == application).order_by(ApiKey.id)
        listed = [_shown(key, now) for key in session.scalars(wanted)]
    if as_json:
        show(listed)
    else:
        for key in listed:
            mode = "live" if key["livemode"] else "test"
            click.echo(f"{key['key_id']}  {mode} …{key['last4']}  {key['state']}  {' '.join(key['scopes'])}")


def _shown(key: ApiKey, now: datetime) -> dict[str, Any]:
    return {
        "key_id": str(key.id),
        "livemode": key.livemode,
        "last4": key.last4,
        "scopes": key.scopes,
        "state": _state(key, now),
        "expires_at": key.expires_at and key.expires_at.isoformat(),
    }


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now else "active"


@group.command("roll")
@click.argument("key_id", type=click.UUID)
@click.option("--overlap", type=click.IntRange(0, 720), default=24, show_default=True, help="Hours both are valid.")
@AS_JSON
def roll(key_id: UUID, overlap: int, *, as_json: bool) -> None:
    """Make a successor with the same scopes; the old key ends after the overlap."""
    with opened() as services, services.write() as session:
        now = services.clock()
        old = _live_key(session, key_id)
        pepper = services.keyring.primary("pepper")
        new, token = issue_key(session, old.application_id, old.livemode, pepper, now, old.scopes)
        ends = now + timedelta(hours=overlap)
        old.expires_at = min(ends, old.expires_at or ends)
        made = {"key_id": str(new.id), MODES[old.livemode]: token, "old_expires_at": old.expires_at.isoformat()}
    if as_json:
        show(made)
    else:
        show_pairs(made)
        click.echo(SHOWN_ONCE)


@group.command("revoke")
@click.argument("key_id", type=click.UUID)
def revoke(key_id: UUID) -> None:
    """End a key at once."""
    with opened() as services, services.write() as session:
        _live_key(session, key_id).revoked_at = services.clock()
    click.echo("revoked")


@group.command("scope")
@click.argument("key_id", type=click.UUID)
@click.argument("scopes", nargs=-1, required=True, type=click.Choice(SCOPES))
def scope(key_id: UUID, scopes: tuple[str, ...]) -> None:
    """Let a key do these things and no others."""
    chosen = [name for name in SCOPES if name in scopes]
    with opened() as services, services.write() as session:
        _live_key(session, key_id).scopes = chosen
    click.echo(" ".join(chosen))


def _live_key(session: Session, key_id: UUID) -> ApiKey:
    key = session.get(ApiKey, key_id, with_for_update=True)
    if key is None or key.revoked_at is not None:
        raise click.BadParameter("there is no such key, or it is revoked", param_hint="KEY_ID")
    return key
