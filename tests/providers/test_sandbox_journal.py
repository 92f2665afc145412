import multiprocessing
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers.base import Capability, Result, Unavailable, Unknown
from providers.sandbox import Sandbox
from providers.sandbox_journal import FileJournal, Journal, MemoryJournal
from providers.testing.examples import FACE, request_for
from providers.testing.identities import adult, card, mobile

NOON = datetime(2026, 8, 24, 12, tzinfo=UTC)


class Clock:
    """Stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Journal:
    return MemoryJournal(clock) if request.param == "memory" else FileJournal(tmp_path / "journal.db", clock)


def test_it_remembers_by_reference(journal: Journal) -> None:
    journal.write("r-1", Result.MATCH, None)
    journal.write("r-2", Result.MISMATCH, "face_mismatch")
    assert journal.read("r-1") == (Result.MATCH, None)
    assert journal.read("r-2") == (Result.MISMATCH, "face_mismatch")


def test_an_unknown_reference_is_nothing(journal: Journal) -> None:
    assert journal.read("r-1") is None


def test_the_last_word_counts(journal: Journal) -> None:
    journal.write("r-1", Result.MATCH, None)
    journal.write("r-1", Result.NOT_FOUND, "no_record")
    assert journal.read("r-1") == (Result.NOT_FOUND, "no_record")


def test_after_seven_days_a_reference_is_forgotten(journal: Journal, clock: Clock) -> None:
    journal.write("old", Result.MATCH, None)
    clock.now += timedelta(days=7, seconds=1)
    journal.write("new", Result.MATCH, None)
    assert journal.read("old") is None
    assert journal.read("new") is not None


def test_until_seven_days_a_reference_is_kept(journal: Journal, clock: Clock) -> None:
    journal.write("old", Result.MATCH, None)
    clock.now += timedelta(days=7)
    journal.write("new", Result.MATCH, None)
    assert journal.read("old") is not None


def test_another_instance_on_the_file_reads_back(tmp_path: Path) -> None:
    web, worker = Sandbox(tmp_path / "sandbox.db"), Sandbox(tmp_path / "sandbox.db")
    with pytest.raises(Unknown):
        web.call(request_for(Capability.FACE, "超时"), "r-1")
    assert worker.read_back(Capability.FACE, "r-1").result is Result.MATCH
    web.close()
    worker.close()


def _write(path: Path, process: int) -> None:
    journal = FileJournal(path, lambda: NOON)
    for n in range(20):
        journal.write(f"r-{process}-{n}", Result.MATCH, None)
    journal.close()


def test_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    writers = [multiprocessing.get_context("spawn").Process(target=_write, args=(path, n)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM journal").fetchone() == (60,)
    connection.close()


def test_a_forked_process_opens_the_file_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = FileJournal(tmp_path / "journal.db", lambda: NOON)
    journal.write("parent", Result.MATCH, None)
    with monkeypatch.context() as forked:
        forked.setattr("os.getpid", lambda: -1)
        journal.write("child", Result.MATCH, None)
        journal.close()
    assert journal.read("child") == (Result.MATCH, None)  # the parent's connection is still open
    journal.close()


def test_nothing_is_opened_before_the_first_use(tmp_path: Path) -> None:
    Sandbox(tmp_path / "sandbox.db").close()
    assert list(tmp_path.iterdir()) == []


def test_a_closed_journal_opens_again(journal: Journal) -> None:
    journal.close()
    journal.write("r-1", Result.MATCH, None)
    assert journal.read("r-1") == (Result.MATCH, None)
    journal.close()


@pytest.mark.parametrize(
    "use", [lambda j: j.write("r-1", Result.MATCH, None), lambda j: j.read("r-1")], ids=["write", "read"]
)
def test_a_journal_that_cannot_be_opened_is_an_outage(tmp_path: Path, use: Callable[[Journal], object]) -> None:
    with pytest.raises(Unavailable):
        use(FileJournal(tmp_path / "no" / "folder" / "journal.db", lambda: NOON))


def test_a_file_that_is_no_journal_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"something else" * 100)
    with pytest.raises(Unavailable):
        FileJournal(tmp_path / "journal.db", lambda: NOON).read("r-1")


def test_no_personal_data_reaches_the_file(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "sandbox.db")
    for capability in sandbox.capabilities:
        sandbox.call(request_for(capability), capability.value)
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    sandbox.close()
    personal = [adult(1).name, adult(1).id_number, card(1), mobile(1), "918273"]
    assert b"identity" in stored
    assert [value for value in personal if value.encode() in stored] == []
    assert FACE[6:30] not in stored
