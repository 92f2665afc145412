"""The copy as a PDF with the Chinese font in it; only the characters used are embedded."""

from collections.abc import Iterable, Iterator

import pylopdf_fonts_zh_cn as fonts
from fpdf import FPDF
from fpdf.fonts import FontFace

from verify.flows.enterprise.letter import BY_HAND, characters, setting
from verify.flows.rights.copy_page import TITLE, Section, Table

#: no other weight of the font comes with the package
HEADING = FontFace(emphasis="", fill_color=(242, 244, 247))

#: bytes handed on at a time
PIECE = 65_536


def render(sections: Iterable[Section], locale: str) -> Iterator[bytes]:
    """In memory alone, then piece by piece."""
    with setting:
        page = _Copy(locale)
        for section in sections:
            page.section(section)
        whole = bytes(page.output())
    return (whole[at : at + PIECE] for at in range(0, len(whole), PIECE))


class _Copy(FPDF):
    """A4, millimetres and points."""

    def __init__(self, locale: str) -> None:
        super().__init__(format="A4")
        self.set_margins(18, 18, 18)
        self.set_auto_page_break(auto=True, margin=18)
        self.add_font("sans", "", fonts.sans_path())
        self.add_font("serif", "", fonts.serif_path())
        self.set_fallback_fonts(["serif"])
        self.set_title(TITLE[locale])
        self.set_lang(locale)
        self._known = characters()
        self.add_page()

    def footer(self) -> None:
        self.set_y(-13)
        self.set_font("sans", size=8)
        self.cell(0, 5, f"{self.page_no()}", align="C")

    def _set(self, text: str) -> str:
        return "".join(c if ord(c) in self._known or c == "\n" else BY_HAND for c in text)

    def _write(self, text: str, size: float, height: float) -> None:
        self.set_font("sans", size=size)
        self.multi_cell(0, height, self._set(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def section(self, section: Section) -> None:
        if section.title:
            self.ln(3)
            self._write(section.title, 15, 9)
        for line in section.lines:
            self._write(line, 9.5, 5.5)
        for table in section.tables:
            self.ln(3)
            self._write(table.title, 11, 7)
            self._rows(table)

    def _rows(self, table: Table) -> None:
        self.set_font("sans", size=8.5)
        with self.table(line_height=5, padding=1, text_align="L", headings_style=HEADING) as drawn:
            for row in (table.headings, *table.rows):
                drawn.row([self._set(cell) for cell in row])
