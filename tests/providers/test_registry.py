import sys
from types import ModuleType
from typing import Any

import pytest

from providers import registry
from providers.base import Misconfigured, Recipient
from providers.registry import load
from providers.sandbox import Sandbox


class Abroad(Sandbox):
    """A provider that processes somewhere and may be live."""

    closed = False

    def __init__(self, region: str, *, test_only: bool) -> None:
        super().__init__()
        self.recipient = Recipient(name={}, contact="", region=region)
        self.test_only = test_only

    def close(self) -> None:
        type(self).closed = True


class Strict(Sandbox):
    def __init__(self, secret_id: str, secret_key: str) -> None:
        super().__init__()
        del secret_id, secret_key


@pytest.fixture(autouse=True)
def adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("an_adapter")
    module.Abroad, module.Strict = Abroad, Strict  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "an_adapter", module)
    monkeypatch.setattr(Abroad, "closed", False)
    added = {"abroad": "an_adapter:Abroad", "strict": "an_adapter:Strict", "absent": "not_installed:Absent"}
    monkeypatch.setattr(registry, "ADAPTERS", {**registry.ADAPTERS, **added})


def test_the_sandbox_is_loaded_by_its_name() -> None:
    provider = load("sandbox", {"latency": 0.0})
    assert isinstance(provider, Sandbox)
    assert provider.name == "sandbox"


@pytest.mark.parametrize("name", sorted(registry.ADAPTERS))
def test_an_adapter_bears_the_name_it_is_loaded_by(name: str) -> None:
    assert registry._adapter(name).name == name


def test_a_module_is_imported_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "providers.sandbox", None)  # an import of it would raise
    assert isinstance(load("strict", {"secret_id": "a", "secret_key": "b"}), Strict)


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(Misconfigured, match=r"provider nobody: .*sandbox"):
        load("nobody", {})


@pytest.mark.parametrize("options", [{"secret_id": "hunter2"}, {"secret_id": "hunter2", "secrte_key": "hunter2"}])
def test_wrong_options_are_told_without_their_values(options: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match="provider strict: ") as raised:
        load("strict", options)
    assert "hunter2" not in str(raised.value)


def test_a_misspelt_setting_is_told_with_the_known_ones() -> None:
    with pytest.raises(Misconfigured, match=r"provider tencent: there is no setting regoin; known are .*\bregion\b"):
        load("tencent", {"regoin": "ap-beijing"})


def test_what_only_tests_construct_with_is_no_setting() -> None:
    with pytest.raises(Misconfigured, match=r"there is no setting clock; known are (?!.*\bclock\b)"):
        load("tencent", {"clock": "noon"})


@pytest.mark.promise("5.4")
@pytest.mark.parametrize(
    ("region", "test_only"), [("us", False), ("hk", False), ("", False), ("none", False), ("us", True)]
)
def test_a_recipient_outside_the_mainland_is_refused_and_closed(region: str, *, test_only: bool) -> None:
    with pytest.raises(Misconfigured, match=r"provider abroad: .*region"):
        load("abroad", {"region": region, "test_only": test_only})
    assert Abroad.closed


@pytest.mark.parametrize(("region", "test_only"), [("cn", False), ("cn", True), ("none", True)])
def test_a_recipient_in_the_mainland_or_nowhere_is_loaded(region: str, *, test_only: bool) -> None:
    assert load("abroad", {"region": region, "test_only": test_only}).recipient.region == region
