"""Submitting steps. A verdict is a result, not an HTTP error: mismatches and outages answer 200."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from providers.base import Side
from verify.api import answers, schemas
from verify.api.body import Parser, image
from verify.api.documentation import RAW_IMAGE, problems
from verify.api.requests import replayable, resource_id, ticket
from verify.auth import caller, either, services
from verify.flows import consent, step, verifications
from verify.flows.steps import face, id_card
from verify.flows.steps.id_card import OneSide

blueprint = Blueprint(
    "steps", __name__, url_prefix="/v1/verifications/<verification_id>", description="What the user does, one by one."
)
blueprint.ARGUMENTS_PARSER = Parser()

FAILURES = (400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)


def _submit(verification_id: str, name: str, submitted: Any) -> Response:
    ref = caller().ref(resource_id("ver_", verification_id))
    return answers.standing(step.run(ref, name, submitted, services(), ticket()))


@blueprint.route("/consent_notice", methods=["GET"])
@blueprint.doc(operationId="getConsentNotice")
@blueprint.response(200, schemas.Notice)
@problems(blueprint, 401, 403, 404, 429, 503)
@either("verifications")
def notice(verification_id: str) -> Any:
    """Read the notice to be shown: every item with purpose, data, retention and recipient."""
    return consent.notice_of(caller().ref(resource_id("ver_", verification_id)), services())


@blueprint.route("/steps/consent", methods=["POST"])
@blueprint.doc(operationId="submitConsent")
@blueprint.arguments(schemas.Consent)
@blueprint.response(200, schemas.Verification)
@problems(blueprint, *FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_consent(body: dict[str, Any], verification_id: str) -> Any:
    """Grant items of the notice, one by one; every required one must be among them."""
    ref = caller().ref(resource_id("ver_", verification_id))
    granted = consent.Granted(body["policy_version"], body.get("notice_id"), tuple(body["granted"]))
    return answers.verification(consent.grant(ref, granted, services(), ticket()))


@blueprint.route("/steps/identity", methods=["POST"])
@blueprint.doc(operationId="submitIdentity")
@blueprint.arguments(schemas.Identity)
@blueprint.response(200, schemas.Verification)
@blueprint.alt_response(202, schema=schemas.Verification, description="A vendor still works on it.")
@problems(blueprint, *FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_identity(body: dict[str, Any], verification_id: str) -> Any:
    """Give name and ID number; they are checked here and then with the identity provider."""
    return _submit(verification_id, "identity", body)


@blueprint.route("/steps/face", methods=["POST"])
@blueprint.doc(operationId="submitFace", requestBody=RAW_IMAGE)
@blueprint.response(200, schemas.Verification)
@blueprint.alt_response(202, schema=schemas.Verification, description="A vendor still works on it.")
@problems(blueprint, *FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_face(verification_id: str) -> Any:
    """Give a face image as the raw body (JPEG or PNG, at most 5 MiB). It is compared and never stored."""
    ref = caller().ref(resource_id("ver_", verification_id))
    submitted = image()
    fitted = face.fitted(submitted, services(), livemode=caller().livemode)
    return answers.standing(step.run(ref, "face", fitted, services(), ticket(submitted)))


@blueprint.route("/steps/bank_card", methods=["POST"])
@blueprint.doc(operationId="submitBankCard")
@blueprint.arguments(schemas.BankCard)
@blueprint.response(200, schemas.Verification)
@problems(blueprint, *FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_bank_card(body: dict[str, Any], verification_id: str) -> Any:
    """Give the card with its owner's data; a code goes to the mobile reserved at the bank."""
    return _submit(verification_id, "bank_card", body)


@blueprint.route("/steps/sms_code", methods=["POST"])
@blueprint.doc(operationId="submitSmsCode")
@blueprint.arguments(schemas.SmsCode)
@blueprint.response(200, schemas.Verification)
@blueprint.alt_response(202, schema=schemas.Verification, description="A vendor still works on it.")
@problems(blueprint, *FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_sms_code(body: dict[str, Any], verification_id: str) -> Any:
    """Give the code; when it is right, the four elements are checked with the bank-card provider."""
    return _submit(verification_id, "sms_code", body)


@blueprint.route("/steps/sms_code/resend", methods=["POST"])
@blueprint.doc(operationId="resendSmsCode")
@blueprint.arguments(schemas.Nothing)
@blueprint.response(200, schemas.Verification)
@problems(blueprint, *FAILURES)
@either("verifications")
@replayable(answers.again)
def resend_sms_code(_: dict[str, Any], verification_id: str) -> Any:
    """Send the next code: at most one a minute, five a mobile and day."""
    ref = caller().ref(resource_id("ver_", verification_id))
    return answers.standing(verifications.resend_code(ref, services(), ticket()))


@blueprint.route("/steps/bank_account", methods=["POST"])
@blueprint.doc(operationId="submitBankAccount")
@blueprint.arguments(schemas.BankAccount)
@blueprint.response(200, schemas.Verification)
@blueprint.alt_response(202, schema=schemas.Verification, description="A vendor still works on it.")
@problems(blueprint, *FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_bank_account(body: dict[str, Any], verification_id: str) -> Any:
    """Give an account in one's own name; a small amount is sent to it once all earlier input is in."""
    return _submit(verification_id, "bank_account", body)


@blueprint.route("/steps/id_card", methods=["POST"])
@blueprint.doc(operationId="submitIdCard", requestBody=RAW_IMAGE)
@blueprint.arguments(schemas.CardSide, location="query")
@blueprint.response(200, schemas.Verification)
@blueprint.alt_response(202, schema=schemas.Verification, description="A vendor or a bank still works on it.")
@problems(blueprint, *FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_id_card(query: dict[str, Any], verification_id: str) -> Any:
    """Give one side of the ID card as the raw body (JPEG or PNG, at most 5 MiB). It is read and never stored.

    ``front`` has the portrait, ``back`` the emblem; the step's ``needs`` says which are missing.
    """
    ref = caller().ref(resource_id("ver_", verification_id))
    submitted = image()
    photo = id_card.photo(submitted, services(), livemode=caller().livemode)
    one_side = OneSide(Side(query["side"]), photo)
    return answers.standing(step.run(ref, "id_card", one_side, services(), ticket(submitted)))


@blueprint.route("/steps/transfer_amount", methods=["POST"])
@blueprint.doc(operationId="submitTransferAmount")
@blueprint.arguments(schemas.TransferAmount)
@blueprint.response(200, schemas.Verification)
@problems(blueprint, *FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_transfer_amount(body: dict[str, Any], verification_id: str) -> Any:
    """Give what the account's statement shows: wrong answers are counted per account number."""
    return _submit(verification_id, "transfer_amount", body)
