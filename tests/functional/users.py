"""What users do over HTTP until their case stands before staff."""

from typing import Any

from providers.testing.enterprises import enterprise
from tests.caller import person
from tests.functional.service import Service
from tests.papers import scan
from verify.images import draw_portrait

PICTURE = {"Content-Type": "image/jpeg"}


class User:
    """One account of a company's agent, with a face of its own."""

    def __init__(self, service: Service, key: str, account_ref: str, n: int) -> None:
        self._service, self._key, self.account_ref, self._n = service, key, account_ref, n
        self._shots = n * 100

    def call(self, method: str, path: str, **options: Any) -> Any:
        return self._service.send(method, path, self._key, **options).json()

    def read(self, verification: str) -> Any:
        return self.call("GET", f"/v1/verifications/{verification}")

    def begin(self, kind: str, method: str) -> str:
        made: str = self.call(
            "POST", "/v1/verifications", json={"type": kind, "method": method, "account_ref": self.account_ref}
        )["id"]
        notice = self.call("GET", f"/v1/verifications/{made}/consent_notice")
        granted = [item["id"] for item in notice["items"] if item["required"]]
        self.give(made, "consent", {"policy_version": notice["policy_version"], "granted": granted})
        return made

    def give(self, verification: str, step: str, body: dict[str, Any]) -> Any:
        return self.call("POST", f"/v1/verifications/{verification}/steps/{step}", json=body)

    def picture(self, verification: str, step: str) -> Any:
        """Of a face, a new one each time, or of a paper."""
        self._shots += 1
        data = draw_portrait(noise_seed=self._shots) if step == "face" else scan()
        return self.call("POST", f"/v1/verifications/{verification}/steps/{step}", data=data, headers=PICTURE)

    def verify_person(self) -> None:
        made = self.begin("personal", "face")
        self.give(made, "identity", person(self._n))
        assert self.picture(made, "face")["status"] == "verified"

    def bring_enterprise(self, name: str) -> str:
        """Its verification, in review: what of it cannot be told by a machine stands in the name."""
        self.verify_person()
        made = self.begin("enterprise", "legal_representative")
        found = enterprise(self._n, name)
        self.give(
            made,
            "enterprise",
            {"enterprise_name": found.name, "credit_code": found.credit_code, "industry": "软件", "products": "云服务"},
        )
        self.finish(made)
        assert self.read(made)["status"] == "review"
        return made

    def finish(self, verification: str) -> None:
        """Whatever the user owes of it, until somebody else owes something."""
        while step := self.read(verification)["next_step"]:
            if step == "representative":
                self.give(verification, step, {"role": "legal_representative", **person(self._n)})
            else:
                self.picture(verification, step)
