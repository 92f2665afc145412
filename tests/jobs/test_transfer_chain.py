"""The record of a transfer that came back after its verification had ended."""

from flask import Flask

from tests.caller import Caller
from tests.transfers import to_amount
from verify.audit import Tally, first_break
from verify.services import Services


def test_a_late_return_leaves_the_chain_unbroken(app: Flask, server: Caller, services: Services) -> None:
    verification = to_amount(server)
    server.step(verification, "transfer_amount", {"amount": "0.37"})
    server.post(f"/v1/test/verifications/{verification}/advance_transfer", {"to": "returned"})
    to_amount(server, n=2, account_ref="acct-2", ending="0003")
    with services.read() as session:
        assert first_break(session, Tally()) is None
