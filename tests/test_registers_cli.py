"""``realname register``: entered, listed, exported; and what off-boarding a processor does."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from providers.base import Capability, Traits
from providers.sandbox import Sandbox
from tests.caller import Caller, person
from tests.conftest import Clock, make_application
from verify.cli import main
from verify.config import Settings
from verify.flows.periods import keep_until
from verify.flows.registers import authorities, processors
from verify.flows.registers.authorities import Answer, BadEntry, Paper
from verify.flows.routing import can_serve
from verify.jobs import disposals, retention
from verify.models import Account, AuthorityRequest, Disposal, Event
from verify.services import Services

PAPER = Paper("某市公安局", "evidence_order", "公刑调证字〔2026〕12号", "刑事诉讼法 54")
ANSWER = Answer("Li", "Wang", kinds=["name", "id_number"])


@pytest.fixture
def account(server: Caller, services: Services) -> Account:
    made = server.create(account_ref="acct-1001")["id"]
    server.consent(made)
    server.step(made, "identity", person())
    with services.read() as session:
        return session.scalars(select(Account)).one()


def chain(services: Services) -> list[str]:
    with services.read() as session:
        return list(session.scalars(select(Event.type).where(Event.account_id.is_not(None)).order_by(Event.seq)))


@pytest.mark.promise("4.4", "4.2.3")
def test_what_an_authority_was_given_is_entered_by_kinds_and_told(account: Account, services: Services) -> None:
    authorities.enter(account.id, PAPER, ANSWER, services)
    assert chain(services) == ["account.authority_request"]
    with services.read() as session:
        (told,) = authorities.of_account(session, account.id)
        row = session.scalars(select(AuthorityRequest)).one()
    assert told["data"] == ["id_number", "name"]
    assert person()["name"] not in json.dumps(authorities.show(row), ensure_ascii=False)


def test_what_must_not_be_told_is_not_until_it_may(account: Account, services: Services) -> None:
    silent = Answer("Li", "Wang", kinds=["name"], silence="反间谍法 56")
    row = authorities.enter(account.id, PAPER, silent, services)
    assert chain(services) == []
    with services.read() as session:
        assert authorities.of_account(session, account.id) == []
    assert authorities.break_silence(row.id, services)
    assert chain(services) == ["account.authority_request"]
    assert not authorities.break_silence(row.id, services)


@pytest.mark.promise("4.4")
@pytest.mark.parametrize(
    ("paper", "answer"),
    [
        (Paper("某局", "phone_call", "1", "1"), ANSWER),
        (Paper("某局", "subpoena", " ", "1"), ANSWER),
        (PAPER, Answer("Li", "Li", kinds=["name"])),
        (PAPER, Answer("Li", "Wang")),
        (PAPER, Answer("Li", "Wang", kinds=["name"], refusal="too wide")),
        (PAPER, Answer("Li", "Wang", kinds=["soul"])),
        (Paper("某局", "subpoena", "13800000001", "1"), ANSWER),
    ],
    ids=["no legal paper", "no number", "one person", "nothing said", "given and refused", "unknown kind", "personal"],
)
def test_without_papers_and_two_people_nothing_is_entered(
    account: Account, services: Services, paper: Paper, answer: Answer
) -> None:
    with pytest.raises(BadEntry):
        authorities.enter(account.id, paper, answer, services)


def test_an_entry_outlives_three_years_by_not_a_day(account: Account, services: Services, clock: Clock) -> None:
    authorities.enter(account.id, PAPER, ANSWER, services)
    until = keep_until("authority_request", clock.now)
    clock.now = until - clock.now.resolution
    assert retention.run(services)["authority_request"] == 0
    clock.now = until
    assert retention.run(services)["authority_request"] == 1


class Deleting(Sandbox):
    """A vendor that deletes on demand, for live keys."""

    name = "deleting"
    test_only = False

    def __init__(self) -> None:
        super().__init__()
        self.capabilities = {
            capability: traits if capability is not Capability.IDENTITY else _erasing(traits)
            for capability, traits in self.capabilities.items()
        }

    def erase(self, capability: Capability, reference: str, theirs: str | None = None) -> str:  # noqa: ARG002
        return f"gone {reference[:4]}"


def _erasing(traits: Traits) -> Traits:
    return replace(traits, erases=True)


@pytest.fixture
def parts(parts: dict[str, Any]) -> dict[str, Any]:
    return {**parts, "providers": {**parts["providers"], "deleting": Deleting()}}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    routes = {capability: [{"provider": "deleting"}] for capability in ("identity", "face", "sms", "bank_card")}
    return replace(settings, providers={"routes": routes})


@pytest.mark.promise("4.1")
def test_an_off_boarded_processor_is_asked_for_nothing_but_to_delete(app: Flask, services: Services) -> None:
    caller = Caller(app, make_application(app, direct_face_image=True).live)
    made = caller.create()["id"]
    caller.consent(made)
    caller.step(made, "identity", person())
    processors.agree("deleting", "DPA-1", services.clock().date(), None, services)
    assert processors.end("deleting", "Li", services)
    assert not can_serve("deleting", Capability.IDENTITY, livemode=True, services=services)
    assert sum(processors.owe_deletions("deleting", services)) == 1
    assert sum(processors.owe_deletions("deleting", services)) == 0
    with services.read() as session:
        owed = session.scalars(select(Disposal.id)).one()
    assert disposals.sweep(services) == 1
    with services.read() as session:
        [entry] = [row for row in processors.register(session, services) if row["provider"] == "deleting"]
        disposal = session.get_one(Disposal, owed, populate_existing=True)
    assert disposal.receipt == f"gone {str(owed)[:4]}"
    assert entry["copies"] == {"deletions_asked": 1, "deletions_confirmed": 1}
    assert entry["agreements"][0]["state"] == "ended"
    processors.agree("deleting", "DPA-2", services.clock().date(), None, services)
    assert can_serve("deleting", Capability.IDENTITY, livemode=True, services=services)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("REALNAME_TEST_POSTGRES", "REALNAME_TEST_REDIS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REALNAME_INSTANCE", str(tmp_path))
    runner = CliRunner()
    assert runner.invoke(main, ["db", "upgrade"]).exit_code == 0
    return runner


@pytest.mark.promise("4.1")
def test_processors_are_listed_from_the_configuration_with_their_agreements(run: CliRunner) -> None:
    words = ["--reference", "DPA-7", "--agreed-on", "2026-01-01", "--until", "2027-12-31"]
    assert run.invoke(main, ["register", "add", "agreement", "sandbox", *words]).exit_code == 0
    (row,) = json.loads(run.invoke(main, ["register", "list", "processors", "--json"]).output)
    assert row["region"] == "none"
    assert row["agreements"][0]["reference"] == "DPA-7"
    table = list(csv.DictReader(io.StringIO(run.invoke(main, ["register", "export", "processors", "--csv"]).output)))
    assert table[0]["provider"] == "sandbox"


def test_an_authority_needs_an_account_that_is_there(run: CliRunner) -> None:
    words = ["--authority", "某局", "--paper", "subpoena", "--number", "1", "--article", "1"]
    who = ["--decided-by", "Li", "--seconded-by", "Wang", "--gave", "name"]
    refused = run.invoke(main, ["register", "add", "authority", "nobody", *words, *who])
    assert refused.exit_code == 2
    assert "there is no such account" in refused.output
