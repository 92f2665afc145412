"""The gate to ask before selling."""

from typing import Any

from flask_smorest import Blueprint

from verify.api import schemas
from verify.api.documentation import problems
from verify.auth import caller, secret_key, services
from verify.flows.accounts import gate

blueprint = Blueprint("accounts", __name__, url_prefix="/v1/accounts", description="An application's own users.")


@blueprint.route("/<account_ref>", methods=["GET"])
@blueprint.doc(operationId="getAccount")
@blueprint.response(200, schemas.AccountView)
@problems(blueprint, 401, 403, 429, 503)
@secret_key("accounts:read")
def read(account_ref: str) -> Any:
    """Read whether the account's owner is known. Always 200; an account never seen is ``none``."""
    who = caller()
    with services().read() as session:
        gates = gate(session, who.application.id, account_ref, livemode=who.livemode)
    return {"account_ref": account_ref, "livemode": who.livemode, **gates}
