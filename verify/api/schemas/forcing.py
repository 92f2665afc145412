"""What a test forces."""

from verify.api.fields import Body, OneOf, Text
from verify.flows.methods import STEPS
from verify.flows.review.reasons import REJECTIONS


class AdvanceTransfer(Body):
    to = OneOf(("requested", "sent", "failed", "returned", "unknown"), required=True)


class Review(Body):
    decision = OneOf(("approve", "reject", "ask_again"), required=True)
    step = OneOf(tuple(STEPS), metadata={"description": "Which to ask again for."})
    reason_code = OneOf(REJECTIONS, load_default="papers_disagree")
    message = Text(500, load_default="Forced by a test.", metadata={"description": "Words of staff to the user."})
