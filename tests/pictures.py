"""Pictures to hand in, made on the spot."""

import zlib
from io import BytesIO
from struct import pack
from typing import Any

from PIL import Image

RED, GREEN, WHITE = (255, 0, 0), (0, 255, 0), (255, 255, 255)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def png(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG of one bit a pixel whose header says what it likes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))

    header = pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def flag() -> Image.Image:
    """Red on the left, green on the right, wider than high."""
    image = Image.new("RGB", (200, 100), RED)
    image.paste(GREEN, (100, 0, 200, 100))
    return image
