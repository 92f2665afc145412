"""``python -m tests.memory pdf|image FOLDER``: one large paper up and down again and again.

Prints what the process holds after each time. It is a process of its own, since what others did before in it would be
measured along.
"""

import json
import sys
from pathlib import Path
from uuid import UUID

import psutil
from flask import Flask

from tests import papers
from tests.caller import Caller
from tests.conftest import make_application
from tests.enterprises import begin, enterprise_of, give
from verify import create_app
from verify.config import Settings
from verify.flows import documents
from verify.migrating import HISTORIES, upgrade
from verify.papers import MAX_BYTES, draw
from verify.services import Services
from verify.watermark import stamped

TIMES = 6


def large(kind: str) -> bytes:
    """Of noise, which no encoding makes smaller."""
    picture = papers.scan(2880, 3680, noise=1)
    made = papers.pdf(1, picture) if kind == "pdf" else picture
    assert 0.8 * MAX_BYTES < len(made) <= MAX_BYTES
    return made


def started(folder: Path) -> Flask:
    settings = Settings(instance=folder, request_rate="100000 per second")
    for history in HISTORIES.values():
        upgrade(settings, history)
    return create_app(settings)


def carry(server: Caller, services: Services, data: bytes, n: int) -> None:
    """Up through the API, down as it was kept, and down as a reviewer sees it."""
    made = begin(server, account_ref=f"acct-{n}")
    server.step(made, "enterprise", enterprise_of(n + 1))
    assert give(server, made, "license", data)["next_step"] == "representative"
    with services.read() as session:
        [kept] = documents.of(session, UUID(made.removeprefix("ver_")))
    whole = b"".join(documents.open_for_reader(kept, services))
    assert len(whole) == kept.size
    stamped(draw(whole, 0) if kept.media_type == "application/pdf" else whole, "Li li 2026-12-01 12:00")


def main(kind: str, folder: str) -> None:
    app, data = started(Path(folder)), large(kind)
    with app.app_context():
        server = Caller(app, make_application(app, "Companies", enterprise_requires_personal=False).test)
        sizes = []
        for n in range(TIMES):
            carry(server, app.extensions["realname"], data, n)
            sizes.append(psutil.Process().memory_info().rss)
    print(json.dumps(sizes))  # noqa: T201 - the result


if __name__ == "__main__":
    main(*sys.argv[1:])
