"""What each step takes, and a vendor's own page for the face."""

from marshmallow import fields, validate

from providers.base import OpensIn
from verify.api.fields import CODES, Answer, Body, OneOf, Query, Text


class Identity(Body):
    name = Text(100, required=True)
    id_number = Text(40, required=True)


class BankCard(Identity):
    card_number = Text(40, required=True)
    mobile = Text(30, required=True)


class SmsCode(Body):
    code = Text(20, required=True)


class BankAccount(Body):
    """``name`` and ``id_number`` of a person; an enterprise's account has neither."""

    name = Text(100)
    id_number = Text(40)
    account_number = Text(60, required=True)
    account_name = Text(100, required=True)
    bank_name = Text(60, required=True)
    bank_province = Text(60, required=True)
    bank_city = Text(60, required=True)
    bank_branch = Text(60, required=True)
    cnaps_code = Text(20)
    website = Text(200)


class Enterprise(Body):
    """With one of the two codes."""

    enterprise_name = Text(200, required=True)
    credit_code = Text(40, metadata={"description": "18 characters (GB 32100)."})
    organization_code = Text(20, metadata={"description": "9 characters (GB 11714)."})
    industry = Text(60, required=True)
    products = Text(200, required=True)
    website = Text(200)


class Representative(Identity):
    role = OneOf(("legal_representative", "authorized_person"), required=True)
    legal_representative = fields.Nested(
        Identity, error_messages=CODES, metadata={"description": "Where the representative is an authorized person."}
    )


class TransferAmount(Body):
    """One of the three, as ``transfer.proof`` says."""

    amount = Text(20, metadata={"example": "0.37"})
    amounts = fields.List(
        Text(20),
        validate=validate.Length(equal=2, error="out_of_range"),
        error_messages=CODES,
        metadata={"description": "In the order the remarks tell."},
    )
    code = Text(20)


class CardSide(Query):
    side = OneOf(("front", "back"), required=True)


class LetterValidity(Query):
    valid_until = fields.Date(
        required=True,
        error_messages=CODES,
        metadata={"description": "The letter's last day, in China: from today to ten years from now."},
    )


class FaceSession(Body):
    return_url = Text(
        2048, metadata={"description": "Where the browser goes at the end, on a registered origin. It proves nothing."}
    )
    meta_info = Text(
        16_384,
        metadata={"description": "What the vendor's own script collected, for vendors that ask for it."},
    )


class ReturnTo(Query):
    to = Text(2048, required=True)


class HostedFace(Answer):
    url = fields.String(
        required=True, metadata={"description": "The vendor's own page; whoever holds it can act. Never log it."}
    )
    opens_in = fields.String(
        required=True,
        validate=validate.OneOf([place.value for place in OpensIn]),
        metadata={"description": "wechat: only inside WeChat, so show the QR code on any other screen."},
    )
    qr = fields.String(required=True, metadata={"description": "The URL as a QR code, an SVG image in a data: URI."})
    expires_at = fields.String(required=True)
