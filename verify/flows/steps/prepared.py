"""What preparing a step comes to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from providers.base import Request
from verify.flows.effects import Effect
from verify.models import Verification
from verify.models.vault import Keys
from verify.services import Services


@dataclass(frozen=True, repr=False)
class Prepared:
    """A request for a provider, or an effect already decided here: one of the two."""

    request: Request | None = None
    effect: Effect | None = None
    #: data keys already in hand, so that the answer need not read them again
    keys: Keys | None = None


#: (session with the locked verification, verification, what was submitted, services) → Prepared.
#: Raises Problem; nothing is kept then.
Prepare = Callable[[Session, Verification, Any, Services], Prepared]
