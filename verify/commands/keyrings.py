"""``keys``: the keyring."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import click

from crypto.keyring import PURPOSES, Key
from verify.boot import required_keyring, sealer
from verify.commands.opening import AS_JSON, opened, settings, show
from verify.custody import moving, rotation
from verify.custody.publishing import reseal
from verify.custody.rests import BACKUPS_KEPT, rests
from verify.custody.waiting import until_all_have
from verify.services import Services


class Terminal:
    """Says on standard output; bars stand on standard error where that is a terminal."""

    def say(self, text: str) -> None:
        click.echo(text)

    @contextmanager
    def progress(self, label: str, length: int) -> Iterator[Callable[[int], None]]:
        done = 0
        with click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True) as bar:

            def advance(by: int) -> None:
                nonlocal done
                done += by
                bar.update(by)

            yield advance
        click.echo(f"{done} {label} moved")


class KeyId(click.ParamType[bytes]):
    """Eight hexadecimal digits."""

    name = "key id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        try:
            return bytes.fromhex(value)
        except ValueError:
            self.fail("give the key's id as `realname keys status` shows it", param, ctx)


@click.group("keys")
def group() -> None:
    """The keyring: what opens everything that is sealed."""


@group.command("status")
@AS_JSON
def status(*, as_json: bool) -> None:
    """Show keys by purpose and state, and what rests on each. No secret is shown."""
    with opened() as services:
        wraps = services.vault.wraps()
        listed = [_shown(key, wraps, services) for key in services.keyring.snapshot.keys]
    if as_json:
        show(listed)
    else:
        for key in listed:
            click.echo("{id}  {purpose:<7} {state:<8} suite {suite}  ".format(**key) + ", ".join(_notes(key)))


def _notes(key: dict[str, Any]) -> list[str]:
    return [f"{key['data_keys']} data keys"] if key["purpose"] == "kek" else key["rests"]


def _shown(key: Key, wraps: dict[bytes, int], services: Services) -> dict[str, Any]:
    return {
        "id": key.id.hex(),
        "purpose": key.purpose,
        "state": key.state,
        "suite": key.suite,
        "created": key.created.isoformat() if key.created else None,
        "data_keys": wraps.get(key.id, 0) if key.purpose == "kek" else None,
        "rests": rests(key, services),
    }


@group.command("backup")
def backup() -> None:
    """Print the keyring, to be kept offline and never beside a copy of the key store. Whoever has it reads all."""
    found = settings()
    click.echo(required_keyring(found).dump(sealer(found)), nl=False)


@group.command("rotate")
@click.argument("purpose", type=click.Choice(PURPOSES))
@click.option("--anew", is_flag=True, help="Make another key although the last rotation is not finished.")
def rotate(purpose: str, *, anew: bool) -> None:
    """Make a new primary key and move to it, also while the service runs. Interrupted, repeat it."""
    with opened() as services:
        rotation.rotate(services, purpose, Terminal(), anew=anew)


@group.command("rewrap")
def rewrap() -> None:
    """Wrap data keys under the primary kek that are not. Safe to repeat and to interrupt."""
    with opened() as services:
        moving.rewrap(services, Terminal(), serving=until_all_have(services, click.echo))


@group.command("reseal")
@click.option("--former-secret-env", help="Environment variable with the secret it is sealed by now.")
def reseal_command(former_secret_env: str | None) -> None:
    """Seal the keyring as the settings say now, while the service is stopped."""
    secret = os.environ.get(former_secret_env) if former_secret_env else None
    was, now = reseal(settings(), secret)
    click.echo(f"the keyring was sealed by {was} and is now by {now}; back it up: keys backup")


@group.command("retire")
@click.option(
    "--give-up", is_flag=True, help="Although counts, API keys or tokens rest on them: those are lost. Never data keys."
)
def retire(*, give_up: bool) -> None:
    """Retire the former keys on which nothing rests any more."""
    with opened() as services:
        rotation.retire(services, Terminal(), give_up=give_up)


@group.command("destroy")
@click.argument("key_id", type=KeyId())
@click.option(
    "--backups-kept",
    type=click.IntRange(0, 3650),
    default=BACKUPS_KEPT.days,
    show_default=True,
    help="Days that backups of the key store are kept.",
)
def destroy(key_id: bytes, backups_kept: int) -> None:
    """Remove a retired key for good, once no backup is left that it opens."""
    with opened() as services:
        rotation.destroy(services, key_id, timedelta(days=backups_kept))
    click.echo(f"{key_id.hex()} is destroyed; destroy its offline copies too")
