"""Reading events, and having one sent again."""

from typing import Any

from flask import Response, jsonify, make_response
from flask_smorest import Blueprint

from verify.api.body import Parser
from verify.api.documentation import problems
from verify.api.paging import after, cursor
from verify.api.requests import replayable, resource_id, ticket
from verify.api.schemas import webhooks as schemas
from verify.auth import caller, secret_key, services
from verify.flows import event_log
from verify.flows.event_log import Told
from verify.flows.idempotency import Replay
from verify.flows.webhooks import deliveries
from verify.models import Event

blueprint = Blueprint("events", __name__, url_prefix="/v1/events", description="Every state change, in order.")
blueprint.ARGUMENTS_PARSER = Parser()


def _answer(told: Told, status: int = 200) -> Response:
    return make_response(jsonify(event_log.show_all([told], services())[0]), status)


def _again(replay: Replay) -> Response:
    with services().read() as session:
        return _answer(event_log.load(session, caller().reach, replay.resource), replay.status)


@blueprint.route("", methods=["GET"])
@blueprint.doc(operationId="listEvents")
@blueprint.arguments(schemas.EventListing, location="query")
@blueprint.response(200, schemas.EventPage)
@problems(401, 403, 404, 422, 429, 503)
@secret_key("webhooks")
def index(query: dict[str, Any]) -> Any:
    """List events of this key's mode, oldest first; those of one object in the order of their sequence."""
    found = event_log.reachable(caller().reach)
    if "verification" in query:
        found = found.where(Event.verification_id == resource_id("ver_", query["verification"]))
    if "type" in query:
        found = found.where(Event.type == query["type"])
    if "created_after" in query:
        found = found.where(Event.created_at > query["created_after"])
    if "cursor" in query:
        found = found.where(Event.id > after(query["cursor"]))
    with services().read() as session:
        rows = [Told._make(row) for row in session.execute(found.order_by(Event.id).limit(query["limit"] + 1))]
    page = rows[: query["limit"]]
    return jsonify(
        data=event_log.show_all(page, services()),
        next_cursor=cursor(page[-1].event.id) if len(rows) > len(page) else None,
    )


@blueprint.route("/<event_id>", methods=["GET"])
@blueprint.doc(operationId="getEvent")
@blueprint.response(200, schemas.Event)
@problems(401, 403, 404, 429, 503)
@secret_key("webhooks")
def read(event_id: str) -> Any:
    """Read an event, with its object as that stands now."""
    with services().read() as session:
        told = event_log.load(session, caller().reach, resource_id("evt_", event_id))
    return _answer(told)


@blueprint.route("/<event_id>/resend", methods=["POST"])
@blueprint.doc(operationId="resendEvent")
@blueprint.arguments(schemas.Resend)
@blueprint.response(202, schemas.Event)
@problems(400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)
@secret_key("webhooks")
@replayable(_again)
def resend(body: dict[str, Any], event_id: str) -> Any:
    """Queue an event anew, under the same webhook-id: for one endpoint, or for all that ask for its type."""
    endpoint = body.get("endpoint")
    endpoint_id = resource_id("whe_", endpoint) if endpoint else None
    told = deliveries.resend(caller().reach, resource_id("evt_", event_id), endpoint_id, services(), ticket())
    return _answer(told, 202)
