"""What a sign-up's own server asks of Realname. It alone holds the secret key."""

from dataclasses import dataclass
from typing import Any

import requests

#: seconds; a page waits for each answer
TIMEOUT = 10


class PersonFirst(Exception):
    """An enterprise is verified by an account whose holder is known already."""


@dataclass(frozen=True, repr=False)
class Realname:
    """``base`` is where the service answers; ``webhook_secret`` is what its webhooks are signed with; ``folder`` holds
    its state."""

    base: str
    key: str
    webhook_secret: str
    folder: str = ""

    def start(self, account_ref: str, **wanted: Any) -> str:
        """The page's address for this account: of a new verification, or of the one that is open already.

        Raises PersonFirst.
        """
        answer = self._send("POST", "/v1/verifications", json={"account_ref": account_ref, **wanted})
        code = answer.json().get("code")
        if code == "personal_verification_required":
            raise PersonFirst
        if code == "verification_open":
            answer = self._send("POST", f"/v1/verifications/{answer.json()['verification']}/client_tokens", json={})
        answer.raise_for_status()
        return str(answer.json()["hosted_url"])

    def gate(self, account_ref: str) -> dict[str, Any]:
        """Whether this account may buy, by type. Ask each time: what was verified can be suspended later."""
        answer = self._send("GET", f"/v1/accounts/{account_ref}")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def _send(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        return requests.request(method, self.base + path, headers=headers, timeout=TIMEOUT, **more)
