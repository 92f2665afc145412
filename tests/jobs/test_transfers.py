"""Money is never sent twice: where each transfer ends, whatever a bank tells, and when."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from providers.base import (
    Capability,
    Misconfigured,
    NotReceived,
    Outcome,
    ProviderFailure,
    Refused,
    Request,
    Result,
    Throttled,
    TransferOrder,
    TransferWord,
    Unavailable,
    Unknown,
)
from providers.sandbox import Sandbox
from tests.caller import Caller
from tests.conftest import Clock
from tests.transfers import to_amount
from verify.flows.transfers import ledger
from verify.flows.transfers.ledger import Book
from verify.flows.transfers.schedule import HELD_AT_MOST, REFER_AFTER
from verify.flows.transfers.states import Stage
from verify.jobs import transfers
from verify.models import Event, Transfer
from verify.services import Services

RIGHT = {"amount": "0.37"}

Told = TransferWord | ProviderFailure | Misconfigured


class Bank(Sandbox):
    """Tells what it is made to tell, and remembers what it was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.told: Told = TransferWord.SENT  #: to an order
        self.found: Told = TransferWord.SENT  #: when read back
        self.amount_fen: int | None = None
        self.orders: list[tuple[str, tuple[Any, ...]]] = []

    def call(self, request: Request, reference: str) -> Outcome:
        if not isinstance(request, TransferOrder):
            return super().call(request, reference)
        self.orders.append((reference, tuple(getattr(request, name) for name in TransferOrder.__dataclass_fields__)))
        return self._tell(self.told)

    def read_back(self, capability: Capability, reference: str, theirs: str | None = None) -> Outcome:
        if capability is not Capability.TRANSFER:
            return super().read_back(capability, reference, theirs)
        return self._tell(self.found)

    def _tell(self, told: Told) -> Outcome:
        if isinstance(told, TransferWord):
            return Outcome(Result.ACCEPTED, transfer=told, amount_fen=self.amount_fen)
        raise told


@pytest.fixture
def sandbox() -> Bank:
    return Bank()


def the(services: Services) -> Transfer:
    with services.read() as session:
        return session.scalars(select(Transfer).execution_options(populate_existing=True)).one()


def look(services: Services, clock: Clock, **after: float) -> None:
    """Turn the clock to when the transfer is due, and see to it."""
    due_at = the(services).due_at
    if after:
        clock.turn(**after)
    elif due_at is not None:
        clock.now = max(clock.now, due_at)
    transfers.sweep(services)


def place(services: Services) -> Book:
    """Where the ledger has the money, once it adds up."""
    with services.read() as session:
        balance = ledger.balance(session, services, livemode=False)
    assert (balance.difference, balance.unbalanced, balance.misplaced) == (0, [], [])
    return next((book for book, fen in balance.accounts.items() if fen > 0), Book.WALLET)


SENT, REQUESTED = TransferWord.SENT, TransferWord.REQUESTED
FAILED, RETURNED = TransferWord.FAILED, TransferWord.RETURNED
MINE, BANKS = ("pending", "transfer_amount"), ("processing", None)
AGAIN = ("pending", "bank_account")

#: what the order was told → stage, the verification's status and next step, where the money is
ORDERS: list[tuple[Told, Stage, tuple[str, str | None], Book]] = [
    (SENT, Stage.SENT, MINE, Book.PAID),
    (REQUESTED, Stage.REQUESTED, BANKS, Book.IN_FLIGHT),
    (FAILED, Stage.FAILED, AGAIN, Book.WALLET),
    (RETURNED, Stage.RETURNED, AGAIN, Book.RETURNED),
    (Unknown(), Stage.UNKNOWN, BANKS, Book.IN_FLIGHT),
    (NotReceived(), Stage.UNKNOWN, BANKS, Book.IN_FLIGHT),
    (Unavailable(), Stage.CREATED, BANKS, Book.WALLET),
    (Throttled(), Stage.CREATED, BANKS, Book.WALLET),
    (Misconfigured(), Stage.CREATED, BANKS, Book.WALLET),
    (Refused(), Stage.FAILED, AGAIN, Book.WALLET),
]


