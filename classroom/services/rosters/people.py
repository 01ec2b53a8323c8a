"""Rows of the table -> people as the roster lists them, and what is wrong with the others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from classroom.models import TEACHERS, Role
from classroom.services.rosters.columns import KEYS, Field
from classroom.services.rosters.parse import Line, Table
from classroom.services.rosters.roles import role_named

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_RUINED_ID = re.compile(r"\d+(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_LONGEST = {Field.name: 200, Field.email: 254, Field.username: 100, Field.student_id: 100, Field.section: 100}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something to know about a row (None: the whole file). With an ``error`` the row is left out."""

    row: int | None
    column: str
    message: str
    severity: Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """A person as a row lists them. ``role`` is None where the row says nothing about it."""

    row: int
    name: str
    email: str | None
    username: str | None
    student_id: str | None
    section: str | None
    role: Role | None

    @property
    def key(self) -> str:
        """What the roster knows them by: student id, else e-mail, else username."""
        return self.student_id or self.email or self.username or ""


@dataclass(frozen=True, slots=True)
class Reading:
    """People and problems, each in the order of the file. ``left_out`` are the people of rows with errors, where legible."""

    people: tuple[RosterPerson, ...]
    left_out: tuple[RosterPerson, ...]
    problems: tuple[RowProblem, ...]


def read_people(table: Table) -> Reading:
    """Everybody in the table who can be told apart from the others."""
    problems = list(_about_columns(table))
    if any(problem.severity == "error" for problem in problems):
        return Reading((), (), tuple(problems))
    people: list[RosterPerson] = []
    left_out: list[RosterPerson] = []
    seen = _Seen()
    for line in table.lines:
        person = _person(line, table)
        found = list(_about_row(line, person, table)) or list(seen.about(person, table))
        usable = not any(problem.severity == "error" for problem in found)
        if usable and not seen.has(person):
            people.append(person)
            found += seen.add(person, table)
        elif not usable:
            left_out.append(person)
        problems += found
    return Reading(tuple(people), tuple(left_out), tuple(problems))


def _about_columns(table: Table) -> Iterator[RowProblem]:
    if not any(field in table.columns for field in KEYS):
        recognised = ", ".join(sorted(table.headers[place] for place in table.columns.values()))
        yield RowProblem(
            None,
            "",
            f"No column tells people apart ({recognised} was recognised): add one headed Student ID, E-mail or Username.",
            "error",
        )
    elif not table.lines:
        yield RowProblem(None, "", "There is nobody below the headers.", "error")
    elif not {Field.name, Field.first, Field.last} & set(table.columns):
        yield RowProblem(None, "", "No column holds names; people are shown by their e-mail or username.", "warning")


def _person(line: Line, table: Table) -> RosterPerson:
    values = {field: line.cells[place] for field, place in table.columns.items()}
    email = values.get(Field.email, "").lower() or None
    username = values.get(Field.username, "").lower() or None
    if username and "@" in username:  # systems that sign people in by e-mail put it here
        email, username = email or username, None
    student_id = re.sub(r"\A(\d+)\.0\Z", r"\1", values.get(Field.student_id, "")) or None
    has_names = bool({Field.name, Field.first, Field.last} & set(table.columns))
    return RosterPerson(
        row=line.number,
        name=_name(values) if has_names else (email or username or student_id or ""),
        email=email,
        username=username,
        student_id=student_id,
        section=values.get(Field.section) or None,
        role=role_named(values.get(Field.role, "")),
    )


def _name(values: dict[Field, str]) -> str:
    parts = f"{values.get(Field.first, '')} {values.get(Field.last, '')}".strip()
    if parts or Field.name not in values:
        return parts
    last, comma, first = values[Field.name].partition(",")
    return f"{first.strip()} {last.strip()}".strip() if comma else last


