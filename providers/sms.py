"""Text messages as vendors in the mainland send them: by templates that were approved beforehand, one a locale."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from providers.base import Capability, Refused, SmsCode, SmsNotice, Told
from providers.settings import refuse, table, text

#: must have a template; stands in for a locale that has none
FALLBACK_LOCALE = "zh-CN"
LOCALES = frozenset({FALLBACK_LOCALE, "en"})

#: stand in a template's parameters for what is filled in
CODE, APPLICATION = "{code}", "{application}"


@dataclass(frozen=True, slots=True)
class SmsTemplate:
    """An approved template of one locale. ``parameters``: the template's variable → text with places in it."""

    sign: str
    template: str
    parameters: Mapping[str, str]

    def filled(self, place: str, value: str) -> dict[str, str]:
        return {name: given.replace(place, value) for name, given in self.parameters.items()}


#: locale → template
ByLocale = Mapping[str, SmsTemplate]


@dataclass(frozen=True, slots=True)
class Templates:
    """Those of codes, and of results where there are any."""

    codes: ByLocale
    notices: Mapping[Told, ByLocale] = field(default_factory=dict)

    def __iter__(self) -> Iterator[SmsTemplate]:
        for templates in (self.codes, *self.notices.values()):
            yield from templates.values()

    def message(self, request: SmsCode | SmsNotice) -> tuple[SmsTemplate, dict[str, str]]:
        """The template of a request, and its parameters filled in. Raises Refused where it has none."""
        if isinstance(request, SmsNotice):
            if request.told not in self.notices:
                raise Refused("no_template")
            template = _of(self.notices[request.told], request.locale)
            return template, template.filled(APPLICATION, request.application)
        template = _of(self.codes, request.locale)
        return template, template.filled(CODE, request.code)


def offered(templates: Templates) -> Collection[Capability]:
    """What a vendor with these can do."""
    return (Capability.SMS, Capability.NOTICE) if templates.notices else (Capability.SMS,)


def _of(templates: ByLocale, locale: str) -> SmsTemplate:
    return templates.get(locale, templates[FALLBACK_LOCALE])


def read_templates(provider: str, value: object, notices: object, variable: str) -> Templates:
    """``variable`` carries the code where a template's ``parameters`` are not set; a notice then has none.

    Raises Misconfigured.
    """
    codes = _by_locale(provider, "sms.templates", value, {variable: CODE})
    for locale, template in codes.items():
        if not any(CODE in written for written in template.parameters.values()):
            refuse(provider, f"sms.templates.{locale}.parameters must hold {CODE} somewhere")
    return Templates(codes, {} if notices is None else _notices(provider, notices))


def _notices(provider: str, value: object) -> Mapping[Told, ByLocale]:
    given = table(provider, "sms.notices", value, [told.value for told in Told])
    missing = [told.value for told in Told if told not in given and told is not Told.NOTICE]
    if missing:
        refuse(provider, f"sms.notices.{missing[0]} is missing; each result has a template of its own")
    return {told: _by_locale(provider, f"sms.notices.{told}", given[told], {}) for told in Told if told in given}


def _by_locale(provider: str, setting: str, value: object, parameters: Mapping[str, str]) -> ByLocale:
    found = {
        locale: _template(provider, f"{setting}.{locale}", given, parameters)
        for locale, given in table(provider, setting, value, LOCALES).items()
    }
    if FALLBACK_LOCALE not in found:
        refuse(provider, f"{setting}.{FALLBACK_LOCALE} is missing")
    return found


def _template(provider: str, setting: str, value: object, usual: Mapping[str, str]) -> SmsTemplate:
    given = table(provider, setting, value, ("sign", "template", "parameters"))
    parameters = given.get("parameters", usual)
    names = parameters if isinstance(parameters, Mapping) else ()
    return SmsTemplate(
        text(provider, f"{setting}.sign", given.get("sign")),
        text(provider, f"{setting}.template", given.get("template")),
        {
            name: text(provider, f"{setting}.parameters.{name}", written)
            for name, written in table(provider, f"{setting}.parameters", parameters, names).items()
        },
    )
