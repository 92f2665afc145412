"""The evidence pack: whole, the same each time, checkable without us, and with nothing of any user in it."""

import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from flask import Flask

from crypto.notes import Signer
from providers.testing.identities import card
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import make_application
from verify.flows.registers import authorities
from verify.flows.registers.authorities import Answer, Paper
from verify.jobs import checkpoints
from verify.models import Account, Verification
from verify.record import evidence, pack
from verify.record.parts import PARTS, Span
from verify.services import Services

REF, MAIL, MOBILE = "acct-77001", "someone@example.com", "13800007351"


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


def span(services: Services) -> Span:
    now = services.clock()
    return Span(now - timedelta(days=30), now + timedelta(days=1))


def written(services: Services, wanted: Span | None = None) -> bytes:
    out = io.BytesIO()
    evidence.write(out, wanted or span(services), services)
    return out.getvalue()


@pytest.fixture
def lived(server: Caller, services: Services) -> None:
    """One person verified by face, another by card, one erased, an authority asked."""
    made = server.create(account_ref=REF, contact={"email": MAIL, "mobile": MOBILE})["id"]
    server.consent(made)
    server.step(made, "identity", person())
    server.step(made, "face", PORTRAIT)
    other = server.create("bank_card", account_ref="acct-2")["id"]
    server.consent(other)
    server.step(other, "bank_card", {**person(), "card_number": card(5), "mobile": MOBILE})
    assert server.send("DELETE", "/v1/accounts/acct-2").status_code == 200
    with services.read() as session:
        account = session.query(Account).first()
        assert account is not None
    paper = Paper("某市公安局", "subpoena", "12", "刑事诉讼法 54")
    authorities.enter(account.id, paper, Answer("Li", "Wang", kinds=["name"]), services)
    checkpoints.make(services)


@pytest.mark.promise("5.2", "5.4")
@pytest.mark.usefixtures("lived")
def test_nothing_of_a_user_is_in_the_pack(services: Services) -> None:
    with zipfile.ZipFile(io.BytesIO(written(services))) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    who = person()
    planted = [who["name"], who["id_number"], card(5), MAIL, MOBILE, REF]
    shown = [json.dumps(text).strip('"') for text in planted]
    assert [text for text in (*planted, *shown) if text.encode() in everything] == []


@pytest.mark.usefixtures("lived")
def test_every_part_is_there_and_says_something(services: Services) -> None:
    with zipfile.ZipFile(io.BytesIO(written(services))) as archive:
        sizes = {name: archive.getinfo(name).file_size for name in archive.namelist()}
        manifest = json.loads(archive.read("MANIFEST.json"))
    assert set(PARTS) <= set(sizes)
    empty = {name for name in PARTS if not sizes[name]}
    assert empty == {
        "registers/assessments.jsonl",
        "registers/holds.jsonl",
        "registers/incidents.jsonl",
        "rights_requests.jsonl",
        "access/log.jsonl",
        "access/staff.jsonl",
        "erasures/disposals.jsonl",
    }
    assert manifest["last_checkpoint"] == 1
    assert set(manifest["files"]) | {"MANIFEST.json", "SHA256SUMS", "SHA256SUMS.sig", "public-key.pem"} == set(sizes)


@pytest.fixture
def archive(lived: None, services: Services) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(io.BytesIO(written(services))) as found:
        yield found


def lines_of(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(name).decode().splitlines()]


@pytest.mark.promise("2.3")
def test_each_consent_names_a_notice_that_is_there_as_it_was_rendered(archive: zipfile.ZipFile, server: Caller) -> None:
    consents = lines_of(archive, "consents/consents.jsonl")
    assert consents
    for consent in consents:
        text = archive.read(f"consents/notices/{consent['notice_id']}.json")
        assert consent["notice_id"] == f"ntc_{hashlib.sha256(text).hexdigest()}"
        shown = json.loads(text)
        for locale in ("zh-CN", "en"):
            assert consent["item"] in {item["id"] for item in shown["locales"][locale]["items"]}
            assert "Sign-up" in shown["locales"][locale]["text"]


def test_a_kept_notice_is_what_the_api_shows(archive: zipfile.ZipFile, server: Caller) -> None:
    made = server.create(account_ref="acct-3", contact={"email": MAIL, "mobile": MOBILE})["id"]
    for locale in ("zh-CN", "en"):
        shown = server.get(f"/v1/verifications/{made}/consent_notice?locale={locale}").json
        kept = json.loads(archive.read(f"consents/notices/{shown['notice_id']}.json"))
        assert kept["locales"][locale] == {"text": shown["text"], "items": shown["items"]}
        assert kept["policy_version"] == shown["policy_version"]


