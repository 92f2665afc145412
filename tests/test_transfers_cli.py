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
from tests.databases import migrate
from tests.live import MANUAL, ROUTES, live_providers
from tests.transfers import to_amount
from verify.cli import main
from verify.config import Settings
from verify.flows.transfers import guesses, ledger
from verify.flows.transfers.ledger import Book
from verify.models import StatementLine
from verify.models.tags import NOBODY
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
    migrate(found)
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


def test_a_statement_is_found_below_what_the_bank_prints_above_it(
    batch: tuple[str, dict[str, str], str], live: Caller, run: Run, tmp_path: Path
) -> None:
    file = Path(statement(tmp_path, shown(batch[1])))
    file.write_text("账户明细\n户名,示例云\n\n" + file.read_text("utf-8-sig") + "\n", "utf-8-sig")
    assert report(run, str(file))["counts"] == {"valid": 1}
    assert live.read(batch[0])["next_step"] == "transfer_amount"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "用途, 金额, 摘要"),
        ("日期,金额,摘要\n1,0.37,转账\n".encode(), "no line of the file has all the headings"),
        ("用途,金额,摘要\n1,0.37,转账\n".encode("gb18030"), "try another --encoding"),
        (b"PK\x03\x04\x00\x00", "no line of the file"),
        ('用途,金额,摘要\n1,0.37,转账\n2,0.37,"钱二\n3,0.37,"转账"\n'.encode(), "line 3 of the file is not CSV"),
        ('用途,金额,摘要\n1,0.37,"转账\n'.encode(), "line 2 of the file is not CSV"),
        ('用途,金额,摘要\n1,0.37,"转\n账"\n'.encode(), "line 2 of the file is not CSV"),
        (
            "明细\n用途,金额,摘要,金额\n1,0.37,转账,9.99\n".encode(),
            "line 2 of the file has the heading 金额 more than once",
        ),
    ],
    ids=[
        "empty",
        "other headings",
        "other encoding",
        "a spreadsheet",
        "a quote that swallows lines",
        "a quote that is never closed",
        "a value over two lines",
        "a heading twice",
    ],
)
def test_a_file_that_is_no_statement_is_refused_whole(
    run: Run, tmp_path: Path, services: Services, content: bytes, told: str
) -> None:
    file = tmp_path / "statement.csv"
    file.write_bytes(content)
    assert told in " ".join(run("reconcile", "--statement", str(file), status=2).output.split())
    with services.read() as session:
        assert session.scalars(select(StatementLine)).all() == []


def test_lines_are_counted_in_the_file(batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path) -> None:
    file = Path(statement(tmp_path, shown(batch[1], 用途="rent"), shown(batch[1])))
    file.write_text("账户明细\n\n" + file.read_text("utf-8-sig"), "utf-8-sig")
    assert [line["line"] for line in report(run, str(file))["lines"]] == [4, 5]


def test_another_export_of_the_same_payment_is_a_duplicate(
    batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path
) -> None:
    line = shown(batch[1])
    report(run, statement(tmp_path, line))
    file = tmp_path / "again.csv"
    reference, amount = line["用途"].upper(), f"¥{line['金额'].lstrip('-')}"
    file.write_text(f"余额,摘要,金额,用途\n12.00,转账,{amount},{reference}\n,合计,1.00,\n", "utf-8-sig")
    assert report(run, str(file))["counts"] == {"duplicate": 1, "no_match": 1}


@pytest.mark.parametrize(("serial", "state", "difference"), [("A1", "duplicate", None), ("A2", "error", "paid_twice")])
def test_the_banks_own_number_tells_a_second_payment_from_another_export(
    batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path, serial: str, state: str, difference: str | None
) -> None:
    config = tmp_path / "realname.toml"
    config.write_text(CONFIG.replace('kind = "摘要"', 'kind = "摘要", serial = "日期"'), "utf-8")
    report(run, statement(tmp_path, shown(batch[1], 日期="A1")))
    again = report(run, statement(tmp_path, shown(batch[1], 日期=serial)), status=1 if difference else 0)
    assert [(line["state"], line["difference"]) for line in again["lines"]] == [(state, difference)]


def test_a_reference_with_control_characters_is_an_error(
    batch: tuple[str, dict[str, str], str], live: Caller, run: Run, tmp_path: Path
) -> None:
    file = statement(tmp_path, shown(batch[1], 用途=f"{batch[1]['用途']}\x00"), shown(batch[1], 用途="rent\t"))
    lines = report(run, file, status=1)["lines"]
    assert [(line["state"], line["difference"]) for line in lines] == [
        ("error", "reference_unreadable"),
        ("no_match", None),
    ]
    assert live.read(batch[0])["status"] == "processing"


