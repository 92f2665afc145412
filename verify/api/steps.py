"""Submitting steps. A verdict is a result, not an HTTP error: mismatches and outages answer 200."""

from typing import Any

import segno
from flask import Response, jsonify, make_response
from flask_smorest import Blueprint

from providers.base import Side
from verify.api import answers, schemas
from verify.api.body import Parser, image, paper
from verify.api.documentation import RAW_IMAGE, RAW_PAPER, problems
from verify.api.requests import replayable, resource_id, ticket
from verify.auth import caller, either, services
from verify.flows import consent, documents, liveness, step, verifications
from verify.flows.enterprise import template
from verify.flows.steps import authorization_letter, business_license, face, id_card
from verify.flows.steps.id_card import OneSide
from verify.flows.view import rfc3339

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
@blueprint.arguments(schemas.InLanguage, location="query")
@blueprint.response(200, schemas.Notice)
@problems(401, 403, 404, 422, 429, 503)
@either("verifications")
def notice(query: dict[str, Any], verification_id: str) -> Any:
    """Read the notice to be shown: every item with purpose, data, retention and recipient.

    It is in the verification's language, or in `locale`; both are the same notice.
    """
    ref = caller().ref(resource_id("ver_", verification_id))
    return consent.notice_of(ref, services(), query.get("locale"))