@pytest.mark.parametrize(("told", "stage", "shown", "book"), ORDERS, ids=[str(type(o[0])) + str(o[0]) for o in ORDERS])
def test_what_an_order_comes_to(
    server: Caller,
    services: Services,
    sandbox: Bank,
    told: Told,
    stage: Stage,
    shown: tuple[str, str | None],
    book: Book,
) -> None:
    sandbox.told = told
    after = server.read(to_amount(server))
    assert (after["status"], after["next_step"]) == shown
    assert after["transfer"]["status"] == the(services).status == stage
    assert place(services) is book
    assert len(sandbox.orders) == 1


#: (order told, user's answer before, then found by reading back, one after the other) → (stage, the verification's
#: status and next step, money, whether it contradicts, orders sent, gate)
SILENCE: list[Told] = [Unknown(), Unavailable(), Throttled(), Refused()]
ENDS: list[tuple[Told, bool, list[Told], Stage, tuple[str, str | None], Book, bool, int]] = [
    # an order that a bank works on
    (REQUESTED, False, [REQUESTED], Stage.REQUESTED, BANKS, Book.IN_FLIGHT, False, 1),
    (REQUESTED, False, [SENT], Stage.SENT, MINE, Book.PAID, False, 1),
    (REQUESTED, False, [SENT, SENT], Stage.SENT, MINE, Book.PAID, False, 1),
    (REQUESTED, False, [SENT, REQUESTED], Stage.SENT, MINE, Book.PAID, False, 1),
    (REQUESTED, False, [FAILED], Stage.FAILED, AGAIN, Book.WALLET, False, 1),
    (REQUESTED, False, [RETURNED], Stage.RETURNED, AGAIN, Book.RETURNED, False, 1),
    (
        REQUESTED,
        False,
        SILENCE,
        Stage.REQUESTED,
        BANKS,
        Book.IN_FLIGHT,
        False,
        1,
    ),
    (REQUESTED, False, [NotReceived()], Stage.REQUESTED, BANKS, Book.IN_FLIGHT, True, 1),
    # an answer that was lost
    (Unknown(), False, [Unknown(), Unavailable()], Stage.UNKNOWN, BANKS, Book.IN_FLIGHT, False, 1),
    (Unknown(), False, [REQUESTED], Stage.REQUESTED, BANKS, Book.IN_FLIGHT, False, 1),
    (Unknown(), False, [SENT], Stage.SENT, MINE, Book.PAID, False, 1),
    (Unknown(), False, [FAILED], Stage.FAILED, AGAIN, Book.WALLET, False, 1),
    (Unknown(), False, [RETURNED], Stage.RETURNED, AGAIN, Book.RETURNED, False, 1),
    # sent, before the answer
    (SENT, False, [SENT, REQUESTED, NotReceived(), Unknown()], Stage.SENT, MINE, Book.PAID, False, 1),
    (SENT, False, [RETURNED], Stage.RETURNED, AGAIN, Book.RETURNED, False, 1),
    (SENT, False, [RETURNED, RETURNED], Stage.RETURNED, AGAIN, Book.RETURNED, False, 1),
    (SENT, False, [FAILED], Stage.RETURNED, AGAIN, Book.RETURNED, False, 1),
    # sent, after the right answer: the verification stays as it is
    (SENT, True, [SENT, Unknown(), NotReceived()], Stage.SENT, ("verified", None), Book.PAID, False, 1),
    (SENT, True, [RETURNED], Stage.RETURNED, ("verified", None), Book.RETURNED, False, 1),
    (SENT, True, [RETURNED, FAILED, RETURNED], Stage.RETURNED, ("verified", None), Book.RETURNED, False, 1),
    (SENT, True, [FAILED], Stage.RETURNED, ("verified", None), Book.RETURNED, False, 1),
    # ends, hinted at again
    (FAILED, False, [FAILED, RETURNED, NotReceived(), Unknown()], Stage.FAILED, AGAIN, Book.WALLET, False, 1),
    (FAILED, False, [SENT], Stage.FAILED, AGAIN, Book.WALLET, True, 1),
    (FAILED, False, [REQUESTED], Stage.FAILED, AGAIN, Book.WALLET, True, 1),
    (RETURNED, False, [RETURNED, FAILED, NotReceived()], Stage.RETURNED, AGAIN, Book.RETURNED, False, 1),
    (RETURNED, False, [SENT], Stage.RETURNED, AGAIN, Book.RETURNED, True, 1),
]


