"""The console's language: the operator's choice, else the browser's."""

from pathlib import Path

from flask import request, session

TRANSLATIONS = Path(__file__).parent / "translations"

#: by what a link says
LOCALES = {"zh-CN": "zh_CN", "en": "en"}

#: by language alone: a browser may ask for en-GB and zh-TW and name neither en nor zh
BY_LANGUAGE = {"zh": "zh-CN", "en": "en"}


def choose() -> str:
    return LOCALES[tag()]


def tag() -> str:
    """For the lang attribute, and for texts kept by these names."""
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((BY_LANGUAGE[one] for one in wanted if one in BY_LANGUAGE), "zh-CN")
