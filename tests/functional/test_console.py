"""The day of a reviewer in a real browser: find a stuck case, send one step back, and be the second person.

Screenshots go where REALNAME_TEST_SHOTS says, to be looked at.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.caller import person
from tests.functional.service import Service, running
from tests.functional.users import User
from tests.receiver import Receiver, receiving

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

SHOTS = Path(os.environ.get("REALNAME_TEST_SHOTS", "build/screenshots")) / "console"
OWN = "plenty of staples, battery"

#: kind of violation that fails a page (axe-core)
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def browser(launch: Callable[..., Browser]) -> Browser:
    return launch()


@dataclass
class Operator:
    """Somebody at a window. Every page they look at is held against axe-core and kept as a picture."""

    page: Page
    base: str
    login: str
    secret: str = ""

    def come_in(self, password: str) -> None:
        page = self.page
        page.goto(f"{self.base}/ops")
        self.look("sign-in")
        page.get_by_label("Login").fill(self.login)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Continue").click()
        self.secret = page.locator("code.secret").inner_text()
        self.look("enrol")
        page.get_by_label("Six digits").fill(pyotp.TOTP(self.secret).now())
        page.get_by_role("button", name="Continue").click()
        expect(page.locator(".codes code")).to_have_count(10)
        page.get_by_role("link", name="I have kept them").click()
        page.get_by_label("New password").fill(OWN)
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("I keep secret").check()
        page.get_by_label("I have had the training").check()
        self.look("acknowledge")
        page.get_by_role("button", name="I confirm both").click()

    def look(self, name: str) -> None:
        """Raises where the page would shut somebody out."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{self.login}-{name}.png", full_page=True)
        found = Axe().run(self.page).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found if v["impact"] in GRAVE] == []


#: makes an operator (login, roles) and sits them down at a window (options of a browser context)
Sit = Callable[..., Operator]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Service, str]]:
    with running(tmp_path, more={"REALNAME_WEBHOOK_ALLOW_PRIVATE": "1"}) as (service, made):
        yield service, made["test_key"]


@pytest.fixture
def sit(browser: Browser, service: tuple[Service, str]) -> Iterator[Callable[..., Operator]]:
    """A new operator at a window of their own, in clear or dark, on a desk or a phone."""
    opened = []

    def sit_down(login: str, *roles: str, **options: object) -> Operator:
        words = [word for role in roles for word in ("--role", role)]
        made = service[0].command("operator", "create", login, *words, "--all-applications")
        password = re.findall(r"password\s+(\S+)", made)[0]
        defaults = {"viewport": {"width": 1280, "height": 900}, "locale": "en", "reduced_motion": "reduce"}
        context = browser.new_context(**{**defaults, **options})  # type: ignore[arg-type]
        opened.append(context)
        operator = Operator(context.new_page(), service[0].base, login)
        operator.come_in(password)
        return operator

    yield sit_down
    for context in opened:
        context.close()


@pytest.fixture
def users(service: tuple[Service, str]) -> tuple[User, User]:
    return User(*service, "acct-unreadable", 1), User(*service, "acct-unclear", 2)


def stuck(users: tuple[User, User]) -> tuple[str, str]:
    """Two cases before staff: a licence that could not be read, and a register that gave no clear answer."""
    return users[0].bring_enterprise("执照模糊科技有限公司"), users[1].bring_enterprise("登记不明科技有限公司")


@dataclass
class Walk:
    """What a reviewer did for one decision, and how long the pages took; kept beside the pictures."""

    name: str
    began: float = field(default_factory=time.monotonic)
    acts: list[str] = field(default_factory=list)

    def press(self, page: Page, key: str) -> None:
        self.acts.append(f"key {key}")
        page.keyboard.press(key)

    def click(self, page: Page, button: str) -> None:
        self.acts.append(f"button {button}")
        page.get_by_role("button", name=button, exact=True).click()

    def end(self, within: float) -> None:
        seconds = round(time.monotonic() - self.began, 1)
        SHOTS.mkdir(parents=True, exist_ok=True)
        (SHOTS / f"walk-{self.name}.json").write_text(json.dumps({"acts": self.acts, "seconds": seconds}), "utf-8")
        assert seconds < within


def wait_until(true: Callable[[], bool], within: float = 15) -> None:
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < within
        time.sleep(0.05)


