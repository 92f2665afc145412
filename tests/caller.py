"""A caller of the API as tests write it: a few words a request."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from providers.testing.identities import adult, card, mobile
from verify.images import draw_portrait

PORTRAIT = draw_portrait(320, 400, noise_seed=1)


@dataclass
class Caller:
    """One credential against one application."""

    app: Flask
    token: str

    def send(self, method: str, path: str, json: Any = None, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        if json is None and method == "POST" and "data" not in more:
            json = {}
        # a context of its own, as in a server: no session is shared with the test's
        with self.app.app_context():
            return self.app.test_client().open(path, method=method, json=json, headers=headers, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.send("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self.send("POST", path, json, **more)

    def create(self, method: str = "face", account_ref: str = "acct-1001", **more: Any) -> dict[str, Any]:
        body = {"type": "personal", "method": method, "account_ref": account_ref, **more}
        response = self.post("/v1/verifications", body)
        assert response.status_code == 201, response.json
        return response.json

    def consent(self, verification: str) -> dict[str, Any]:
        path = f"/v1/verifications/{verification}"
        notice = self.get(f"{path}/consent_notice").json
        granted = [item["id"] for item in notice["items"] if item["required"]]
        return self.step(
            verification,
            "consent",
            {"policy_version": notice["policy_version"], "notice_id": notice["notice_id"], "granted": granted},
        )

    def step(self, verification: str, name: str, body: Any, status: int | None = 200) -> dict[str, Any]:
        path = f"/v1/verifications/{verification}/steps/{name}"
        if isinstance(body, bytes):
            response = self.post(path, data=body, content_type="image/jpeg")
        else:
            response = self.post(path, body)
        assert status is None or response.status_code == status, response.json
        return response.json

    def read(self, verification: str) -> dict[str, Any]:
        return self.get(f"/v1/verifications/{verification}").json


def person(n: int = 1, name: str | None = None) -> dict[str, str]:
    """Name and ID number of somebody who does not exist."""
    who = adult(n)
    return {"name": name or who.name, "id_number": who.id_number}


def card_of(n: int = 1, name: str | None = None) -> dict[str, str]:
    return {**person(n, name), "card_number": card(n), "mobile": mobile(n)}


def account_of(n: int = 1, name: str | None = None, ending: str = "1111", who: int | None = None) -> dict[str, str]:
    """A bank account of the same person, or of ``who``; its ending chooses what the sandbox does."""
    owner = person(who or n, name)
    return {
        **owner,
        "account_number": f"62100000{n:05d}{ending}",
        "account_name": owner["name"],
        "bank_name": "示例银行",
        "bank_province": "广东省",
        "bank_city": "深圳市",
        "bank_branch": "示例银行深圳分行",
    }