def test_the_index_of_policies_fits_their_files(archive: zipfile.ZipFile, server: Caller) -> None:
    published = {policy["version"]: policy["digest"] for policy in server.get("/v1/policies").json["data"]}
    for policy in json.loads(archive.read("policies/index.json")):
        texts = {name: archive.read(f"policies/{policy['version']}/{name}") for name in policy["sha256"]}
        assert {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()} == policy["sha256"]
        both = texts["zh-CN.md"] + bytes(1) + texts["en.md"]
        assert hashlib.sha256(both).hexdigest() == policy["digest"]
        assert published.get(policy["version"], policy["digest"]) == policy["digest"]


@pytest.mark.parametrize("name", ["consents/consents.jsonl", "disclosures.jsonl"])
def test_consents_and_disclosures_name_the_account(archive: zipfile.ZipFile, services: Services, name: str) -> None:
    with services.read() as session:
        owners = {str(row.id): row for row in session.query(Verification)}
    for line in lines_of(archive, name):
        owner = owners[line["verification_id"]]
        assert (line["account_id"], line["application_id"]) == (str(owner.account_id), str(owner.application_id))


@pytest.mark.usefixtures("lived")
def test_the_same_days_make_the_same_bytes(services: Services) -> None:
    assert written(services) == written(services)


@pytest.mark.usefixtures("lived")
def test_one_application_is_shown_without_the_others(app: Flask, services: Services, server: Caller) -> None:
    other = Caller(app, make_application(app, "Other", "https://other.example").test)
    made = other.create()["id"]
    other.consent(made)
    now = services.clock()
    with services.read() as session:
        theirs = session.query(Account).filter_by(account_ref="acct-1001").one().application_id
    wanted = Span(now - timedelta(days=1), now + timedelta(days=1), theirs)
    with zipfile.ZipFile(io.BytesIO(written(services, wanted))) as archive:
        lines = archive.read("consents/consents.jsonl").decode().splitlines()
    assert {f"ver_{json.loads(line)['verification_id']}" for line in lines} == {made}


@pytest.mark.usefixtures("lived")
def test_it_is_checked_with_a_few_lines_that_are_not_ours(services: Services, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(written(services))) as archive:
        archive.extractall(tmp_path / "pack")
    folder = tmp_path / "pack"
    sums = (folder / "SHA256SUMS").read_bytes()
    public = load_pem_public_key((folder / "public-key.pem").read_bytes())
    public.verify((folder / "SHA256SUMS.sig").read_bytes(), sums)  # type: ignore[union-attr, call-arg, arg-type]
    for line in sums.decode().splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    for readme in ("README.en.md", "README.zh-CN.md"):
        (folder / "check.py").write_text((folder / readme).read_text("utf-8").split("```python\n")[1].split("```")[0])
        said = subprocess.run([sys.executable, "check.py"], cwd=folder, capture_output=True, text=True, check=True)
        assert said.stdout == "as it was signed\n"
    verified = [sys.executable, "audit/verify_audit.py", "audit/record.jsonl"]
    subprocess.run(verified, cwd=folder, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
def test_openssl_and_sha256sum_check_it(services: Services, tmp_path: Path, server: Caller) -> None:
    with zipfile.ZipFile(io.BytesIO(written(services))) as archive:
        archive.extractall(tmp_path)
        lines = archive.read("README.en.md").decode().splitlines()
    commands = [line.strip() for line in lines if line.startswith(("    openssl", "    sha256sum"))]
    assert len(commands) == 2
    for command in commands:
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize("what", ["changed", "missing", "put in", "other key", "cut"])
def test_what_does_not_fit_is_found(services: Services, server: Caller, tmp_path: Path, what: str) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(written(services))
    verifier = evidence.signer(services).verifier
    assert pack.check(path, verifier) > len(PARTS)
    if what == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif what == "other key":
        verifier = Signer(evidence.NAME, bytes(32)).verifier
    else:
        _rewritten(path, what)
    with pytest.raises(pack.Broken):
        pack.check(path, verifier)


def _rewritten(path: Path, what: str) -> None:
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    held = {
        "changed": {**held, "retention.json": held["retention.json"] + b" "},
        "missing": {name: raw for name, raw in held.items() if name != "disclosures.jsonl"},
        "put in": {**held, "more.txt": b""},
    }[what]
    with zipfile.ZipFile(path, "w") as archive:
        for name, raw in held.items():
            archive.writestr(name, raw)
