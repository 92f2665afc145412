"""``erasure``: orders that no application gives, who has not confirmed yet, and checking a certificate."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, TextIO

import click
from sqlalchemy import select

from crypto.notes import SIGNATURE, BadNote
from verify.commands.opening import AS_JSON, opened, show
from verify.commands.retention import ACCOUNT, APPLICATION, MODE, find_account
from verify.flows import certificate, erasure, redoing, vendor_copies
from verify.flows.case import Reach
from verify.models import Account, VendorErasure
from verify.models.orders import Order
from verify.record import signers

#: what became of orders that were to be repeated, in words
REDONE = {
    redoing.REPEATED: "repeated",
    redoing.HELD: "hidden, and under a hold (realname hold list)",
    redoing.KNOWN: "known already",
    redoing.ABSENT: "of what this store does not have",
}


@click.group("erasure")
def group() -> None:
    """Erasing accounts, and the certificates of it."""


@group.command("order")
@ACCOUNT
@APPLICATION
@MODE
@click.option(
    "--unlawful",
    is_flag=True,
    help="It should never have been here, such as a minor's without a guardian's consent: nothing is kept.",
)
@click.confirmation_option(prompt="This cannot be undone. Erase the account?")
def order(account: str, application: str | None, *, livemode: bool, unlawful: bool) -> None:
    """Close and erase ACCOUNT, as DELETE /v1/accounts does; print both lists and the certificate."""
    with opened() as services:
        with services.read() as session:
            found = session.get_one(Account, find_account(session, account, application, livemode=livemode))
        reach = Reach(found.application_id, found.livemode)
        ground = "unlawful" if unlawful else "request"
        show(erasure.show(erasure.erase_account(reach, found.account_ref, services, ground=ground)))


@group.command("orders")
def orders() -> None:
    """Print the orders of three years as the key store remembers them, a line of JSON each: ids, codes and times.

    Only where one server holds both stores are they worth a copy: a backup of it brings back neither without the other.
    """
    with opened() as services:
        for found in services.vault.orders():
            show(redoing.shown(found))


@group.command("redo")
@click.option("--by", required=True, help="Who has it done; kept with the holds that it places.")
@click.option(
    "--from",
    "file",
    type=click.File(encoding="utf-8"),
    help="Lines of `erasure orders`, instead of what the key store remembers.",
)
@click.confirmation_option(prompt="This cannot be undone. Repeat every erasure that the main store does not know?")
def redo(by: str, file: TextIO | None) -> None:
    """After an old backup of the main store was restored: repeat each order given since.

    What was not carried out yet, as under a legal hold, is hidden and put under one.
    """
    with opened() as services:
        counts = redoing.redo(services.vault.orders() if file is None else _orders_in(file), by, services)
    for kind, words in REDONE.items():
        click.echo(f"{words:<45} {counts[kind]}")


def _orders_in(file: TextIO) -> list[Order]:
    found = []
    for number, line in enumerate(file, 1):
        try:
            found.append(redoing.read(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError):
            _fail(f"line {number} is not an order; nothing was done")
    return found


@group.command("unconfirmed")
@AS_JSON
def unconfirmed(*, as_json: bool) -> None:
    """List the copies at vendors whose end nobody has confirmed."""
    with opened() as services, services.read() as session:
        open_ones = select(VendorErasure).where(VendorErasure.status != vendor_copies.CONFIRMED)
        rows = [
            {"erasure": f"era_{copy.erasure_id}", **vendor_copies.show(copy), "tries": copy.attempts}
            for copy in session.scalars(open_ones.order_by(VendorErasure.id))
        ]
    if as_json:
        show(rows)
        return
    for row in rows:
        click.echo(
            f"{row['erasure']}  {row['provider']:<12} {row['capability']:<12} {row['status']:<12} {row['tries']}"
        )


@group.command("key")
@click.option("--former", is_flag=True, help="Every key that ever signed the record, with its first and last day.")
def key_command(*, former: bool) -> None:
    """Print the public keys that sign certificates, to be kept by those who check them."""
    with opened() as services, services.read(streams=True) as session:
        for line in signers.lines(session, services.keyring.snapshot, certificate.NAME, former=former):
            click.echo(line)


@group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--verifier", help="The key you know, as `erasure key` prints it; else the one that FILE names itself.")
def check(file: Path, verifier: str | None) -> None:
    """Check the certificate in FILE and print what it states; end with 1 if it is false.

    FILE is JSON: the certificate, or the whole answer that came with it. The statement in it must be the one that was
    signed.
    """
    note, named, beside = _certificate_in(file)
    try:
        statement = certificate.check(note, _known(verifier) if verifier else named)
    except (BadNote, ValueError):
        _fail("this certificate was not signed by that key, or was changed")
    differing = sorted(name for name in {*statement, *beside} if statement.get(name) != beside.get(name))
    if differing:
        _fail(f"the statement in the file is not the one that was signed: {', '.join(differing)}")
    if verifier is None:
        click.echo("checked with the key that the file names: compare it with the one you know", err=True)
    show(statement)


def _known(verifier: str) -> str:
    """An audit key signs certificates under a name of their own, so that no checkpoint passes for one."""
    name = verifier.partition("+")[0]
    if name != certificate.NAME:
        _fail(f"that key signs no certificates: give the one that begins with {certificate.NAME}+ (`erasure key`)")
    return verifier


def _certificate_in(file: Path) -> tuple[str, str, Mapping[str, Any]]:
    """Its signed note, the verifier key it names, and the statement beside the note."""
    text = file.read_text("utf-8")
    if f"\n{SIGNATURE}" in text:  # JSON escapes the newline
        _fail("this is the signed note alone: give the JSON that it came in, the certificate or the whole answer")
    try:
        found = json.loads(text)
        found = found.get("certificate", found)
        return str(found["note"]), str(found["verifier"]), dict(found["statement"])
    except (ValueError, KeyError, TypeError, AttributeError):
        _fail("this is not a certificate, nor an answer that holds one")


def _fail(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(1)
