from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.papers import UNREAD, dates, table_of, text_of, validity

START, END = date(2018, 8, 12), date(2038, 8, 12)


@pytest.mark.parametrize(
    "text",
    [
        "2018.08.12-2038.08.12",
        "2018.8.12-2038.8.12",
        "2018年08月12日至2038年08月12日",
        "2018年8月12日 至 2038年8月12日",
        "2018-08-12至2038-08-12",
        "20180812-20380812",
        "20180812 20380812",
        "2018/08/12 - 2038/08/12",
    ],
)
def test_a_period_is_read_as_it_is_printed(text: str) -> None:
    assert validity(text) == (START, END)


@pytest.mark.parametrize(
    "text",
    ["2018.08.12-长期", "2018年8月12日至长期", "2018-08-12 至 永久", "20180812 29991231", "2018-08-12/9999-09-09"],
)
def test_a_paper_may_be_valid_for_good(text: str) -> None:
    assert validity(text) == (START, None)


@pytest.mark.parametrize(("text", "expected"), [("长期", (START, None)), ("至2038年08月12日", (START, END))])
def test_the_start_may_stand_elsewhere(text: str, expected: Any) -> None:
    assert validity(text, "2018年08月12日") == expected
    assert validity(text) == UNREAD


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        "",
        "长期",
        "2018.08.12",
        "2018.08.12-",
        "2038.08.12-2018.08.12",
        "2018.13.12-2038.08.12",
        "2018.02.30-长期",
        "2018.08.12-2028.08.12-2038.08.12",
        "18.08.12-38.08.12",
        "120180812-20380812",
    ],
    ids=repr,
)
def test_what_is_no_period_is_unread(text: Any) -> None:
    assert validity(text) == UNREAD


@given(
    st.dates(date(1900, 1, 1), date(2998, 12, 31)), st.sampled_from(["%Y.%m.%d", "%Y年%m月%d日", "%Y-%m-%d", "%Y%m%d"])
)
def test_any_day_is_read_in_any_form(day: date, form: str) -> None:
    assert dates(f"自{day.strftime(form)}起") == [day]


@given(st.text())
def test_any_text_is_read_or_not(text: str) -> None:
    start, end = validity(text)
    assert start is not None or end is None


@pytest.mark.parametrize(
    ("value", "expected"), [("张三", "张三"), (" 张三 ", "张三"), ("", None), (" ", None), (3, None)]
)
def test_what_was_not_read_is_none(value: Any, expected: str | None) -> None:
    assert text_of({"name": value}, "name") == expected


def test_a_path_that_ends_early_is_empty() -> None:
    assert table_of({"a": {"b": {"c": 1}}}, "a", "b") == {"c": 1}
    assert table_of({"a": "x"}, "a", "b") == table_of({}, "a") == {}
