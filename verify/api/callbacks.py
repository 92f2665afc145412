"""Where vendors report. Answered fast and without detail; what is told is read back before it decides."""

from flask import Response, make_response, redirect, request
from flask_smorest import Blueprint

from verify.api import schemas
from verify.api.body import Parser, bounded
from verify.api.documentation import problems
from verify.auth import services, vendor
from verify.flows import liveness_links
from verify.flows.transfers import callbacks

blueprint = Blueprint("callbacks", __name__, url_prefix="/v1/callbacks", description="Where vendors report.")
blueprint.ARGUMENTS_PARSER = Parser()

#: bytes
CALLBACK_LIMIT = 64 * 1024

TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Taken, now or before."}


def _receive(provider: str, token: str | None) -> Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = bounded(CALLBACK_LIMIT) or request.query_string
    if token is not None and liveness_links.is_of_a_session(token):
        acknowledgement = liveness_links.notified(provider, token, headers, body, services())
    else:
        acknowledgement = callbacks.receive(provider, token, headers, body, services())
    return Response(acknowledgement, content_type="text/plain; charset=utf-8")


@blueprint.route("/<provider>", methods=["POST"])
@blueprint.doc(operationId="postCallback", responses={"200": TEXT})
@problems(401, 404, 411, 413, 422, 429, 503)
@vendor
def post_callback(provider: str) -> Response:
    """Report something, signed by the vendor."""
    return _receive(provider, None)


@blueprint.route("/<provider>", methods=["GET"])
@blueprint.doc(operationId="getCallback", responses={"200": TEXT})
@problems(401, 404, 429, 503)
@vendor
def get_callback(provider: str) -> Response:
    """The same from vendors that put everything in the query."""
    return _receive(provider, None)


@blueprint.route("/<provider>/<token>", methods=["POST"])
@blueprint.doc(operationId="postCallbackWithToken", responses={"200": TEXT})
@problems(401, 404, 411, 413, 422, 429, 503)
@vendor
def post_callback_with_token(provider: str, token: str) -> Response:
    """Report to the address that was given for one check alone."""
    return _receive(provider, token)


@blueprint.route("/<provider>/<token>", methods=["GET"])
@blueprint.doc(operationId="getCallbackWithToken", responses={"200": TEXT})
@problems(401, 404, 429, 503)
@vendor
def get_callback_with_token(provider: str, token: str) -> Response:
    """The same from vendors that put everything in the query."""
    return _receive(provider, token)


@blueprint.route("/<provider>/<token>/return", methods=["GET"])
@blueprint.doc(operationId="returnFromSession", responses={"303": {"description": "Back to the application."}})
@blueprint.arguments(schemas.ReturnTo, location="query")
@problems(404, 422, 429, 503)
@vendor
def return_from_session(query: dict[str, str], provider: str, token: str) -> Response:
    """Where a vendor's page sends the browser at its end: the verdict is read at once, and the browser goes on."""
    response = make_response(redirect(liveness_links.returned(provider, token, query["to"], services()), 303))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
