"""Papers in the page: watermarked, never cached, on the record, and gone after their purge."""

import re
from io import BytesIO
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image, ImageChops
from sqlalchemy import select

from tests.caller import PORTRAIT, Caller
from tests.desk import Desk, seated
from tests.enterprises import authorized, give_letter, to_representative
from tests.staff import events_of, logged
from verify.flows import documents
from verify.models import Document
from verify.services import Services
from verify.watermark import stamped


@pytest.fixture
def case(server: Caller) -> str:
    return to_representative(server)


def pages(desk: Desk, case: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'src="(/ops/cases/[^"]+[.]jpg)"', desk.get(f"/ops/cases/{case}"))))


def test_a_licence_is_shown_in_the_page_with_the_viewers_name_and_kept_by_no_cache(
    app: Flask, services: Services, case: str
) -> None:
    desk, _ = seated(app, services, "li")
    [source] = pages(desk, case)
    with app.app_context():
        response = desk.client.get(source)
    assert response.content_type == "image/jpeg"
    assert response.headers["Cache-Control"] == "no-store"
    with Image.open(BytesIO(response.data)) as shown:
        assert min(shown.size) > 100
    assert "review.document_viewed" in events_of(services, UUID(case.removeprefix("ver_")))
    assert logged(services)[-1] == ("case.document", None)


def test_a_watermark_covers_every_part_of_a_picture() -> None:
    buffer = BytesIO()
    Image.new("RGB", (900, 600), "white").save(buffer, "JPEG")
    with Image.open(BytesIO(stamped(buffer.getvalue(), "李敏 li 2026-12-01"))) as found:
        marked = ImageChops.invert(found.convert("L"))
        parts = [marked.crop((x, y, x + 300, y + 300)) for x in (0, 300, 600) for y in (0, 300)]
        assert all((part.getextrema()[1] or 0) > 30 for part in parts)


@pytest.mark.parametrize("is_purged", [True, False], ids=["purged", "due to be"])
def test_a_purged_document_is_not_shown_and_the_try_is_logged(
    app: Flask, services: Services, case: str, is_purged: bool
) -> None:
    desk, _ = seated(app, services, "li")
    [source] = pages(desk, case)
    with services.write() as session:
        document = session.scalars(select(Document)).one()
        document.due_at = services.clock()
    if is_purged:
        assert documents.purge(document.id, services)
    desk.get(source, 404)
    assert logged(services)[-1] == ("case.document", "not_found")
    assert "has been erased" in desk.get(f"/ops/cases/{case}")


@pytest.mark.parametrize("part", ["number", "case"])
def test_no_other_page_and_no_other_case_is_read_by_its_address(
    app: Flask, server: Caller, services: Services, case: str, part: str
) -> None:
    desk, _ = seated(app, services, "li")
    [source] = pages(desk, case)
    other = server.create("face", "acct-9")["id"]
    desk.get(source.replace("/0.jpg", "/7.jpg") if part == "number" else source.replace(case, other), 404)


def test_an_auditor_reads_no_papers(app: Flask, services: Services, case: str) -> None:
    desk, _ = seated(app, services, "chen", "auditor")
    assert pages(desk, case) == []
    reviewer, _ = seated(app, services, "li")
    desk.get(pages(reviewer, case)[0], 403)
    assert ("ops.document", "forbidden") in logged(services)


def test_what_the_licence_says_stands_beside_what_was_typed(app: Flask, services: Services, case: str) -> None:
    desk, _ = seated(app, services, "li")
    page = desk.get(f"/ops/cases/{case}")
    assert "Paper against entry" in page
    assert page.count(">same<") >= 2


def see(app: Flask, desk: Desk, source: str) -> None:
    with app.app_context():
        assert desk.client.get(source).status_code == 200


def lettered(server: Caller) -> str:
    """Before staff for its letter of authorization alone."""
    made = to_representative(server, "authorized_person")
    server.step(made, "representative", authorized())
    give_letter(server, made)
    assert server.step(made, "face", PORTRAIT)["status"] == "review"
    return made


def test_a_letter_is_approved_only_by_who_has_seen_every_page_of_it(
    app: Flask, server: Caller, services: Services
) -> None:
    made = lettered(server)
    desk, _ = seated(app, services, "li")
    other, _ = seated(app, services, "zhang")
    letter = pages(desk, made)[0]
    assert "Look at every page first: Letter of authorization." in desk.page
    page = desk.post(f"/ops/cases/{made}/approve", 409)
    assert "Look at every page of the papers that wait to be read first" in page
    assert logged(services)[-2] == ("review.approve", "documents_unopened")
    for source in pages(other, made):
        see(app, other, source)
    desk.get(f"/ops/cases/{made}")
    desk.post(f"/ops/cases/{made}/approve", 409)
    see(app, desk, letter)
    desk.get(f"/ops/cases/{made}")
    desk.post(f"/ops/cases/{made}/approve")
    assert server.read(made)["status"] == "verified"


def test_a_page_opens_larger_beside_the_case(app: Flask, services: Services, case: str) -> None:
    desk, _ = seated(app, services, "li")
    [source] = pages(desk, case)
    assert f'<a href="{source}" target="_blank" rel="noopener"' in desk.page
