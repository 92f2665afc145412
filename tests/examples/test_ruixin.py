"""The worked example of docs/extend-provider.md: what stands there is what works."""

import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from providers import registry
from providers.base import Misconfigured
from tests.examples.ruixin import Ruixin

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "extend-provider.md"


def test_the_page_shows_the_adapter_and_the_cases_that_are_tested() -> None:
    shown = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    adapter, cases = ((HERE / name).read_text("utf-8") for name in ("ruixin.py", "test_cases.py"))
    here = "from tests.examples.ruixin import Ruixin\n"
    there = cases.replace(here, "").replace("import responses\n", "import responses\nfrom ruixin import Ruixin\n", 1)
    assert shown == [adapter, there]


def test_a_package_of_its_own_makes_it_known(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [EntryPoint(name, "tests.examples.ruixin:Ruixin", registry.GROUP) for name in ("ruixin", "another")]
    monkeypatch.setattr(registry, "entry_points", lambda group: entries if group == registry.GROUP else [])
    provider = registry.load("ruixin", {"key": "a-key-of-nobody"})
    assert isinstance(provider, Ruixin)
    assert registry.secrets_of("ruixin") == ("key",)
    provider.close()
    with pytest.raises(Misconfigured, match="calls itself otherwise"):
        registry.load("another", {"key": "a-key-of-nobody"})
    with pytest.raises(Misconfigured, match="known are"):
        registry.load("nobody", {})
