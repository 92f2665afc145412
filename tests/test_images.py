import warnings
from typing import Any

import pytest
from PIL import Image

from tests.pictures import GREEN, RED, WHITE, flag, opened, png, saved
from verify import images
from verify.images import MAX_PIXELS, MIN_SIDE, UnsupportedImage, draw_portrait, fit_face_image

LIMITS: dict[str, int] = {"max_bytes": 2_000_000, "max_side": 2048}

PORTRAIT = draw_portrait(240, 320)


def fitted(data: bytes, **limits: int) -> Image.Image:
    return opened(fit_face_image(data, **LIMITS | limits))


def refusal(data: bytes, **limits: int) -> str:
    with pytest.raises(UnsupportedImage) as raised:
        fit_face_image(data, **LIMITS | limits)
    assert str(raised.value) == raised.value.code
    return raised.value.code


def is_near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(pixel, colour, strict=True))


class TestWhatIsTaken:
    def test_a_jpeg(self) -> None:
        assert fitted(PORTRAIT).size == (240, 320)

    def test_a_png_whatever_it_is_called(self) -> None:
        assert fitted(saved(opened(PORTRAIT), "PNG")).format == "JPEG"

    @pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
    def test_a_jpeg_of_mode(self, mode: str) -> None:
        image = fitted(saved(flag().convert(mode), "JPEG", quality=95))
        assert (image.mode, image.size) == ("RGB", (200, 100))

    def test_the_colours_of_a_cmyk_jpeg(self) -> None:
        image = fitted(saved(flag().convert("CMYK"), "JPEG", quality=95))
        assert is_near(image.getpixel((20, 50)), RED)

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
    def test_a_png_of_mode(self, mode: str) -> None:
        image = fitted(saved(Image.new(mode, (200, 100)), "PNG"))
        assert (image.mode, image.size) == ("RGB", (200, 100))

    def test_a_palette(self) -> None:
        image = fitted(saved(flag().convert("P", palette=Image.Palette.ADAPTIVE), "PNG"))
        assert is_near(image.getpixel((20, 50)), RED)

    def test_sixteen_bits_of_grey_keep_their_shades(self) -> None:
        grey = Image.new("I;16", (200, 100), 0x8000)
        assert is_near(fitted(saved(grey, "PNG")).getpixel((50, 50)), (128, 128, 128))

    @pytest.mark.parametrize("mode", ["RGBA", "LA"])
    def test_what_is_transparent_becomes_white(self, mode: str) -> None:
        clear = Image.new("RGBA", (200, 100), (0, 0, 0, 0)).convert(mode)
        assert is_near(fitted(saved(clear, "PNG")).getpixel((50, 50)), WHITE)

    def test_a_transparent_palette_entry_becomes_white(self) -> None:
        image = Image.new("P", (200, 100), 0)
        image.putpalette([0, 0, 0, 255, 0, 0])
        assert is_near(fitted(saved(image, "PNG", transparency=bytes([0, 255]))).getpixel((50, 50)), WHITE)

    def test_a_progressive_jpeg(self) -> None:
        assert fitted(saved(flag(), "JPEG", progressive=True)).size == (200, 100)

    def test_bytes_after_the_end_are_dropped(self) -> None:
        assert b"trailing" not in fit_face_image(PORTRAIT + b"trailing", **LIMITS)


class TestWhatIsRefused:
    def test_nothing(self) -> None:
        assert refusal(b"") == "empty"

    @pytest.mark.parametrize("data", [b"\0", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", PORTRAIT[1:]])
    def test_what_is_no_image(self, data: bytes) -> None:
        assert refusal(data) == "not_an_image"

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "BMP", "TIFF"])
    def test_another_format(self, kind: str) -> None:
        assert refusal(saved(flag(), kind)) == "unsupported_format"

    @pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"\0\0\0\x18ftypheic\0\0\0\0"])
    def test_another_file(self, data: bytes) -> None:
        assert refusal(data) == "unsupported_format"

    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    @pytest.mark.parametrize("kept", [0.02, 0.5, 0.9])
    def test_a_truncated_file(self, kind: str, kept: float) -> None:
        whole = saved(opened(PORTRAIT), kind)
        assert refusal(whole[: int(len(whole) * kept)]) == "truncated"

    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    def test_a_file_broken_in_the_middle(self, kind: str) -> None:
        whole = saved(opened(PORTRAIT), kind)
        assert refusal(whole[:40] + whole[400:]) == "not_an_image"

    @pytest.mark.parametrize(
        ("width", "height"), [(5_001, 5_000), (10_000, 10_000), (20_000, 20_000), (MAX_PIXELS + 1, 1), (2**31 - 1,) * 2]
    )
    def test_a_bomb_by_its_header_alone(self, width: int, height: int) -> None:
        assert refusal(png(width, height)) == "too_large"

    def test_a_jpeg_of_a_thousand_scans(self) -> None:
        start = PORTRAIT.index(b"\xff\xda")
        assert refusal(PORTRAIT[:-2] + PORTRAIT[start : start + 20] * 1000 + PORTRAIT[-2:]) == "too_large"

    @pytest.mark.parametrize("size", [(MIN_SIDE - 1, 300), (300, MIN_SIDE - 1), (1, 1)])
    def test_a_small_image(self, size: tuple[int, int]) -> None:
        assert refusal(saved(Image.new("RGB", size), "PNG")) == "too_small"

    def test_a_strip_that_would_become_small(self) -> None:
        assert refusal(saved(Image.new("RGB", (4000, 64)), "PNG")) == "too_small"

    def test_what_pillow_only_warns_of(self) -> None:
        cut_short = b"Exif\0\0II*\0\x08\0\0\0\x01\0"  # one entry announced, none there
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            images.refuse_warnings()
            assert refusal(saved(flag(), "JPEG", exif=cut_short)) == "not_an_image"

    def test_the_smallest_that_is_taken(self) -> None:
        assert fitted(saved(Image.new("RGB", (MIN_SIDE, MIN_SIDE)), "PNG")).size == (MIN_SIDE, MIN_SIDE)


