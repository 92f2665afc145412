"""Reading the URLs applications give."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.outbound.refusals import NotDelivered
from verify.outbound.target import Target, read


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("https://hooks.example", Target("https", "hooks.example", 443, "/"), "hooks.example"),
        ("HTTPS://Hooks.Example:443/a/b?c=d", Target("https", "hooks.example", 443, "/a/b?c=d"), "hooks.example"),
        ("https://hooks.example:8443/a", Target("https", "hooks.example", 8443, "/a"), "hooks.example:8443"),
        ("https://xn--fiq228c.example/", Target("https", "xn--fiq228c.example", 443, "/"), "xn--fiq228c.example"),
        ("https://[2606:4700::1111]:444/", Target("https", "2606:4700::1111", 444, "/"), "[2606:4700::1111]:444"),
        ("https://198.41.0.4/", Target("https", "198.41.0.4", 443, "/"), "198.41.0.4"),
    ],
)
def test_a_url_is_taken_apart(url: str, target: Target, authority: str) -> None:
    assert read(url, plain=False) == target
    assert target.authority == authority


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "//hooks.example",
        "https://",
        "https:///path",
        "ftp://hooks.example",
        "file:///etc/passwd",
        "https://user@hooks.example",
        "https://user:pass@hooks.example",
        "https://@hooks.example",
        "https://hooks.example#part",
        "https://hooks.example:0/",
        "https://hooks.example:65536/",
        "https://hooks.example:port/",
        "https://hooks.example\\@10.0.0.1/",
        "https://hooks .example/",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nHost: other",
        "https://实名.example/",
        "https://hooks.example/实名",
        "https://hooks..example/",
        "https://.example/",
        "https://example-/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://[v1.fe80]/",
        "https://[::zz]/",
        "https://hooks.example/" + "a" * 2048,
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(NotDelivered, match="url_format"):
        read(url, plain=True)


def test_plain_http_is_taken_only_where_it_is_allowed() -> None:
    with pytest.raises(NotDelivered, match="https_required"):
        read("http://hooks.example/", plain=False)
    assert read("http://hooks.example/", plain=True).port == 80


@given(st.text(max_size=60).map(lambda text: "https://hooks.example/" + text) | st.text(max_size=80))
def test_what_is_taken_has_no_line_break_and_no_other_host(url: str) -> None:
    with suppress(NotDelivered):
        target = read(url, plain=False)
        assert_harmless(url, target)


def assert_harmless(url: str, target: Target) -> None:
    assert target.path.isascii()
    assert target.path.isprintable()
    assert " " not in target.path
    assert url.lower().startswith(f"https://{target.host}")
