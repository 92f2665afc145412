"""What an adapter found in an answer: the code that decides, and what came with it."""

from dataclasses import dataclass, replace

from providers.base import HostedPage, LicenseText, Outcome, Reading, Result

#: results that something read or opened may come with
GOOD = frozenset({Result.MATCH, Result.ACCEPTED})


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """``code`` is None where none can be read; the rest None where it is not told."""

    code: str | None
    reference: str | None = None
    billed: bool | None = None
    reading: Reading | None = None
    license: LicenseText | None = None
    page: HostedPage | None = None


def completed(outcome: Outcome, verdict: Verdict) -> Outcome:
    """The outcome that the code stands for, with what came with it."""
    billed = outcome.billed if verdict.billed is None else verdict.billed
    if outcome.result not in GOOD:
        return replace(outcome, billed=billed)
    return replace(outcome, billed=billed, reading=verdict.reading, license=verdict.license, page=verdict.page)
