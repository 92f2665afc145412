"""The items of a notice by method, for screens without a verification: words of the policy, and nobody's name."""

from collections.abc import Mapping
from typing import Any

from verify.flows.consent_notice import shown_purpose
from verify.flows.methods import METHODS, STEPS
from verify.policies import LOCALES
from verify.policies.guardians import MINORS_ITEMS, MINORS_SHARES
from verify.policies.items import ITEMS
from verify.policies.minors import GUARDIAN_ITEMS, PREFIX
from verify.policies.shares import SHARES, Share
from verify.policies.words import Texts

NOBODY: Texts = {"zh-CN": "示例核验机构", "en": "Example verification agency"}


def by_method() -> Mapping[str, Mapping[str, list[dict[str, Any]]]]:
    """By method and language. A name that both types of verification have stands for a person's."""
    return {
        method: {locale: _items(kind, steps, locale) for locale in LOCALES}
        for (kind, method), steps in reversed(list(METHODS.items()))
    }


def by_age() -> Mapping[str, Mapping[str, list[dict[str, Any]]]]:
    """The same of a guardian's page, by group of age and language: behind all that a minor grants for the face."""
    steps = METHODS["personal", "face"]
    asked = dict.fromkeys(found for name in steps if (found := STEPS[name].asks))
    granted = {
        locale: [
            *(shown_purpose(item, locale) for item in MINORS_ITEMS.values() if set(steps) & set(item.applies_to)),
            *(_share(MINORS_SHARES[capability], locale) for capability in asked),
        ]
        for locale in LOCALES
    }
    return {
        group: {
            locale: [shown_purpose(own, locale), *({**item, "id": PREFIX + item["id"]} for item in granted[locale])]
            for locale in LOCALES
        }
        for group, own in GUARDIAN_ITEMS.items()
    }


def _items(kind: str, steps: tuple[str, ...], locale: str) -> list[dict[str, Any]]:
    ours = [item for item in ITEMS if set(steps) & set(item.applies_to) and kind in item.types]
    shared = dict.fromkeys(asked for name in steps if (asked := STEPS[name].asks))
    return [*(shown_purpose(item, locale) for item in ours), *(_share(SHARES[asked], locale) for asked in shared)]


def _share(share: Share, locale: str) -> dict[str, Any]:
    told = {"purpose": share.purpose[locale], "data": list(share.kinds)}
    recipient = {"name": NOBODY[locale], "contact": "privacy@agency.example", "method": share.method[locale], **told}
    kept = share.retention[locale]
    return {"id": f"share.{share.capability}", "required": True, "retention": kept, "recipient": recipient, **told}
