"""The console's queue and search with 200,000 verifications, 5,000 in review and 5,000 that no vendor answers, against
2,000, 50 and 50.

``python -m benchmarks.console [URL of an empty main store]``: takes minutes, so ``make bench`` leaves it out.
The goal is three times the time of the small installation.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, text
from uuid_utils.compat import uuid7

from benchmarks.requests import GENEROUS
from benchmarks.table import Row
from benchmarks.timing import compare
from providers.testing.identities import id_number
from verify import create_app
from verify.config import Settings
from verify.flows.staff import operators, sessions
from verify.migrating import HISTORIES, upgrade
from verify.models import Account, Application, ReviewReason, Verification
from verify.models.vault import TagUse
from verify.services import Services

SMALL, LARGE = (2_000, 50), (200_000, 5_000)
GOAL = 3.0
BATCH = 2_000


def main(url: str | None = None) -> None:
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for measured in measure(url):
        print(measured)  # noqa: T201 - the result


def measure(url: str | None = None) -> Iterator[Row]:
    with TemporaryDirectory() as folder, _filled(Path(folder) / "small", url, SMALL) as small:
        calls = _calls(small)
        with _filled(Path(folder) / "large", _second(url), LARGE) as large:
            for name, call in _calls(large).items():
                yield compare(name, call, calls[name], GOAL)


def _second(url: str | None) -> str | None:
    """Beside the first, in a database of the same name with ``_large`` behind it."""
    return f"{url}_large" if url else None


def _calls(app: Flask) -> dict[str, Any]:
    client = signed_in(app)
    page = client.get("/ops/queue").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    number = _number(77)

    def search(text_: str) -> Any:
        return client.post("/ops/search", data={"csrf_token": token, "q": text_})

    return {
        "queue, first page": lambda: client.get("/ops/queue"),
        "queue, one reason": lambda: client.get("/ops/queue?reason=authorization_letter_review"),
        "queue, no vendor answers": lambda: client.get("/ops/queue?reason=vendor_outage"),
        "queue, those free": lambda: client.get("/ops/queue?whose=free"),
        "search by account": lambda: search("acct-77"),
        "search by ID number": lambda: search(number),
    }


@contextmanager
def _filled(folder: Path, url: str | None, size: tuple[int, int]) -> Iterator[Flask]:
    folder.mkdir()
    settings = Settings(instance=folder, request_rate=GENEROUS)
    if url:
        settings = replace(settings, database_url=url.replace("postgresql://", "postgresql+psycopg://"))
    for history in HISTORIES.values():
        upgrade(settings, history)
    app = create_app(settings)
    with app.app_context():
        _fill(app.extensions["realname"], *size)
        app.extensions["realname"].session.remove()
    yield app
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    app.extensions["realname"].vault.engine.dispose()


def _fill(services: Services, verifications: int, in_review: int) -> None:
    now = services.clock()
    with services.write() as session:
        session.execute(delete(Verification))
        application = Application(id=uuid7(), name="bench", settings={}, created_at=now)
        session.add(application)
    every = verifications // in_review
    for start in range(0, verifications, BATCH):
        numbers = range(start, min(start + BATCH, verifications))
        accounts: list[dict[str, Any]] = [
            {"id": uuid7(), "application_id": application.id, "livemode": True, "account_ref": f"acct-{n}"}
            | {"created_at": now}
            for n in numbers
        ]
        rows = [
            _row(application.id, account, now - timedelta(minutes=n % 9000), STATUSES.get(n % every, "verified"))
            for n, account in zip(numbers, accounts, strict=True)
        ]
        with services.write() as session:
            session.execute(insert(Account), accounts)
            session.execute(insert(Verification), rows)
            session.execute(insert(ReviewReason), _reasons(rows))
        _tag(services, application.id, [account["id"] for account in accounts], start)
    with services.write() as session:
        session.execute(text("ANALYZE"))


#: of as many verifications as there are to each one in review, what the first ones are
STATUSES = {0: "review", 1: "pending"}


def _row(application: UUID, account: dict[str, Any], at: datetime, status: str) -> dict[str, Any]:
    reason = ("license_unreadable", "authorization_letter_review")[at.minute % 2]
    steps = {"consent": {"status": "passed"}, "identity": {"status": "passed"}}
    steps["face"] = {"status": "passed"} | ({"refer": reason} if status == "review" else {})
    return {
        "id": uuid7(),
        "application_id": application,
        "account_id": account["id"],
        "account_ref": account["account_ref"],
        "livemode": True,
        "type": "personal",
        "method": "face",
        "status": status,
        "last_error": {"step": "face", "code": "provider_unavailable"} if status == "pending" else None,
        "stalled_at": at if status == "pending" else None,
        "progress": {"steps": steps, "tries": {}},
        "locale": "zh-CN",
        "labels": {},
        "tokens_issued": 1,
        "event_seq": 0,
        "sequence": 0,
        "created_at": at,
        "updated_at": at,
        "expires_at": at + timedelta(days=7),
        "paused_at": at if status == "review" else None,
    }


def _reasons(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    refers = [(row["id"], row["progress"]["steps"]["face"].get("refer")) for row in rows]
    return [{"verification_id": found, "code": code} for found, code in refers if code]


def _tag(services: Services, application: UUID, accounts: list[UUID], start: int) -> None:
    uses = [
        TagUse("cn.id_number", _number(start + n), application.bytes, account, account, None, DAYS)
        for n, account in enumerate(accounts)
    ]
    services.vault.note(uses)


def _number(n: int) -> str:
    """Nobody's, and each another."""
    return id_number("110101", date(1950, 1, 1) + timedelta(days=n // 999), n % 999)


DAYS = timedelta(days=3650)


def signed_in(app: Flask) -> FlaskClient:
    services: Services = app.extensions["realname"]
    with app.app_context(), services.write() as session:
        operator, _ = operators.make(session, "bench", "Bench", ["supervisor"], services, None)
        operator.password_set_at = operator.acknowledged_at = services.clock()
        operator.totp_step = 1
        token = sessions.open_session(session, operator.id, services, is_full=True)
    client = app.test_client()
    with client.session_transaction("/ops/") as cookie:
        cookie["_user_id"], cookie["_fresh"], cookie["locale"] = token, True, "en"
    return client


if __name__ == "__main__":
    main(*sys.argv[1:2])
