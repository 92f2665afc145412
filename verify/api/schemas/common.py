"""What several rooms of the contract share: languages, an operation without a body, a language asked for."""

from verify.api.fields import Body, OneOf, Query

LOCALES = ("zh-CN", "en")


class Nothing(Body):
    """An operation without a body of its own."""


class InLanguage(Query):
    locale = OneOf(LOCALES)
