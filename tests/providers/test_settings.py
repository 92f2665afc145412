import copy
import pickle
from collections.abc import Callable

import pytest

from providers.base import Misconfigured
from providers.settings import Secret, secret


def test_a_secret_shows_its_type_only() -> None:
    assert repr(Secret("hunter2")) == str(Secret("hunter2")) == "Secret"


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_never_pickled_or_copied(copied: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError):
        copied(Secret("hunter2"))


def test_a_secret_is_given_or_stands_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_KEY", "hunter2")
    assert secret("tests", "key", "hunter2", None).value == "hunter2"
    assert secret("tests", "key", None, "OUR_KEY").value == "hunter2"


@pytest.mark.parametrize("value", ["", " ", "a b", "a\n", "键", "x" * 257])
def test_what_cannot_be_a_key_is_refused_without_being_quoted(value: str) -> None:
    with pytest.raises(Misconfigured, match=r"^provider tests: key (is missing|holds characters)"):
        secret("tests", "key", value, None)
