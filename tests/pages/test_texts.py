"""What the page says in words."""

import re
from pathlib import Path
from typing import get_args

import pytest

import verify.pages
from providers.base import Kind
from verify import images, papers
from verify.file_messages import FILE_MESSAGES
from verify.flows.reasons import REASONS

STATIC = Path(verify.pages.__file__).parent / "static"


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_kind_of_data_that_a_notice_names_has_a_name(locale: str) -> None:
    text = (STATIC / f"texts.{locale}.js").read_text("utf-8")
    assert [kind.value for kind in Kind if not re.search(rf"^\s+{kind.value}: ", text, re.MULTILINE)] == []


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_page_says_why_a_file_was_refused(locale: str) -> None:
    text = (STATIC / f"texts.{locale}.js").read_text("utf-8")
    said = [words.en if locale == "en" else words.zh for words in FILE_MESSAGES.values()]
    assert [words for words in said if f'"{words}"' not in text] == []


def test_every_reason_to_refuse_a_file_has_words() -> None:
    assert set(get_args(images.Code)) | set(get_args(papers.Code)) == set(FILE_MESSAGES)


@pytest.mark.parametrize("code", [code for code, reason in REASONS.items() if reason.costs_try])
def test_the_first_sentence_of_a_reason_stands_alone_where_no_try_is_left(code: str) -> None:
    """The page shows it without the rest, which says what to do with the next try."""
    reason = REASONS[code]
    assert not re.search("请|再", reason.zh.partition("。")[0])
    assert not re.search(r"please|\bagain\b", re.split(r"\.(?= |$)", reason.en)[0], re.IGNORECASE)
