"""The items of a notice by method, for screens without a verification: words of the policy, and nobody's name."""

from collections.abc import Mapping
from typing import Any

from verify.flows.consent_notice import shown_purpose
from verify.flows.methods import METHODS, STEPS
from verify.policies import LOCALES
from verify.policies.items import ITEMS
from verify.policies.shares import SHARES, Share
from verify.policies.words import Texts

NOBODY: Texts = {"zh-CN": "示例核验机构", "en": "Example verification agency"}


def by_method() -> Mapping[str, Mapping[str, list[dict[str, Any]]]]:
    """By method and language. A name that both types of verification have stands for a person's."""
    return {
        method: {locale: _items(kind, steps, locale) for locale in LOCALES}
        for (kind, method), steps in reversed(list(METHODS.items()))
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
