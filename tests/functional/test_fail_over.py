"""Two vendors over real sockets, the first of them down: who consented to both is verified, others are asked."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from crypto import keyring_file
from crypto.hashing import one_time_code
from providers.base import Capability
from providers.testing.identities import adult, card, mobile
from providers.testing.server import SandboxServer
from tests.functional.service import Service, running

CARD = Capability.BANK_CARD
FIRST, SECOND = "tencent", "alibaba"
PEOPLE = 200

#: requests at a time: fewer than there are people, or all have asked the first before anybody has heard that it is down
AT_ONCE = 48

#: verifications for what follows the crowd
LATER = 16

#: seconds the first takes to say that it is down
SLOW = 1.2

#: seconds after which an answer counts as lost, so that a slow machine is not taken for a vendor that hangs
PATIENCE = 60


def toml(value: Any) -> str:
    """Enough of TOML for providers: inline tables, lists, texts, numbers."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(str(k))} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[ " + ", ".join(map(toml, value)) + " ]"
    return json.dumps(value, ensure_ascii=False)


@dataclass
class Scene:
    service: Service
    token: str
    first: SandboxServer

    def send(self, path: str, body: Any) -> dict[str, Any]:
        answer = self.service.send("POST", path, self.token, json=body)
        assert answer.status_code in {200, 201, 202}, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def consent(self, path: str, *, to_both: bool) -> None:
        notice = self.service.send("GET", f"{path}/consent_notice", self.token).json()
        also = f"share.{CARD}.{SECOND}" if to_both else None
        granted = [item["id"] for item in notice["items"] if item["required"] or item["id"] == also]
        self.send(f"{path}/steps/consent", {"policy_version": notice["policy_version"], "granted": granted})

    def to_code(self, n: int, *, to_both: bool) -> str:
        """A verification whose code has been sent."""
        wanted = {"type": "personal", "method": "bank_card", "account_ref": f"acct-{n}"}
        path = f"/v1/verifications/{self.send('/v1/verifications', wanted)['id']}"
        self.consent(path, to_both=to_both)
        who = adult(n)
        body = {"name": who.name, "id_number": who.id_number, "card_number": card(n), "mobile": mobile(n)}
        assert self.send(f"{path}/steps/bank_card", body)["next_step"] == "sms_code"
        return path

    def give_code(self, path: str) -> dict[str, Any]:
        keyring = keyring_file.read(self.service.root / "instance" / "keyring.json", None)
        code = one_time_code(keyring.primary("pepper"), UUID(path.rpartition("ver_")[2]), "sms_code", 1)
        return self.send(f"{path}/steps/sms_code", {"code": code})

    def calls(self) -> list[dict[str, Any]]:
        """The record of four-element checks, as the compliance officer gets it."""
        lines = self.service.command("disclosures", "export", "--from", "2020-01-01", "--to", "2199-01-01")
        rows = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
        return [row for row in rows if row["purpose"] == CARD]

    def is_open(self) -> bool:
        metrics = self.service.send("GET", "/metrics", self.token).text
        found = re.search(rf'realname_circuit_open{{capability="{CARD}",provider="{FIRST}"}} (\S+)', metrics)
        return found is not None and float(found[1]) == 1


@pytest.fixture
def scene(tmp_path: Path, both_databases_bare: str) -> Iterator[Scene]:
    with SandboxServer() as first, SandboxServer() as second:
        routes = {
            "bank_card": [{"provider": FIRST, "weight": 10**9}, {"provider": SECOND, "weight": 1}],
            "sms": [{"provider": SECOND}],
        }
        file = tmp_path / "realname.toml"
        file.write_text(
            f"[providers]\n{FIRST} = {toml(first.settings(FIRST))}\n{SECOND} = {toml(second.settings(SECOND))}\n"
            f"routes = {toml(routes)}\n",
            "utf-8",
        )
        more = {"REALNAME_CONFIG": str(file), "REALNAME_REQUEST_RATE": "100000 per second"}
        url = None if both_databases_bare.startswith("sqlite") else both_databases_bare
        with running(tmp_path, database_url=url, more=more) as (service, made):
            service.command("app", "set", made["application_id"], "bank_card_face=false")
            for vendor in FIRST, SECOND:
                service.command("providers", "set", vendor, "bank_card", "--timeout", str(PATIENCE))
            yield Scene(service, made["live_key"], first)


@pytest.mark.long
@pytest.mark.timeout(500)
def test_two_hundred_people_while_the_first_vendor_is_down(scene: Scene) -> None:
    with ThreadPoolExecutor(8) as pool:
        both = list(pool.map(lambda n: scene.to_code(n, to_both=True), range(1, PEOPLE // 2 + LATER + 1)))
        some = range(1000, 1000 + PEOPLE // 2)
        only_first = list(pool.map(lambda n: scene.to_code(n, to_both=False), some))
    crowd, later = both[: PEOPLE // 2], both[PEOPLE // 2 :]

    scene.first.play(FIRST, "outage", CARD)
    scene.first.trouble(FIRST, delay=SLOW)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = dict(zip([*crowd, *only_first], pool.map(scene.give_code, [*crowd, *only_first]), strict=True))

    assert {answers[path]["status"] for path in crowd} == {"verified"}
    asked = [answers[path] for path in only_first]
    assert {(a["next_step"], a["last_error"]["code"]) for a in asked} == {("consent", "other_provider_offered")}
    calls = scene.calls()
    # what the second takes longer for, so many at once, is this machine's doing
    slow = Counter(row["verification"] for row in slow_calls(scene))
    assert max(slow.values()) == 1
    assert sum(row["recipient"] == SECOND for row in calls) == len(crowd)
    # the circuit spared most of them the wait
    assert scene.is_open()
    assert sum(slow.values()) < PEOPLE / 2

    asked_path = only_first[0]
    scene.consent(asked_path, to_both=True)
    assert scene.give_code(asked_path)["status"] == "verified"

    # half-open: one call tries, finds it down still, and nobody else waits
    probes = until(lambda: len(slow_calls(scene)) > sum(slow.values()), scene, later)
    assert probes
    assert scene.is_open()

    # it is back: the next probe closes the circuit, and calls go to it again
    scene.first.play(FIRST, "match", CARD)
    scene.first.trouble(FIRST)
    assert until(lambda: not scene.is_open(), scene, later)
    last = scene.to_code(5000, to_both=True)
    assert scene.give_code(last)["result"]["assurance"][-1]["provider"] == FIRST


def slow_calls(scene: Scene) -> list[dict[str, Any]]:
    return [row for row in scene.calls() if row["recipient"] == FIRST and row["ms"] >= 1000 * SLOW]


def until(true: Any, scene: Scene, later: list[str], within: float = 60) -> bool:
    """Let somebody come every few seconds until it is so; each is verified all the same."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if later:
            assert scene.give_code(later.pop())["status"] == "verified"
        if true():
            return True
        time.sleep(6)
    return False
