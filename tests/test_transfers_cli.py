"""``realname transfers``: a live transfer paid by hand, from the batch file to the statement."""

import csv
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from tests.caller import Caller, account_of
from tests.conftest import make_application, running
from tests.live import MANUAL, ROUTES, live_providers
from tests.transfers import to_amount
from verify.cli import main
from verify.config import Settings
from verify.flows.transfers import guesses, ledger
from verify.flows.transfers.ledger import Book
from verify.migrating import HISTORIES, upgrade
from verify.models import StatementLine
from verify.services import Services

Run = Callable[..., Result]

CONFIG = """
[providers.manual]
bank = "示例银行"
contact = "95500"
columns = { "用途" = "reference", "收款账号" = "account_number", "收款户名" = "account_name", "金额" = "amount" }
statement = { reference = "用途", amount = "金额", kind = "摘要", returned = ["退汇"] }
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(instance=tmp_path / "instance", providers={"manual": MANUAL, "routes": ROUTES})
    for history in HISTORIES.values():
        upgrade(found, history)
    return found


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    yield from running(settings, providers=live_providers(), nudge=lambda *_: None)


@pytest.fixture
def live(app: Flask) -> Caller:
    return Caller(app, make_application(app).live)


@pytest.fixture
def run(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    config = tmp_path / "realname.toml"
    config.write_text(CONFIG, "utf-8")
    for name in ("REALNAME_TEST_POSTGRES", "REALNAME_TEST_REDIS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REALNAME_INSTANCE", str(settings.instance))
    monkeypatch.setenv("REALNAME_CONFIG", str(config))

    def run(*words: str, status: int = 0, **more: Any) -> Result:
        result = CliRunner().invoke(main, ("transfers", *words), catch_exceptions=False, **more)
        assert result.exit_code == status, result.output
        return result

    return run


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture
def batch(live: Caller, run: Run, tmp_path: Path) -> tuple[str, dict[str, str], str]:
    """A verification whose order was exported: its id, its line and its batch."""
    verification = to_amount(live)
    assert live.read(verification)["status"] == "processing"
    said = run("export", "--to", str(tmp_path / "batch.csv")).output
    [line] = read(tmp_path / "batch.csv")
    return verification, line, said.split()[1].rstrip(":")


def statement(tmp_path: Path, *lines: dict[str, str]) -> str:
    file = tmp_path / "statement.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, ["日期", "用途", "金额", "摘要"])
        writer.writeheader()
        writer.writerows(lines)
    return str(file)


def shown(line: dict[str, str], **changes: str) -> dict[str, str]:
    return {
        "日期": "2026-12-02",
        "用途": f"/BUSI/{line['用途']}/",
        "金额": f"-{line['金额']}",
        "摘要": "转账",
        **changes,
    }


def report(run: Run, file: str, status: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("reconcile", "--statement", file, "--json", status=status).output)
    return found


def held(services: Services) -> Book:
    with services.read() as session:
        balance = ledger.balance(session, services, livemode=True)
    assert (balance.difference, balance.unbalanced, balance.misplaced) == (0, [], [])
    return next((book for book, fen in balance.accounts.items() if fen > 0), Book.WALLET)


def test_the_batch_file_is_for_its_owner_alone_and_holds_what_the_bank_wants(
    batch: tuple[str, dict[str, str], str], tmp_path: Path
) -> None:
    _, line, _ = batch
    account = account_of()
    assert list(line) == ["用途", "收款账号", "收款户名", "金额"]
    assert (line["收款账号"], line["收款户名"]) == (account["account_number"], account["account_name"])
    assert 10 <= round(float(line["金额"]) * 100) <= 199
    assert stat.S_IMODE((tmp_path / "batch.csv").stat().st_mode) == 0o600


def test_no_order_is_in_two_batches(batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path) -> None:
    assert run("export", "--to", str(tmp_path / "second.csv")).output == "nothing waits\n"
    run("export", "--to", str(tmp_path / "again.csv"), "--batch", batch[2])
    assert read(tmp_path / "again.csv") == [batch[1]]


def test_a_file_that_is_there_is_not_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "there.csv").touch()
    assert "--to" in run("export", "--to", str(tmp_path / "there.csv"), status=2).output


def test_a_paid_batch_lets_the_user_answer_and_is_not_exported_again(
    batch: tuple[str, dict[str, str], str], live: Caller, run: Run, tmp_path: Path, services: Services
) -> None:
    verification, line, number = batch
    assert run("mark-paid", number).output == "1 sent\n"
    assert run("mark-paid", number).output == "0 sent\n"
    assert held(services) is Book.PAID
    run("export", "--to", str(tmp_path / "again.csv"), "--batch", number, status=2)
    done = live.step(verification, "transfer_amount", {"amount": line["金额"]})
    assert done["status"] == "verified"
    assert done["result"]["assurance"][-1]["provider"] == "manual"


def test_a_statement_settles_what_nobody_marked(
    batch: tuple[str, dict[str, str], str], live: Caller, run: Run, tmp_path: Path, services: Services
) -> None:
    verification, line, _ = batch
    file = statement(tmp_path, shown(line), shown(line, 用途="rent"))
    first = report(run, file)
    assert first["counts"] == {"valid": 1, "no_match": 1}
    assert first["unseen"] == 0
    assert live.read(verification)["next_step"] == "transfer_amount"
    assert held(services) is Book.PAID
    assert report(run, file)["counts"] == {"duplicate": 2}


def test_a_returned_payment_on_the_statement_suspends_a_verified_account(
    batch: tuple[str, dict[str, str], str], live: Caller, run: Run, tmp_path: Path, services: Services
) -> None:
    verification, line, number = batch
    run("mark-paid", number)
    live.step(verification, "transfer_amount", {"amount": line["金额"]})
    report(run, statement(tmp_path, shown(line), shown(line, 摘要="退汇", 金额=line["金额"])))
    assert live.read(verification)["status"] == "verified"
    assert live.get("/v1/accounts/acct-1001").json["personal"]["reason"] == "transfer_returned"
    assert held(services) is Book.RETURNED


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"金额": "9.99"}, "amount_differs"),
        ({"金额": "some"}, "amount_unreadable"),
        ({"金额": "0.371"}, "amount_unreadable"),
    ],
)
def test_a_line_that_does_not_fit_is_a_difference(
    batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path, change: dict[str, str], difference: str
) -> None:
    found = report(run, statement(tmp_path, shown(batch[1], **change)), status=1)
    assert found["lines"] == [
        {"line": 1, "state": "error", "difference": difference, "reference": batch[1]["用途"]},
    ]


def test_money_that_left_twice_is_a_difference(
    batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path
) -> None:
    found = report(run, statement(tmp_path, shown(batch[1]), shown(batch[1])), status=1)
    assert [(line["state"], line["difference"]) for line in found["lines"]] == [
        ("valid", None),
        ("error", "paid_twice"),
    ]


def test_a_payment_no_statement_shows_is_counted(
    batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path
) -> None:
    run("mark-paid", batch[2])
    assert report(run, statement(tmp_path))["unseen"] == 1


def test_a_statement_leaves_neither_names_nor_amounts_behind(
    batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path, services: Services
) -> None:
    report(run, statement(tmp_path, shown(batch[1], 摘要="转账 王大力 6210000099999")))
    with services.read() as session:
        kept = session.scalars(select(StatementLine)).one()
    assert (kept.state, kept.kind, kept.difference) == ("valid", "sent", None)
    content = b"".join(p.read_bytes() for p in services.settings.instance.rglob("*") if p.is_file())
    assert "王大力".encode() not in content
    assert b"6210000099999" not in content


@pytest.mark.parametrize(
    ("finding", "next_step"), [("sent", "transfer_amount"), ("failed", "bank_account"), ("returned", "bank_account")]
)
def test_people_may_say_what_they_found_out(
    batch: tuple[str, dict[str, str], str], live: Caller, run: Run, finding: str, next_step: str
) -> None:
    verification, line, _ = batch
    assert run("settle", line["用途"], "--as", finding).output == f"{finding}\n"
    assert run("settle", line["用途"], "--as", finding).output == "nothing changed\n"
    assert live.read(verification)["next_step"] == next_step


def test_staff_lift_a_block_without_the_number_being_shown(run: Run, services: Services) -> None:
    number = account_of()["account_number"]
    for _ in range(3):
        guesses.count_wrong(number, services)
    lifted = run("unblock", input=f"{number}\n")
    assert lifted.output.endswith("unblocked\n")
    assert number not in lifted.output
    assert guesses.left(number, services) == 3
    assert run("unblock", input=f"{number}\n").output.endswith("it was not blocked\n")
    run("unblock", input="12\n", status=1)


def test_the_status_shows_the_ledger_and_the_odds(batch: tuple[str, dict[str, str], str], run: Run) -> None:
    found = json.loads(run("status", "--json").output)
    assert found["stages"] == {"requested": 1}
    assert (found["difference_fen"], found["misplaced"], found["contradicted"]) == (0, [], [])
    assert found["ledger_fen"]["in_flight"] == -found["ledger_fen"]["wallet"] > 0
    assert found["guessing_odds"] == {"amount": "3/190", "two_amounts": "3/36100", "remark_code": "3/1000000"}
    assert "guessing_odds" in run("status").output


def test_a_test_key_never_moves_money(app: Flask, run: Run, tmp_path: Path, services: Services) -> None:
    test = Caller(app, make_application(app, "Other", "https://other.example").test)
    verification = to_amount(test)
    assert test.read(verification)["transfer"]["status"] == "sent"
    assert run("export", "--to", str(tmp_path / "none.csv")).output == "nothing waits\n"
    assert held(services) is Book.WALLET


def test_an_unknown_column_is_a_misconfiguration(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "realname.toml"
    config.write_text(CONFIG.replace('"account_name"', '"nickname"'), "utf-8")
    assert "columns knows no nickname" in run("status", status=2).output
