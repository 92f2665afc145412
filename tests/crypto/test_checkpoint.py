from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crypto import checkpoint
from crypto.checkpoint import Checkpoint, Lost, Restore
from crypto.notes import BadNote, Signer

SIGNER = Signer("realname-audit-00000000", bytes(range(32)))
AT = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)

PLAIN = Checkpoint(
    number=18,
    events=2,
    root=bytes(32),
    previous=bytes([1]) * 32,
    first=AT - timedelta(minutes=1),
    through=AT,
    time=AT,
    verifier=SIGNER.verifier,
)
RESTORE = Restore(AT - timedelta(hours=9), "Li 李", (Lost(18, 25, 1234, bytes([2]) * 32), Lost(20, 20, 0, bytes(32))))
TOLD = replace(PLAIN, events=0, restore=RESTORE)

#: frozen: notes outlive code
WRITTEN = {
    "plain": (
        PLAIN,
        (
            "realname-audit/1\n"
            "number 18\n"
            "events 2\n"
            "root AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
            "previous AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
            "first 2026-12-01T03:59:00.000000Z\n"
            "through 2026-12-01T04:00:00.000000Z\n"
            "time 2026-12-01T04:00:00.000000Z\n"
            f"key {SIGNER.verifier}\n"
        ),
    ),
    "restore": (
        TOLD,
        (
            "realname-restore/1\n"
            "number 18\n"
            "events 0\n"
            "root AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
            "previous AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
            "first 2026-12-01T03:59:00.000000Z\n"
            "through 2026-12-01T04:00:00.000000Z\n"
            "time 2026-12-01T04:00:00.000000Z\n"
            f"key {SIGNER.verifier}\n"
            "backup 2026-11-30T19:00:00.000000Z\n"
            "by Li 李\n"
            "lost 18 25 1234 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n"
            "lost 20 20 0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        ),
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_texts_of_checkpoints_are_frozen(name: str) -> None:
    found, text = WRITTEN[name]
    assert found.text == text
    assert checkpoint.read(SIGNER.sign(text)) == found


@pytest.mark.parametrize(
    ("was", "is_"),
    [
        ("realname-restore/1", "realname-audit/1"),
        ("realname-restore/1", "realname-restore/2"),
        ("by Li 李\n", ""),
        ("by Li 李\n", "by \n"),
        ("backup 2026", "backup 1"),
        ("lost 18 25 1234", "lost 18 25"),
        ("lost 18 25 1234", "lost 018 25 1234"),
    ],
)
def test_a_restore_that_is_told_otherwise_is_no_checkpoint(was: str, is_: str) -> None:
    assert was in TOLD.text
    with pytest.raises(BadNote):
        checkpoint.read(SIGNER.sign(TOLD.text.replace(was, is_, 1)))


@pytest.mark.parametrize("name", ["", " Li", "Li\nlost 1 2 3", "Li\t"])
def test_who_tells_of_a_restore_is_one_line_of_text(name: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        Restore(AT, name)
