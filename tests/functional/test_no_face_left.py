"""Policy 2.1.1(2) and 5.2.3: after a run nothing of a face, a name or a number is in any store, file or log.

The real service is driven over HTTP through success, mismatch, time-out and a malformed request; then every
file it could have written is searched for what was planted, in every encoding it could have taken.
"""

import base64
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from providers.base import Traits
from providers.testing.identities import adult, card
from tests.functional.service import Service, running
from verify.images import draw_portrait, fit_face_image

FACE = draw_portrait(1440, 1920, noise_seed=20261201)
NAME = "欧阳寻迹"
LATIN_NAME = "Quillon Zebrafinch"
ENDINGS = ("", "不符", "超时", "人脸不符")
MOBILE = "13800007351"
WINDOW = 24
BANK = dict.fromkeys(("bank_name", "bank_province", "bank_city", "bank_branch"), "示例")


def planted() -> dict[str, bytes]:
    """What is searched for: pieces of the image as sent and as re-encoded, names and numbers."""
    needles = {}
    for label, image in (
        ("face as sent", FACE),
        ("face as given to the provider", fit_face_image(FACE, Traits().max_image_bytes, Traits().max_image_side)),
    ):
        for part in range(1, 10):
            start = len(image) * part // 10
            needles[f"{label}, at {part}/10"] = image[start : start + WINDOW]
    needles["name"] = NAME.encode()
    needles["latin name"] = LATIN_NAME.encode()
    needles["mobile"] = MOBILE.encode()
    for n in range(1, 1 + 2 * len(ENDINGS)):
        needles[f"ID number {n}"] = adult(500 + n).id_number.encode()
        needles[f"card number {n}"] = card(500 + n).encode()
    return needles


def disguises(needle: bytes) -> Iterator[bytes]:
    """The same bytes raw, as UTF-16, as hex, as base64 in each alignment, and as JSON escapes."""
    yield needle
    yield needle.hex().encode()
    yield needle.hex().upper().encode()
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + needle)
        inner = encoded[4 if shift else 0 : -4]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))
    try:
        word = needle.decode()
    except UnicodeDecodeError:
        return
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    if not word.isascii():
        yield word.encode("unicode_escape")
        yield word.encode("gb18030")


def found_in(files: list[Path]) -> list[str]:
    needles = {label: set(disguises(needle)) for label, needle in planted().items()}
    hits = []
    for path in files:
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a segment of the write-ahead log that was recycled meanwhile, under another name
            continue
        hits += [
            f"{label} in {path.name}" for label, forms in needles.items() if any(form in content for form in forms)
        ]
    return hits


def drive(service: Service, token: str) -> set[str]:
    """Every flow with every ending; the statuses they came to."""
    seen = set()
    n = 500
    for ending in ENDINGS:
        for method in ("face", "bank_card", "micro_transfer"):
            n += 1
            who = {"name": (NAME if n % 2 else LATIN_NAME) + ending, "id_number": adult(n).id_number}
            seen |= _walk(service, token, method, who, n)
    return seen