def _about_row(line: Line, person: RosterPerson, table: Table) -> Iterator[RowProblem]:
    def problem(field: Field, message: str) -> RowProblem:
        return RowProblem(line.number, _header(table, field), message, "error")

    if line.beyond:
        yield RowProblem(
            line.number,
            "",
            f"There are more than {len(table.headers)} cells. Perhaps a name with a comma is not quoted.",
            "error",
        )
        return
    if not person.name:
        yield problem(Field.name, "The name is missing.")
    if not person.key:
        yield problem(next(field for field in KEYS if field in table.columns), "Nothing tells this person apart from others.")
    if person.email and not _EMAIL.fullmatch(person.email):
        yield problem(Field.email, f"“{person.email[:80]}” is no e-mail address.")
    if person.student_id and _RUINED_ID.fullmatch(person.student_id):
        sentence = f"A spreadsheet turned the id into {person.student_id}. Format that column as text and export again."
        yield problem(Field.student_id, sentence)
    for field, value in _texts(person):
        if len(value) > _LONGEST[field]:
            yield problem(field, f"Longer than {_LONGEST[field]} characters.")
    yield from _about_role(line, person, table)


def _about_role(line: Line, person: RosterPerson, table: Table) -> Iterator[RowProblem]:
    place = table.columns.get(Field.role)
    if place is None or not line.cells[place]:
        return
    if person.role is None:
        message = f"The role “{line.cells[place][:40]}” is unknown. A roster knows student and grader."
        yield RowProblem(line.number, table.headers[place], message, "error")
    elif person.role in TEACHERS:
        message = f"A roster cannot make a {person.role.value}. An owner of the course does that on the people page."
        yield RowProblem(line.number, table.headers[place], message, "error")


def _texts(person: RosterPerson) -> Iterator[tuple[Field, str]]:
    yield Field.name, person.name
    yield Field.email, person.email or ""
    yield Field.username, person.username or ""
    yield Field.student_id, person.student_id or ""
    yield Field.section, person.section or ""


def _header(table: Table, field: Field) -> str:
    """The header a person reads above the cell; a full name may be in the columns of first and last name."""
    for candidate in (field, Field.last, Field.first) if field == Field.name else (field,):
        if candidate in table.columns:
            return table.headers[table.columns[candidate]]
    return field.value


class _Seen:
    """The people of the rows above, to notice who is listed twice."""

    def __init__(self) -> None:
        self._by: dict[tuple[Field, str], RosterPerson] = {}
        self._names: dict[str, int] = {}

    def about(self, person: RosterPerson, table: Table) -> Iterator[RowProblem]:
        """Whether this row repeats a person (fine, the first row counts) or gives two people one id."""
        for field, value in _keys(person):
            other = self._by.get((field, value))
            if other is None:
                continue
            if _may_be_same(person, other):
                message = f"Listed again (as in row {other.row}); the first row counts."
                yield RowProblem(person.row, _header(table, field), message, "warning")
            else:
                message = f"Row {other.row} has the same {field.value} but is somebody else."
                yield RowProblem(person.row, _header(table, field), message, "error")
            return

    def has(self, person: RosterPerson) -> bool:
        return any(key in self._by for key in _keys(person))

    def add(self, person: RosterPerson, table: Table) -> list[RowProblem]:
        """Remember the person; a warning when somebody else has the very same name."""
        self._by |= dict.fromkeys(_keys(person), person)
        first = self._names.setdefault(person.name.casefold(), person.row)
        if first == person.row:
            return []
        message = f"Row {first} has the same name. If that is one person, remove one of the rows."
        return [RowProblem(person.row, _header(table, Field.name), message, "warning")]


def _keys(person: RosterPerson) -> list[tuple[Field, str]]:
    values = zip(KEYS, (person.student_id, person.email, person.username), strict=True)
    return [(field, value) for field, value in values if value]


def _may_be_same(one: RosterPerson, other: RosterPerson) -> bool:
    pairs = ((one.student_id, other.student_id), (one.email, other.email), (one.username, other.username))
    return one.name.casefold() == other.name.casefold() and all(a == b for a, b in pairs if a and b)
