"""What was typed beside what the paper says."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from providers.base import Capability, Result
from verify.flows import checks
from verify.flows.enterprise.checks import is_same_code, is_same_name
from verify.flows.review.masks import MASKS
from verify.models import Attempt

#: typed (step, field) ↔ read from the paper (step, field)
COMPARED = (
    (("enterprise", "enterprise_name"), ("license", "read_enterprise_name")),
    (("enterprise", "credit_code"), ("license", "read_credit_code")),
    (("enterprise", "organization_code"), ("license", "read_credit_code")),
    (("representative", "legal_representative_name"), ("license", "read_legal_representative")),
)

#: field → whether what was typed and what was read are the same; others have to be so to the letter
ALIKE: Mapping[str, Callable[[str, str], bool]] = {
    "enterprise_name": is_same_name,
    "credit_code": is_same_code,
    "organization_code": is_same_code,
}

#: papers that are read, and what reads them
PAPERS, READER = ("license",), Capability.LICENSE


class Unread(StrEnum):
    """Why there is no reading to compare with."""

    NOT_YET = "not_yet"
    UNREADABLE = "unreadable"
    ERASED = "erased"


@dataclass(frozen=True, repr=False)
class Compared:
    """What was typed beside what the paper says, cut where they differ: (text, is the same) pieces.

    ``read`` is empty and ``same`` None where there is no reading, and ``unread`` says why.
    """

    name: str
    typed: Sequence[tuple[str, bool]]
    read: Sequence[tuple[str, bool]]
    same: bool | None
    unread: Unread | None
    #: (step, field) of either side, as they are revealed
    sides: tuple[tuple[str, str], tuple[str, str]]


def current(values: Mapping[str, Mapping[str, str]], attempts: Sequence[Attempt]) -> dict[str, Mapping[str, str]]:
    """Without the reading of a paper in whose place another was given that is not read (yet)."""
    stale = {step for step in PAPERS if (last := _last(step, attempts)) and last.outcome != Result.MATCH}
    return {step: found for step, found in values.items() if step not in stale}


def unread(papers: Container[str], erased: Container[str], attempts: Sequence[Attempt]) -> dict[str, Unread]:
    """Paper → why a reading of it is not there, should it be missing."""
    found = {}
    for step in PAPERS:
        last = _last(step, attempts)
        if step in erased:
            found[step] = Unread.ERASED
        elif step in papers:
            found[step] = Unread.UNREADABLE if last and last.outcome in set(Result) else Unread.NOT_YET
    return found


def _last(step: str, attempts: Sequence[Attempt]) -> Attempt | None:
    return next((one for one in reversed(attempts) if (one.step, one.capability) == (step, READER)), None)


def compare(values: Mapping[str, Mapping[str, str]], why: Mapping[str, Unread]) -> list[Compared]:
    """Pairs of what was typed and read; what was typed alone where ``why`` tells of a paper without a reading."""
    pairs = []
    for sides in COMPARED:
        (step, field), (paper, read) = sides
        typed, found = values.get(step, {}).get(field), values.get(paper, {}).get(read)
        if typed is not None and (found is not None or paper in why):
            missing = why[paper] if found is None else None
            pairs.append(Compared(field, *_pieces(field, typed, found), missing, sides))
    return pairs


Pieces = list[tuple[str, bool]]


def _pieces(name: str, typed: str, read: str | None) -> tuple[Pieces, Pieces, bool | None]:
    mask = MASKS[name]
    if read is None:
        return [(mask(typed), True)], [], None
    same = is_alike(name, typed, read)
    if same or mask is not str:
        return [(mask(typed), same)], [(mask(read), same)], same
    return *differing(typed, read), same


def is_alike(name: str, typed: str, read: str) -> bool:
    """As the step judges it; what cannot be read as such a value is not alike."""
    try:
        return ALIKE[name](typed, read) if name in ALIKE else typed == read
    except checks.InvalidValue:
        return False


def differing(one: str, other: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts in pieces, each with whether the other has it in the same place."""
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        for into, text in ((left, one[a:b]), (right, other[c:d])):
            if text:
                into.append((text, tag == "equal"))
    return left, right
