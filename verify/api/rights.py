"""The rights desk as applications reach it: requests, the copy, and the explanation of a decision."""

from typing import Any

from flask import Response, jsonify, make_response, request, stream_template
from flask_smorest import Blueprint

from verify.api import schemas
from verify.api.body import Parser
from verify.api.documentation import problems
from verify.api.requests import replayable, resource_id, ticket
from verify.auth import caller, either, secret_key, services
from verify.flows import accounts
from verify.flows.idempotency import Replay
from verify.flows.rights import copy, copy_page, explanation, requests
from verify.models import Account, RightsRequest

blueprint = Blueprint("rights", __name__, url_prefix="/v1", description="What people ask about their own data.")
blueprint.ARGUMENTS_PARSER = Parser()

#: content types of the copy to read beside JSON
READABLE = {
    "text/html": {"schema": {"type": "string"}},
    "application/pdf": {"schema": {"type": "string", "format": "binary"}},
}


def _answer(found: RightsRequest, status: int = 200) -> Response:
    with services().read() as session:
        account = session.get_one(Account, found.account_id)
    return make_response(jsonify(requests.show(found, account, services())), status)


def _again(replay: Replay) -> Response:
    with services().read() as session:
        found = session.get_one(RightsRequest, replay.resource)
    return _answer(found, replay.status)


@blueprint.route("/accounts/<account_ref>/rights_requests", methods=["POST"])
@blueprint.doc(operationId="createRightsRequest")
@blueprint.arguments(schemas.NewRightsRequest)
@blueprint.response(201, schemas.RightsRequest)
@problems(400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)
@secret_key("accounts:write")
@replayable(_again)
def create(body: dict[str, Any], account_ref: str) -> Any:
    """Pass on what a person asks about their own data; it is answered within working days, at no cost."""
    words = {part: body[part] for part in requests.PARTS if part in body}
    return _answer(
        requests.receive(caller().reach, account_ref, body["kind"], words, services(), ticket(), body["requester"]), 201
    )


@blueprint.route("/accounts/<account_ref>/rights_requests/<request_id>/proof", methods=["POST"])
@blueprint.doc(operationId="proveRightsRequest")
@blueprint.arguments(schemas.RightsProof)
@blueprint.response(200, schemas.RightsRequest)
@problems(400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)
@secret_key("accounts:write")
@replayable(_again)
def prove(body: dict[str, Any], account_ref: str, request_id: str) -> Any:
    """Say how who asks was identified, when it was asked for (`proof_wanted`) or before."""
    return _answer(
        requests.prove(
            caller().reach, account_ref, resource_id("req_", request_id), body["proof"], services(), ticket()
        )
    )


@blueprint.route("/accounts/<account_ref>/rights_requests/<request_id>", methods=["GET"])
@blueprint.doc(operationId="getRightsRequest")
@blueprint.response(200, schemas.RightsRequest)
@problems(401, 403, 404, 429, 503)
@secret_key("accounts:read")
def read(account_ref: str, request_id: str) -> Any:
    """Read a request and its answer."""
    with services().read() as session:
        found = requests.load(session, caller().reach, account_ref, resource_id("req_", request_id))
        account = accounts.load(session, caller().reach, account_ref)
    return jsonify(requests.show(found, account, services()))


@blueprint.route("/accounts/<account_ref>/export", methods=["GET"])
@blueprint.doc(operationId="exportAccount", responses={"200": {"description": "The whole copy.", "content": READABLE}})
@blueprint.response(200, schemas.Export)
@problems(401, 403, 404, 429, 503)
@secret_key("accounts:read")
def export(account_ref: str) -> Response:
    """Fetch the copy of all that is held, in clear, while an approved access request is open.

    JSON, or with Accept: text/html a page and with application/pdf a PDF, both in the language of Accept-Language.
    """
    wanted = request.accept_mimetypes.best_match(["application/json", *READABLE])
    found = copy.export(caller().reach, account_ref, services())
    if wanted in READABLE:
        return _readable(found, wanted)
    return jsonify(found.whole())


def _readable(found: copy.Copy, wanted: str) -> Response:
    """Streamed: what an account's owner gave over the years is opened verification by verification."""
    locale = request.accept_languages.best_match(copy_page.LOCALES) or "zh-CN"
    sections = copy_page.sections(found, locale)
    if wanted == "application/pdf":
        from verify.flows.rights import copy_pdf  # noqa: PLC0415 - 30 MiB that most processes never need

        named = {"Content-Disposition": 'attachment; filename="copy.pdf"'}
        return Response(copy_pdf.render(sections, locale), content_type=wanted, headers=named)
    pieces = stream_template("export.html", title=copy_page.TITLE[locale], locale=locale, sections=sections)
    return Response(pieces, content_type="text/html; charset=utf-8")


@blueprint.route("/verifications/<verification_id>/explanation", methods=["GET"])
@blueprint.doc(operationId="explainVerification")
@blueprint.arguments(schemas.InLanguage, location="query")
@blueprint.response(200, schemas.Explanation)
@problems(401, 403, 404, 422, 429, 503)
@either("verifications")
def explain(query: dict[str, Any], verification_id: str) -> Any:
    """Read the rules and checks that led to the outcome, in words, and how to ask for a person."""
    ref = caller().ref(resource_id("ver_", verification_id))
    return jsonify(explanation.explain(ref, services(), query.get("locale")))
