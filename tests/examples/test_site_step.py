"""The worked example of docs/extend-step.md: its module and its rows make a step of the face method."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from providers.testing.identities import adult
from tests.caller import Caller
from verify.errors import Problem
from verify.flows import step
from verify.flows.case import Ref
from verify.flows.methods import METHODS, STEPS, Step
from verify.flows.sealing import open_steps
from verify.flows.steps import PREPARE
from verify.models import Verification
from verify.services import Services

PAGE = Path(__file__).parent.parent.parent / "docs" / "extend-step.md"
MODULE, ROWS = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def in_tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for table in (STEPS, METHODS, PREPARE):
        for key, value in dict(table).items():
            monkeypatch.setitem(table, key, value)  # type: ignore[arg-type]
    known: dict[str, Any] = {"STEPS": STEPS, "METHODS": METHODS, "PREPARE": PREPARE, "Step": Step}
    exec(compile(MODULE, "site.py", "exec"), known)  # noqa: S102 - our own page
    exec(compile(ROWS, "rows", "exec"), known)  # noqa: S102 - as above
    yield
    for table in (STEPS, PREPARE):
        del table["site"]  # type: ignore[attr-defined]


def ref_of(services: Services, verification: str) -> Ref:
    with services.read() as session:
        row = session.get_one(Verification, UUID(verification.removeprefix("ver_")))
        return Ref(row.id, row.application_id, row.livemode)


@pytest.mark.usefixtures("in_tables")
def test_the_step_comes_in_its_place_and_is_sealed(server: Caller, services: Services) -> None:
    made = server.create()["id"]
    assert server.consent(made)["next_step"] == "site"
    ref = ref_of(services, made)
    step.run(ref, "site", {"website": "www.example.com"}, services)
    assert server.read(made)["next_step"] == "identity"
    with services.read() as session:
        keys = services.vault.keys(ref.verification_id)
        assert open_steps(session, keys, ref.verification_id, ["site"])["website"] == "www.example.com"
    who = adult(1)
    assert server.step(made, "identity", {"name": who.name, "id_number": who.id_number})["next_step"] == "face"


@pytest.mark.usefixtures("in_tables")
def test_what_is_not_valid_is_refused_and_keeps_nothing(server: Caller, services: Services) -> None:
    made = server.create()["id"]
    server.consent(made)
    with pytest.raises(Problem) as refused:
        step.run(ref_of(services, made), "site", {"website": "not a site"}, services)
    assert [(error.field, error.code) for error in refused.value.errors] == [("website", "website_format")]
    assert server.read(made)["next_step"] == "site"
