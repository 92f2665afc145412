"""The viewer's name is seen on whatever paper it lies."""

from io import BytesIO

import pytest
from PIL import Image

from verify.watermark import stamped


@pytest.mark.parametrize("ground", [(0, 0, 0), (90, 15, 15), (150, 20, 20), (128, 128, 128), (255, 255, 255)])
def test_the_name_stands_out_on_every_ground(ground: tuple[int, int, int]) -> None:
    buffer = BytesIO()
    Image.new("RGB", (800, 600), ground).save(buffer, "PNG")
    with Image.open(BytesIO(stamped(buffer.getvalue(), "reviewer.one 2026-12-01 10:00"))) as image:
        darkest, lightest = image.convert("L").getextrema()
    assert lightest - darkest > 25
