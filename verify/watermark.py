"""The name of whoever looks at a document, burnt into every picture they are shown of it."""

from io import BytesIO
from math import hypot

import pylopdf_fonts_zh_cn as fonts
from PIL import Image, ImageDraw, ImageFont

#: of the shorter side of the picture
SIZE = 1 / 28
OPACITY = 58
ANGLE = 24

#: one of the two stands out whatever is under it
DARK, LIGHT = (150, 20, 20), (255, 255, 255)
#: of the letters' height
OUTLINE = 1 / 12


def stamped(picture: bytes, text: str) -> bytes:
    """The same picture as a JPEG with ``text`` all over it, across whatever it is."""
    with Image.open(BytesIO(picture)) as opened:
        image = opened.convert("RGB")
    for colour, outline in ((LIGHT, OUTLINE), (DARK, 0)):
        image.paste(Image.new("RGB", image.size, colour), (0, 0), _layer(image.size, text, outline))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=86)
    return buffer.getvalue()


def _layer(size: tuple[int, int], text: str, outline: float) -> Image.Image:
    """How strongly each point is coloured, 0 to 255."""
    side = int(hypot(*size)) + 2
    font = ImageFont.truetype(fonts.sans_path(), max(12, int(min(size) * SIZE)))
    canvas = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(canvas)
    left, top, right, bottom = font.getbbox(text)
    width, height = int(right - left) + int(font.size) * 3, int(bottom - top) * 5
    for row, y in enumerate(range(0, side, height)):
        for x in range(-(row % 2) * width // 2, side, width):
            draw.text((x, y), text, fill=OPACITY, font=font, stroke_width=round(font.size * outline))
    turned = canvas.rotate(ANGLE, resample=Image.Resampling.BICUBIC)
    x, y = (side - size[0]) // 2, (side - size[1]) // 2
    return turned.crop((x, y, x + size[0], y + size[1]))
