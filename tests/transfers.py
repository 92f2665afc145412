"""Micro-transfers as tests drive them: as far as a step, in a few words."""

from typing import Any

from tests.caller import PORTRAIT, Caller, account_of


def step_of(verification: dict[str, Any], name: str) -> dict[str, Any]:
    return next(s for s in verification["steps"] if s["name"] == name)


def to_card(server: Caller, n: int = 1, account_ref: str = "acct-1001", **account: Any) -> str:
    """A verification whose bank account was given."""
    verification = server.create("micro_transfer", account_ref)["id"]
    server.consent(verification)
    server.step(verification, "bank_account", account_of(n, **account))
    return str(verification)


def to_amount(server: Caller, n: int = 1, account_ref: str = "acct-1001", **account: Any) -> str:
    """One whose money was ordered, whatever became of it."""
    verification = to_card(server, n, account_ref, **account)
    for side in ("front", "back"):
        server.step(verification, f"id_card?side={side}", PORTRAIT, status=None)
    return verification
