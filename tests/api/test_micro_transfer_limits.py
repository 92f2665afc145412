"""What guards money and guesses: counted per account number, over all applications."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.caller import PORTRAIT, Caller, account_of
from tests.conftest import Clock, Keys, make_application
from tests.transfers import step_of, to_amount, to_card
from verify.flows.transfers import guesses
from verify.flows.transfers.orders import RETENTION_CLASS
from verify.jobs import expiry, transfers
from verify.models import Account, Transfer
from verify.models.tags import NOBODY
from verify.services import Services

WRONG, RIGHT = {"amount": "0.38"}, {"amount": "0.37"}
NUMBER = account_of()["account_number"]


def test_a_wrong_amount_costs_a_guess_of_the_account(server: Caller) -> None:
    verification = to_amount(server)
    after = server.step(verification, "transfer_amount", WRONG)
    assert (after["next_step"], after["last_error"]["code"]) == ("transfer_amount", "amount_mismatch")
    assert (after["transfer"]["attempts_left"], step_of(after, "transfer_amount")["attempts_left"]) == (2, 2)
    assert server.step(verification, "transfer_amount", RIGHT)["status"] == "verified"


def test_the_third_wrong_amount_exhausts_the_method_and_blocks_the_account(server: Caller, services: Services) -> None:
    verification = to_amount(server)
    for _ in range(3):
        after = server.step(verification, "transfer_amount", WRONG)
    assert (after["next_step"], after["alternatives"]) == (None, ["face", "bank_card"])
    assert guesses.left(NUMBER, services) == 0


def test_guesses_are_counted_over_all_applications(app: Flask, server: Caller) -> None:
    first = to_amount(server)
    server.step(first, "transfer_amount", WRONG)
    server.step(first, "transfer_amount", WRONG)
    other = Caller(app, make_application(app, "Other", "https://other.example").test)
    second = to_amount(other)
    assert other.read(second)["transfer"]["attempts_left"] == 1
    after = other.step(second, "transfer_amount", WRONG)
    assert (after["next_step"], after["last_error"]["code"]) == ("bank_account", "account_blocked")
    assert after["transfer"]["attempts_left"] == 0
    # a right answer in the first application comes too late now
    after = server.step(first, "transfer_amount", RIGHT)
    assert (after["next_step"], after["last_error"]["code"]) == ("bank_account", "account_blocked")
    assert after["transfer"]["attempts_left"] == 0


def test_a_blocked_account_stays_blocked_until_staff_lift_it(server: Caller, services: Services, clock: Clock) -> None:
    verification = to_amount(server)
    for _ in range(3):
        server.step(verification, "transfer_amount", WRONG)
    clock.turn(days=400)
    while expiry.purge_tags(services):
        pass
    blocked = server.create("micro_transfer", "acct-2")["id"]
    server.consent(blocked)
    after = server.step(blocked, "bank_account", account_of())
    assert after["last_error"]["code"] == "account_blocked"
    assert guesses.unblock(NUMBER, services) is True
    assert guesses.unblock(NUMBER, services) is False
    assert server.step(blocked, "bank_account", account_of())["next_step"] == "id_card"


def test_no_thirty_days_hold_more_than_three_guesses(services: Services, clock: Clock) -> None:
    assert guesses.count_wrong(NUMBER, NOBODY, services) == 2
    clock.turn(days=29)
    assert guesses.count_wrong(NUMBER, NOBODY, services) == 1
    clock.turn(days=29)
    assert guesses.count_wrong(NUMBER, NOBODY, services) == 0


def test_after_thirty_days_without_one_guesses_are_forgotten(services: Services, clock: Clock) -> None:
    guesses.count_wrong(NUMBER, NOBODY, services)
    guesses.count_wrong(NUMBER, NOBODY, services)
    clock.turn(days=30)
    assert guesses.left(NUMBER, services) == 3


def test_a_third_transfer_to_one_account_in_a_day_is_not_made(server: Caller, clock: Clock) -> None:
    for n in range(2):
        to_amount(server, account_ref=f"acct-{n}")
    third = to_amount(server, account_ref="acct-3")
    after = server.read(third)
    assert (after["next_step"], after["last_error"]["code"]) == ("bank_account", "transfers_exceeded")
    assert after["transfer"] is None
    clock.turn(days=1)
    assert server.step(third, "bank_account", account_of())["next_step"] == "transfer_amount"


def test_erasing_an_account_does_not_reset_its_guesses(server: Caller, services: Services) -> None:
    verification = to_amount(server)
    server.step(verification, "transfer_amount", WRONG)
    with services.read() as session:
        account = session.scalars(select(Account.id)).one()
    assert services.vault.shred_owner(account) == 3
    assert guesses.left(NUMBER, services) == 2


class TestForgetting:
    """Forgetting ships with storing: the amount goes when it is no secret to be guessed any more."""

    def kept(self, services: Services) -> tuple[int, bool]:
        with services.read() as session:
            contents = session.scalar(select(func.count()).where(Transfer.content_ct.is_not(None)))
            verification_id = session.scalars(select(Transfer.verification_id)).first()
        assert verification_id is not None
        return contents or 0, services.vault.keys(verification_id).has(RETENTION_CLASS)

    def test_an_open_amount_is_kept(self, server: Caller, services: Services) -> None:
        to_amount(server)
        assert transfers.forget(services) == 0
        assert self.kept(services) == (1, True)

    def test_an_answered_amount_is_shredded(self, server: Caller, services: Services) -> None:
        server.step(to_amount(server), "transfer_amount", RIGHT)
        assert transfers.forget(services) == 1
        assert self.kept(services) == (0, False)
        assert transfers.forget(services) == 0

    @pytest.mark.parametrize("ending", ["0002", "0003"])
    def test_an_amount_of_a_refused_or_canceled_one_is_shredded(
        self, server: Caller, services: Services, ending: str
    ) -> None:
        verification = to_amount(server, ending=ending)
        if ending == "0003":
            server.post(f"/v1/verifications/{verification}/cancel")
        assert transfers.forget(services) == 1
        assert self.kept(services) == (0, False)

    def test_an_amount_nobody_answered_is_shredded(self, server: Caller, services: Services, clock: Clock) -> None:
        verification = to_amount(server)
        clock.turn(days=7)
        assert transfers.close_windows(services) == 1
        assert transfers.close_windows(services) == 0
        assert server.read(verification)["last_error"]["code"] == "answer_window_over"
        assert transfers.forget(services) == 1
        assert self.kept(services) == (0, False)

    def test_a_second_transfer_keeps_its_own(self, server: Caller, services: Services) -> None:
        verification = to_amount(server, ending="0002")
        server.step(verification, "bank_account", account_of(2, who=1))
        transfers.forget(services)
        assert self.kept(services) == (1, True)
        assert server.step(verification, "transfer_amount", RIGHT)["status"] == "verified"


def test_neither_number_nor_amount_nor_photo_is_stored_in_the_clear(
    app: Flask, api_keys: Keys, server: Caller, services: Services
) -> None:
    verification = to_card(server)
    for side in ("front", "back"):
        server.step(verification, f"id_card?side={side}", PORTRAIT)
    files = [p for p in services.settings.instance.rglob("*") if p.is_file()]
    content = b"".join(p.read_bytes() for p in files)
    assert NUMBER.encode() not in content
    assert PORTRAIT[200:224] not in content
