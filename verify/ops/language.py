"""The console's language: the operator's choice, else the browser's."""

from pathlib import Path

from flask import request, session

TRANSLATIONS = Path(__file__).parent / "translations"

#: by what a link says
LOCALES = {"zh-CN": "zh_CN", "en": "en"}


def choose() -> str:
    return LOCALES[tag()]


def tag() -> str:
    """For the lang attribute, and for texts kept by these names."""
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    found = request.accept_languages.best_match(["en", "zh-CN", "zh"])
    return "en" if found == "en" else "zh-CN"