class TestLimits:
    def test_two_megabytes_of_a_camera_fit(self) -> None:
        photo = draw_portrait(1440, 1920, noise_seed=1)
        assert 1_800_000 < len(photo) < 2_200_000
        assert len(fit_face_image(photo, **LIMITS)) <= 2_000_000

    @pytest.mark.parametrize("max_bytes", [500_000, 50_000, 5_000])
    def test_the_result_is_within_the_bytes(self, max_bytes: int) -> None:
        photo = draw_portrait(480, 640, noise_seed=1)
        assert len(fit_face_image(photo, max_bytes, 2048)) <= max_bytes

    def test_what_cannot_be_made_to_fit_is_too_large(self) -> None:
        assert refusal(PORTRAIT, max_bytes=500) == "too_large"

    @pytest.mark.parametrize("max_side", [2048, 1000, 300])
    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    def test_the_result_is_within_the_side_and_keeps_its_shape(self, kind: str, max_side: int) -> None:
        image = fitted(saved(Image.new("RGB", (2400, 3200)), kind), max_side=max_side)
        assert image.height == max_side
        assert image.width == pytest.approx(max_side * 3 / 4, abs=1)

    def test_a_small_image_is_not_enlarged(self) -> None:
        assert fitted(PORTRAIT, max_side=2048).size == (240, 320)


#: EXIF orientation → where red and green end up: (size, a red pixel, a green pixel)
UPRIGHT = {
    1: ((200, 100), (20, 50), (180, 50)),
    2: ((200, 100), (180, 50), (20, 50)),
    3: ((200, 100), (180, 50), (20, 50)),
    4: ((200, 100), (20, 50), (180, 50)),
    5: ((100, 200), (50, 20), (50, 180)),
    6: ((100, 200), (50, 20), (50, 180)),
    7: ((100, 200), (50, 180), (50, 20)),
    8: ((100, 200), (50, 180), (50, 20)),
    9: ((200, 100), (20, 50), (180, 50)),
}


class TestMetadata:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    @pytest.mark.parametrize(("orientation", "turned"), UPRIGHT.items())
    def test_an_image_is_turned_upright(self, kind: str, orientation: int, turned: tuple[Any, Any, Any]) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        image = fitted(saved(flag(), kind, exif=exif))
        size, red, green = turned
        assert image.size == size
        assert is_near(image.getpixel(red), RED)
        assert is_near(image.getpixel(green), GREEN)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    def test_none_is_left(self, kind: str) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        exif[0x010F] = "camera-of-somebody"
        exif.get_ifd(0x8825)[1] = "N"
        marked = saved(
            flag(),
            kind,
            exif=exif,
            icc_profile=b"profile-of-somebody",
            comment=b"comment-of-somebody",
            xmp=b"<x>xmp-of-somebody</x>",
            dpi=(300, 300),
        )
        assert b"of-somebody" in marked
        clean = fit_face_image(marked, **LIMITS)
        assert b"of-somebody" not in clean
        assert set(opened(clean).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert dict(opened(clean).getexif()) == {}


class TestThePortrait:
    @pytest.mark.parametrize("size", [(64, 64), (480, 640), (100, 800)])
    def test_it_has_the_size_asked_for(self, size: tuple[int, int]) -> None:
        assert opened(draw_portrait(*size)).size == size

    def test_it_is_small_without_noise(self) -> None:
        assert len(draw_portrait()) < 60_000

    def test_the_same_seed_draws_the_same(self) -> None:
        assert draw_portrait(100, 100, 5) == draw_portrait(100, 100, 5)

    def test_another_seed_draws_another(self) -> None:
        assert draw_portrait(100, 100, 5) != draw_portrait(100, 100, 6)


class TestLeastSides:
    """Of a provider that refuses small portraits."""

    def test_a_picture_that_reaches_them_either_way_up_is_taken(self) -> None:
        for sides in ((480, 640), (640, 480)):
            fitting = fit_face_image(draw_portrait(*sides), **LIMITS, min_sides=(640, 480))
            assert sorted(opened(fitting).size) == [480, 640]

    @pytest.mark.parametrize("sides", [(479, 640), (480, 639), (640, 479)])
    def test_a_smaller_one_is_refused_and_not_blown_up(self, sides: tuple[int, int]) -> None:
        with pytest.raises(UnsupportedImage) as raised:
            fit_face_image(draw_portrait(*sides), **LIMITS, min_sides=(640, 480))
        assert raised.value.code == "too_small"

    def test_bytes_are_not_saved_at_the_cost_of_them(self) -> None:
        noisy = draw_portrait(480, 640, noise_seed=1)
        with pytest.raises(UnsupportedImage) as raised:
            fit_face_image(noisy, max_bytes=20_000, max_side=2048, min_sides=(640, 480))
        assert raised.value.code == "too_large"
        assert max(opened(fit_face_image(noisy, max_bytes=20_000, max_side=2048)).size) < 640
