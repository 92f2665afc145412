"""The guardian of a minor: named by the application, asked and answering by a token of their own."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, make_response
from flask_smorest import Blueprint

from crypto.hashing import issue_guardian_token
from verify.api import schemas
from verify.api.body import Parser
from verify.api.documentation import problems
from verify.api.requests import replayable, resource_id, ticket
from verify.auth import caller, guardian, guardian_or_secret, secret_key, services
from verify.flows.case import Ref
from verify.flows.consent import Granted
from verify.flows.idempotency import Replay
from verify.flows.minors import asking, consenting, notice
from verify.flows.minors.consenting import Answer
from verify.models import Guardianship

blueprint = Blueprint(
    "guardians",
    __name__,
    url_prefix="/v1/verifications/<verification_id>/guardian",
    description="The consent that a minor's verification rests on.",
)
blueprint.ARGUMENTS_PARSER = Parser()

FAILURES = (400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)


def _ref(verification_id: str) -> Ref:
    return caller().ref(resource_id("ver_", verification_id))


def _answer(verification_id: str) -> Answer:
    """Of the token's own guardian; the view's demand lets nobody else come here."""
    return Answer(_ref(verification_id), caller().subject, ticket())


def _latest(verification_id: UUID) -> Guardianship:
    with services().read() as session:
        return asking.latest(session, caller().ref(verification_id))


def _named(found: Guardianship, status: int) -> Response:
    token = issue_guardian_token(services().keyring.primary("pepper"), found.id)
    url = f"{services().settings.public_url}/h/ver_{found.verification_id}/guardian#{token}"
    return make_response(jsonify({**asking.show(found), "guardian_token": token, "guardian_url": url}), status)


def _named_again(replay: Replay) -> Response:
    return _named(_latest(replay.resource), replay.status)


def _again(replay: Replay) -> Response:
    return make_response(jsonify(asking.show(_latest(replay.resource))), replay.status)


@blueprint.route("", methods=["POST"])
@blueprint.doc(operationId="nameGuardian")
@blueprint.arguments(schemas.NewGuardian)
@blueprint.response(201, schemas.NamedGuardian)
@problems(*FAILURES)
@secret_key("verifications")
@replayable(_named_again)
def name(body: dict[str, Any], verification_id: str) -> Any:
    """Name the guardian of a minor by their own account, whose owner was verified.

    Only this answer carries the guardian's token. Give it to them where they are signed in to that account, never to
    the minor: whoever holds it consents in the guardian's name. Naming again ends the token before.
    """
    named = asking.Named(body["account_ref"], body["relationship"], asked_by_guardian=body["asked_by_guardian"])
    return _named(asking.name(_ref(verification_id), named, services(), ticket()), 201)


@blueprint.route("", methods=["GET"])
@blueprint.doc(operationId="getGuardian")
@blueprint.response(200, schemas.Guardian)
@problems(401, 403, 404, 429, 503)
@guardian_or_secret("verifications")
def read(verification_id: str) -> Any:
    """Read who was named last, and what they answered."""
    return jsonify(asking.show(_latest(resource_id("ver_", verification_id))))


@blueprint.route("/consent_notice", methods=["GET"])
@blueprint.doc(operationId="getGuardianNotice")
@blueprint.arguments(schemas.InLanguage, location="query")
@blueprint.response(200, schemas.Notice)
@problems(401, 403, 404, 409, 422, 429, 503)
@guardian_or_secret("verifications")
def read_notice(query: dict[str, Any], verification_id: str) -> Any:
    """Read the notice for the guardian: an item for the minor's age, and each item that the minor granted."""
    return notice.shown(_ref(verification_id), services(), query.get("locale"))


@blueprint.route("/consent", methods=["POST"])
@blueprint.doc(operationId="grantAsGuardian")
@blueprint.arguments(schemas.GuardianConsent)
@blueprint.response(200, schemas.Guardian)
@problems(*FAILURES)
@guardian
@replayable(_again)
def consent(body: dict[str, Any], verification_id: str) -> Any:
    """Grant items one by one, and say by name and ID number for whom: nobody else can be verified by it."""
    granted = Granted(body["policy_version"], body.get("notice_id"), tuple(body["granted"]))
    return jsonify(asking.show(consenting.grant(_answer(verification_id), granted, body, services())))


@blueprint.route("/decline", methods=["POST"])
@blueprint.doc(operationId="declineAsGuardian")
@blueprint.arguments(schemas.Nothing)
@blueprint.response(200, schemas.Guardian)
@problems(*FAILURES)
@guardian
@replayable(_again)
def decline(_: dict[str, Any], verification_id: str) -> Any:
    """Say no. The same guardian is not asked for this minor again at once; another may be named."""
    return jsonify(asking.show(consenting.decline(_answer(verification_id), services())))


@blueprint.route("/withdraw", methods=["POST"])
@blueprint.doc(operationId="withdrawAsGuardian")
@blueprint.arguments(schemas.Nothing)
@blueprint.response(200, schemas.Guardian)
@problems(*FAILURES)
@guardian_or_secret("verifications")
@replayable(_again)
def withdraw(_: dict[str, Any], verification_id: str) -> Any:
    """Withdraw the guardian's consent: what runs ends and is erased; a verified account is suspended."""
    return jsonify(asking.show(consenting.withdraw(_ref(verification_id), services(), ticket())))
