"""What hostile bytes, many at once, must not do to verify.images."""

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.pictures import flag, png, saved
from verify import images
from verify.images import UnsupportedImage, draw_portrait, fit_face_image

LIMITS: dict[str, int] = {"max_bytes": 2_000_000, "max_side": 2048}

PORTRAIT = draw_portrait(240, 320)


def refused(data: bytes) -> UnsupportedImage:
    with pytest.raises(UnsupportedImage) as raised:
        fit_face_image(data, **LIMITS)
    return raised.value


def test_at_most_two_are_decoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now, most = 0, 0
    lock, decode = threading.Lock(), images._decoded

    def counted(*args: Any) -> Image.Image:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        try:
            threading.Event().wait(0.02)
            return decode(*args)
        finally:
            with lock:
                now -= 1

    monkeypatch.setattr(images, "_decoded", counted)
    threads = [threading.Thread(target=fit_face_image, args=(PORTRAIT, 10**6, 2048)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_a_refusal_gives_its_place_back() -> None:
    assert {refused(PORTRAIT[:200]).code for _ in range(5)} == {"truncated"}


def test_no_file_is_opened(audited: list[str]) -> None:
    photo = draw_portrait(1440, 1920, noise_seed=1)
    fit_face_image(PORTRAIT, **LIMITS)  # Pillow loads its codecs at first use
    audited.clear()
    fit_face_image(photo, **LIMITS)
    refused(photo[:-2000])
    assert audited == []


def test_no_bytes_are_kept() -> None:
    photo = bytes(bytearray(draw_portrait(240, 320, noise_seed=3)))
    before = sys.getrefcount(photo)
    fit_face_image(photo, **LIMITS)
    after = sys.getrefcount(photo)
    assert after == before
    assert [name for name, value in vars(images).items() if isinstance(value, bytes | bytearray | Image.Image)] == []


def test_a_refusal_says_its_code_only() -> None:
    refusal = refused(PORTRAIT[:200])
    assert repr(refusal) == "UnsupportedImage('truncated')"
    assert refusal.__suppress_context__


_opened_files: list[str] = []
_watching = threading.Event()


def _watch(event: str, args: Any) -> None:
    if event == "open" and _watching.is_set():
        _opened_files.append(str(args[0]))


@pytest.fixture(scope="session")
def audit_hook() -> None:
    """An audit hook stays until the process ends, so there is one, which is deaf outside these tests."""
    sys.addaudithook(_watch)


@pytest.fixture
def audited(audit_hook: None) -> Iterator[list[str]]:
    _opened_files.clear()
    _watching.set()
    yield _opened_files
    _watching.clear()


def _only_refuses(data: bytes) -> bool:
    try:
        return fit_face_image(data, **LIMITS).startswith(b"\xff\xd8")
    except UnsupportedImage:
        return True


HEADS: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: PORTRAIT[:4],
    "jpeg-header": lambda: PORTRAIT[:300],
    "png": lambda: b"\x89PNG\r\n\x1a\n",
    "png-header": lambda: png(100, 100)[:33],
    "nothing": bytes,
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@given(tail=st.binary(max_size=400))
def test_random_bytes_are_refused_or_an_image(head: Callable[[], bytes], tail: bytes) -> None:
    assert _only_refuses(head() + tail)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@given(st.data())
def test_a_damaged_image_is_refused_or_an_image(kind: str, data: st.DataObject) -> None:
    whole = bytearray(
        saved(flag(), kind, exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0")
    )
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert _only_refuses(bytes(whole))
