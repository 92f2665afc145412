"""The privacy notice in all its versions, which stay as they were published (policy 8.4)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

LOCALES = ("zh-CN", "en")

#: who is meant where no application says its name and contact
UNNAMED: Mapping[str, Mapping[str, str]] = {
    "zh-CN": {
        "operator": "您所注册服务的经营者",
        "contact": "该服务网站上公布的个人信息保护联系方式",
        "children_officer": "该服务指定的负责人，可通过上述联系方式找到",
    },
    "en": {
        "operator": "the company whose service you are signing up for",
        "contact": "the privacy contact published on its website",
        "children_officer": "whom the service has appointed, reached by the contact above",
    },
}


def name_contact(application: str = "APPLICATION") -> str:
    """The command that fills in whom users ask, which no notice is whole without (个人信息保护法 17)."""
    return f"realname app set {application} 'privacy_contact=\"privacy@cloud.example\"'"


#: version → what of policy 8.3 changed with it; where nothing did, the change is minor and consents stay live
MAJOR: Mapping[str, Sequence[str]] = {
    "2026-11-28": ("8.3.1: people under 18 with their guardians, and what a guardian enters and consents to",),
    "2026-11-26": ("8.3.1: enterprises, with their papers, and people who look at what a machine cannot judge",),
    "2026-11-25": ("8.3.1: micro-transfers need the bank account and photos of the ID card",),
}


@dataclass(frozen=True)
class Policy:
    """One version. ``texts`` hold Markdown with the places of UNNAMED.

    ``digest`` is the SHA-256 of both texts, hex. ``effective`` is a day in Asia/Shanghai.
    """

    version: str
    effective: date
    texts: Mapping[str, str]
    digest: str

    def text(
        self, locale: str, operator: str | None = None, contact: str | None = None, children_officer: str | None = None
    ) -> str:
        """The text with its places filled; any locale but ``en`` reads zh-CN. Not escaped for HTML."""
        locale = locale if locale in self.texts else LOCALES[0]
        named = {"operator": operator, "contact": contact, "children_officer": children_officer}
        filled = self.texts[locale]
        for place, unnamed in UNNAMED[locale].items():
            filled = filled.replace(f"{{{place}}}", named[place] or unnamed)
        return filled


def _read(folder: Traversable) -> Policy:
    texts = {locale: folder.joinpath(f"{locale}.md").read_text("utf-8") for locale in LOCALES}
    # no text holds a NUL, so the two cannot be divided otherwise
    digest = hashlib.sha256("\0".join(texts.values()).encode()).hexdigest()
    return Policy(folder.name, date.fromisoformat(folder.name), texts, digest)


#: oldest first; a folder is named by the day its version takes effect
POLICIES: Sequence[Policy] = sorted(
    (_read(folder) for folder in files(__name__).iterdir() if folder.is_dir() and folder.name[:1].isdigit()),
    key=lambda policy: policy.effective,
)


def current(today: date) -> Policy:
    """The version in force on a day in Asia/Shanghai. Raises LookupError before the first."""
    in_force = [policy for policy in POLICIES if policy.effective <= today]
    if not in_force:
        msg = f"no policy is in force before {POLICIES[0].version}"
        raise LookupError(msg)
    return in_force[-1]


def is_outdated(version: str, today: date) -> bool:
    """True when a major change took effect after this version; names are days, so they sort."""
    return any(version < policy.version for policy in POLICIES if policy.version in MAJOR and policy.effective <= today)


def get(version: str) -> Policy:
    """A version by its name. Raises KeyError, which does not repeat the name."""
    for policy in POLICIES:
        if policy.version == version:
            return policy
    msg = "no such policy"
    raise KeyError(msg)