def hint(services: Services, clock: Clock) -> None:
    """As a callback does: make the transfer due, in whatever stage it is."""
    with services.write() as session:
        found = session.scalars(select(Transfer)).one()
        found.due_at, found.hinted_at = clock(), clock()


@pytest.mark.parametrize(("told", "answers", "found", "stage", "shown", "book", "contradicts", "orders"), ENDS)
def test_where_a_transfer_ends(
    server: Caller,
    services: Services,
    sandbox: Bank,
    clock: Clock,
    told: Told,
    answers: bool,
    found: list[Told],
    stage: Stage,
    shown: tuple[str, str | None],
    book: Book,
    contradicts: bool,
    orders: int,
) -> None:
    sandbox.told = told
    verification = to_amount(server)
    if answers:
        server.step(verification, "transfer_amount", RIGHT)
    for sandbox.found in found:
        clock.turn(seconds=1)
        hint(services, clock)
        assert transfers.sweep(services) == 1
    after = server.read(verification)
    assert the(services).status == stage
    assert (after["status"], after["next_step"]) == shown
    assert place(services) is book
    assert (the(services).contradiction is not None) is contradicts
    assert len(sandbox.orders) == orders
    suspended = answers and stage is Stage.RETURNED
    gate = server.get("/v1/accounts/acct-1001").json["personal"]
    assert gate["status"] == ("suspended" if suspended else "verified" if answers else "pending")
    assert gate.get("reason") == ("transfer_returned" if suspended else None)


class TestAnOrderThatNeverArrived:
    """Sent again only under the same reference, with the same content, where that is safe."""

    def test_it_is_sent_again_unchanged(self, server: Caller, services: Services, sandbox: Bank, clock: Clock) -> None:
        sandbox.told, sandbox.found = Unknown(), NotReceived()
        verification = to_amount(server)
        sandbox.told = SENT
        look(services, clock)
        assert the(services).status == Stage.SENT
        assert Counter(sandbox.orders) == {sandbox.orders[0]: 2}
        assert server.step(verification, "transfer_amount", RIGHT)["status"] == "verified"
        assert place(services) is Book.PAID

    def test_it_is_never_sent_again_where_the_provider_may_pay_twice(
        self, server: Caller, services: Services, sandbox: Bank, clock: Clock
    ) -> None:
        sandbox.capabilities[Capability.TRANSFER] = self._traits(sandbox, idempotent_reference=False)
        sandbox.told, sandbox.found = Unknown(), NotReceived()
        verification = to_amount(server)
        for _ in range(60):
            look(services, clock)
        assert len(sandbox.orders) == 1
        assert the(services).status == Stage.UNKNOWN
        assert server.read(verification)["status"] == "review"

    def test_it_is_not_sent_again_before_the_provider_had_time_to_notice_it(
        self, server: Caller, services: Services, sandbox: Bank, clock: Clock
    ) -> None:
        sandbox.capabilities[Capability.TRANSFER] = self._traits(sandbox, settles_after=60.0)
        sandbox.told, sandbox.found = Unknown(), NotReceived()
        to_amount(server)
        look(services, clock, seconds=59)
        assert len(sandbox.orders) == 1
        look(services, clock, seconds=60)
        assert len(sandbox.orders) == 2

    def test_it_is_not_sent_again_once_nobody_waits_for_it(
        self, server: Caller, services: Services, sandbox: Bank, clock: Clock
    ) -> None:
        sandbox.told, sandbox.found = Unknown(), NotReceived()
        verification = to_amount(server)
        server.post(f"/v1/verifications/{verification}/cancel")
        look(services, clock)
        assert len(sandbox.orders) == 1
        assert the(services).status == Stage.FAILED
        assert place(services) is Book.WALLET

    def test_a_repeated_order_that_is_refused_leaves_the_first_open(
        self, server: Caller, services: Services, sandbox: Bank, clock: Clock
    ) -> None:
        sandbox.told, sandbox.found = Unknown(), NotReceived()
        to_amount(server)
        sandbox.told = Refused()
        look(services, clock)
        assert the(services).status == Stage.UNKNOWN
        assert place(services) is Book.IN_FLIGHT

    def _traits(self, sandbox: Bank, **changes: Any) -> Any:
        return replace(sandbox.capabilities[Capability.TRANSFER], **changes)


