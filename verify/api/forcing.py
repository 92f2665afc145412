"""Forced outcomes, so that nobody waits for days in a test. Test keys only."""

from typing import Any

from flask_smorest import Blueprint

from verify.api import answers, schemas
from verify.api.body import Parser
from verify.api.documentation import problems
from verify.api.requests import replayable, resource_id, ticket
from verify.auth import caller, secret_key, services
from verify.flows import forcing

blueprint = Blueprint(
    "test", __name__, url_prefix="/v1/test/verifications/<verification_id>", description="Forced outcomes, test keys."
)
blueprint.ARGUMENTS_PARSER = Parser()

FAILURES = (400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)


@blueprint.route("/advance_transfer", methods=["POST"])
@blueprint.doc(operationId="advanceTransfer")
@blueprint.arguments(schemas.AdvanceTransfer)
@blueprint.response(200, schemas.Verification)
@blueprint.alt_response(202, schema=schemas.Verification, description="The bank owes an answer still.")
@problems(*FAILURES)
@secret_key("verifications")
@replayable(answers.again)
def advance_transfer(body: dict[str, Any], verification_id: str) -> Any:
    """Let the current transfer come to a stage, as if the bank had said so."""
    ref = caller().ref(resource_id("ver_", verification_id))
    return answers.verification(forcing.advance_transfer(ref, body["to"], services(), ticket()))


@blueprint.route("/review", methods=["POST"])
@blueprint.doc(operationId="reviewVerification")
@blueprint.arguments(schemas.Review)
@blueprint.response(200, schemas.Verification)
@problems(*FAILURES)
@secret_key("verifications")
@replayable(answers.again)
def review(body: dict[str, Any], verification_id: str) -> Any:
    """Decide a verification in review, as staff would; `step` is needed to ask again."""
    ref = caller().ref(resource_id("ver_", verification_id))
    found = forcing.review(
        ref,
        body["decision"],
        services(),
        ticket(),
        step=body.get("step", ""),
        code=body["reason_code"],
        words=body["message"],
    )
    return answers.verification(found)


@blueprint.route("/expire", methods=["POST"])
@blueprint.doc(operationId="expireVerification")
@blueprint.arguments(schemas.Nothing)
@blueprint.response(200, schemas.Verification)
@problems(*FAILURES)
@secret_key("verifications")
@replayable(answers.again)
def expire(_: dict[str, Any], verification_id: str) -> Any:
    """Let the time of a pending verification be over."""
    ref = caller().ref(resource_id("ver_", verification_id))
    return answers.verification(forcing.expire(ref, services(), ticket()))
