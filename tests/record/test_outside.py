"""The copy of the checkpoints outside the database: a main store that went back shows by it, to both verifiers."""

import json
from pathlib import Path

import pytest

from crypto import checkpoint
from tests.caller import Caller
from tests.conftest import Clock
from tests.restoring import Life, copy_of, put_back
from tests.verifiers import ours, theirs
from verify.config import Settings
from verify.jobs import checkpoints
from verify.record import outside
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


@pytest.fixture
def settings(tmp_path: Path, database: str, file: Path) -> Settings:
    return Settings(instance=tmp_path, database_url=database, request_rate="100000 per second", audit_file=file)


@pytest.fixture
def life(services: Services, server: Caller, clock: Clock) -> Life:
    return Life(services, server, clock)


def digests(file: Path, number: int) -> list[str]:
    return [str(note).split(" ")[0] for note in outside.read(file) if note.number == number]


@pytest.mark.parametrize("since", [1, 2, 5], ids="{} checkpoints since".format)
def test_a_store_that_went_back_is_a_fork_however_many_checkpoints_came_since(
    services: Services, life: Life, file: Path, since: int
) -> None:
    life.goes_on(2)
    backup = copy_of(services)
    life.goes_on(2)
    assert (ours(services, file), theirs(services, file)) == (None, None)
    put_back(services, backup)
    life.goes_on(since)
    for verdict in (ours(services, file), theirs(services, file)):
        assert verdict is not None
        assert verdict.startswith("checkpoint 3: a fork: ")
        assert len(digests(file, 3)) == 2
        assert [digest in verdict for digest in digests(file, 3)] == [True, True]
        assert verdict.split("the record holds ")[1].startswith(digests(file, 3)[1])


def test_a_store_that_went_back_and_did_not_go_on_misses_what_stands_outside(
    services: Services, life: Life, file: Path
) -> None:
    life.goes_on(2)
    backup = copy_of(services)
    life.goes_on(1)
    put_back(services, backup)
    life.clock.turn(minutes=1)
    for verdict in (ours(services, file), theirs(services, file)):
        assert verdict is not None
        assert verdict.startswith("checkpoint 3: missing, though it was written outside the database: ")
        assert digests(file, 3)[0] in verdict


def test_a_fork_shows_before_the_new_branch_is_written_outside(services: Services, life: Life, file: Path) -> None:
    life.goes_on(1)
    backup = copy_of(services)
    life.goes_on(1)
    put_back(services, backup)
    life.server.create(account_ref="acct-other")
    checkpoints.make(services)
    for verdict in (ours(services, file), theirs(services, file)):
        assert verdict is not None
        assert verdict.startswith("checkpoint 2: a fork: outside stands ")


def test_a_checkpoint_that_was_written_twice_is_no_fork(services: Services, life: Life, file: Path) -> None:
    life.goes_on(2)
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines, *lines, lines[0][:40]]), "utf-8")
    assert [checkpoint.read(json.loads(line)).number for line in lines] == [1, 2]
    assert (ours(services, file), theirs(services, file)) == (None, None)


@pytest.mark.parametrize("line", ["", "{}", '"realname-audit/1"', "7"])
def test_a_line_outside_that_is_no_checkpoint_is_named(services: Services, life: Life, file: Path, line: str) -> None:
    life.goes_on(1)
    with file.open("a", encoding="utf-8") as out:
        out.write(f"{line}\n")
    with pytest.raises(outside.Unreadable, match="line 2 is no checkpoint"):
        ours(services, file)
    assert str(theirs(services, file)).endswith("line 2 is no checkpoint")
