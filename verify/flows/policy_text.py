"""The privacy notice as an application's users read it."""

from verify.models import Application
from verify.policies import Policy


def text_of(policy: Policy, application: Application, locale: str) -> str:
    """With the places filled that the application's settings name."""
    officer = application.setting("children_officer").strip() or None
    return policy.text(locale, operator=application.name, children_officer=officer)
