"""Scanned papers as they come in, PDF and pictures, looked through before anything keeps them, in memory alone.

pikepdf (qpdf) tells what is in a PDF, pypdfium2 (PDFium) draws it. Both are kept up and shipped as wheels.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Any, Literal

import pikepdf
import pypdfium2

from verify.images import UnsupportedImage, fit_face_image

Code = Literal[
    "empty",
    "not_a_document",
    "unsupported_format",
    "truncated",
    "too_large",
    "too_small",
    "too_many_pages",
    "encrypted",
    "active_content",
    "more_than_one_format",
]

MAX_BYTES = 10 * 1024 * 1024
MAX_PAGES = 10
MAX_PIXELS = 50_000_000

#: pixels of the longer side of a picture that is kept, and of a page that is drawn
MAX_SIDE = 4096
DRAWN_SIDE = 2600
MIN_DRAWN_SIDE = 64

#: bytes that all compressed streams of a PDF may come to
MAX_INFLATED = 300_000_000
PIECE = 65_536

#: where a link may go
ADDRESS = re.compile(rb"(https?|mailto):", re.IGNORECASE)

#: names of what acts, runs or carries files along (ISO 32000-2, 12.6, 7.11.4, 13)
ACTIVE = frozenset(
    (
        "/JS",
        "/JavaScript",
        "/Launch",
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/Filespec",
        "/RichMedia",
        "/Movie",
        "/Sound",
        "/Screen",
        "/3D",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/XFA",
        "/AA",
    )
)

#: in a file that begins as something else
FOREIGN = re.compile(rb"%PDF-|<script|<html|<\?php|<!doctype", re.IGNORECASE)
FOREIGN_IN_PDF = re.compile(rb"\x89PNG\r\n\x1a\n(?=....IHDR)|<\?php|<!doctype html", re.IGNORECASE | re.DOTALL)

#: end of a ZIP's directory (APPNOTE 4.3.16), which stands before at most 65,535 bytes of comment
ZIP_END = b"PK\x05\x06"
ZIP_TAIL = 65_535 + 22

STREAM = re.compile(rb"stream\r?\n")
TWICE = re.compile(rb"/Filter\s*\[[^\]]{0,200}/Fl(?:ateDecode)?\b[^\]]{0,200}/Fl(?:ateDecode)?\b")

#: PDFium is not safe among threads
_pdfium = Lock()


class UnsupportedPaper(Exception):
    """The file cannot be taken; ``code`` says why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code: Code = code


@dataclass(frozen=True, repr=False, slots=True)
class Paper:
    """What is kept: a PDF as it came, or a picture encoded anew without metadata."""

    media_type: Literal["application/pdf", "image/jpeg"]
    data: bytes
    pages: int


def checked(data: bytes) -> Paper:
    """The type is read from the bytes. Raises UnsupportedPaper; nothing is kept of the file then."""
    if not data:
        raise UnsupportedPaper("empty")
    if len(data) > MAX_BYTES:
        raise UnsupportedPaper("too_large")
    if _is_zip(data):
        raise UnsupportedPaper("more_than_one_format")
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    if FOREIGN.search(data):
        # what hides before the header of a PDF that readers would open all the same
        raise UnsupportedPaper("more_than_one_format")
    return Paper("image/jpeg", _picture(data, MAX_BYTES, MAX_SIDE), 1)


def first_page(paper: Paper, max_bytes: int, max_side: int) -> bytes:
    """The first page as a JPEG within these limits, for a reader. Raises UnsupportedPaper."""
    if paper.media_type == "image/jpeg":
        return _picture(paper.data, max_bytes, max_side)
    return _picture(draw(paper.data, 0), max_bytes, max_side)


def draw(pdf: bytes, page: int) -> bytes:
    """One page of a checked PDF as a JPEG. Raises UnsupportedPaper."""
    try:
        with _pdfium, pypdfium2.PdfDocument(pdf) as document:
            drawn = document[page]
            width, height = drawn.get_size()
            scale = min(DRAWN_SIDE / max(width, height, 1.0), 4.0)
            if min(width, height) * scale < MIN_DRAWN_SIDE:
                raise UnsupportedPaper("too_small")
            image = drawn.render(scale=scale, may_draw_forms=False).to_pil()
    except pypdfium2.PdfiumError:
        raise UnsupportedPaper("not_a_document") from None
    buffer = BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _picture(data: bytes, max_bytes: int, max_side: int) -> bytes:
    try:
        return fit_face_image(data, max_bytes, max_side)
    except UnsupportedImage as error:
        raise UnsupportedPaper("not_a_document" if error.code == "not_an_image" else error.code) from None


