"""The letter of authorization as it is printed."""

import pypdfium2
import pytest

from verify.flows.enterprise.template import render

NAMES = {
    "enterprise_name": "示例云计算有限公司",
    "legal_representative_name": "钱安然",
    "legal_representative_id_number": "110101196001020009",
    "name": "李小红",
    "id_number": "31010119880615000X",
}


@pytest.mark.parametrize(
    ("code", "label", "other"),
    [
        ({"credit_code": "919900000000000192"}, "统一社会信用代码", "组织机构代码"),
        ({"organization_code": "000000019"}, "组织机构代码", "统一社会信用代码"),
    ],
)
def test_a_letter_names_the_one_code_that_was_given(code: dict[str, str], label: str, other: str) -> None:
    with pypdfium2.PdfDocument(render({**NAMES, **code}, "示例云")) as document:
        text = document[0].get_textpage().get_text_bounded()
    assert label in text
    assert other not in text
