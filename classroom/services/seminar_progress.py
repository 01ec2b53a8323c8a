"""How far a guest is, read from the notebook they saved. It is read by the grader's gate, and nothing in it is run.

An exercise is what the teacher made one: a heading that begins with Exercise (Task, Question, Problem, Part), else a test or
answer in nbgrader's format, else a section, else the whole notebook.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from grader.reading import cells_of

MAX_EXERCISES = 30
_HEADING = re.compile(r"^(#{1,4})[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_EXERCISE = re.compile(r"(exercise|task|question|problem|part)\b", re.IGNORECASE)
_ASSERTION = re.compile(r"^[ \t]*assert\b", re.MULTILINE)
_SECTION_LEVEL = 2
_LONGEST_TITLE = 60


class State(StrEnum):
    """Where somebody is with one exercise."""

    untouched = "untouched"
    working = "working"
    error = "error"
    passed = "passed"


@dataclass(frozen=True, slots=True)
class Exercise:
    """A column of the wall. ``key`` finds it again in the guest's copy."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Part:
    """One exercise in a guest's copy and as it was given out. ``mine``: code cells by their number, from 1, in the copy."""

    exercise: Exercise
    mine: dict[int, dict[str, Any]]
    given: list[dict[str, Any]]


@dataclass(slots=True)
class _Section:
    exercise: Exercise
    level: int
    cells: list[dict[str, Any]] = field(default_factory=list)


def exercises(released: bytes) -> list[Exercise]:
    """The exercises of a notebook as it was given out; empty for one that cannot be read."""
    return [section.exercise for section in _sections(cells_of(released))]


def states(saved: bytes, released: bytes) -> dict[str, State]:
    """By exercise, where the guest is who saved ``saved``; empty when that is no notebook."""
    return {part.exercise.key: _state(list(part.mine.values()), part.given) for part in parts(saved, released)}


def parts(saved: bytes, released: bytes) -> list[Part]:
    """The exercises side by side in both; empty when ``saved`` is no notebook."""
    given, mine = cells_of(released), cells_of(saved)
    if not mine:
        return []
    kind = _kind(given)
    numbers = {id(cell): number for number, cell in enumerate(mine, start=1)}
    theirs = {section.exercise.key: {numbers[id(cell)]: cell for cell in section.cells} for section in _split(mine, kind)}
    return [
        Part(section.exercise, theirs.get(section.exercise.key, {}), section.cells)
        for section in _split(given, kind)[:MAX_EXERCISES]
    ]


def updated(progress: dict[str, Any], found: dict[str, State], *, by: str, now: datetime) -> dict[str, Any]:
    """``progress`` with what was found; a state that stays keeps its time. What a check said is not taken back by mere typing."""
    new = dict(progress)
    for key, state in found.items():
        known = progress.get(key)
        if known and by == "notebook" and known.get("by") == "check" and state in {State.working, State.untouched}:
            continue
        if known and by == "check" and known.get("by") == "notebook" and state == State.untouched:
            continue  # what they tried and undid is the notebook's to tell
        if known and known.get("state") == state:
            new[key] = {**known, "by": "check" if by == "check" else known["by"]}
            continue
        new[key] = {"state": state.value, "since": now.isoformat(), "by": by}
    return new


def _kind(cells: list[dict[str, Any]]) -> str:
    headings = [_heading(cell) for cell in cells]
    if any(found and _EXERCISE.match(found[1]) for found in headings):
        return "exercise"
    if any(graded(cell) for cell in cells):
        return "graded"
    return "section" if sum(bool(found and found[0] == _SECTION_LEVEL) for found in headings) > 1 else "whole"


def _sections(cells: list[dict[str, Any]]) -> list[_Section]:
    return _split(cells, _kind(cells))[:MAX_EXERCISES]


def _split(cells: list[dict[str, Any]], kind: str) -> list[_Section]:
    if kind == "graded":
        return _by_tests(cells)
    if kind == "whole":
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        return [_Section(Exercise("notebook", "Notebook"), 0, code)] if code else []
    return [section for section in _by_headings(cells, kind) if section.cells]


def _by_headings(cells: list[dict[str, Any]], kind: str) -> list[_Section]:
    found: list[_Section] = []
    current: _Section | None = None
    for cell in cells:
        if heading := _heading(cell):
            level, title = heading
            begins = bool(_EXERCISE.match(title)) if kind == "exercise" else level == _SECTION_LEVEL
            if begins:
                current = _Section(Exercise(_key(title, found), title[:_LONGEST_TITLE]), level)
                found.append(current)
            elif current and level <= current.level:
                current = None
        elif current and cell["cell_type"] == "code":
            current.cells.append(cell)
    return found


def _by_tests(cells: list[dict[str, Any]]) -> list[_Section]:
    """An exercise is what lies before a test (or is an answer that a person reads), up to and with it."""
    found: list[_Section] = []
    gathered: list[dict[str, Any]] = []
    title = ""
    for cell in cells:
        if heading := _heading(cell):
            title = heading[1]
        if cell["cell_type"] == "code":
            gathered.append(cell)
        if key := graded(cell):
            found.append(_Section(Exercise(key, (title or key)[:_LONGEST_TITLE]), 0, gathered))
            gathered = []
    return found


def graded(cell: dict[str, Any]) -> str:
    """The grade_id of a code cell that carries points, else empty."""
    data = cell["metadata"].get("nbgrader")
    if cell["cell_type"] != "code" or not isinstance(data, dict) or data.get("grade") is not True:
        return ""
    name = data.get("grade_id")
    return name[:_LONGEST_TITLE] if isinstance(name, str) else ""


def _heading(cell: dict[str, Any]) -> tuple[int, str] | None:
    if cell["cell_type"] != "markdown":
        return None
    found = _HEADING.search(cell["source"])
    return (len(found[1]), found[2]) if found else None


def _key(title: str, before: list[_Section]) -> str:
    key = re.sub(r"\W+", "-", title.lower()).strip("-")[:_LONGEST_TITLE] or "exercise"
    same = sum(section.exercise.key.partition("~")[0] == key for section in before)
    return f"{key}~{same + 1}" if same else key


def _state(mine: list[dict[str, Any]], given: list[dict[str, Any]]) -> State:
    if not mine or [_trace(cell) for cell in mine] == [_trace(cell) for cell in given]:
        return State.untouched
    if any(_failed(cell) for cell in mine):
        return State.error
    tests = [cell["source"] for cell in given if is_test(cell)]
    ran = {cell["source"] for cell in mine if type(cell["execution_count"]) is int}
    return State.passed if tests and all(source in ran for source in tests) else State.working


def _trace(cell: dict[str, Any]) -> tuple[str, object]:
    return cell["source"], cell["execution_count"]


def _failed(cell: dict[str, Any]) -> bool:
    return any(isinstance(output, dict) and output.get("output_type") == "error" for output in cell["outputs"])


def is_test(cell: dict[str, Any]) -> bool:
    """Whether a cell says if an exercise is right: a test in nbgrader's format, or one with assertions."""
    data = cell["metadata"].get("nbgrader")
    if isinstance(data, dict) and data.get("grade") is True and data.get("solution") is not True:
        return True
    return bool(_ASSERTION.search(cell["source"]))
