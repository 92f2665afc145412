"""Codes in the words of staff. Words for users stand in verify.flows.reasons."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from verify.flows.reasons import REASONS

STATUSES: Mapping[str, Any] = {
    "pending": _("With the user"),
    "processing": _("Waiting on others"),
    "review": _("In review"),
    "verified": _("Verified"),
    "rejected": _("Rejected"),
    "expired": _("Expired"),
    "canceled": _("Canceled"),
    "passed": _("Passed"),
    "failed": _("Failed"),
}

TYPES: Mapping[str, Any] = {"personal": _("Person"), "enterprise": _("Enterprise")}

METHODS: Mapping[str, Any] = {
    "face": _("Face"),
    "bank_card": _("Bank card"),
    "micro_transfer": _("Micro-transfer"),
    "legal_representative": _("Legal representative"),
    "authorized_person": _("Authorized person"),
}

STEPS: Mapping[str, Any] = {
    "consent": _("Consent"),
    "guardian": _("Guardian"),
    "identity": _("Name and ID number"),
    "face": _("Face"),
    "bank_card": _("Bank card"),
    "sms_code": _("SMS code"),
    "bank_account": _("Bank account"),
    "id_card": _("ID card"),
    "transfer_amount": _("Amount received"),
    "enterprise": _("Enterprise"),
    "license": _("Business licence"),
    "representative": _("Representative"),
    "authorization_letter": _("Letter of authorization"),
    "contact": _("Contact"),
}

CAPABILITIES: Mapping[str, Any] = {
    "identity": _("Identity check"),
    "face": _("Face comparison"),
    "liveness": _("Liveness check"),
    "bank_card": _("Four-element bank card check"),
    "sms": _("SMS"),
    "id_card": _("ID card reading"),
    "license": _("Licence reading"),
    "registry": _("Register check"),
    "transfer": _("Transfer"),
}

OUTCOMES: Mapping[str, Any] = {
    "match": _("match"),
    "mismatch": _("mismatch"),
    "not_found": _("no record"),
    "inconclusive": _("inconclusive"),
    "accepted": _("accepted"),
    "Unavailable": _("could not be reached"),
    "Throttled": _("too many requests"),
    "Unknown": _("no answer"),
    "Refused": _("refused our request"),
    "Misconfigured": _("misconfigured"),
    "NotReceived": _("never received it"),
}

#: what "match" says where a paper was only read
READ = _("read")

PARTS: Mapping[str, Any] = {"front": _("front"), "back": _("back")}

#: why nothing stands beside what was typed
UNREAD: Mapping[str, Any] = {
    "not_yet": _("not read yet"),
    "unreadable": _("could not be read"),
    "erased": _("erased"),
}

#: outcome → how it is coloured
TONES: Mapping[str, str] = {
    "match": "good",
    "accepted": "good",
    "mismatch": "bad",
    "not_found": "warn",
    "inconclusive": "warn",
}

WAITS: Mapping[str, Any] = {
    "vendor_outage": _("Vendor outage"),
    "vendor_limit": _("Vendor limit reached"),
    "vendor_unclear": _("Vendor's answer unclear"),
    "vendor_offered": _("Vendor out, another offered"),
    "vendor_owes": _("Vendor owes an answer"),
    "registry_lag": _("Register has no record yet"),
    "open_transfer": _("Transfer under way"),
    "taken_in": _("Taken in by staff"),
    "license_unreadable": _("Unreadable licence"),
    "license_mismatch": _("Licence differs"),
    "authorization_letter_review": _("Letter to read"),
    "transfer_unconfirmed": _("Transfer nobody confirms"),
    "child_needs_person": _("Child under 14"),
    "registry_no_record": _("No record in the register"),
    "registry_unclear": _("Register unclear"),
    "registry_mismatch": _("Register differs"),
}

#: what the address of the queue may hold
FILTERS: Mapping[str, Any] = {
    "status": _("Waiting for"),
    "reason": _("Reason"),
    "type": _("Type"),
    "method": _("Method"),
    "application": _("Application"),
    "mode": _("Mode"),
    "whose": _("With"),
    "after": _("Page"),
}

FIELDS: Mapping[str, Any] = {
    "name": _("Name"),
    "id_number": _("ID number"),
    "card_number": _("Card number"),
    "mobile": _("Mobile"),
    "email": _("E-mail"),
    "account_number": _("Account number"),
    "account_name": _("Account name"),
    "bank_name": _("Bank"),
    "bank_province": _("Province"),
    "bank_city": _("City"),
    "bank_branch": _("Branch"),
    "cnaps_code": _("Branch code"),
    "website": _("Website"),
    "enterprise_name": _("Enterprise name"),
    "credit_code": _("Credit code"),
    "organization_code": _("Organization code"),
    "industry": _("Industry"),
    "products": _("Products"),
    "role": _("Role"),
    "legal_representative": _("Legal representative"),
    "legal_representative_name": _("Legal representative"),
    "legal_representative_id_number": _("Legal representative's ID number"),
    "operating_status": _("Operating status"),
    "valid_from": _("Valid from"),
    "valid_until": _("Valid until"),
}

EVENTS: Mapping[str, Any] = {
    "verification.created": _("Created"),
    "verification.step_passed": _("Step passed"),
    "verification.step_failed": _("Step not passed"),
    "verification.step_returned": _("Step to be repeated"),
    "verification.part_passed": _("Part of a step passed"),
    "verification.code_sent": _("Code sent"),
    "verification.processing": _("Waiting for an answer"),
    "verification.review": _("Sent to review"),
    "verification.verified": _("Verified"),
    "verification.rejected": _("Rejected"),
    "verification.expired": _("Expired"),
    "verification.canceled": _("Canceled"),
    "verification.redacted": _("Redacted"),
    "verification.method_switched": _("Method switched"),
    "transfer.sent": _("Transfer sent"),
    "transfer.failed": _("Transfer failed"),
    "transfer.returned": _("Transfer returned"),
    "consent.withdrawn": _("Consent withdrawn"),
    "review.claimed": _("Claimed"),
    "review.released": _("Released"),
    "review.noted": _("Note written"),
    "review.approved": _("Approved"),
    "review.rejected": _("Rejected by staff"),
    "review.asked_again": _("Asked again"),
    "review.override_proposed": _("Override proposed"),
    "review.override_declined": _("Override declined"),
    "review.retried": _("Vendor asked again"),
    "review.extended": _("More time given"),
    "review.provider_switched": _("Provider switched"),
    "review.taken_in": _("Taken in by staff"),
    "review.revealed": _("Value revealed"),
    "review.reveal_proposed": _("Reveal proposed"),
    "review.reveal_agreed": _("Reveal agreed to"),
    "review.reveal_declined": _("Reveal declined"),
    "review.document_viewed": _("Document viewed"),
}

#: event → what it says of a step that waits for a person
REFERRED: Mapping[str, Any] = {"verification.step_passed": _("Left to a person")}

NOTES: Mapping[str, Any] = {
    "note": _("Note"),
    "request": _("Words to the user"),
    "message": _("Words to the user"),
    "override": _("Why the check is overridden"),
    "reveal": _("Why a value was revealed"),
}

ROLES: Mapping[str, Any] = {
    "reviewer": _("Reviewer"),
    "supervisor": _("Supervisor"),
    "auditor": _("Auditor"),
    "administrator": _("Administrator"),
}

ROLE_HELP: Mapping[str, Any] = {
    "reviewer": _("Decides cases, reads documents, reveals values with a reason."),
    "supervisor": _("As a reviewer, and is the second person; steers vendors and time."),
    "auditor": _("Reads the masked cases and the access log, and exports it."),
    "administrator": _("Makes and ends staff logins; sees nobody's papers."),
}

#: action → what is said where it did not get as far as one might think
UNDONE: Mapping[str, Any] = {
    "approve": _("A second person has to confirm this."),
    "retry": _("The vendors were asked again, and none answers yet."),
}


def field(name: str) -> Any:
    """What was read from a paper goes by the name of what was typed."""
    return of(FIELDS, name.removeprefix("read_"))


def days(count: int) -> Any:
    return _("%(n)s days", n=count)


def milliseconds(count: int) -> Any:
    return _("%(n)s ms", n=count)


def value(name: str, shown: str) -> Any:
    """A role in words, any other value as it is."""
    return of(METHODS, shown) if name == "role" else shown


def of(table: Mapping[str, Any], code: str | None) -> Any:
    """The word, or the code itself where there is none yet."""
    return table.get(code or "", code or "")


def listed(table: Mapping[str, Any], codes: Iterable[str]) -> str:
    """The words, with the comma of the reader's language between them."""
    return str(_(", ")).join(str(of(table, code)) for code in codes)


def reason(code: str, message: Callable[[str, str, str], str], locale: str, type_: str = "personal") -> str:
    """What the user of a verification of this type is told about a reason code."""
    return message(code, locale, type_) if code in REASONS else code