def test_a_difference_is_told_again_and_stays_in_the_status(
    batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path
) -> None:
    file = statement(tmp_path, shown(batch[1], 金额="9.99"))
    told = {"difference": "amount_differs", "reference": batch[1]["用途"]}
    assert report(run, file, status=1)["lines"] == [{"line": 2, "state": "error", **told}]
    assert report(run, file, status=1)["lines"] == [{"line": 2, "state": "duplicate", **told}]
    assert json.loads(run("status", "--json").output)["statement_differences"] == [told]


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
        {"line": 2, "state": "error", "difference": difference, "reference": batch[1]["用途"]},
    ]


def test_money_that_left_twice_is_a_difference(
    batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path
) -> None:
    found = report(run, statement(tmp_path, shown(batch[1]), shown(batch[1])), status=1)
    assert [(line["state"], line["difference"]) for line in found["lines"]] == [
        ("valid", None),
        ("error", "paid_twice"),
    ]
    book = json.loads(run("status", "--json").output)
    paid = book["ledger_fen"]["paid"]
    assert book["ledger_fen"] | {"differences": paid, "wallet": -2 * paid} == book["ledger_fen"]
    assert (book["difference_fen"], book["unbalanced"], book["misplaced"]) == (0, [], [])


def test_money_that_came_back_twice_leaves_the_ledger_whole(
    batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path
) -> None:
    back = shown(batch[1], 摘要="退汇")
    report(run, statement(tmp_path, shown(batch[1]), shown(batch[1]), back, back), status=1)
    book = json.loads(run("status", "--json").output)
    assert (book["ledger_fen"]["differences"], book["difference_fen"], book["misplaced"]) == (0, 0, [])


@pytest.mark.parametrize("paid", ["9.99", "0.01"], ids=["more", "less"])
def test_what_was_paid_beside_an_order_is_in_the_ledger(
    batch: tuple[str, dict[str, str], str], run: Run, tmp_path: Path, paid: str
) -> None:
    line = batch[1]
    report(run, statement(tmp_path, shown(line, 金额=paid)), status=1)
    book = json.loads(run("status", "--json").output)
    ordered = book["ledger_fen"]["in_flight"]
    beside = round(float(paid) * 100) - ordered
    assert book["ledger_fen"] | {"differences": beside, "wallet": -ordered - beside} == book["ledger_fen"]
    assert (book["difference_fen"], book["unbalanced"], book["misplaced"]) == (0, [], [])


def test_an_order_paid_with_another_amount_is_not_marked_as_paid(
    batch: tuple[str, dict[str, str], str], live: Caller, run: Run, tmp_path: Path
) -> None:
    verification, line, number = batch
    report(run, statement(tmp_path, shown(line, 金额="9.99")), status=1)
    said = run("mark-paid", number, status=1).output
    assert said.startswith(f"0 sent\n{line['用途']} left out: ")
    assert live.read(verification)["status"] == "processing"


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


def test_what_people_say_against_what_is_known_moves_nothing_and_is_kept(
    batch: tuple[str, dict[str, str], str], run: Run
) -> None:
    reference = batch[1]["用途"]
    run("settle", reference, "--as", "returned")
    assert "it is returned already" in run("settle", reference, "--as", "sent", status=1).output
    found = json.loads(run("status", "--json").output)
    assert (found["stages"], found["contradicted"]) == ({"returned": 1}, [reference])


def test_the_status_names_what_waits_for_people(live: Caller, run: Run, tmp_path: Path) -> None:
    to_amount(live)
    before = json.loads(run("status", "--json").output)
    assert (before["to_export"], before["unpaid_batches"]) == (1, [])
    said = run("export", "--to", str(tmp_path / "batch.csv")).output
    taken_out = json.loads(run("status", "--json").output)
    [batch] = taken_out["unpaid_batches"]
    assert (taken_out["to_export"], batch["orders"]) == (0, 1)
    assert batch["batch"] in said
    assert batch["batch"] in run("status").output
    run("mark-paid", batch["batch"])
    assert json.loads(run("status", "--json").output)["unpaid_batches"] == []


def test_staff_lift_a_block_without_the_number_being_shown(run: Run, services: Services) -> None:
    number = account_of()["account_number"]
    for _ in range(3):
        guesses.count_wrong(number, NOBODY, services)
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
