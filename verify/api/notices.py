"""Notices to many, as applications read and show them."""

from typing import Any

from flask import jsonify
from flask_smorest import Blueprint

from verify.api import schemas
from verify.api.documentation import problems
from verify.api.requests import resource_id
from verify.auth import caller, secret_key, services
from verify.errors import Problem
from verify.flows.bulletins import matters
from verify.models import Bulletin

blueprint = Blueprint("notices", __name__, url_prefix="/v1/notices", description="Notices of incidents and shutdowns.")


@blueprint.route("/<notice_id>", methods=["GET"])
@blueprint.doc(operationId="getNotice")
@blueprint.response(200, schemas.Bulletin)
@problems(401, 403, 404, 429, 503)
@secret_key("accounts:read")
def read(notice_id: str) -> Any:
    """Read the notice that an `account.notice` event names, to show it to the account's owner."""
    with services().read() as session:
        found = session.get(Bulletin, resource_id("anc_", notice_id))
    if found is None or found.released_at is None or found.livemode != caller().livemode:
        raise Problem("not_found")
    return jsonify(matters.show(found))
