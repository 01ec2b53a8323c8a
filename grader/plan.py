"""Rebuilds the notebook to run: the teacher's cells in the teacher's order, and from the student only what is theirs to give.

Taken from the student's file are the sources of answer cells, found by grade_id, and the student's own cells, left where they
were between the known ones. Tags, metadata, outputs, ids, tests and everything else in that file count for nothing.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from grader.cell_notes import notebook_note
from grader.nbgrader_format import Flags, grade_id_of, read_flags, upgrade
from grader.nbgrader_settings import Settings, with_settings
from grader.reading import language_of, read_notebook
from grader.release import make_release

Source = dict[str, Any]

_STEERING = {"tags"}
"""Metadata by which nbclient would let a cell fail or leave it out."""


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """One cell of the notebook to run."""

    cell_type: Literal["code", "markdown", "raw"]
    source: str
    origin: Literal["teacher", "student"]
    grade_id: str = ""
    metadata: dict[str, Any] | None = None
    """The metadata of the teacher's cell; of a student's own cell nothing is kept."""
    attachments: dict[str, Any] | None = None
    skipped: bool = False

    @property
    def runs(self) -> bool:
        """Whether the kernel gets to see it."""
        return self.cell_type == "code" and bool(self.source.strip()) and not self.skipped


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """One question and what is known about it before anything runs."""

    grade_id: str
    kind: Literal["auto", "manual", "task"]
    max_points: float
    cell: int | None
    """Its place in the plan's cells; None when there is nothing to run or read."""
    unanswered: bool = False
    """Whether a written answer is still as it was released."""
    note: str = ""
    """What staff should know, in a sentence."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A notebook to run."""

    path: str
    language: str
    cells: tuple[PlannedCell, ...]
    questions: tuple[PlannedQuestion, ...]
    kernelspec: dict[str, Any]
    stops: str = ""
    """Why it is not to be run, where nbgrader is to be followed in that."""


def make_plan(
    path: str,
    teacher: bytes,
    student: dict[str, Any],
    settings: Settings | None = None,
    like_nbgrader: Collection[str] = (),
) -> Plan:
    """The plan for the notebook ``path``: the teacher's prepared file, and the student's notebook as the gate read it.

    Raises UnreadableNotebook when the teacher's file can't be read.
    """
    notebook = read_notebook(teacher)
    known = _flags_by_id(notebook["cells"])
    theirs = _Theirs(student["cells"], known)
    released = _released_sources(path, teacher, settings or Settings())
    cells: list[PlannedCell] = []
    questions: list[PlannedQuestion] = []
    for cell in notebook["cells"]:
        flags = read_flags(cell)
        if flags is None or not flags.grade_id:
            continue
        cells += theirs.own_cells_before(flags.grade_id)
        answer = theirs.answers.get(flags.grade_id, [])
        source = _choose(answer, released.get(flags.grade_id, "")) if flags.solution else cell
        if "deleted-tests-lost" in like_nbgrader and not answer:
            source = None
        if flags.question:
            untouched = flags.solution and source is not None and source["source"] == released.get(flags.grade_id)
            place = len(cells) if source is not None else None
            points = max(flags.points or 0.0, 0.0)
            note = _note(flags, len(answer))
            questions.append(PlannedQuestion(flags.grade_id, flags.question, points, place, untouched, note))
        if source is not None:
            skipped = "skip-tags" in like_nbgrader and any(_is_tagged(copy) for copy in answer[-1:])
            cells.append(_planned(cell, source, flags, skipped=skipped))
    cells += theirs.own_cells_after()
    if (translated := notebook_note(notebook)) and (line := translated.before_each_cell):
        cells = [_beginning_with(line, cell) for cell in cells]
    spec = notebook["metadata"].get("kernelspec")
    spec = spec if isinstance(spec, dict) else {}
    plan = Plan(path, language_of(notebook), tuple(cells), tuple(questions), spec, _stops(student["cells"], known, like_nbgrader))
    return _in_their_order(plan, student["cells"]) if "students-order" in like_nbgrader else plan


def _stops(cells: list[Source], known: dict[str, Flags], like_nbgrader: Collection[str]) -> str:
    """Why nbgrader would not grade this notebook, as far as it is to be followed."""
    marked = [flags for flags in map(read_flags, cells) if flags and flags.grade_id]
    twice = [grade_id for grade_id, count in Counter(flags.grade_id for flags in marked).items() if count > 1]
    if "copies-stop" in like_nbgrader and twice:
        return f"The id “{twice[0][:60]}” is there twice, and nbgrader does not grade that."
    for flags in marked:
        teachers = known.get(flags.grade_id)
        if teachers is None and "foreign-cells-stop" in like_nbgrader:
            return f"The cell “{flags.grade_id[:60]}” is not of this assignment, and nbgrader does not grade that."
        changed = teachers and (flags.grade, flags.solution) != (teachers.grade, teachers.solution)
        if changed and "changed-kinds-stop" in like_nbgrader:
            return f"The cell “{flags.grade_id[:60]}” was made one of another kind, and nbgrader does not grade that."
    return ""


