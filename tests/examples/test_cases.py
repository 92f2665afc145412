"""Ruixin against the cases that every adapter passes."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import requests
import responses

from providers.base import Capability, Provider, Request
from providers.testing.conformance import ProviderConformance, Situation
from providers.testing.examples import request_for
from tests.examples.ruixin import Ruixin


def verdict(code: str) -> dict[str, Any]:
    return {"body": json.dumps({"verdict": code})}


ANSWERS: dict[Situation, dict[str, Any]] = {
    Situation.MATCH: verdict("same"),
    Situation.MISMATCH: verdict("different"),
    Situation.NO_RECORD: verdict("unknown"),
    Situation.UNLISTED: verdict("nobody_has_heard_of"),
    Situation.OUTAGE: {"body": requests.ConnectTimeout()},
    Situation.TIMEOUT: {"body": requests.ReadTimeout()},
    Situation.NONSENSE: {"body": "<html>"},
    Situation.THROTTLED: verdict("slow_down"),
    Situation.BAD_CREDENTIALS: verdict("bad_key"),
}


class TestRuixin(ProviderConformance):
    situations: ClassVar[dict[Capability, list[Situation]]] = {Capability.IDENTITY: list(ANSWERS)}

    @pytest.fixture
    def provider(self, realname_responses: Any) -> Iterator[Provider]:
        self.mock = realname_responses
        provider = Ruixin("a-key-of-nobody")
        yield provider
        provider.close()

    def arrange(self, capability: Capability, situation: Situation) -> Request:
        self.mock.add(responses.POST, "https://api.ruixin.example/", **ANSWERS[situation])
        return request_for(capability)