def _walk(service: Service, token: str, method: str, who: dict[str, str], n: int) -> set[str]:
    made = service.send(
        "POST", "/v1/verifications", token, json={"type": "personal", "method": method, "account_ref": f"acct-{n}"}
    ).json()
    path = f"/v1/verifications/{made['id']}"
    notice = service.send("GET", f"{path}/consent_notice", token).json()
    granted = [item["id"] for item in notice["items"]]
    service.send(
        "POST", f"{path}/steps/consent", token, json={"policy_version": notice["policy_version"], "granted": granted}
    )
    seen = set()
    # a malformed request with everything in it, and an unknown field named after the person
    whole = {**who, "card_number": card(n), "mobile": MOBILE}
    service.send(
        "POST", f"{path}/steps/identity", token, data=str(whole).encode(), headers={"Content-Type": "application/json"}
    )
    service.send("POST", f"{path}/steps/identity", token, json={**whole, who["name"]: who["id_number"]})
    service.send("POST", f"{path}/steps/face", token, data=FACE[:-3000], headers={"Content-Type": "image/jpeg"})
    service.send("POST", f"{path}/steps/face", token, files={"image": FACE})
    service.send("GET", f"/v1/accounts/{who['id_number']}", token)
    if method == "face":
        service.send("POST", f"{path}/steps/identity", token, json=who)
    elif method == "micro_transfer":
        account = {"account_number": card(n), "account_name": who["name"], **BANK}
        service.send("POST", f"{path}/steps/bank_account", token, json={**who, **account})
        _settled(service, token, path)
        for side in ("front", "back"):
            picture = {"Content-Type": "image/jpeg"}
            service.send("POST", f"{path}/steps/id_card?side={side}", token, data=FACE, headers=picture)
        service.send("POST", f"{path}/steps/transfer_amount", token, json={"amount": "0.37"})
    else:
        # five codes a mobile and day: the second half of the runs is refused, which is an ending too
        service.send("POST", f"{path}/steps/bank_card", token, json=whole)
        service.send("POST", f"{path}/steps/sms_code", token, json={"code": "246810"})
    seen.add(_settled(service, token, path))
    service.send("POST", f"{path}/steps/face", token, data=FACE, headers={"Content-Type": "image/jpeg"})
    seen.add(_settled(service, token, path))
    return seen


def _settled(service: Service, token: str, path: str) -> str:
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline:
        status = str(service.send("GET", path, token).json()["status"])
        if status != "processing":
            return status
        time.sleep(0.5)
    return "processing"


@pytest.mark.promise("2.1.1(2)", "5.2.3")
def test_nothing_is_left_on_sqlite(tmp_path: Path) -> None:
    with running(tmp_path) as (service, made):
        seen = drive(service, made["test_key"])
        while_running = [p for p in tmp_path.rglob("*") if p.is_file()]
        assert found_in(while_running) == []
    assert seen == {"pending", "verified"}
    names = {p.name for p in while_running}
    assert {"realname.db", "realname-keys.db", "realname-broker.db", "service.log"} <= names
    assert any(name.endswith("-wal") for name in names)
    assert found_in([p for p in tmp_path.rglob("*") if p.is_file()]) == []


def postgres_files(url: str) -> list[Path]:
    """Every file of the cluster that can hold this database, write-ahead log included."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        folder = Path(str(connection.execute(text("SHOW data_directory")).scalar()))
        ours = connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar()
        connection.execute(text("CHECKPOINT"))
    engine.dispose()
    if not os.access(folder, os.R_OK | os.X_OK):
        pytest.skip("the PostgreSQL data directory cannot be read by this user")
    # other databases of the cluster come and go meanwhile
    others = {p for p in (folder / "base").iterdir() if p.name != str(ours)}
    return [p for p in folder.rglob("*") if p.is_file() and os.access(p, os.R_OK) and not others & set(p.parents)]


@pytest.mark.long
@pytest.mark.promise("2.1.1(2)", "5.2.3")
@pytest.mark.parametrize("both_databases_bare", ["postgresql"], indirect=True)
def test_nothing_is_left_on_postgresql(tmp_path: Path, both_databases_bare: str) -> None:
    with running(tmp_path, database_url=both_databases_bare) as (service, made):
        assert drive(service, made["test_key"]) == {"pending", "verified"}
    assert found_in([p for p in tmp_path.rglob("*") if p.is_file()]) == []
    files = postgres_files(both_databases_bare)
    assert any("pg_wal" in p.parts for p in files)
    assert found_in(files) == []


@pytest.mark.parametrize("form", [0, 1, 3, 5, 7])
def test_the_search_would_find_what_was_left(tmp_path: Path, form: int) -> None:
    """The check can fail: each disguise of a piece of the face is found."""
    needle = planted()["face as sent, at 5/10"]
    (tmp_path / "leak").write_bytes(b"before" + list(disguises(needle))[form] + b"after")
    assert found_in([tmp_path / "leak"]) == ["face as sent, at 5/10 in leak"]
