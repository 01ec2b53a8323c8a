"""Where a teacher finds what is wrong: the numbers of cells in the file that they wrote, which may have been translated."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from grader.cell_notes import notebook_note
from grader.problems import Problem
from grader.reading import UnreadableNotebook, read_notebook


def located(source: Mapping[str, bytes], problems: Iterable[Problem]) -> list[Problem]:
    """Problems of the prepared files in ``source``, with the numbers that the cells have in the teacher's."""
    places: dict[str, tuple[int | None, ...]] = {}
    found = []
    for problem in problems:
        if problem.notebook not in places:
            places[problem.notebook] = _places(source.get(problem.notebook, b""))
        found.append(_in_place(problem, places[problem.notebook]))
    return found


def _in_place(problem: Problem, places: tuple[int | None, ...]) -> Problem:
    if problem.cell is None or not places:
        return problem
    return replace(problem, cell=places[problem.cell - 1] if problem.cell <= len(places) else None)


def _places(data: bytes) -> tuple[int | None, ...]:
    try:
        note = notebook_note(read_notebook(data))
    except UnreadableNotebook:
        return ()
    return note.places if note else ()