def _is_zip(data: bytes) -> bool:
    """True where the file ends in a ZIP's directory, whatever it begins with."""
    at = data.rfind(ZIP_END, max(0, len(data) - ZIP_TAIL))
    return at >= 0 and at + 22 <= len(data) and at + 22 + int.from_bytes(data[at + 20 : at + 22], "little") == len(data)


def _pdf(data: bytes) -> Paper:
    if b"%%EOF" not in data[-1024:]:
        raise UnsupportedPaper("truncated")
    if data.rpartition(b"%%EOF")[2].strip(b"\0\t\r\n\f ") or FOREIGN_IN_PDF.search(data[:1024]):
        raise UnsupportedPaper("more_than_one_format")
    _refuse_bomb(data)
    try:
        with pikepdf.open(BytesIO(data), attempt_recovery=False, suppress_warnings=True) as document:
            pages = _looked_through(document)
    except pikepdf.PasswordError:
        raise UnsupportedPaper("encrypted") from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, RecursionError, TypeError):
        raise UnsupportedPaper("not_a_document") from None
    draw(data, 0)
    return Paper("application/pdf", data, pages)


def _refuse_bomb(data: bytes) -> None:
    """Inflate each stream into nothing and count, before any parser does so for good."""
    if TWICE.search(data):
        raise UnsupportedPaper("too_large")
    left = MAX_INFLATED
    for found in STREAM.finditer(data):
        left -= _inflated(data, found.end(), left)
        if left <= 0:
            raise UnsupportedPaper("too_large")


def _inflated(data: bytes, start: int, limit: int) -> int:
    """Bytes that the stream from here on comes to, up to the limit; 0 where it is not compressed so."""
    inflater = zlib.decompressobj()
    at, total = start, 0
    try:
        while at < len(data) and not inflater.eof and total < limit:
            total += len(inflater.decompress(data[at : at + PIECE]))
            at += PIECE
    except zlib.error:
        pass
    return total


def _looked_through(document: pikepdf.Pdf) -> int:
    if document.is_encrypted:
        raise UnsupportedPaper("encrypted")
    pages = len(document.pages)
    if not pages:
        raise UnsupportedPaper("not_a_document")
    if pages > MAX_PAGES:
        raise UnsupportedPaper("too_many_pages")
    for held in document.objects:
        for part in _dictionaries(held):
            _refuse_active(part)
    return pages


def _dictionaries(held: Any, depth: int = 0) -> Iterator[Any]:
    """The dictionaries in an object; indirect ones come by themselves."""
    if depth and getattr(held, "is_indirect", False):
        return
    if isinstance(held, pikepdf.Dictionary | pikepdf.Stream):
        yield held
        for key in held.keys():  # noqa: SIM118 - no dict
            yield from _dictionaries(held[key], depth + 1)
    elif isinstance(held, pikepdf.Array):
        for value in held:
            yield from _dictionaries(value, depth + 1)


def _acts_when_opened(part: Any) -> bool:
    """Whether opening the file does more than turn to a place in it (ISO 32000-1, 12.6)."""
    opening = part.get("/OpenAction")
    return isinstance(opening, pikepdf.Dictionary) and (opening.get("/S") != "/GoTo" or "/Next" in opening)


def _runs_when_clicked(part: Any) -> bool:
    """Whether an address goes anywhere but to the web or a mailbox; one without a scheme is refused as well."""
    address = part.get("/URI")
    return isinstance(address, pikepdf.String) and not ADDRESS.match(bytes(address))


def _refuse_active(part: Any) -> None:
    names = {str(value) for key in ("/S", "/Type", "/Subtype") if isinstance(value := part.get(key), pikepdf.Name)}
    if ACTIVE & (set(part.keys()) | names) or _acts_when_opened(part) or _runs_when_clicked(part):
        raise UnsupportedPaper("active_content")
    sides = part.get("/Width"), part.get("/Height")
    if all(isinstance(side, int) for side in sides) and sides[0] * sides[1] > MAX_PIXELS:
        raise UnsupportedPaper("too_large")
