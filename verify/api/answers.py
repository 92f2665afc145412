"""How a verification is answered: 200 or 202, with Retry-After while a vendor owes an answer or a limit lasts."""

from flask import Response, jsonify, make_response

from verify.auth import caller, services
from verify.flows import troubles
from verify.flows.case import load, retry_after
from verify.flows.idempotency import Replay
from verify.flows.step import Standing
from verify.flows.view import show
from verify.models import Verification
from verify.models.vault import Keys


def verification(found: Verification, keys: Keys | None = None) -> Response:
    wait = retry_after(found)
    response = make_response(jsonify(show(found, services(), keys)))
    if wait is not None:
        response.status_code = 202
    else:
        wait = troubles.wait(found, services().clock())
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def standing(found: Standing) -> Response:
    return verification(found.verification, found.keys)


def again(replay: Replay) -> Response:
    """The resource of a repeated request as it stands now."""
    return make_response(jsonify(show(reload(replay), services())), replay.status)


def reload(replay: Replay) -> Verification:
    with services().read() as session:
        return load(session, caller().ref(replay.resource))
