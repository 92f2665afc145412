"""What each kind of line in the access log is about, and what whoever wrote it had before their eyes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from providers.base import Kind


class About(StrEnum):
    """Whom a line names."""

    CASE = "case"  #: a verification
    REQUEST = "request"  #: a rights request
    SEVERAL = "several"  #: a list or a search: none by its id
    STAFF = "staff"


#: kind of data → another name of its field
FIELDS: Mapping[str, str] = {Kind.LEGAL_REPRESENTATIVE_NAME: "legal_representative"}

#: what may stand on a page in the words of the person
ANYTHING = frozenset(Kind)

#: what a case's page shows without a mask: registers publish it
OPENLY = frozenset({Kind.ENTERPRISE_NAME, Kind.CREDIT_CODE, Kind.BANK, Kind.RESULT})

#: what stands on a licence or letter
ON_PAPERS = OPENLY | {
    Kind.NAME,
    Kind.ID_NUMBER,
    Kind.LICENSE,
    Kind.AUTHORIZATION_LETTER,
    Kind.LEGAL_REPRESENTATIVE_NAME,
    Kind.LEGAL_REPRESENTATIVE_ID_NUMBER,
}


@dataclass(frozen=True)
class Line:
    """``shows`` in clear; with ``by_field`` the line's ``field`` says which it was."""

    about: About
    shows: frozenset[Kind] = frozenset()
    by_field: bool = False


ACT, DESK, LIST, OWN = (Line(about) for about in About)

LINES: Mapping[str, Line] = {
    **dict.fromkeys(("signin.password", "signin.code", "signin.recovery", "signin.enrol", "signin.out"), OWN),
    **dict.fromkeys(("staff.password", "staff.acknowledge"), OWN),
    **dict.fromkeys(("staff.create", "staff.change", "staff.reset", "staff.disable", "staff.enable"), OWN),
    **dict.fromkeys(("case.search", "review.list"), Line(About.SEVERAL, OPENLY)),
    **dict.fromkeys(("rights.list", "audit.export"), LIST),
    **dict.fromkeys(("case.open", "review.show"), Line(About.CASE, OPENLY)),
    "case.reveal": Line(About.CASE, by_field=True),
    "case.document": Line(About.CASE, ON_PAPERS),
    "case.reveal_agree": ACT,
    **dict.fromkeys(("review.claim", "review.release", "review.note"), ACT),
    **dict.fromkeys(("review.approve", "review.confirm", "review.decline", "review.reject", "review.ask_again"), ACT),
    **dict.fromkeys(("review.retry", "review.extend", "review.switch_provider", "review.take_in"), ACT),
    "rights.show": Line(About.REQUEST, frozenset({Kind.RESULT})),
    "rights.reveal": Line(About.REQUEST, ANYTHING),
    **dict.fromkeys(("rights.take", "rights.release", "rights.note", "rights.ask_proof", "rights.extend"), DESK),
    **dict.fromkeys(("rights.approve", "rights.carry_out", "rights.answer", "rights.refuse"), DESK),
}

#: lines that name nobody whose data were shown
UNNAMED = frozenset(name for name, line in LINES.items() if line.about is About.SEVERAL)
