"""Reading a bank's statement file: whatever stands above its headings, and what is wrong with it in words."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from verify.flows.transfers.statement_lines import Layout

#: number of a line in the file, from 1, with whatever stands above the headings
Numbered = tuple[int, Mapping[str, str]]


class Unreadable(Exception):
    """The file is no statement as it was described. Says what is missing, and nothing of the file."""


def read(file: Path, encoding: str, layout: Layout) -> Sequence[Numbered]:
    """All lines below the headings, before the first of them is acted on. Raises Unreadable."""
    try:
        with file.open(encoding=encoding, newline="") as opened:
            rows = list(_rows(opened))
    except UnicodeDecodeError:
        msg = f"the file is not in {encoding}; try another --encoding"
        raise Unreadable(msg) from None
    for number, row in rows:
        headings = [cell.strip() for cell in row]
        if set(layout.headings) <= set(headings):
            _refuse_twice(number, headings, layout)
            return [(n, dict(zip(headings, line, strict=False))) for n, line in rows[number:] if any(line)]
    msg = (
        f"no line of the file has all the headings {', '.join(layout.headings)}; name the bank's in the provider's "
        "setting `statement` (reference, amount, kind, serial)"
    )
    raise Unreadable(msg)


def _rows(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Each line read for itself: a quote that is never closed would otherwise swallow the payments after it."""
    for number, line in enumerate(lines, 1):
        try:
            row = next(csv.reader([line], strict=True), [])
        except csv.Error:
            msg = (
                f"line {number} of the file is not CSV: a quote in it is not closed, or a value runs over the end of "
                "the line; nothing was imported"
            )
            raise Unreadable(msg) from None
        yield number, row


def _refuse_twice(number: int, headings: Sequence[str], layout: Layout) -> None:
    for name in layout.headings:
        if headings.count(name) > 1:
            msg = f"line {number} of the file has the heading {name} more than once, so which one counts is not known"
            raise Unreadable(msg)
