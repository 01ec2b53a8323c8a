"""Students' copies that Otter Assign made, not we: their cells have no ids of ours, and get them by what Otter left in them."""

from typing import Any

from grader.cell_notes import note_of
from grader.nbgrader_format import read_flags
from grader.reading import read_notebook

_ANSWER = "otter_answer_cell"
_FIRST = "# Initialize Otter"
Cell = dict[str, Any]


def adopt(student: dict[str, Any], teacher: bytes) -> bool:
    """Give the cells of a copy their ids, in place; False where its answers can't be told apart.

    Nothing is done to a copy that has an id of ours, nor for an assignment that is not from Otter.
    """
    ours = [cell for cell in read_notebook(teacher)["cells"] if note_of(cell)]
    theirs = student["cells"]
    if not ours or any("nbgrader" in cell["metadata"] for cell in theirs):
        return True
    answers = [_id_of(cell) for cell in ours if (flags := read_flags(cell)) and flags.solution]
    places = [cell for cell in theirs if _ANSWER in _tags(cell)]
    if len(places) != len(answers):
        return not places
    for cell, grade_id in zip(places, answers, strict=True):
        _name(cell, grade_id)
    _adopt_calls(ours, [cell for cell in theirs if cell["cell_type"] == "code" and "nbgrader" not in cell["metadata"]])
    return True


def _adopt_calls(ours: list[Cell], theirs: list[Cell]) -> None:
    """The cells around ``grader``: tests are judged where the call for them stands."""
    calls = {note.released: _id_of(cell) for cell in ours if (note := note_of(cell)) and note.released and not _is_answer(cell)}
    calls = {source if not source.startswith(_FIRST) else _FIRST: grade_id for source, grade_id in calls.items()}
    for cell in theirs:
        source = _FIRST if cell["source"].startswith(_FIRST) else cell["source"].strip()
        if grade_id := calls.pop(source, ""):
            _name(cell, grade_id)


def _is_answer(cell: Cell) -> bool:
    flags = read_flags(cell)
    return flags is not None and flags.solution


def _id_of(cell: Cell) -> str:
    flags = read_flags(cell)
    return flags.grade_id if flags else ""


def _name(cell: Cell, grade_id: str) -> None:
    cell["metadata"]["nbgrader"] = {"grade_id": grade_id}


def _tags(cell: Cell) -> list[Any]:
    tags = cell["metadata"].get("tags")
    return tags if isinstance(tags, list) else []
