"""A supervisor in a real browser frees somebody whom no vendor answers: another vendor first, and asked once more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from providers.base import Capability
from providers.testing.server import SandboxServer
from tests.caller import person
from tests.functional.service import Service, running
from tests.functional.test_console import Operator, Sit, sit  # noqa: F401 - a fixture
from tests.functional.test_fail_over import FIRST, SECOND, toml
from tests.waiting import wait_until
from verify.flows.checks import SHANGHAI

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

IDENTITY = Capability.IDENTITY


@dataclass
class Scene:
    service: Service
    key: str
    first: SandboxServer
    second: SandboxServer

    def send(self, method: str, path: str, **body: Any) -> Any:
        return self.service.send(method, f"/v1/verifications{path}", self.key, **body).json()

    def stuck(self) -> str:
        """Somebody who consented to both, and whom neither answers."""
        wanted = {"type": "personal", "method": "face", "account_ref": "acct-1"}
        answers: list[dict[str, Any]] = []
        # the assessment counts once the service has looked, which it does every second

        def is_made() -> bool:
            answers.append(self.send("POST", "", json=wanted))
            return "id" in answers[-1]

        wait_until(is_made)
        made: str = answers[-1]["id"]
        notice = self.send("GET", f"/{made}/consent_notice")
        also = f"share.{IDENTITY}.{SECOND}"
        granted = [item["id"] for item in notice["items"] if item["required"] or item["id"] == also]
        body = {"policy_version": notice["policy_version"], "granted": granted}
        self.send("POST", f"/{made}/steps/consent", json=body)
        self.first.play(FIRST, "outage", IDENTITY)
        self.second.play(SECOND, "outage", IDENTITY)
        after = self.send("POST", f"/{made}/steps/identity", json=person())
        assert after["last_error"]["code"] == "provider_unavailable"
        return made

    def asked(self) -> list[str]:
        """Who was asked for identities, in order."""
        lines = self.service.command("disclosures", "export", "--from", "2020-01-01", "--to", "2199-01-01")
        return [row for row in lines.splitlines() if f'"purpose": "{IDENTITY}"' in row]


@pytest.fixture(scope="module")
def browser(launch: Callable[..., Browser]) -> Browser:
    return launch()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with SandboxServer() as first, SandboxServer() as second:
        routes = {
            "identity": [{"provider": FIRST, "weight": 10**9}, {"provider": SECOND, "weight": 1}],
            "face": [{"provider": FIRST}],
        }
        file = tmp_path / "realname.toml"
        file.write_text(
            f"[providers]\n{FIRST} = {toml(first.settings(FIRST))}\n{SECOND} = {toml(second.settings(SECOND))}\n"
            f"routes = {toml(routes)}\n",
            "utf-8",
        )
        with running(tmp_path, more={"REALNAME_CONFIG": str(file)}) as (service, made):
            service.command("app", "set", made["application_id"], "direct_face_image=true")
            today = datetime.now(SHANGHAI).date()
            days = ["--from", str(today), "--until", str(today + timedelta(days=300))]
            words = ["--recipient", FIRST, "--title", "Faces", "--approved-by", "Compliance", *days]
            service.command("assessments", "add", "face", *words)
            yield Scene(service, made["live_key"], first, second)


@pytest.fixture
def service(scene: Scene) -> tuple[Service, str]:
    return scene.service, scene.key


def test_another_vendor_is_asked_first_and_the_user_goes_on(scene: Scene, sit: Sit) -> None:  # noqa: F811 - the fixture
    made = scene.stuck()
    wang: Operator = sit("wang", "supervisor")
    page = wang.page
    page.get_by_role("link", name="No vendor answers 1").click()
    expect(page.get_by_role("region", name="Cases").get_by_text("Vendor outage")).to_be_visible()
    wang.look("outage-queue")
    page.get_by_role("link", name="acct-1").click()

    page.get_by_role("button", name="Ask the vendor once more").click()
    expect(page.get_by_text("none answers yet")).to_be_visible()
    wang.look("outage-again")

    scene.second.play(SECOND, "match", IDENTITY)
    before = len(scene.asked())
    page.get_by_label("Ask another consented provider first").select_option(f"{IDENTITY}/{SECOND}")
    page.get_by_role("button", name="Switch").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    expect(page.get_by_text("Provider switched")).to_be_visible()
    page.get_by_role("button", name="Ask the vendor once more").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    wang.look("outage-over")

    [answered] = scene.asked()[before:]
    assert f'"recipient": "{SECOND}"' in answered
    assert scene.send("GET", f"/{made}")["next_step"] == "face"
    page.get_by_role("link", name="Queue").first.click()
    expect(page.get_by_role("link", name="No vendor answers", exact=True)).to_be_visible()


def test_a_case_taken_in_waits_for_the_vendor_with_staff_and_goes_on_once_it_answers(
    scene: Scene,
    sit: Sit,  # noqa: F811 - the fixture
) -> None:
    made = scene.stuck()
    wang: Operator = sit("wang", "supervisor")
    page = wang.page
    page.goto(f"{wang.base}/ops/cases/{made}")
    page.get_by_label("Take it in for a person to decide, because").fill("The customer called")
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_text("It cannot be approved yet. Nothing is known of: Face.")).to_be_visible()
    expect(page.locator("summary", has_text="Approve")).to_have_count(0)
    wang.look("taken-in")

    page.get_by_role("button", name="Ask the vendor once more").click()
    expect(page.get_by_text("none answers yet")).to_be_visible()
    assert scene.send("GET", f"/{made}")["status"] == "review"
    page.goto(f"{wang.base}/ops/queue?status=review&reason=vendor_outage")
    expect(page.get_by_role("link", name="acct-1")).to_be_visible()

    scene.first.play(FIRST, "match", IDENTITY)
    page.get_by_role("link", name="acct-1").click()
    page.get_by_role("button", name="Ask the vendor once more").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    assert scene.send("GET", f"/{made}")["next_step"] == "face"
