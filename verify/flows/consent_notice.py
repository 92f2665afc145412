"""What somebody has to be told before they consent: items of our own purposes, and one for each recipient."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Protocol

from sqlalchemy.orm import Session

from providers.base import Capability, Recipient
from verify import policies
from verify.flows.policy_text import text_of
from verify.models import Application, NoticeText
from verify.models.base import made_once
from verify.policies.items import Item
from verify.policies.shares import SHARES
from verify.policies.shares import Share as ShareText
from verify.services import Services

#: begins the name of a notice; its SHA-256 in hex follows
PREFIX = "ntc_"

#: notices of some kilobytes that a process keeps indented
RENDERED = 128


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
    application: Application = field(compare=False, repr=False)
    services: Services = field(compare=False, repr=False)

    @cached_property
    def document(self) -> bytes:
        return document_of(self.policy, self.application, self._shown)

    @property
    def id(self) -> str:
        """Names exactly what is shown: any other text, item or recipient makes another notice."""
        return name_of(self.document)

    @property
    def items(self) -> tuple[Item | Share, ...]:
        return (*self.purposes, *self.shares)

    def show(self, locale: str) -> dict[str, Any]:
        """The object of the contract, with the text as the application's users read it."""
        return {
            "notice_id": self.id,
            "policy_version": self.policy.version,
            "text": text_of(self.policy, self.application, locale),
            "items": self._shown(locale),
        }

    def _shown(self, locale: str) -> list[dict[str, Any]]:
        shares = [shown_share(share, locale, self.services) for share in self.shares]
        return [shown_purpose(item, locale) for item in self.purposes] + shares

    def ids(self, *, required: bool) -> set[str]:
        return {item.id for item in self.items if item.required or not required}


class Rendered(Protocol):
    """A notice in every language."""

    @property
    def document(self) -> bytes: ...


def document_of(
    policy: policies.Policy, application: Application, items: Callable[[str], list[dict[str, Any]]]
) -> bytes:
    """A notice as it is rendered, in every language: what evidence of a consent shows."""
    shown = {
        "policy_version": policy.version,
        "locales": {
            locale: {"text": text_of(policy, application, locale), "items": items(locale)}
            for locale in policies.LOCALES
        },
    }
    return _indented(json.dumps(shown, sort_keys=True, ensure_ascii=False))


@lru_cache(maxsize=RENDERED)
def _indented(document: str) -> bytes:
    """Kept, as most are shown the same and indenting is not done in C."""
    return (json.dumps(json.loads(document), sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()


def name_of(document: bytes) -> str:
    return PREFIX + hashlib.sha256(document).hexdigest()


def keep_text(session: Session, notice: Rendered, services: Services) -> None:
    """Keep it beside what is consented to under it, once for all who are shown it; once committed, ``is_kept``."""
    name = name_of(notice.document)
    if name not in services.notebook.notices:
        row = {"id": name, "content": notice.document, "created_at": services.clock()}
        session.execute(_new(session), row)


def is_kept(notice: Rendered, services: Services) -> None:
    """This process need not write it again."""
    services.notebook.notices.add(name_of(notice.document))


@made_once
def _new(insert: Any) -> Any:
    return insert(NoticeText.__table__).on_conflict_do_nothing()


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
    provider = services.providers.get(share.provider)
    recipient = provider.recipient if provider else Recipient(dict.fromkeys(policies.LOCALES, share.provider), "", "")
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
