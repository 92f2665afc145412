"""Papers of an enterprise: what is refused, what is kept and for how long, and the authorization letter."""

from typing import Any

import pytest

from providers.base import LicenseReading, Outcome, Request
from providers.sandbox import Sandbox
from tests import papers
from tests.caller import Caller
from tests.conftest import Clock
from tests.enterprises import (
    authorized,
    begin,
    documents_of,
    enterprise_of,
    give,
    read_license,
    to_representative,
    verified_person,
)
from verify.blobs import BlobUnavailable
from verify.file_messages import FILE_MESSAGES
from verify.jobs import documents
from verify.services import Services


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


def test_a_pdf_is_read_from_its_first_page(server: Caller, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    call = sandbox.call

    def watched(request: Request, reference: str) -> Outcome:
        if isinstance(request, LicenseReading):
            asked.append(request.image.data)
        return call(request, reference)

    monkeypatch.setattr(sandbox, "call", watched)
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of())
    assert give(server, made, "license", papers.pdf(2))["next_step"] == "representative"
    assert [page[:3] for page in asked] == [b"\xff\xd8\xff"]


@pytest.mark.parametrize(
    ("paper", "reason"),
    [
        (papers.with_script(), "active_content"),
        (papers.encrypted(), "encrypted"),
        (papers.scan() + papers.EMPTY_ZIP, "more_than_one_format"),
        (papers.huge_png(), "too_large"),
        (papers.with_bomb(500_000_000), "too_large"),
    ],
    ids=["script", "encrypted", "polyglot", "50,000 pixels", "bomb"],
)
def test_a_hostile_file_is_refused_and_nothing_is_kept(
    server: Caller, services: Services, paper: bytes, reason: str
) -> None:
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of())
    refused = give(server, made, "license", paper, status=422, **{"Accept-Language": "zh-CN"})
    assert (refused["code"], refused["reason"]) == ("unsupported_file", reason)
    words = FILE_MESSAGES[reason]
    assert refused["detail"] == words.en
    assert refused["errors"] == [{"field": "file", "code": reason, "message": words.zh}]
    assert documents_of(services) == []
    assert server.read(made)["next_step"] == "license"


def test_a_paper_that_no_step_waits_for_is_not_looked_at(server: Caller, services: Services) -> None:
    verified_person(server)
    made = begin(server)
    assert give(server, made, "license", papers.scan(), status=409)["code"] == "step_not_expected"
    assert documents_of(services) == []


def test_a_repeated_upload_is_answered_and_kept_once(server: Caller, services: Services) -> None:
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of())
    once = {"Idempotency-Key": "licence-1"}
    first = give(server, made, "license", papers.scan(), **once)
    again = give(server, made, "license", papers.scan(), **once)
    assert first["next_step"] == again["next_step"] == "representative"
    assert len(documents_of(services)) == 1


def test_a_new_licence_takes_the_place_of_the_old(server: Caller, services: Services) -> None:
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of(1, "执照过期有限公司"))
    read_license(server, made)
    read_license(server, made)
    assert documents.purge(services) == 1
    assert [document.purged_at is not None for document in documents_of(services)] == [True, False]


def test_what_a_crash_leaves_is_swept(
    server: Caller, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified_person(server)
    made = begin(server)
    server.step(made, "enterprise", enterprise_of())

    def cut(*_: Any) -> None:
        raise BlobUnavailable("Timeout")

    with monkeypatch.context() as patch:
        patch.setattr(services.blobs, "put", cut)
        assert give(server, made, "license", papers.scan(), status=503)["code"] == "storage_unavailable"
    [left] = documents_of(services)
    assert documents.purge(services) == 0
    clock.turn(hours=2)
    assert documents.purge(services) == 1
    assert documents_of(services)[0].purged_at is not None
    assert not services.vault.keys(left.id).has("document")
    assert read_license(server, made)["next_step"] == "representative"


@pytest.mark.parametrize(
    ("valid_until", "code"), [("2026-11-30", "letter_over"), ("2040-01-01", "letter_too_long"), ("soon", "wrong_type")]
)
def test_a_letter_runs_for_some_time_from_now(server: Caller, services: Services, valid_until: str, code: str) -> None:
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    path = f"authorization_letter?valid_until={valid_until}"
    refused = give(server, made, path, papers.pdf(), status=422)
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [("valid_until", code)]
    assert code == "wrong_type" or refused["detail"] == "valid_until: 2026-12-01 to 2036-12-01."
    assert [document.step for document in documents_of(services)] == ["license"]


def test_there_is_no_letter_before_an_authorized_person(server: Caller) -> None:
    made = to_representative(server, "authorized_person")
    assert server.get(f"/v1/verifications/{made}/authorization_letter_template").status_code == 409


def test_there_is_no_letter_of_somebody_erased(server: Caller) -> None:
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    assert server.send("DELETE", "/v1/accounts/acct-1001").status_code in {200, 202}
    assert server.get(f"/v1/verifications/{made}/authorization_letter_template").status_code == 409
