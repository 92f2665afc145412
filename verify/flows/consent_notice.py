"""What somebody has to be told before they consent: items of our own purposes, and one for each recipient."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.base import Capability
from verify import policies
from verify.flows.policy_text import text_of
from verify.models import Application
from verify.policies.items import Item
from verify.policies.shares import SHARES
from verify.policies.shares import Share as ShareText
from verify.services import Services


@dataclass(frozen=True)
class Share:
    """An item that names a recipient. The first of a capability that is needed is required, all else is optional."""

    capability: Capability
    provider: str
    position: int
    kinds: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"share.{self.capability}.{self.provider}"

    @property
    def required(self) -> bool:
        return self.position == 0 and not SHARES[self.capability].optional


@dataclass(frozen=True)
class Notice:
    """What one verification's user has to be told, made from configuration and the provider register."""

    policy: policies.Policy
    purposes: tuple[Item, ...]
    shares: tuple[Share, ...]

    @property
    def id(self) -> str:
        """Names exactly what was shown: any other text, item or recipient makes another notice."""
        shown = {
            "policy": [self.policy.version, self.policy.digest],
            "purposes": [[item.id, item.required, item.kinds, *_words(item)] for item in self.purposes],
            "shares": [[s.id, s.position, s.kinds, *_words(SHARES[s.capability])] for s in self.shares],
        }
        canonical = json.dumps(shown, sort_keys=True, ensure_ascii=True)
        return "ntc_" + hashlib.sha256(canonical.encode()).hexdigest()[:32]

    @property
    def items(self) -> tuple[Item | Share, ...]:
        return (*self.purposes, *self.shares)

    def show(self, application: Application, locale: str, services: Services) -> dict[str, Any]:
        """The object of the contract, with the text as the application's users read it."""
        return {
            "notice_id": self.id,
            "policy_version": self.policy.version,
            "text": text_of(self.policy, application, locale),
            "items": [shown_purpose(item, locale) for item in self.purposes]
            + [shown_share(share, locale, services) for share in self.shares],
        }

    def ids(self, *, required: bool) -> set[str]:
        return {item.id for item in self.items if item.required or not required}


def _words(text: Item | ShareText) -> list[Mapping[str, str]]:
    return [text.purpose, text.retention]


def shown_purpose(item: Item, locale: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "required": item.required,
        "purpose": item.purpose[locale],
        "data": sorted(item.kinds),
        "retention": item.retention[locale],
    }


def shown_share(
    share: Share, locale: str, services: Services, texts: Mapping[Capability, ShareText] = SHARES
) -> dict[str, Any]:
    recipient = services.providers[share.provider].recipient
    text = texts[share.capability]
    return {
        "id": share.id,
        "required": share.required,
        "purpose": text.purpose[locale],
        "data": list(share.kinds),
        "retention": text.retention[locale],
        "recipient": {
            "name": recipient.name[locale],
            "contact": recipient.contact,
            "purpose": text.purpose[locale],
            "method": recipient.method.get(locale, text.method[locale]),
            "data": list(share.kinds),
        },
    }
