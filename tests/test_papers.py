"""What comes in as a paper: taken, or refused with a reason before anything is kept."""

import time
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from tests import papers as given
from verify import papers
from verify.papers import MAX_BYTES, UnsupportedPaper, checked, first_page


def refused(data: bytes) -> str:
    with pytest.raises(UnsupportedPaper) as caught:
        checked(data)
    return caught.value.code


def test_a_pdf_is_kept_as_it_came() -> None:
    data = given.pdf(3)
    paper = checked(data)
    assert (paper.media_type, paper.pages, paper.data) == ("application/pdf", 3, data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_encoded_anew_without_what_came_along(kind: str) -> None:
    image = Image.open(BytesIO(given.scan(kind=kind)))
    image.info.clear()
    exif = image.getexif()
    exif[0x010F] = "CAMERAMAKER"
    buffer = BytesIO()
    image.save(buffer, kind, exif=exif, **({"comment": b"COMMENT"} if kind == "JPEG" else {}))
    paper = checked(buffer.getvalue())
    assert (paper.media_type, paper.pages) == ("image/jpeg", 1)
    assert b"CAMERAMAKER" in buffer.getvalue()
    assert b"CAMERAMAKER" not in paper.data
    assert b"COMMENT" not in paper.data


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"", "empty"),
        (lambda: b"hello, this is no paper", "not_a_document"),
        (lambda: b"GIF89a" + bytes(100), "unsupported_format"),
        (lambda: given.pdf(11), "too_many_pages"),
        (lambda: given.pdf() + bytes(MAX_BYTES), "too_large"),
        (lambda: given.pdf()[:-400], "truncated"),
        (lambda: given.scan()[:5000], "truncated"),
        (lambda: given.scan(40, 40), "too_small"),
        (given.encrypted, "encrypted"),
        (lambda: given.encrypted(user=""), "encrypted"),
        (given.with_script, "active_content"),
        (given.with_launch, "active_content"),
        (lambda: given.with_link("Launch", F=pikepdf.String("calc.exe")), "active_content"),
        (lambda: given.with_link("JavaScript", JS=pikepdf.String("app.alert(1)")), "active_content"),
        (lambda: given.with_link("GoToR", F=pikepdf.String("other.pdf")), "active_content"),
        (lambda: given.with_link("URI", URI=pikepdf.String("javascript:app.alert(1)")), "active_content"),
        (lambda: given.with_link("URI", URI=pikepdf.String("file:///etc/passwd")), "active_content"),
        (given.with_attachment, "active_content"),
        (lambda: given.opening_at("URI", URI=pikepdf.String("https://example.com")), "active_content"),
        (lambda: given.opening_at("Named", N=pikepdf.Name.Print), "active_content"),
        (lambda: given.opening_at("GoTo", Next=pikepdf.Dictionary(S=pikepdf.Name.URI)), "active_content"),
        (given.huge_png, "too_large"),
        (lambda: given.scan(20_100, 70), "too_large"),
        (given.with_huge_picture, "too_large"),
        (lambda: given.pdf() + given.EMPTY_ZIP, "more_than_one_format"),
        (lambda: given.scan() + given.EMPTY_ZIP, "more_than_one_format"),
        (lambda: given.scan() + given.pdf(), "more_than_one_format"),
        (lambda: b"junk\n" + given.pdf(), "more_than_one_format"),
        (lambda: given.pdf() + b"<script>alert(1)</script>", "more_than_one_format"),
        (lambda: given.scan() + b"<html><script>", "more_than_one_format"),
        (lambda: b"%PDF-1.7\nnothing\n%%EOF\n", "not_a_document"),
    ],
)
def test_what_is_no_plain_paper_is_refused(make: Callable[[], bytes], code: str) -> None:
    assert refused(make()) == code


def test_a_bomb_is_refused_before_a_parser_meets_it() -> None:
    bomb = given.with_bomb()
    assert len(bomb) < 3_000_000
    before = time.monotonic()
    assert refused(bomb) == "too_large"
    assert time.monotonic() - before < 10


def test_a_stream_packed_twice_is_refused() -> None:
    twice = given.pdf().replace(b"/Filter /DCTDecode", b"/Filter [/FlateDecode /FlateDecode]")
    assert refused(twice) == "too_large"


@pytest.mark.parametrize("make", [given.pdf, given.scan])
def test_the_first_page_fits_the_reader(make: Callable[[], bytes]) -> None:
    page = first_page(checked(make()), max_bytes=100_000, max_side=500)
    with Image.open(BytesIO(page)) as image:
        assert (image.format, max(image.size) <= 500) == ("JPEG", True)
        assert image.getexif() == {}
    assert len(page) <= 100_000


def test_a_page_is_drawn_as_it_looks() -> None:
    with Image.open(BytesIO(papers.draw(given.pdf(), 0))) as image:
        red, green, _ = image.convert("RGB").getpixel((image.width // 2, round(image.height * 0.028)))
    assert red > green + 60


@pytest.mark.parametrize("address", ["https://example.com", "HTTP://example.com", "mailto:info@example.com"])
def test_a_link_to_the_web_or_a_mailbox_is_taken_since_it_acts_only_when_clicked(address: str) -> None:
    assert checked(given.with_link("URI", URI=pikepdf.String(address))).media_type == "application/pdf"
