"""Text of a roster -> a table with its header row found and its cells cleaned."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from classroom.services.rosters.columns import Field, plain, recognise
from classroom.services.rosters.decode import UnreadableRoster, decode

_DELIMITERS = ",;\t|"
_HEADER_WITHIN = 15
"""Rows in which the header is looked for; some exports begin with a title."""
_MAX_COLUMNS = 1000
_MAX_CELL = 2000

_SEPARATOR_LINE = re.compile(r'\A"?sep=(.)"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)
_FORMULA_TEXT = re.compile(r'="([^"]*)"|#(?=[\w.@-]+\Z)(.*)|\'(?=\d)(.*)')
"""Ways to keep a spreadsheet from eating leading zeros: ="00123", #00123 (D2L), '00123."""
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Control letters, marks of nothing, and the ones that turn the direction of what follows."""


class TooManyRows(UnreadableRoster):
    """The file has more rows than the settings allow."""

    status = 413


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: its number as a spreadsheet shows it, and a cell for each header."""

    number: int
    cells: tuple[str, ...]
    beyond: bool
    """There is text to the right of the last header."""


@dataclass(frozen=True, slots=True)
class Table:
    """``headers`` as written, ``columns`` what they were recognised as, and the rows of people below them."""

    headers: tuple[str, ...]
    columns: dict[Field, int]
    lines: tuple[Line, ...]


def read_table(data: bytes, *, rows_limit: int) -> Table:
    """The table in a roster file. Raises UnreadableRoster with what to do, and nothing else."""
    text = decode(data)
    delimiters = _DELIMITERS
    if written := _SEPARATOR_LINE.match(text):
        delimiters, text = written[1], text[written.end() :]
    delimiter, header_number = _find_header(text, delimiters)
    rows = _rows(text, delimiter)
    headers = next(row for number, row in rows if number == header_number)
    while headers and not headers[-1]:
        headers.pop()
    lines = tuple(_lines(rows, len(headers), rows_limit))
    columns = recognise(headers)
    return Table(tuple(headers), columns, tuple(line for line in lines if _is_person(line, headers, columns)))


def _find_header(text: str, delimiters: str) -> tuple[str, int]:
    """The delimiter, and the number of the row that names the most columns we know."""
    best: tuple[int, int, int] = (0, 0, 0)
    where: tuple[str, int] | None = None
    for delimiter in delimiters:
        for number, cells in islice(_rows(text, delimiter), _HEADER_WITHIN):
            rank = (len(recognise(cells)), -number, len(cells))
            if rank[0] and rank > best:
                best, where = rank, (delimiter, number)
    if where is None:
        raise UnreadableRoster(
            "No row names the columns. The first row must hold headers such as Name, E-mail, Student ID and Section."
        )
    return where


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if len(cells) > _MAX_COLUMNS:
                raise UnreadableRoster(f"Row {number} has more than {_MAX_COLUMNS} columns. Is this a list of people?")
            if any(len(cell) > _MAX_CELL for cell in cells):
                raise UnreadableRoster(f"Row {number} has a very long cell. Perhaps a quotation mark is opened and never closed.")
            yield number, [clean_cell(cell) for cell in cells]
    except csv.Error as error:
        raise UnreadableRoster("The file cannot be read as CSV. Perhaps a quotation mark is opened and never closed.") from error


def clean_cell(cell: str) -> str:
    """The text of a cell without what nobody sees: control letters, turned directions, spreadsheets' armour."""
    text = " ".join(_INVISIBLE.sub("", cell).split())
    if quoted := _FORMULA_TEXT.fullmatch(text):
        return next(group for group in quoted.groups() if group is not None).strip()
    return text


def _lines(rows: Iterator[tuple[int, list[str]]], width: int, limit: int) -> Iterator[Line]:
    count = 0
    for number, cells in rows:
        if not any(cells):
            continue
        count += 1
        if count > limit:
            raise TooManyRows(f"The file has more than {limit} rows. Split it and upload the parts.")
        yield Line(number, tuple((cells + [""] * width)[:width]), any(cells[width:]))


def _is_person(line: Line, headers: list[str], columns: dict[Field, int]) -> bool:
    """Not one of the rows that gradebooks put among the people: points, posting policy, the test student, dates."""
    values = {field: line.cells[place] for field, place in columns.items()}
    if not any(values.values()):
        return False
    name = plain(values.get(Field.name) or values.get(Field.last) or line.cells[0])
    if name in {"points possible", "points", "max points"} and not any(
        values.get(field) for field in (Field.email, Field.section)
    ):
        return False
    is_canvas = {"sis login id", "sis user id", "id"} & {plain(header) for header in headers}
    return not (is_canvas and name in {"student test", "test student"})
