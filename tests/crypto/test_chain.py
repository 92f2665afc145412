from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.chain import event_hash
from tests.crypto.known import VECTORS

CASE = UUID("01900000-0000-7000-8000-000000000001")

entries = st.tuples(
    st.none() | st.binary(min_size=32, max_size=32), st.integers(0, 3), st.sampled_from([CASE]), st.binary(max_size=3)
)


@pytest.mark.parametrize("case", VECTORS["events"], ids=lambda case: str(case["seq"]))
def test_hashes_of_events_are_frozen(case: dict[str, Any]) -> None:
    previous = bytes.fromhex(case["previous"]) if case["previous"] else None
    found = event_hash(previous, case["seq"], UUID(case["verification_id"]), case["payload"].encode())
    assert found.hex() == case["hash"]


def test_the_first_entry_chains_to_zeros() -> None:
    assert event_hash(None, 1, CASE, b"{}") == event_hash(bytes(32), 1, CASE, b"{}")


@given(entries, entries)
def test_entries_that_differ_have_hashes_that_differ(one: Any, other: Any) -> None:
    def meant(entry: Any) -> Any:
        return (entry[0] or bytes(32), *entry[1:])

    assert (event_hash(*one) == event_hash(*other)) == (meant(one) == meant(other))


@pytest.mark.parametrize("previous", [b"", bytes(31), bytes(33)])
def test_a_previous_hash_of_another_size_is_refused(previous: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        event_hash(previous, 1, CASE, b"{}")
