"""Endpoints for webhooks, and what is on its way to them."""

from datetime import timedelta
from typing import Any

from flask import Response, jsonify, make_response
from flask_smorest import Blueprint

from verify.api.body import Parser
from verify.api.documentation import problems
from verify.api.paging import after, cursor
from verify.api.requests import replayable, resource_id, ticket
from verify.api.schemas import webhooks as schemas
from verify.auth import caller, secret_key, services
from verify.flows.idempotency import Replay
from verify.flows.webhooks import deliveries, endpoints
from verify.flows.webhooks.endpoints import Wanted, show
from verify.models import WebhookDelivery, WebhookEndpoint

blueprint = Blueprint(
    "webhook_endpoints", __name__, url_prefix="/v1/webhook_endpoints", description="Where events are sent."
)
blueprint.ARGUMENTS_PARSER = Parser()

READ = (401, 403, 404, 422, 429, 503)
WRITE = (400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)


def _with_secret(endpoint: WebhookEndpoint, secret: str, status: int) -> Response:
    return make_response(jsonify({**show(endpoint), "secret": secret}), status)


def _secret_again(replay: Replay) -> Response:
    """The caller may have lost the first answer, and the secret with it."""
    with services().read() as session:
        endpoint = endpoints.load(session, caller().reach, replay.resource)
    return _with_secret(endpoint, endpoints.secret_of(endpoint, services()), replay.status)


def _gone(endpoint_id: str) -> Response:
    return jsonify(id=endpoint_id, object="webhook_endpoint", deleted=True)


@blueprint.route("", methods=["POST"])
@blueprint.doc(operationId="createWebhookEndpoint")
@blueprint.arguments(schemas.NewEndpoint)
@blueprint.response(201, schemas.EndpointWithSecret)
@problems(*WRITE)
@secret_key("webhooks")
@replayable(_secret_again)
def create(body: dict[str, Any]) -> Any:
    """Register a URL for events of this key's mode.

    Only this answer and that of a rotation carry the secret deliveries are signed with.
    """
    wanted = Wanted(body["url"], body["event_types"], body["description"])
    endpoint, secret = endpoints.create(caller().reach, wanted, services(), ticket())
    return _with_secret(endpoint, secret, 201)


@blueprint.route("", methods=["GET"])
@blueprint.doc(operationId="listWebhookEndpoints")
@blueprint.arguments(schemas.Paging, location="query")
@blueprint.response(200, schemas.EndpointPage)
@problems(*READ)
@secret_key("webhooks")
def index(query: dict[str, Any]) -> Any:
    """List the endpoints of this key's mode, newest first."""
    found = endpoints.reachable(caller().reach)
    if "cursor" in query:
        found = found.where(WebhookEndpoint.id < after(query["cursor"]))
    with services().read() as session:
        rows = session.scalars(found.order_by(WebhookEndpoint.id.desc()).limit(query["limit"] + 1)).all()
    page = rows[: query["limit"]]
    return jsonify(data=list(map(show, page)), next_cursor=cursor(page[-1].id) if len(rows) > len(page) else None)


@blueprint.route("/<endpoint_id>", methods=["GET"])
@blueprint.doc(operationId="getWebhookEndpoint")
@blueprint.response(200, schemas.Endpoint)
@problems(*READ)
@secret_key("webhooks")
def read(endpoint_id: str) -> Any:
    """Read an endpoint."""
    with services().read() as session:
        return jsonify(show(endpoints.load(session, caller().reach, resource_id("whe_", endpoint_id))))


@blueprint.route("/<endpoint_id>", methods=["PATCH"])
@blueprint.doc(operationId="updateWebhookEndpoint")
@blueprint.arguments(schemas.EndpointChange)
@blueprint.response(200, schemas.Endpoint)
@problems(*WRITE)
@secret_key("webhooks")
def update(body: dict[str, Any], endpoint_id: str) -> Any:
    """Change what is given. What waits for an endpoint that is disabled is given up and can be sent again."""
    return jsonify(show(endpoints.change(caller().reach, resource_id("whe_", endpoint_id), body, services())))


@blueprint.route("/<endpoint_id>", methods=["DELETE"])
@blueprint.doc(operationId="deleteWebhookEndpoint")
@blueprint.response(200, schemas.EndpointGone)
@problems(*WRITE)
@secret_key("webhooks")
@replayable(lambda replay: _gone(f"whe_{replay.resource}"))
def delete(endpoint_id: str) -> Any:
    """Delete an endpoint, its deliveries and its secrets."""
    endpoints.remove(caller().reach, resource_id("whe_", endpoint_id), services(), ticket())
    return _gone(endpoint_id)


@blueprint.route("/<endpoint_id>/rotate_secret", methods=["POST"])
@blueprint.doc(operationId="rotateWebhookSecret")
@blueprint.arguments(schemas.Rotation)
@blueprint.response(200, schemas.EndpointWithSecret)
@problems(*WRITE)
@secret_key("webhooks")
@replayable(_secret_again)
def rotate(body: dict[str, Any], endpoint_id: str) -> Any:
    """Make a new secret. Until the overlap is over both sign every delivery."""
    overlap = timedelta(hours=body["overlap_hours"])
    reach = caller().reach
    endpoint, secret = endpoints.rotate(reach, resource_id("whe_", endpoint_id), overlap, services(), ticket())
    return _with_secret(endpoint, secret, 200)


@blueprint.route("/<endpoint_id>/deliveries", methods=["GET"])
@blueprint.doc(operationId="listWebhookDeliveries")
@blueprint.arguments(schemas.DeliveryListing, location="query")
@blueprint.response(200, schemas.DeliveryPage)
@problems(*READ)
@secret_key("webhooks")
def list_deliveries(query: dict[str, Any], endpoint_id: str) -> Any:
    """List deliveries, newest first: what waits, for how long and why. They are kept for 30 days."""
    whose = resource_id("whe_", endpoint_id)
    found = deliveries.listed(whose)
    if "status" in query:
        found = found.where(WebhookDelivery.status == query["status"])
    if "cursor" in query:
        found = found.where(WebhookDelivery.id < after(query["cursor"]))
    with services().read() as session:
        endpoints.load(session, caller().reach, whose)
        rows = session.execute(found.order_by(WebhookDelivery.id.desc()).limit(query["limit"] + 1)).all()
    page = rows[: query["limit"]]
    now = services().clock()
    return jsonify(
        data=[deliveries.show(delivery, waits_for, now) for delivery, waits_for in page],
        next_cursor=cursor(page[-1][0].id) if len(rows) > len(page) else None,
    )