def test_a_reviewer_sends_one_step_back_and_a_second_person_confirms_an_override(
    service: tuple[Service, str], receiver: Receiver, users: tuple[User, User], sit: Callable[..., Operator]
) -> None:
    running_service, token = service
    unreadable, unclear = stuck(users)
    running_service.send("POST", "/v1/webhook_endpoints", token, json={"url": receiver.url})
    li = sit("li", "reviewer")
    page = li.page
    expect(page.get_by_role("link", name="执照模糊科技有限公司")).to_be_visible()
    li.look("queue")

    # the scan is worthless: from the queue to the user's next step
    walk = Walk("ask-again")
    walk.press(page, "j")
    walk.press(page, "Enter")
    expect(page.get_by_role("heading", name="执照模糊科技有限公司")).to_be_visible()
    expect(page.locator("tr.unread")).to_have_count(3)
    walk.press(page, "a")
    page.get_by_label("What the user is to do").fill("请上传清晰的营业执照扫描件")
    walk.click(page, "Send it back")
    expect(page.get_by_text("Done.")).to_be_visible()
    walk.end(within=60)

    asked = users[0].read(unreadable)
    assert (asked["status"], asked["next_step"]) == ("pending", "license")
    assert asked["request"] == "请上传清晰的营业执照扫描件"
    users[0].finish(unreadable)
    assert users[0].read(unreadable)["status"] == "review"

    # a person can read it now: the commonest case, decided without leaving the page
    page.goto(f"{running_service.base}/ops/queue?reason=license_unreadable")
    walk = Walk("approve")
    walk.press(page, "j")
    walk.press(page, "Enter")
    scan = page.locator(".papers img").first
    wait_until(lambda: bool(scan.evaluate("picture => picture.naturalWidth > 0")))
    li.look("case")
    walk.press(page, "y")
    li.look("approve")
    walk.click(page, "Approve")
    expect(page.get_by_text("Done.")).to_be_visible()
    walk.end(within=60)
    assert users[0].read(unreadable)["status"] == "verified"

    override(li, sit, unclear)
    wait_until(lambda: receiver.types.count("verification.verified") == 2)


def override(li: Operator, sit: Callable[..., Operator], unclear: str) -> None:
    """Proposed, refused to its own proposer, confirmed by another."""
    page = li.page
    page.goto(f"{li.base}/ops/cases/{unclear}")
    page.keyboard.press("y")
    page.get_by_label("Why the check is wrong").fill("已核对名称变更通知书")
    page.get_by_role("button", name="Propose to a second person").click()
    expect(page.get_by_role("heading", name="Second person wanted")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm the override")).to_have_count(0)
    li.look("proposed")

    wang = sit("wang", "supervisor")
    wang.page.get_by_role("link", name="Second person").click()
    wang.page.get_by_role("link", name="登记不明科技有限公司").click()
    wang.look("override")
    wang.page.get_by_role("button", name="Confirm the override").click()
    expect(wang.page.get_by_text("Done.")).to_be_visible()
    wang.page.get_by_role("link", name="Overview").click()
    expect(wang.page.locator(".chart svg").first).to_be_visible()
    wang.look("overview")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("desk", {}),
        ("dark", {"color_scheme": "dark"}),
        ("phone", {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}),
        ("noscript", {"java_script_enabled": False}),
    ],
)
def test_every_page_is_open_to_everybody(
    service: tuple[Service, str],
    users: tuple[User, User],
    sit: Callable[..., Operator],
    name: str,
    options: dict[str, object],
) -> None:
    """axe-core needs scripts; without them only the way through is walked."""
    running_service, token = service
    case, _ = stuck(users)
    asked = {"kind": "deletion", "details": "请删除我的全部信息", "requester": "relative", "proof": "户口簿"}
    path = "/v1/accounts/acct-unclear/rights_requests"
    rights = running_service.send("POST", path, token, json=asked).json()["id"]
    look = Operator.look
    if name == "noscript":
        Operator.look = lambda *_: None  # type: ignore[method-assign]
    try:
        who = sit(f"chen-{name}", "supervisor", "auditor", "administrator", **options)
        for path in ("queue", f"cases/{case}", "overview", "audit", "team", "rights", f"rights/{rights}"):
            response = who.page.goto(f"{running_service.base}/ops/{path}")
            assert response is not None
            assert response.status == 200
            who.look(path.partition("?")[0].replace("/", "-")[:14])
        who.page.goto(f"{running_service.base}/ops/queue")
        who.page.get_by_label("Find a case").fill(person()["id_number"])
        who.page.get_by_label("Find a case").press("Enter")
        expect(who.page.get_by_role("link", name="执照模糊科技有限公司")).to_be_visible()
        who.look("search")
        who.page.goto(f"{running_service.base}/ops/language/zh-CN")
        for path in ("queue", f"cases/{case}", "overview", "audit", "team", "nowhere"):
            who.page.goto(f"{running_service.base}/ops/{path}")
            who.look(f"zh-{path.partition('/')[0]}")
    finally:
        Operator.look = look  # type: ignore[method-assign]
