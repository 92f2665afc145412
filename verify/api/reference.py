"""What is published for everyone: policy texts and reason codes."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from verify import policies
from verify.api.documentation import problems
from verify.api.fields import Answer
from verify.auth import public, services
from verify.errors import Problem
from verify.flows.checks import SHANGHAI
from verify.flows.reasons import published

blueprint = Blueprint("reference", __name__, url_prefix="/v1", description="Published texts and tables.")


class PolicySummary(Answer):
    version = fields.String(required=True)
    effective_on = fields.Date(required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256 of zh-CN.md, a zero byte and en.md, hex."})


class PolicyList(Answer):
    data = fields.List(fields.Nested(PolicySummary), required=True)
    current = fields.String(required=True)


class PolicyText(PolicySummary):
    texts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ReasonView(Answer):
    code = fields.String(required=True)
    step = fields.String(required=True, allow_none=True)
    retryable = fields.Boolean(required=True)
    costs_try = fields.Boolean(required=True)
    text = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    enterprise_text = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "What an enterprise reads, where that is something else."},
    )


class ReasonList(Answer):
    data = fields.List(fields.Nested(ReasonView), required=True)


def _summary(policy: policies.Policy) -> dict[str, Any]:
    return {"version": policy.version, "effective_on": policy.effective, "digest": policy.digest}


@blueprint.route("/policies", methods=["GET"])
@blueprint.doc(operationId="listPolicies")
@blueprint.response(200, PolicyList)
@problems(429)
@public
def list_policies() -> Any:
    """List the current and the archived versions of the policy."""
    today = services().clock().astimezone(SHANGHAI).date()
    return {"data": [_summary(p) for p in policies.POLICIES], "current": policies.current(today).version}


@blueprint.route("/policies/<version>", methods=["GET"])
@blueprint.doc(operationId="getPolicy")
@blueprint.response(200, PolicyText)
@problems(404, 429)
@public
def read_policy(version: str) -> Any:
    """Read one version of the policy in every language it has."""
    try:
        policy = policies.get(version)
    except KeyError:
        raise Problem("not_found") from None
    return {**_summary(policy), "texts": {locale: policy.text(locale) for locale in policies.LOCALES}}


@blueprint.route("/reason_codes", methods=["GET"])
@blueprint.doc(operationId="listReasonCodes")
@blueprint.response(200, ReasonList)
@problems(429)
@public
def list_reason_codes() -> Any:
    """List every reason code with its step, what it costs and what to tell the user."""
    return {"data": published()}
