import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.framing import lp


@given(st.lists(st.binary(max_size=8)), st.lists(st.binary(max_size=8)))
def test_joined_fields_are_equal_only_when_the_fields_are(one: list[bytes], other: list[bytes]) -> None:
    assert (b"".join(map(lp, one)) == b"".join(map(lp, other))) == (one == other)


@given(st.lists(st.binary(max_size=300)))
def test_fields_can_be_told_apart_again(fields: list[bytes]) -> None:
    joined, found = b"".join(map(lp, fields)), []
    while joined:
        end = 2 + int.from_bytes(joined[:2], "big")
        found.append(joined[2:end])
        joined = joined[end:]
    assert found == fields


def test_a_field_too_long_for_its_prefix_is_refused() -> None:
    assert lp(bytes(65_535))[:2] == b"\xff\xff"
    with pytest.raises(OverflowError):
        lp(bytes(65_536))
