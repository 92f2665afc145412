"""What users are told: in their language, calm, and without anything of them."""

import pytest

from providers.base import Told
from verify.api.schemas import LOCALES
from verify.flows.results import TOLD
from verify.notifiers.texts import SUBJECTS, TEXTS, written


def test_there_is_a_text_for_all_that_is_told() -> None:
    assert {*TOLD.values(), Told.NOTICE} == set(TEXTS)


@pytest.mark.parametrize("template", TEXTS)
@pytest.mark.parametrize("locale", LOCALES)
def test_it_names_the_application_and_holds_no_link(template: str, locale: str) -> None:
    subject, text = written(template, locale, "示例云")
    assert "示例云" in text
    assert "示例云" not in subject
    assert "http" not in text
    assert "{" not in text
    assert len(text) < 500


@pytest.mark.parametrize("locale", LOCALES)
def test_the_subject_does_not_tell_the_result(locale: str) -> None:
    assert {written(template, locale, "x")[0] for template in TEXTS} == {SUBJECTS[locale]}


def test_an_application_cannot_write_into_the_text() -> None:
    assert "{footer}" in written("verified", "en", "{footer}")[1]


def test_a_language_there_is_no_text_in_gets_english() -> None:
    assert written("verified", "fr", "x") == written("verified", "en", "x")
