"""What played vendors read of papers, and how a script sets it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import requests

from providers.base import Capability, IdCardReading, Provider, Result, Side
from providers.registry import load
from providers.testing.examples import request_for
from providers.testing.identities import adult
from providers.testing.server import SandboxServer

VENDORS = ("tencent", "alibaba")


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture(params=VENDORS)
def vendor(server: SandboxServer, request: pytest.FixtureRequest) -> Iterator[Provider]:
    provider = load(request.param, server.settings(request.param))
    yield provider
    provider.close()


def side(which: Side) -> IdCardReading:
    found = request_for(Capability.ID_CARD)
    assert isinstance(found, IdCardReading)
    return replace(found, side=which)


def read(vendor: Provider, which: Side) -> Any:
    found = vendor.call(side(which), "ours-1")
    assert found.result is Result.MATCH
    return found.reading


def papers(server: SandboxServer, **told: Any) -> requests.Response:
    return requests.post(f"{server.endpoint}/_sandbox/papers", json=told, timeout=5)


def test_each_side_is_read_as_what_it_is(vendor: Provider) -> None:
    front, back = read(vendor, Side.FRONT), read(vendor, Side.BACK)
    assert (front.name, front.id_number) == (adult(1).name, adult(1).id_number)
    assert (back.valid_from, back.valid_until) == (date(2018, 8, 12), date(2038, 8, 12))


def test_a_script_says_who_and_what_is_printed(server: SandboxServer, vendor: Provider) -> None:
    who = adult(7)
    told = papers(server, name=who.name, id_number=who.id_number, valid="2019.01.02-长期", enterprise_name="示例公司")
    assert told.json()["id_number"] == who.id_number
    assert read(vendor, Side.FRONT).name == who.name
    assert (read(vendor, Side.BACK).valid_from, read(vendor, Side.BACK).valid_until) == (date(2019, 1, 2), None)
    found = vendor.call(request_for(Capability.LICENSE), "ours-2").license
    assert found is not None
    assert found.enterprise_name == "示例公司"


def test_what_stands_on_no_paper_is_refused(server: SandboxServer) -> None:
    assert "there is no nmae; known are name" in papers(server, nmae="x").json()["detail"]
    assert "name must be given as texts" in papers(server, name=1).json()["detail"]