@blueprint.route("/steps/consent", methods=["POST"])
@blueprint.doc(operationId="submitConsent")
@blueprint.arguments(schemas.Consent)
@blueprint.response(200, schemas.Verification)
@problems(*FAILURES)
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
@problems(*FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_identity(body: dict[str, Any], verification_id: str) -> Any:
    """Give name and ID number; they are checked here and then with the identity provider."""
    return _submit(verification_id, "identity", body)


@blueprint.route("/steps/face", methods=["POST"])
@blueprint.doc(operationId="submitFace", requestBody=RAW_IMAGE)
@blueprint.response(200, schemas.Verification)
@blueprint.alt_response(202, schema=schemas.Verification, description="A vendor still works on it.")
@problems(*FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_face(verification_id: str) -> Any:
    """Give a face image as the raw body (JPEG or PNG, at most 5 MiB). It is compared and never stored."""
    ref = caller().ref(resource_id("ver_", verification_id))
    submitted = image()
    fitted = face.fitted(submitted, services(), livemode=caller().livemode)
    return answers.standing(step.run(ref, "face", fitted, services(), ticket(submitted)))


@blueprint.route("/steps/face/session", methods=["POST"])
@blueprint.doc(operationId="openFaceSession")
@blueprint.arguments(schemas.FaceSession)
@blueprint.response(200, schemas.HostedFace)
@problems(*FAILURES)
@either("verifications")
def open_face_session(body: dict[str, Any], verification_id: str) -> Any:
    """Open the vendor's own page, which tells whether a living person is there and whose face it is.

    Each call opens a new session in place of the one before, so it needs no idempotency key. Read the verification to
    learn the verdict: the step passes or fails when it is in.
    """
    ref = caller().ref(resource_id("ver_", verification_id))
    wanted = liveness.Wanted(body.get("return_url"), body.get("meta_info"))
    page = liveness.open_session(ref, wanted, services())
    qr = segno.make_qr(page.url).svg_data_uri(scale=4)
    return jsonify(url=page.url, opens_in=page.opens_in, qr=qr, expires_at=rfc3339(page.expires_at))


@blueprint.route("/steps/bank_card", methods=["POST"])
@blueprint.doc(operationId="submitBankCard")
@blueprint.arguments(schemas.BankCard)
@blueprint.response(200, schemas.Verification)
@problems(*FAILURES)
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
@problems(*FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_sms_code(body: dict[str, Any], verification_id: str) -> Any:
    """Give the code; when it is right, the four elements are checked with the bank-card provider."""
    return _submit(verification_id, "sms_code", body)


@blueprint.route("/steps/sms_code/resend", methods=["POST"])
@blueprint.doc(operationId="resendSmsCode")
@blueprint.arguments(schemas.Nothing)
@blueprint.response(200, schemas.Verification)
@problems(*FAILURES)
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
@problems(*FAILURES)
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
@problems(*FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_id_card(query: dict[str, Any], verification_id: str) -> Any:
    """Give one side of the ID card as the raw body (JPEG or PNG, at most 5 MiB). It is read and never stored.

    `front` has the portrait, `back` the emblem; the step's `needs` says which are missing.
    """
    ref = caller().ref(resource_id("ver_", verification_id))
    submitted = image()
    photo = id_card.photo(submitted, services(), livemode=caller().livemode)
    one_side = OneSide(Side(query["side"]), photo)
    return answers.standing(step.run(ref, "id_card", one_side, services(), ticket(submitted)))


@blueprint.route("/steps/enterprise", methods=["POST"])
@blueprint.doc(operationId="submitEnterprise")
@blueprint.arguments(schemas.Enterprise)
@blueprint.response(200, schemas.Verification)
@problems(*FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_enterprise(body: dict[str, Any], verification_id: str) -> Any:
    """Give the enterprise as its licence has it; the check characters are looked at here."""
    return _submit(verification_id, "enterprise", body)


@blueprint.route("/steps/license", methods=["POST"])
@blueprint.doc(operationId="submitLicense", requestBody=RAW_PAPER)
@blueprint.response(200, schemas.Verification)
@problems(*FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_license(verification_id: str) -> Any:
    """Give the business licence as the raw body (PDF, JPEG or PNG, at most 10 MiB). It is read and kept sealed.

    One that cannot be read is looked at by a person at the end; name and code have to be those given.
    """
    ref = caller().ref(resource_id("ver_", verification_id))
    submitted = paper()
    once = ticket(submitted)
    documents.refuse_unexpected(ref, "license", services(), once)
    scan = business_license.take_in(ref, submitted, services())
    return answers.standing(step.run(ref, "license", scan, services(), once))


@blueprint.route("/steps/representative", methods=["POST"])
@blueprint.doc(operationId="submitRepresentative")
@blueprint.arguments(schemas.Representative)
@blueprint.response(200, schemas.Verification)
@blueprint.alt_response(202, schema=schemas.Verification, description="The register has no record yet, or works on it.")
@problems(*FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_representative(body: dict[str, Any], verification_id: str) -> Any:
    """Say who acts for the enterprise; enterprise and legal representative are held against the register.

    A register without a record is asked again on working days to come; `next_check_at` of the step says when.
    """
    return _submit(verification_id, "representative", body)


@blueprint.route("/steps/authorization_letter", methods=["POST"])
@blueprint.doc(operationId="submitAuthorizationLetter", requestBody=RAW_PAPER)
@blueprint.arguments(schemas.LetterValidity, location="query")
@blueprint.response(200, schemas.Verification)
@problems(*FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_authorization_letter(query: dict[str, Any], verification_id: str) -> Any:
    """Give the signed and stamped letter as the raw body (PDF, JPEG or PNG, at most 10 MiB). A person looks at it."""
    ref = caller().ref(resource_id("ver_", verification_id))
    submitted = paper()
    once = ticket(submitted)
    documents.refuse_unexpected(ref, "authorization_letter", services(), once)
    letter = authorization_letter.take_in(ref, submitted, query["valid_until"], services())
    return answers.standing(step.run(ref, "authorization_letter", letter, services(), once))


@blueprint.route("/authorization_letter_template", methods=["GET"])
@blueprint.doc(operationId="getAuthorizationLetterTemplate")
@blueprint.alt_response(
    200,
    schema={"type": "string", "format": "binary"},
    content_type="application/pdf",
    description="Filled in, to print, sign and stamp.",
)
@problems(401, 403, 404, 409, 429, 503)
@either("verifications")
def letter_template(verification_id: str) -> Any:
    """Read a letter of authorization, filled in as far as is known. Give no copies of ID cards with it."""
    ref = caller().ref(resource_id("ver_", verification_id))
    response = make_response(template.filled(ref, services()))
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = 'attachment; filename="authorization-letter.pdf"'
    return response


@blueprint.route("/steps/transfer_amount", methods=["POST"])
@blueprint.doc(operationId="submitTransferAmount")
@blueprint.arguments(schemas.TransferAmount)
@blueprint.response(200, schemas.Verification)
@problems(*FAILURES)
@either("verifications")
@replayable(answers.again)
def submit_transfer_amount(body: dict[str, Any], verification_id: str) -> Any:
    """Give what the account's statement shows: wrong answers are counted per account number."""
    return _submit(verification_id, "transfer_amount", body)