def _in_their_order(plan: Plan, theirs: list[Source]) -> Plan:
    """The plan with its cells in the order of the student's file; what is not there stays behind the cell before it."""
    places = {grade_id: place for place, cell in enumerate(theirs) if (grade_id := grade_id_of(cell))}
    own = iter([place for place, cell in enumerate(theirs) if grade_id_of(cell) not in {cell.grade_id for cell in plan.cells}])
    wanted: list[int] = []
    for cell in plan.cells:
        before = wanted[-1] if wanted else -1
        wanted.append(places.get(cell.grade_id, before) if cell.grade_id else next(own, before))
    order = sorted(range(len(plan.cells)), key=lambda number: wanted[number])
    now = {before: after for after, before in enumerate(order)}
    questions = [replace(question, cell=None if question.cell is None else now[question.cell]) for question in plan.questions]
    return replace(plan, cells=tuple(plan.cells[number] for number in order), questions=tuple(questions))


def _is_tagged(cell: Source) -> bool:
    tags = cell["metadata"].get("tags")
    return isinstance(tags, list) and "skip-execution" in tags


def as_notebook(plan: Plan) -> dict[str, Any]:
    """The plan as a notebook file's content, with no outputs yet."""
    cells: list[dict[str, Any]] = []
    for number, cell in enumerate(plan.cells):
        made: dict[str, Any] = {"cell_type": cell.cell_type, "id": f"c{number}", "source": cell.source, "metadata": {}}
        if cell.metadata:
            made["metadata"] = {key: value for key, value in cell.metadata.items() if key not in _STEERING}
        if cell.attachments and cell.cell_type != "code":
            made["attachments"] = cell.attachments
        if cell.cell_type == "code":
            made.update(outputs=[], execution_count=None)
        cells.append(made)
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": plan.kernelspec}, "cells": cells}


def _flags_by_id(cells: list[Source]) -> dict[str, Flags]:
    return {flags.grade_id: flags for flags in map(read_flags, cells) if flags and flags.grade_id}


def _released_sources(path: str, teacher: bytes, settings: Settings) -> dict[str, str]:
    """What each answer cell looks like before a student touches it."""
    released = make_release(with_settings({path: teacher}, settings)).files.get(path)
    if released is None:
        return {}
    cells = read_notebook(released)["cells"]
    return {flags.grade_id: cell["source"] for cell in cells if (flags := read_flags(cell)) and flags.solution}


def _choose(answers: list[Source], released: str) -> Source | None:
    """The answer that counts when a cell was copied: the last one, as in nbgrader, but not an untouched copy."""
    touched = [cell for cell in answers if cell["source"] != released] or answers
    return touched[-1] if touched else None


def _note(flags: Flags, copies: int) -> str:
    if flags.solution and not copies:
        return "The student deleted this cell."
    if copies > 1:
        return f"The student has {copies} cells with this id; the last changed one counts."
    return ""


def _planned(teacher: Source, source: Source, flags: Flags, *, skipped: bool) -> PlannedCell:
    """The teacher's cell with the source that counts."""
    attachments = source.get("attachments")
    return PlannedCell(
        cell_type=teacher["cell_type"],
        source=source["source"],
        origin="student" if flags.solution else "teacher",
        grade_id=flags.grade_id,
        metadata={**teacher["metadata"], "nbgrader": upgrade(teacher["metadata"]["nbgrader"], teacher["cell_type"])},
        attachments=attachments if isinstance(attachments, dict) else None,
        skipped=skipped,
    )


def _beginning_with(line: str, cell: PlannedCell) -> PlannedCell:
    """The cell with a line before it, where it is code; tests come at once after such a cell."""
    is_test = (cell.metadata or {}).get("grade") and cell.origin == "teacher"
    if not cell.runs or is_test or cell.source.startswith("%%"):
        return cell
    return replace(cell, source=f"{line}\n{cell.source}")


class _Theirs:
    """The student's cells: answers by id, own cells by place."""

    def __init__(self, cells: list[Source], known: dict[str, Flags]) -> None:
        self.answers: dict[str, list[Source]] = {}
        self._cells = cells
        self._ids = [grade_id_of(cell) for cell in cells]
        self._known = known
        self._place: dict[str, int] = {}
        self._done = 0
        for place, (cell, grade_id) in enumerate(zip(cells, self._ids, strict=True)):
            if grade_id in known:
                self._place[grade_id] = place
                self.answers.setdefault(grade_id, []).append(cell)

    def own_cells_before(self, grade_id: str) -> Iterator[PlannedCell]:
        """The student's own cells between the last known cell and this one, each given once."""
        place = self._place.get(grade_id, -1)
        if place >= self._done:
            yield from self._own(place)
            self._done = place + 1

    def own_cells_after(self) -> Iterator[PlannedCell]:
        yield from self._own(len(self._cells))

    def _own(self, end: int) -> Iterator[PlannedCell]:
        for place in range(self._done, end):
            cell = self._cells[place]
            if self._ids[place] not in self._known:
                yield PlannedCell(cell["cell_type"], cell["source"], "student")
