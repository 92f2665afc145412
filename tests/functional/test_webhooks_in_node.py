"""Deliveries are taken by the npm package of Standard Webhooks, with either secret while one is rotated."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from verify.flows.webhooks.message import encode, headers, new_secret

pytestmark = [pytest.mark.long, pytest.mark.enable_socket]

RECEIVER = Path(__file__).parent / "clients/webhooks"
BODY = encode({"id": "evt_1", "type": "verification.verified", "data": {"name": "张*"}})


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    project = shutil.copytree(
        RECEIVER, tmp_path_factory.mktemp("node") / "receiver", ignore=shutil.ignore_patterns("node_modules")
    )
    subprocess.run(["npm", "ci", "--silent"], cwd=project, check=True, timeout=120)
    return project


def received(receiver: Path, secret: str, sent: dict[str, str], body: bytes) -> subprocess.CompletedProcess[str]:
    program = ["node", "receive.mjs", secret, json.dumps(sent), body.decode()]
    return subprocess.run(program, cwd=receiver, capture_output=True, text=True, timeout=30, check=False)


def test_both_secrets_are_taken_while_one_is_rotated(receiver: Path) -> None:
    secrets = [new_secret(), new_secret()]
    sent = headers("evt_1", BODY, secrets, datetime.now(UTC))
    assert [received(receiver, secret, sent, BODY).stdout.strip() for secret in secrets] == [
        "verification.verified"
    ] * 2


@pytest.mark.parametrize("change", ["body", "secret", "id"])
def test_what_was_changed_is_refused(receiver: Path, change: str) -> None:
    secret = new_secret()
    sent = headers("evt_1", BODY, [secret], datetime.now(UTC))
    body = BODY.replace(b"evt_1", b"evt_2") if change == "body" else BODY
    if change == "id":
        sent["webhook-id"] = "evt_2"
    answer = received(receiver, new_secret() if change == "secret" else secret, sent, body)
    assert answer.returncode != 0
    assert "WebhookVerificationError" in answer.stderr
