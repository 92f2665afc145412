"""How the letter of authorization is set: fpdf2, with Noto Serif SC (SIL OFL) from a package.

Only the characters used are embedded.
"""

from functools import cache
from threading import BoundedSemaphore

import pylopdf_fonts_zh_cn as fonts
from fontTools.ttLib import TTFont
from fpdf import FPDF

from verify.flows.checks import mask_id_number

#: reading the font takes a second and some memory
setting = BoundedSemaphore(2)

#: stands for a character that no font here has: it is written by hand
BY_HAND = "〔　〕"


class Letter(FPDF):
    """How each part is set; millimetres and points."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.set_margins(25, 22, 25)
        self.set_auto_page_break(auto=False)
        self.add_font("serif", "", fonts.serif_path())
        self.add_font("sans", "", fonts.sans_path())
        self.set_fallback_fonts(["sans"])
        self.set_title(title)
        self.set_lang("zh-CN")
        self.add_page()
        self._known = characters()

    def _set(self, text: str) -> str:
        return "".join(c if ord(c) in self._known else BY_HAND for c in text)

    def heading(self, text: str) -> None:
        self.set_font("serif", size=20)
        self.cell(0, 16, self._set(text), align="C", new_x="LMARGIN", new_y="NEXT")
        self.ln(4)

    def field(self, label: str, value: str) -> None:
        self.set_font("serif", size=12)
        self.multi_cell(0, 8.5, self._set(f"{label}：{value}"), align="L", new_x="LMARGIN", new_y="NEXT")

    def number(self, id_number: str) -> None:
        masked = mask_id_number(id_number)
        self.field("身份证号码", f"{masked[0]}{' __' * 16} {masked[-1]}")

    def paragraph(self, text: str) -> None:
        self.ln(2)
        self.multi_cell(0, 8, self._set(f"　　{text}"), align="L", new_x="LMARGIN", new_y="NEXT")

    def signatures(self) -> None:
        self.ln(8)
        for line in (
            "法定代表人（签字）：____________________",
            "被授权人（签字）：____________________",
            "授权单位（公章）：____________________",
            "签署日期：______年____月____日",
        ):
            self.cell(0, 12, self._set(line), new_x="LMARGIN", new_y="NEXT")

    def notes(self, lines: tuple[str, ...]) -> None:
        self.set_y(-46)
        self.set_draw_color(150)
        self.line(25, self.get_y(), 185, self.get_y())
        self.ln(3)
        self.set_font("sans", size=9.5)
        for number, line in enumerate(lines, 1):
            self.multi_cell(0, 6, self._set(f"{number}. {line}"), align="L", new_x="LMARGIN", new_y="NEXT")


@cache
def characters() -> frozenset[int]:
    """Code points that either font has."""
    found: set[int] = set()
    for path in (fonts.serif_path(), fonts.sans_path()):
        with TTFont(path, lazy=True) as font:
            found |= set(font.getBestCmap())
    return frozenset(found)
