"""Creating, listing, reading, cancelling and switching verifications."""

from typing import Any

from flask import Response, jsonify, make_response, request
from flask_smorest import Blueprint
from sqlalchemy import select

from crypto.hashing import issue_client_token
from verify.api import answers, schemas
from verify.api.body import Parser
from verify.api.documentation import problems
from verify.api.paging import after, cursor
from verify.api.requests import replayable, resource_id, ticket
from verify.auth import caller, either, secret_key, services
from verify.flows import consent, erasure, verifications
from verify.flows.case import load, with_application
from verify.flows.idempotency import Replay
from verify.flows.verifications import Wanted
from verify.flows.view import show, show_many
from verify.models import Account, Verification

blueprint = Blueprint(
    "verifications", __name__, url_prefix="/v1/verifications", description="One case for one account."
)
blueprint.ARGUMENTS_PARSER = Parser()


def _with_token(verification: Verification) -> dict[str, Any]:
    number = verification.tokens_issued
    token = issue_client_token(services().keyring.primary("pepper"), verification.id, number)
    return {"client_token": token, "hosted_url": f"{services().settings.public_url}/h/ver_{verification.id}#{token}"}


def _created(verification: Verification, status: int = 201) -> Response:
    return make_response(jsonify({**show(verification, services()), **_with_token(verification)}), status)


def _created_again(replay: Replay) -> Response:
    """The caller may have lost the first answer and its token; a token is derived, so it is the same."""
    return _created(answers.reload(replay), replay.status)


def _token_again(replay: Replay) -> Response:
    return make_response(jsonify(_with_token(answers.reload(replay))), replay.status)


@blueprint.route("", methods=["POST"])
@blueprint.doc(operationId="createVerification")
@blueprint.arguments(schemas.NewVerification)
@blueprint.response(201, schemas.CreatedVerification)
@problems(400, 401, 403, 409, 411, 413, 415, 422, 429, 503)
@secret_key("verifications")
@replayable(_created_again)
def create(body: dict[str, Any]) -> Any:
    """Start a verification of an account.

    Only this answer carries the client token; give it to the user's browser.
    """
    wanted = Wanted(
        type=body["type"],
        method=body["method"],
        account_ref=body["account_ref"],
        asked_by_user=body["asked_by_user"],
        locale=body["locale"],
        return_url=body.get("return_url"),
        contact=body.get("contact", {}),
        labels=body["metadata"],
    )
    who = caller()
    made = verifications.create(who.application, wanted, services(), livemode=who.livemode, ticket=ticket())
    return _created(made)


@blueprint.route("", methods=["GET"])
@blueprint.doc(operationId="listVerifications")
@blueprint.arguments(schemas.Listing, location="query")
@blueprint.response(200, schemas.Page)
@problems(401, 403, 422, 429, 503)
@secret_key("verifications")
def index(query: dict[str, Any]) -> Any:
    """List verifications of this key's mode, newest first."""
    who = caller()
    found = with_application().where(
        Verification.application_id == who.application.id, Verification.livemode == who.livemode
    )
    if "account_ref" in query:
        account = select(Account.id).where(
            Account.application_id == who.application.id,
            Account.livemode == who.livemode,
            Account.account_ref == query["account_ref"],
        )
        found = found.where(Verification.account_id == account.scalar_subquery())
    for name in ("status", "type", "method"):
        if name in query:
            found = found.where(getattr(Verification, name) == query[name])
    if "created_after" in query:
        found = found.where(Verification.created_at > query["created_after"])
    if "cursor" in query:
        found = found.where(Verification.id < after(query["cursor"]))
    with services().read() as session:
        rows = session.scalars(found.order_by(Verification.id.desc()).limit(query["limit"] + 1)).all()
    page = rows[: query["limit"]]
    more = len(rows) > len(page)
    return jsonify(data=show_many(page, services()), next_cursor=cursor(page[-1].id) if more else None)


@blueprint.route("/<verification_id>", methods=["GET"])
@blueprint.doc(operationId="getVerification")
@blueprint.response(200, schemas.Verification)
@blueprint.alt_response(304, description="It is as the ETag of If-None-Match says.")
@problems(401, 403, 404, 429, 503)
@either("verifications")
def read(verification_id: str) -> Response:
    """Read a verification; poll with If-None-Match and heed Retry-After."""
    who = caller()
    found = who.verification
    ref = who.ref(resource_id("ver_", verification_id))
    if found is None:
        with services().read() as session:
            found = load(session, ref)
    response = answers.verification(found)
    response.status_code = 200
    response.headers["Cache-Control"] = "no-cache, private"
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.route("/<verification_id>/client_tokens", methods=["POST"])
@blueprint.doc(operationId="createClientToken")
@blueprint.arguments(schemas.Nothing)
@blueprint.response(201, schemas.ClientToken)
@problems(400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)
@secret_key("verifications")
@replayable(_token_again)
def new_token(_: dict[str, Any], verification_id: str) -> Any:
    """Issue a fresh client token for the user's browser."""
    ref = caller().ref(resource_id("ver_", verification_id))
    return _with_token(verifications.new_client_token(ref, services(), ticket()))


@blueprint.route("/<verification_id>/cancel", methods=["POST"])
@blueprint.doc(operationId="cancelVerification")
@blueprint.arguments(schemas.CancelVerification)
@blueprint.response(200, schemas.Verification)
@problems(400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)
@either("verifications")
@replayable(answers.again)
def cancel(body: dict[str, Any], verification_id: str) -> Any:
    """Give up a verification that has not ended."""
    ref = caller().ref(resource_id("ver_", verification_id))
    if "reason" in body:
        return answers.verification(consent.decline(ref, services(), ticket()))
    return answers.verification(verifications.cancel(ref, services(), ticket()))


def _redacted_again(replay: Replay) -> Response:
    found = answers.reload(replay)
    return make_response(jsonify(erasure.show(erasure.standing(found.account_id, found.id, services()))), replay.status)


@blueprint.route("/<verification_id>/redact", methods=["POST"])
@blueprint.doc(operationId="redactVerification")
@blueprint.arguments(schemas.Nothing)
@blueprint.response(200, schemas.Erasure)
@problems(400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)
@secret_key("verifications")
@replayable(_redacted_again)
def redact(_: dict[str, Any], verification_id: str) -> Any:
    """Erase what one verification holds and may go now; afterwards only ids, codes and times are shown."""
    ref = caller().ref(resource_id("ver_", verification_id))
    return jsonify(erasure.show(erasure.redact(ref, services(), ticket())))


@blueprint.route("/<verification_id>/switch_method", methods=["POST"])
@blueprint.doc(operationId="switchMethod")
@blueprint.arguments(schemas.SwitchMethod)
@blueprint.response(200, schemas.Verification)
@problems(400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)
@either("verifications")
@replayable(answers.again)
def switch(body: dict[str, Any], verification_id: str) -> Any:
    """Move to one of the `alternatives`, keeping the passed steps both methods share."""
    ref = caller().ref(resource_id("ver_", verification_id))
    return answers.verification(verifications.switch_method(ref, body["method"], services(), ticket()))
