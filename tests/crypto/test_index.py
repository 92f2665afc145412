from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import NotIndexable
from crypto.index import BlindIndex, Tag, normalise
from crypto.keyring import Keyring
from tests.crypto.known import VECTORS, known_keyring

INDEX = BlindIndex(known_keyring())

spellings = st.sampled_from(
    ["13800138000", "+86 138-0013-8000", "8613800138000", "13800138001", "+8613800138001", "+12125550100"]
)


@pytest.mark.parametrize("case", VECTORS["tags"], ids=lambda case: case["kind"])
def test_tags_are_frozen(case: dict[str, Any]) -> None:
    value = case.get("value") or bytes.fromhex(case["bytes"])
    key_id = bytes.fromhex(VECTORS["keys"]["index"]["id"])
    expected = Tag(case["kind"], key_id, bytes.fromhex(case["tag"]))
    assert INDEX.tags(case["kind"], value, bytes.fromhex(case["scope"])) == [expected]


@pytest.mark.promise("5.2")
@given(spellings, spellings)
def test_tags_are_equal_exactly_when_normal_forms_are(one: str, other: str) -> None:
    same = normalise("mobile", one) == normalise("mobile", other)
    assert (INDEX.tags("mobile", one) == INDEX.tags("mobile", other)) == same


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_images_have_equal_tags_exactly_when_they_are_equal(one: bytes, other: bytes) -> None:
    assert (INDEX.tags("face_image", one) == INDEX.tags("face_image", other)) == (one == other)


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_values_do_not_correlate_between_scopes(scope: bytes, other: bytes) -> None:
    same = INDEX.tags("mobile", "13800138000", scope) == INDEX.tags("mobile", "13800138000", other)
    assert same == (scope == other)


def test_values_do_not_correlate_between_kinds() -> None:
    digits = "440524188001010014"
    assert INDEX.tags("cn.id_number", digits)[0].tag != INDEX.tags("cn.uscc", digits)[0].tag


def test_after_a_rotation_values_have_a_tag_under_each_key(keyring: Keyring, now: Any) -> None:
    rotated = keyring.with_new_primary("index", now)
    tags = BlindIndex(rotated).tags("mobile", "13800138000")
    assert [tag.key_id for tag in tags] == [rotated.primary("index").id, keyring.primary("index").id]
    assert tags[1:] == BlindIndex(keyring).tags("mobile", "13800138000")


def test_a_retired_key_tags_nothing(keyring: Keyring, now: Any) -> None:
    former = keyring.primary("index")
    rotated = keyring.with_new_primary("index", now)
    retired = Keyring(replace(k, state="retired") if k.id == former.id else k for k in rotated.keys)
    assert [tag.key_id for tag in BlindIndex(retired).tags("mobile", "13800138000")] != [former.id]
    assert len(BlindIndex(retired).tags("mobile", "13800138000")) == 1


def test_a_tag_shows_its_kind_alone() -> None:
    assert repr(INDEX.tags("mobile", "13800138000")) == "[<Tag mobile>]"


def test_a_value_that_is_not_well_formed_has_no_tag() -> None:
    with pytest.raises(NotIndexable):
        INDEX.tags("mobile", "\ud800")
