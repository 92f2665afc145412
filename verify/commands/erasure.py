"""``erasure``: orders that no application gives, who has not confirmed yet, and checking a certificate."""

import json
import sys
from pathlib import Path
from typing import NoReturn, TextIO

import click
from sqlalchemy import select

from crypto.notes import BadNote
from verify.commands.opening import AS_JSON, opened, show
from verify.commands.retention import ACCOUNT, APPLICATION, MODE, find_account
from verify.flows import certificate, erasure, redoing, vendor_copies
from verify.flows.case import Reach
from verify.models import Account, VendorErasure
from verify.models.orders import Order

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


@group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--verifier", help="The key you know; else the one the file names, which proves less.")
def check(file: Path, verifier: str | None) -> None:
    """Check the certificate in FILE and print what it states; end with 1 if it is false.

    FILE is JSON: the certificate, or the whole answer that came with it.
    """
    note, named = _certificate_in(file)
    try:
        show(certificate.check(note, verifier or named))
    except (BadNote, ValueError):
        _fail("this certificate was not signed by that key, or was changed")


def _certificate_in(file: Path) -> tuple[str, str]:
    """Its signed note, and the verifier key it names."""
    try:
        found = json.loads(file.read_text("utf-8"))
        found = found.get("certificate", found)
        return str(found["note"]), str(found["verifier"])
    except (ValueError, KeyError, TypeError, AttributeError):
        _fail("this is not a certificate, nor an answer that holds one")


def _fail(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(1)