def test_an_order_a_bank_does_not_take_now_is_tried_again_for_a_day(
    server: Caller, services: Services, sandbox: Bank, clock: Clock
) -> None:
    sandbox.told = Unavailable()
    verification = to_amount(server)
    started = clock()
    while the(services).status == Stage.CREATED:
        look(services, clock)
        assert clock() - started < HELD_AT_MOST + timedelta(hours=2)
    after = server.read(verification)
    assert (after["next_step"], after["last_error"]["code"]) == ("bank_account", "transfer_unavailable")
    assert place(services) is Book.WALLET


def test_a_throttled_order_waits_for_its_time(server: Caller, services: Services, sandbox: Bank, clock: Clock) -> None:
    sandbox.told = Throttled(until=clock() + timedelta(hours=9))
    to_amount(server)
    assert the(services).due_at == clock() + timedelta(hours=9)


@pytest.mark.parametrize(("told", "stage"), [(Unknown(), Stage.UNKNOWN), (REQUESTED, Stage.REQUESTED)])
def test_what_nobody_tells_is_handed_to_people_and_still_ends_right(
    server: Caller, services: Services, sandbox: Bank, clock: Clock, told: Told, stage: Stage
) -> None:
    sandbox.told = sandbox.found = told
    verification = to_amount(server)
    started = clock()
    while server.read(verification)["status"] == "processing":
        look(services, clock)
    assert clock() - started <= REFER_AFTER[stage] + timedelta(days=1)
    after = server.read(verification)
    assert (after["status"], after["last_error"]["code"]) == ("review", "transfer_unconfirmed")
    sandbox.found = SENT
    look(services, clock)
    assert server.read(verification)["next_step"] == "transfer_amount"
    assert server.step(verification, "transfer_amount", RIGHT)["status"] == "verified"


def test_an_unknown_one_that_failed_after_all_lets_the_user_start_again(
    server: Caller, services: Services, sandbox: Bank, clock: Clock
) -> None:
    sandbox.told = sandbox.found = Unknown()
    verification = to_amount(server)
    while server.read(verification)["status"] == "processing":
        look(services, clock)
    sandbox.found = FAILED
    look(services, clock)
    after = server.read(verification)
    assert (after["status"], after["next_step"]) == ("pending", "bank_account")


def test_another_amount_than_ours_is_not_believed(
    server: Caller, services: Services, sandbox: Bank, clock: Clock
) -> None:
    sandbox.told, sandbox.amount_fen = Unknown(), 38
    verification = to_amount(server)
    look(services, clock)
    assert the(services).contradiction == "sent"
    assert server.read(verification)["status"] == "processing"


def test_a_late_return_is_told_and_dated_in_the_chain(
    server: Caller, services: Services, sandbox: Bank, clock: Clock
) -> None:
    server.step(to_amount(server), "transfer_amount", RIGHT)
    sandbox.found = RETURNED
    look(services, clock, days=29)
    with services.read() as session:
        kinds = session.scalars(select(Event.type).order_by(Event.id)).all()
    assert kinds[-3:] == ["verification.verified", "transfer.returned", "account.suspended"]
    [told] = [
        event for event in server.get("/v1/events?limit=100").json["data"] if event["type"] == "account.suspended"
    ]
    assert (told["data"]["object"], told["data"]["suspended_reason"]) == ("account", "transfer_returned")


