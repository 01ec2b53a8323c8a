"""Work looked over without running it: what its student should know before handing it in.

A student's files are compared with those that were given out. Nothing here is a verdict, and nothing is known of hidden tests.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from grader.nbgrader_format import grade_id_of, read_flags
from grader.otter_copies import adopt
from grader.reading import UnreadableNotebook, read_notebook
from grader.release import heading_in, is_ignored, is_notebook

Kind = Literal["missing", "unreadable", "deleted", "unanswered", "copied", "changed", "failed", "order"]
Cell = dict[str, Any]
_NAMED = 3
_NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know. ``cell`` counts from 1 in the student's file; ``title`` is the heading above the cell, if any."""

    kind: Kind
    notebook: str
    message: str
    grade_id: str = ""
    cell: int | None = None
    title: str = ""


def look_over(released: Mapping[str, bytes], work: Mapping[str, bytes], source: Mapping[str, bytes]) -> list[Remark]:
    """Remarks on the files ``work``, in the order of the notebooks that were given out. Raises nothing.

    ``released``: what students were given; ``source``: the teacher's prepared files, by which copies made elsewhere are known.
    """
    strays = sorted(path for path in work if is_notebook(path) and path not in released and not is_ignored(path))
    remarks: list[Remark] = []
    for path, given in released.items():
        if not is_notebook(path):
            continue
        if path not in work:
            remarks.append(Remark("missing", path, _missing(strays)))
            continue
        try:
            theirs, ours = read_notebook(work[path]), read_notebook(given)
            known = path not in source or adopt(theirs, source[path])
        except UnreadableNotebook as error:
            remarks.append(Remark("unreadable", path, f"It can't be read. {error.sentence}"))
            continue
        if not known:
            remarks.append(Remark("changed", path, "Its answer cells are not the ones it was given out with."))
            continue
        remarks += [*_of_cells(path, ours["cells"], theirs["cells"]), *_of_runs(path, theirs["cells"])]
    return remarks


def _missing(strays: list[str]) -> str:
    if not strays:
        return "The notebook is not in your folder."
    named = ", ".join(path[:_NAME_LIMIT] for path in strays[:_NAMED])
    return f"The notebook is not in your folder, but {named} is. Give it back its name."


def _of_cells(path: str, given: list[Cell], theirs: list[Cell]) -> Iterator[Remark]:
    """The cells that were given out and what has become of them."""
    title = ""
    for cell in given:
        if cell["cell_type"] == "markdown":
            title = heading_in(cell["source"]) or title
        flags = read_flags(cell)
        if flags is None or not flags.grade_id:
            continue
        copies = [number for number, other in enumerate(theirs) if grade_id_of(other) == flags.grade_id]
        sources = [theirs[number]["source"] for number in copies]
        found = _answer(cell, sources) if flags.solution else _locked(cell, sources) if flags.is_locked else None
        if found:
            kind, message = found
            yield Remark(kind, path, message, flags.grade_id, copies[-1] + 1 if copies else None, title)


def _answer(given: Cell, sources: list[str]) -> tuple[Kind, str] | None:
    if not sources:
        return (
            "deleted",
            "The cell for this answer is gone, so there is nothing to grade.",
        )
    touched = [source for source in sources if source != given["source"]]
    if not touched or not touched[-1].strip():
        return "unanswered", "There is no answer yet: this cell is empty." if touched else "There is no answer yet."
    if len(sources) > 1:
        return "copied", f"There are {len(sources)} cells for this answer. The last one that you changed counts."
    return None


def _locked(given: Cell, sources: list[str]) -> tuple[Kind, str] | None:
    if not sources:
        return "changed", "A cell that belongs to the assignment is gone. The original counts when your work is graded."
    if any(source != given["source"] for source in sources):
        return "changed", "You changed a cell that belongs to the assignment. The original counts when your work is graded."
    return None


def _of_runs(path: str, cells: list[Cell]) -> Iterator[Remark]:
    """What the saved outputs tell of the last run. Nothing where the notebook was saved without any."""
    code = [
        (number, cell) for number, cell in enumerate(cells, start=1) if cell["cell_type"] == "code" and cell["source"].strip()
    ]
    counts = [(number, count) for number, cell in code if type(count := cell["execution_count"]) is int]
    if not counts:
        return
    for number, cell in code:
        name = _error_of(cell)
        flags = read_flags(cell)
        if name and not (flags and flags.solution):
            what = "This test" if flags and flags.role == "tests" else "This cell"
            message = f"{what} ended with an error ({name}) when you last ran it."
            yield Remark("failed", path, message, grade_id_of(cell), number)
    later = [number for (_, before), (number, count) in pairwise(counts) if count < before]
    if later:
        text = f"Cell {later[0]} was run before a cell above it. Restart the kernel and run all cells to see whether they work."
        yield Remark("order", path, text, cell=later[0])
    elif len(counts) < len(code):
        first = next(number for number, cell in code if type(cell["execution_count"]) is not int)
        text = f"Cell {first} was not run since it was changed. Run all cells to see whether they work together."
        yield Remark("order", path, text, cell=first)


def _error_of(cell: Cell) -> str:
    """The name of the error that a cell's saved outputs end with; nothing when there is none."""
    outputs = cell["outputs"] if isinstance(cell["outputs"], list) else []
    names = [output.get("ename") for output in outputs if isinstance(output, dict) and output.get("output_type") == "error"]
    return str(names[-1])[:_NAME_LIMIT] if names else ""
