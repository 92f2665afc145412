"""What a guardian reads: an item of their own, and each that the minor granted (policy 7.2)."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy.orm import joinedload

from providers.base import Capability
from verify import policies
from verify.errors import Problem, invalid
from verify.flows import progress
from verify.flows.case import REACHABLE, Ref
from verify.flows.checks import SHANGHAI
from verify.flows.consent import Granted, live_items
from verify.flows.consent_notice import Share, document_of, name_of, shown_purpose, shown_share
from verify.flows.policy_text import text_of
from verify.models import Application, Consent, Verification
from verify.policies.guardians import MINORS_ITEMS, MINORS_SHARES
from verify.policies.items import Item
from verify.policies.minors import GUARDIAN_ITEMS, PREFIX
from verify.services import Services


@dataclass(frozen=True)
class GuardianNotice:
    """``own`` is the guardian's; behind each item the minor granted stands a consent of the guardian's to the same."""

    policy: policies.Policy
    own: Item
    granted: tuple[Item | Share, ...]

    application: Application = field(compare=False, repr=False)
    services: Services = field(compare=False, repr=False)

    @cached_property
    def document(self) -> bytes:
        return document_of(self.policy, self.application, self.shown)

    @property
    def id(self) -> str:
        """Names exactly what is shown."""
        return name_of(self.document)

    def shown(self, locale: str) -> list[dict[str, Any]]:
        """The items as the contract has them."""
        granted = [{**_shown(item, locale, self.services), "id": PREFIX + item.id} for item in self.granted]
        return [shown_purpose(self.own, locale), *granted]

    @property
    def kinds(self) -> dict[str, list[str]]:
        """Id of each item → kinds of data."""
        items = {self.own.id: self.own} | {PREFIX + item.id: item for item in self.granted}
        return {name: sorted(str(kind) for kind in item.kinds) for name, item in items.items()}

    @property
    def required(self) -> set[str]:
        return {self.own.id} | {PREFIX + item.id for item in self.granted if item.required}

    def check(self, granted: Granted) -> None:
        """Raises Problem naming what is missing, unknown or changed meanwhile."""
        if granted.policy_version != self.policy.version or granted.notice_id not in {None, self.id}:
            raise Problem("notice_changed", notice_id=self.id)
        if set(granted.items) - self.kinds.keys():
            raise invalid("granted", "unknown_item")
        missing = sorted(self.required - set(granted.items))
        if missing:
            raise Problem("consent_required", missing=missing)


def render(verification: Verification, services: Services) -> GuardianNotice:
    """As it has to be shown now; its consents are loaded. Raises Problem step_not_expected where none is wanted."""
    group = progress.minor(verification)
    if group is None:
        raise Problem("step_not_expected", next_step=progress.next_step(verification))
    live = live_items(verification, services)
    own = {c.item: c for c in verification.consents if c.item in live and not c.item.startswith(PREFIX)}
    return GuardianNotice(
        policies.current(services.clock().astimezone(SHANGHAI).date()),
        GUARDIAN_ITEMS[group],
        tuple(_granted(consent_) for consent_ in own.values()),
        verification.application,
        services,
    )


def _granted(consent_: Consent) -> Item | Share:
    if consent_.capability is None or consent_.provider is None:
        return MINORS_ITEMS[consent_.item]
    return Share(Capability(consent_.capability), consent_.provider, consent_.position, tuple(consent_.kinds))


def shown(ref: Ref, services: Services, locale: str | None = None) -> dict[str, Any]:
    """In the verification's language or in ``locale``. Raises Problem."""
    with services.read() as session:
        query = REACHABLE.options(joinedload(Verification.consents))
        verification = session.scalars(query, vars(ref)).unique().one_or_none()
    if verification is None:
        raise Problem("not_found")
    notice = render(verification, services)
    locale = locale or verification.locale
    return {
        "notice_id": notice.id,
        "policy_version": notice.policy.version,
        "text": text_of(notice.policy, verification.application, locale),
        "items": notice.shown(locale),
    }


def _shown(item: Item | Share, locale: str, services: Services) -> dict[str, Any]:
    if isinstance(item, Share):
        return shown_share(item, locale, services, MINORS_SHARES)
    return shown_purpose(item, locale)
