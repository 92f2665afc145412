"""What tests of deliveries share: an endpoint that listens, and the worker's rounds made by hand."""

from typing import Any

from tests.caller import Caller, person
from tests.receiver import Receiver
from verify.jobs import deliveries, fan_out
from verify.services import Services


def register(server: Caller, receiver: Receiver, **more: Any) -> dict[str, Any]:
    """An endpoint at the receiver, with its secret."""
    response = server.post("/v1/webhook_endpoints", {"url": receiver.url, **more})
    assert response.status_code == 201, response.json
    found: dict[str, Any] = response.json
    return found


def work_off(services: Services) -> int:
    """Fan out and deliver until nothing is due; how many deliveries were tried."""
    while fan_out.sweep(services):
        pass
    tried = 0
    while due := deliveries.due(services, 4):
        tried += sum(deliveries.deliver(services, row_id, spread=lambda *_: 1.0) for _, row_id in due)
    return tried


def queue_of(server: Caller, endpoint: dict[str, Any], status: str | None = None) -> list[dict[str, Any]]:
    """Its deliveries in the order they were made."""
    query = f"?status={status}&limit=100" if status else "?limit=100"
    found: list[dict[str, Any]] = server.get(f"/v1/webhook_endpoints/{endpoint['id']}/deliveries{query}").json["data"]
    return found[::-1]


def one_step_on(server: Caller, account_ref: str = "acct-1001") -> str:
    """A verification with three public events: created, and consent and identity passed."""
    made = server.create(account_ref=account_ref)["id"]
    server.consent(made)
    server.step(made, "identity", person())
    return str(made)
