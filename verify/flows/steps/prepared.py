"""What preparing a step comes to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from providers.base import Misconfigured, Outcome, ProviderFailure, Request
from verify.flows.effects import Effect
from verify.models import Verification
from verify.models.vault import Keys
from verify.services import Services

#: the effect of an answer, or None where the table of effects says it
Judge = Callable[[Outcome | ProviderFailure | Misconfigured], Effect | None]


@dataclass(frozen=True, repr=False)
class Prepared:
    """A request for a provider, or an effect already decided here: one of the two."""

    request: Request | None = None
    effect: Effect | None = None
    #: data keys already in hand, so that the answer need not read them again
    keys: Keys | None = None
    #: holds an answer against what only this request knows
    judge: Judge | None = None
    #: why consented recipients could not be asked, once it was tried (verify.flows.supply)
    against: list[str] = field(default_factory=list)


#: (session with the locked verification, verification, what was submitted, services) → Prepared.
#: Raises Problem; nothing is kept then.
Prepare = Callable[[Session, Verification, Any, Services], Prepared]
