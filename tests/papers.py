"""Scans as tests give them: a drawn licence as a picture and as a PDF, and files that must be refused."""

import random
import zlib
from io import BytesIO

import pikepdf
from PIL import Image, ImageDraw

PAGE = (595, 842)


def scan(width: int = 600, height: int = 800, kind: str = "JPEG", noise: int | None = None) -> bytes:
    """A picture of a paper; with noise it does not compress."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, width - 20, height - 20), outline="#b22222", width=6)
    draw.text((width // 3, height // 3), "BUSINESS LICENCE (SAMPLE)", fill="black")
    if noise is not None:
        grain = random.Random(noise).randbytes(width * height)  # noqa: S311 - film grain
        image = Image.blend(image, Image.frombytes("L", image.size, grain).convert("RGB"), 0.9)
    buffer = BytesIO()
    image.save(buffer, kind, quality=95)
    return buffer.getvalue()


def pdf(pages: int = 1, picture: bytes | None = None, **root: object) -> bytes:
    """A PDF of as many pages, each with the picture; ``root`` members go into its catalogue."""
    document = pikepdf.new()
    picture = picture or scan()
    with Image.open(BytesIO(picture)) as opened:
        width, height = opened.size
    return _finished(document, picture, width, height, pages, root)


def _finished(
    document: pikepdf.Pdf, picture: bytes, width: int, height: int, pages: int, root: dict[str, object]
) -> bytes:
    stream = pikepdf.Stream(
        document,
        picture,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=width,
        Height=height,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    for _ in range(pages):
        page = document.add_blank_page(page_size=PAGE)
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
        page.Contents = document.make_stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    for name, value in root.items():
        document.Root[f"/{name}"] = value
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def with_script() -> bytes:
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    return pdf(OpenAction=action)


def with_launch() -> bytes:
    return pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("calc.exe")))


def opening_at(first: str, **more: pikepdf.Object) -> bytes:
    """A PDF that does one action of this kind when it is opened."""
    return pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name(f"/{first}"), **more))


def with_link(kind: str, **more: pikepdf.Object) -> bytes:
    """A PDF with a link on its first page that does an action of this kind when it is clicked."""
    document = pikepdf.open(BytesIO(pdf()))
    action = pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), **more)
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=pikepdf.Array([0, 0, 90, 20]), A=action
    )
    document.pages[0].Annots = pikepdf.Array([link])
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def with_attachment() -> bytes:
    document = pikepdf.open(BytesIO(pdf()))
    document.attachments["a.exe"] = pikepdf.AttachedFileSpec(document, b"MZ")
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def encrypted(owner: str = "owner", user: str = "user") -> bytes:
    document = pikepdf.open(BytesIO(pdf()))
    buffer = BytesIO()
    document.save(buffer, encryption=pikepdf.Encryption(owner=owner, user=user))
    return buffer.getvalue()


def with_bomb(size: int = 2_000_000_000) -> bytes:
    """A page whose content inflates to ``size`` bytes."""
    packer = zlib.compressobj(9)
    piece = b" " * 1_000_000
    packed = b"".join([*(packer.compress(piece) for _ in range(size // len(piece))), packer.flush()])
    document = pikepdf.open(BytesIO(pdf()))
    document.pages[0].Contents = pikepdf.Stream(document, packed, Filter=pikepdf.Name.FlateDecode)
    buffer = BytesIO()
    document.save(buffer, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return buffer.getvalue()


def with_huge_picture() -> bytes:
    document = pikepdf.open(BytesIO(pdf()))
    image = next(iter(document.pages[0].Resources.XObject.values()))
    image.Width = image.Height = 50_000
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def huge_png(side: int = 50_000) -> bytes:
    """A PNG of nothing that claims ``side`` pixels each way: a few kilobytes to send, gigabytes to decode."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    header = side.to_bytes(4, "big") * 2 + b"\x01\x00\x00\x00\x00"
    rows = zlib.compress(bytes((side // 8 + 1) * 10), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


#: the end of an empty ZIP's directory
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
