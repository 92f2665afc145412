"""A real browser before the example sign-up and the service behind it."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from examples.signup.app import create_app
from examples.signup.realname import Realname
from examples.signup.service import running
from tests.functional.service import free_port

#: where screenshots go; looked at by people, never committed
SHOTS = Path(os.environ.get("REALNAME_TEST_SHOTS", "build/screenshots"))


CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
SIZES = {"phone": PHONE, "desktop": DESKTOP}

#: every window with every language
EVERYWHERE = pytest.mark.parametrize(
    ("size", "language"), [(size, language) for size in SIZES for language in ("zh-CN", "en")]
)

#: Chromium's test camera makes the same pictures every time, and a picture seen before is refused as a replay
GRAIN = """
const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (...given) {
  draw.apply(this, given);
  for (let dot = 0; dot < 400; dot += 1) {
    this.fillStyle = `hsl(${Math.random() * 360} 60% 50%)`;
    this.fillRect(Math.random() * this.canvas.width, Math.random() * this.canvas.height, 3, 3);
  }
};
"""

# a machine that does much else draws late, which is no fault of the page
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.long)
            item.add_marker(pytest.mark.timeout(600))  # the first of a process waits for the service
            # a browser works on a clock of its own; what passes only then is shown as R
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Browser:
    """One whose camera shows a test picture and is always allowed."""
    return launch(*CAMERA)


@dataclass
class Shop:
    """The example at ``base`` and the service it asks."""

    base: str
    realname: Realname

    def start(self, account_ref: str, method: str, **more: Any) -> str:
        """The hosted page of a new verification, made by the shop's own server."""
        wanted = {"type": "personal", "method": method, "return_url": f"{self.base}/returned", **more}
        return self.realname.start(account_ref, **wanted)

    def force(self, hosted_url: str, what: str, **body: Any) -> None:
        verification = urlsplit(hosted_url).path.rpartition("/")[2]
        requests.post(
            f"{self.realname.base}/v1/test/verifications/{verification}/{what}",
            headers={"Authorization": f"Bearer {self.realname.key}"},
            json=body,
            timeout=10,
        ).raise_for_status()


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    base = f"http://127.0.0.1:{free_port()}"
    with running(free_port(), base) as realname:
        server = make_server("127.0.0.1", int(base.rpartition(":")[2]), create_app(realname), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Shop(base, realname)
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Visitor:
    """Somebody with a browser window. Whatever the page complains of, and every request elsewhere, is kept."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def shows(self, screen: str) -> None:
        expect(self.page.locator(f"main[data-screen='{screen}']")).to_be_visible()

    @property
    def screen(self) -> str:
        return str(self.page.locator("main[data-screen]").get_attribute("data-screen"))


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open a window: ``size`` phone or desktop, further options as Playwright's contexts take them."""
    opened: list[Visitor] = []

    def window(size: str = "phone", by: Browser | None = None, **options: Any) -> Visitor:
        defaults = {**SIZES[size], "reduced_motion": "reduce", "permissions": ["camera"]}
        context = (by or browser).new_context(**{**defaults, **options})
        context.add_init_script(GRAIN)
        visitor = Visitor(context, context.new_page())
        visitor.page.on("console", lambda m: visitor.complaints.append(m.text) if m.type == "error" else None)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitor.page.on("request", lambda r: _note(visitor, r.url))
        opened.append(visitor)
        return visitor

    yield window
    for visitor in opened:
        visitor.context.close()


def _note(visitor: Visitor, url: str) -> None:
    if not url.startswith(("http://127.0.0.1:", "blob:", "data:")):
        visitor.elsewhere.append(url)


def shot(visitor: Visitor, name: str, *, full_page: bool = True) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    visitor.page.screenshot(path=SHOTS / f"{name}.png", full_page=full_page)
