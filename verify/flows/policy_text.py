"""The privacy notice as an application's users read it."""

from verify.models import Application
from verify.policies import Policy


def text_of(policy: Policy, application: Application, locale: str) -> str:
    """With the places filled that the application's settings name."""
    contact, officer = (application.setting(name).strip() or None for name in ("privacy_contact", "children_officer"))
    return policy.text(locale, operator=application.name, contact=contact, children_officer=officer)
