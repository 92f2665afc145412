"""Face images: whatever a camera made goes in, a small clean JPEG comes out. Nothing touches the disk or stays here."""

import random
import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from threading import BoundedSemaphore
from typing import Literal

from PIL import Image, ImageDraw

Code = Literal["empty", "not_an_image", "truncated", "too_large", "too_small", "unsupported_format"]

#: refused by the header alone, before a pixel is decoded
MAX_PIXELS = 25_000_000

#: of one side; what is longer is no picture of a paper or a person
MAX_SIDE = 20_000

#: scans of a progressive JPEG; each costs a pass over all pixels, and cameras write about ten
MAX_SCANS = 64

#: pixels; below it no provider finds a face
MIN_SIDE = 64

#: decoding 25 megapixels takes up to 250 MB
MAX_DECODES = 2

#: Pillow's modes that can be scaled as they are, which spares memory; others become RGB first
SHRINKABLE = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})

#: JPEG qualities in the order they are tried; below the last the sides shrink instead
QUALITIES = (92, 85, 75, 65, 50)
SHRINK = 0.75

#: bytes at an offset → format taken, or None for one that is known and not taken
SIGNATURES: Sequence[tuple[int, bytes, str | None]] = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"GIF8", None),
    (8, b"WEBP", None),
    (4, b"ftyp", None),  # HEIC, AVIF, video
    (0, b"BM", None),
    (0, b"II*\0", None),  # TIFF
    (0, b"MM\0*", None),
    (0, b"%PDF", None),
)

#: what a whole file of the format ends with
TRAILERS: Mapping[str, bytes] = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xae\x42\x60\x82"}

#: EXIF tag 0x0112 → the turn that undoes it
TURNS: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = 0x0112

#: ovals of the drawn face, from the back: centre x and y, radii, as fractions of the sides; colour
PORTRAIT: Sequence[tuple[float, float, float, float, str]] = (
    (0.50, 1.08, 0.46, 0.28, "#3f5f7f"),  # shoulders
    (0.50, 0.38, 0.29, 0.30, "#2b2320"),  # hair
    (0.50, 0.80, 0.10, 0.12, "#e2b594"),  # neck
    (0.50, 0.46, 0.25, 0.28, "#f0c8a8"),  # face
    (0.40, 0.42, 0.045, 0.022, "#ffffff"),
    (0.60, 0.42, 0.045, 0.022, "#ffffff"),
    (0.40, 0.42, 0.02, 0.016, "#2b2320"),
    (0.60, 0.42, 0.02, 0.016, "#2b2320"),
    (0.50, 0.50, 0.025, 0.03, "#e2b594"),  # nose
)

_decodes = BoundedSemaphore(MAX_DECODES)


class UnsupportedImage(Exception):
    """The image cannot be used; ``code`` says why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code: Code = code


def refuse_warnings() -> None:
    """Pillow only warns of some bombs and of broken metadata. Done once a process, at import: warnings.catch_warnings
    around each image is not safe among threads."""
    warnings.filterwarnings("error", module=r"PIL\.")


refuse_warnings()


def fit_face_image(data: bytes, max_bytes: int, max_side: int, min_sides: tuple[int, int] = (0, 0)) -> bytes:
    """An upright RGB JPEG without metadata, at most ``max_bytes`` long and ``max_side`` pixels a side, and its longer
    and shorter side not below ``min_sides``. Nothing is blown up to reach them: it would show no more of a face.

    The type is read from the bytes: JPEG and PNG are taken. Raises UnsupportedImage.
    """
    taken = _format(data)
    with _decodes:
        try:
            image = _decoded(data, taken, max_side)
        except UnsupportedImage:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
            raise UnsupportedImage("too_large") from None
        except Exception:  # noqa: BLE001 - decoders of hostile bytes raise anything, from struct.error to KeyError
            whole = data.rstrip(b"\0").endswith(TRAILERS[taken])
            raise UnsupportedImage("not_an_image" if whole else "truncated") from None
        _check_sides(image, min_sides)
        return _within(image, max_bytes, min_sides)


def _check_sides(image: Image.Image, min_sides: tuple[int, int]) -> None:
    if not _is_at_least(image, min_sides):
        raise UnsupportedImage("too_small")


def _is_at_least(image: Image.Image, min_sides: tuple[int, int]) -> bool:
    return max(image.size) >= min_sides[0] and min(image.size) >= max(min_sides[1], MIN_SIDE)


def _format(data: bytes) -> str:
    if not data:
        raise UnsupportedImage("empty")
    for offset, signature, taken in SIGNATURES:
        if data.startswith(signature, offset):
            if taken is None:
                raise UnsupportedImage("unsupported_format")
            return taken
    raise UnsupportedImage("not_an_image")


def _decoded(data: bytes, taken: str, max_side: int) -> Image.Image:
    if taken == "JPEG" and data.count(b"\xff\xda") > MAX_SCANS:
        raise UnsupportedImage("too_large")
    with Image.open(BytesIO(data), formats=(taken,)) as opened:
        _check_size(opened)
        turn = TURNS.get(opened.getexif().get(ORIENTATION, 1))
        if opened.mode in SHRINKABLE:
            opened.thumbnail((max_side, max_side))  # a JPEG is decoded at a fraction of its size where that will do
        image = _as_rgb(opened)
    image.thumbnail((max_side, max_side))
    _check_size(image)
    return image if turn is None else image.transpose(turn)


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        raise UnsupportedImage("too_large")
    if min(image.size) < MIN_SIDE:
        raise UnsupportedImage("too_small")


def _as_rgb(image: Image.Image) -> Image.Image:
    """On white where it is transparent."""
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off at 255
        return image.point(lambda grey: grey / 256, "L").convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    page = Image.new("RGB", image.size, "white")
    layer = image.convert("RGBA")
    page.paste(layer, mask=layer)
    return page


def _within(image: Image.Image, max_bytes: int, min_sides: tuple[int, int]) -> bytes:
    while _is_at_least(image, min_sides):
        for quality in QUALITIES:
            encoded = _encoded(image, quality)
            if len(encoded) <= max_bytes:
                return encoded
        image = image.resize((round(image.width * SHRINK), round(image.height * SHRINK)))
    raise UnsupportedImage("too_large")


def _encoded(image: Image.Image, quality: int) -> bytes:
    image.info.clear()  # a comment would be written along
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def draw_portrait(width: int = 480, height: int = 640, noise_seed: int | None = None) -> bytes:
    """A JPEG of a drawn face, for trying things out: nobody's. With noise, 1440 × 1920 come to about 2 MB."""
    image = Image.new("RGB", (width, height), "#dfe8ee")
    draw = ImageDraw.Draw(image)

    def oval(x: float, y: float, rx: float, ry: float, colour: str) -> None:
        """Centre and radii as fractions of the width and height."""
        draw.ellipse(((x - rx) * width, (y - ry) * height, (x + rx) * width, (y + ry) * height), fill=colour)

    for part in PORTRAIT:
        oval(*part)
    draw.arc((0.4 * width, 0.48 * height, 0.6 * width, 0.62 * height), 20, 160, "#a0524d", max(2, width // 80))
    if noise_seed is not None:
        grain = random.Random(noise_seed).randbytes(width * height)  # noqa: S311 - film grain
        image = Image.blend(image, Image.frombytes("L", image.size, grain).convert("RGB"), 0.35)
    return _encoded(image, 95)