def test_the_transfer_of_a_verified_case_is_shown_as_it_became(
    server: Caller, services: Services, sandbox: Bank, clock: Clock
) -> None:
    verification = to_amount(server)
    before = server.step(verification, "transfer_amount", RIGHT)
    sandbox.found = RETURNED
    look(services, clock, days=29)
    after = server.read(verification)
    assert after["transfer"]["status"] == "returned"
    unchanged = ("status", "decision", "result", "steps")
    assert [after[name] for name in unchanged] == [before[name] for name in unchanged]


@pytest.mark.parametrize(("word", "shown"), [(SENT, "sent"), (FAILED, "failed"), (RETURNED, "returned")])
def test_the_transfer_of_a_canceled_case_is_shown_as_it_became(
    server: Caller, services: Services, sandbox: Bank, clock: Clock, word: TransferWord, shown: str
) -> None:
    sandbox.told = REQUESTED
    verification = to_amount(server)
    canceled = server.post(f"/v1/verifications/{verification}/cancel").json
    assert canceled["transfer"]["status"] == "requested"
    sandbox.found = word
    look(services, clock)
    after = server.read(verification)
    assert (after["status"], after["transfer"]["status"]) == ("canceled", shown)
    assert {step["name"]: step["status"] for step in after["steps"]}["transfer_amount"] == "pending"


def test_a_sent_transfer_is_watched_for_thirty_days(
    server: Caller, services: Services, sandbox: Bank, clock: Clock
) -> None:
    to_amount(server)
    started = clock()
    looks = 0
    while the(services).due_at is not None:
        look(services, clock)
        looks += 1
    assert timedelta(days=29) < clock() - started < timedelta(days=32)
    assert looks < 40


def test_a_look_that_a_callback_asked_for_leaves_the_turns_as_they_were(
    server: Caller, services: Services, sandbox: Bank, clock: Clock
) -> None:
    to_amount(server)
    hint(services, clock)
    transfers.sweep(services)
    assert the(services).due_at == clock() + timedelta(minutes=1)


def test_a_look_that_nobody_answers_is_repeated_soon(
    server: Caller, services: Services, sandbox: Bank, clock: Clock
) -> None:
    to_amount(server)
    sandbox.found = Unavailable()
    look(services, clock)
    assert the(services).due_at == clock() + timedelta(seconds=30)


class TestCrash:
    """The process dies in the middle of an order: it was committed as requested, its answer never was."""

    @pytest.fixture
    def sandbox(self) -> Bank:
        class Dying(Bank):
            dies = True

            def call(self, request: Request, reference: str) -> Outcome:
                outcome = super().call(request, reference)
                if isinstance(request, TransferOrder) and self.dies:
                    raise SystemExit
                return outcome

        return Dying()

    def test_it_is_read_back_when_its_lease_is_over_and_not_repeated(
        self, server: Caller, services: Services, sandbox: Bank, clock: Clock
    ) -> None:
        with pytest.raises(SystemExit):
            to_amount(server)
        assert the(services).status == Stage.REQUESTED
        assert place(services) is Book.IN_FLIGHT
        assert transfers.sweep(services) == 0
        clock.turn(minutes=2)
        assert transfers.sweep(services) == 1
        assert the(services).status == Stage.SENT
        assert len(sandbox.orders) == 1

    def test_a_bank_that_never_got_it_gets_it_again(
        self, server: Caller, services: Services, sandbox: Any, clock: Clock
    ) -> None:
        with pytest.raises(SystemExit):
            to_amount(server)
        sandbox.found, sandbox.dies = NotReceived(), False
        clock.turn(minutes=2)
        transfers.sweep(services)
        assert the(services).status == Stage.SENT
        assert len(sandbox.orders) == 2

    def test_an_answer_that_comes_after_another_took_over_changes_nothing(
        self, server: Caller, services: Services, sandbox: Any, clock: Clock
    ) -> None:
        sandbox.dies = False
        tell = sandbox._tell

        def slowly(told: Told) -> Outcome:
            sandbox._tell, sandbox.found = tell, RETURNED
            clock.turn(minutes=2)
            transfers.sweep(services)
            return tell(told)

        sandbox._tell = slowly
        to_amount(server)
        assert the(services).status == Stage.RETURNED
        assert the(services).contradiction is None
