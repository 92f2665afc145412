"""Rewriting what was deleted from: until no dead row had to be kept for an older reader."""

import pytest

from verify.flows.disposal import dead_rows


@pytest.mark.parametrize(
    ("detail", "rows"),
    [
        ("3 dead row versions cannot be removed yet.\nCPU: user: 0.01 s", 3),
        ("0 dead row versions cannot be removed yet.\nCPU: user: 0.01 s", 0),
        ("还不能移除 12 个死行版本.\nCPU: 用户: 0.01 s", 12),
        (None, 0),
        ("", 0),
    ],
)
def test_the_rows_kept_are_read_in_whatever_language_the_server_speaks(detail: str | None, rows: int) -> None:
    assert dead_rows(detail) == rows
