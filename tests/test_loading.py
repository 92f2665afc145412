"""Routes of the settings file: every name in them is known, or nothing starts."""

from pathlib import Path
from typing import Any

import pytest

from verify.config import ConfigurationError, Settings
from verify.loading import load_providers

TENCENT = {"secret_id": "AKIDEXAMPLE", "secret_key": "EXAMPLE-secret-key-of-nobody"}


def loaded(folder: Path, routes: Any) -> None:
    settings = Settings(instance=folder, providers={"tencent": TENCENT, "routes": routes})
    for provider in load_providers(settings, lambda _: {}).values():
        provider.close()


@pytest.mark.parametrize(
    ("routes", "told"),
    [
        ({"bankcard": []}, r"providers\.routes: has no setting bankcard; known are bank_card, .*transfer"),
        (
            {"bank_card": [{"provider": "tencent", "wieght": 0}]},
            r"providers\.routes\.bank_card: has no setting wieght; known are provider, weight",
        ),
        (
            {"bank_card": [{"provider": "tencnt"}]},
            r"bank_card: no provider tencnt with this capability is configured; known are sandbox, tencent",
        ),
        ({"transfer": [{"provider": "tencent"}]}, r"transfer: no provider tencent with this capability"),
        ({"bank_card": [{"weight": 1}]}, "each entry names its provider"),
        ({"bank_card": [{"provider": "tencent", "weight": "1"}]}, "the weight of tencent must be a whole number"),
        ({"bank_card": [{"provider": "tencent", "weight": -1}]}, "the weight of tencent must be a whole number"),
        ({"bank_card": [{"provider": "tencent", "weight": True}]}, "the weight of tencent must be a whole number"),
        ({"bank_card": {"provider": "tencent"}}, "must be a list"),
        ({"bank_card": ["tencent"]}, r"providers\.routes\.bank_card: must be a table"),
        ([], r"providers\.routes: must be a table"),
    ],
)
def test_a_route_that_leads_nowhere_is_refused_by_name(tmp_path: Path, routes: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        loaded(tmp_path, routes)


def test_routes_of_known_names_are_taken(tmp_path: Path) -> None:
    loaded(tmp_path, {"bank_card": [{"provider": "tencent", "weight": 0}], "identity": [{"provider": "tencent"}]})
