"""An application's accounts: the gate to ask before selling, and what is done to an account."""

from typing import Any

from flask import Response, jsonify, make_response
from flask_smorest import Blueprint

from verify.api import schemas
from verify.api.body import Parser
from verify.api.documentation import problems
from verify.api.requests import replayable, ticket
from verify.auth import caller, secret_key, services
from verify.flows import accounts, closing, erasure, renewal
from verify.flows.accounts import gate
from verify.flows.checks import SHANGHAI
from verify.flows.consent import Granted
from verify.flows.idempotency import Replay
from verify.flows.renewal import Whose
from verify.flows.withdrawal import Withdrawal, withdraw
from verify.models import Account

blueprint = Blueprint("accounts", __name__, url_prefix="/v1/accounts", description="An application's own users.")
blueprint.ARGUMENTS_PARSER = Parser()

WRITING = (400, 401, 403, 404, 409, 411, 413, 415, 422, 429, 503)


def _reload(replay: Replay) -> Account:
    with services().read() as session:
        return session.get_one(Account, replay.resource)


def again(replay: Replay) -> Response:
    """The account of a repeated request as it stands now."""
    return make_response(jsonify(accounts.show(_reload(replay))), replay.status)


def _withdrawn_again(replay: Replay) -> Response:
    return make_response(jsonify(_withdrawal(Withdrawal(_reload(replay), ()))), replay.status)


def _withdrawal(found: Withdrawal) -> dict[str, Any]:
    stopped = [f"ver_{verification.id}" for verification in found.stopped]
    return {**accounts.show(found.account), "withdrawn": list(found.items), "stopped": stopped}


@blueprint.route("/<account_ref>", methods=["GET"])
@blueprint.doc(operationId="getAccount")
@blueprint.response(200, schemas.AccountView)
@problems(401, 403, 429, 503)
@secret_key("accounts:read")
def read(account_ref: str) -> Any:
    """Read whether the account's owner is known. Always 200; an account never seen is `none`."""
    who = caller()
    today = services().clock().astimezone(SHANGHAI).date()
    with services().read() as session:
        gates = gate(session, who.application.id, account_ref, today, livemode=who.livemode)
    return {"account_ref": account_ref, "livemode": who.livemode, **gates}


@blueprint.route("/<account_ref>/suspend", methods=["POST"])
@blueprint.doc(operationId="suspendAccount")
@blueprint.arguments(schemas.Suspension)
@blueprint.response(200, schemas.Account)
@problems(*WRITING)
@secret_key("accounts:write")
@replayable(again)
def suspend(body: dict[str, Any], account_ref: str) -> Any:
    """Block the gate with a reason; its owner may appeal by a rights request."""
    return jsonify(accounts.show(closing.suspend(caller().reach, account_ref, body["reason"], services(), ticket())))


@blueprint.route("/<account_ref>/reinstate", methods=["POST"])
@blueprint.doc(operationId="reinstateAccount")
@blueprint.arguments(schemas.Nothing)
@blueprint.response(200, schemas.Account)
@problems(*WRITING)
@secret_key("accounts:write")
@replayable(again)
def reinstate(_: dict[str, Any], account_ref: str) -> Any:
    """Lift a suspension."""
    return jsonify(accounts.show(closing.reinstate(caller().reach, account_ref, services(), ticket())))


@blueprint.route("/<account_ref>/close", methods=["POST"])
@blueprint.doc(operationId="closeAccount")
@blueprint.arguments(schemas.Nothing)
@blueprint.response(200, schemas.Account)
@problems(*WRITING)
@secret_key("accounts:write")
@replayable(again)
def close(_: dict[str, Any], account_ref: str) -> Any:
    """Close the account for good: what runs is canceled, and the periods of retention begin."""
    return jsonify(accounts.show(closing.close(caller().reach, account_ref, services(), ticket())))


def _erased_again(replay: Replay) -> Response:
    account = _reload(replay)
    return make_response(jsonify(erasure.show(erasure.standing(account.id, None, services()))), replay.status)


@blueprint.route("/<account_ref>", methods=["DELETE"])
@blueprint.doc(operationId="eraseAccount")
@blueprint.response(200, schemas.Erasure)
@problems(*WRITING)
@secret_key("accounts:write")
@replayable(_erased_again)
def erase(account_ref: str) -> Any:
    """Close the account and erase what may go now; the rest is only stored until its day. Answers both lists.

    Repeated, it tells how far vendors have confirmed the end of their copies.
    """
    return jsonify(erasure.show(erasure.erase_account(caller().reach, account_ref, services(), ticket())))


@blueprint.route("/<account_ref>/consents/withdraw", methods=["POST"])
@blueprint.doc(operationId="withdrawConsents")
@blueprint.arguments(schemas.ConsentItems)
@blueprint.response(200, schemas.Withdrawal)
@problems(*WRITING)
@secret_key("accounts:write")
@replayable(_withdrawn_again)
def withdraw_consents(body: dict[str, Any], account_ref: str) -> Any:
    """Withdraw consent item by item. What runs and rests on it stops; what was done before stays."""
    return jsonify(_withdrawal(withdraw(caller().reach, account_ref, body["items"], services(), ticket())))


def _whose(account_ref: str, type_: str) -> Whose:
    return Whose(caller().reach, account_ref, type_)


@blueprint.route("/<account_ref>/consent_notice", methods=["GET"])
@blueprint.doc(operationId="getRenewalNotice")
@blueprint.arguments(schemas.RenewalQuery, location="query")
@blueprint.response(200, schemas.Notice)
@problems(401, 403, 404, 409, 422, 429, 503)
@secret_key("accounts:read")
def renewal_notice(query: dict[str, Any], account_ref: str) -> Any:
    """Read what a verified account's owner is asked again after a major change of the notice.

    After a no it is 409 `consent_refused` for a while, unless the owner asks for it.
    """
    whose = _whose(account_ref, query["type"])
    return renewal.notice_of(whose, services(), query.get("locale"), asked_by_user=query["asked_by_user"])


@blueprint.route("/<account_ref>/consents", methods=["POST"])
@blueprint.doc(operationId="renewConsents")
@blueprint.arguments(schemas.Renewal)
@blueprint.response(200, schemas.Account)
@problems(*WRITING)
@secret_key("accounts:write")
@replayable(again)
def renew(body: dict[str, Any], account_ref: str) -> Any:
    """Pass on the items that the owner of a verified account granted anew, one by one."""
    granted = Granted(body["policy_version"], body.get("notice_id"), tuple(body["granted"]))
    return jsonify(accounts.show(renewal.grant(_whose(account_ref, body["type"]), granted, services(), ticket())))


@blueprint.route("/<account_ref>/consents/decline", methods=["POST"])
@blueprint.doc(operationId="declineRenewal")
@blueprint.arguments(schemas.OfType)
@blueprint.response(200, schemas.Account)
@problems(*WRITING)
@secret_key("accounts:write")
@replayable(again)
def decline(body: dict[str, Any], account_ref: str) -> Any:
    """Pass on that the owner said no: nobody asks again at once, and what was done before stays."""
    return jsonify(accounts.show(renewal.decline(_whose(account_ref, body["type"]), services(), ticket())))
