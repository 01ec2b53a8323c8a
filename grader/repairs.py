"""What a student's notebook had to be repaired in before it was run: said to staff, no reason for suspicion by itself."""

from collections import Counter
from typing import Any

from grader.nbgrader_format import Flags, grade_id_of, read_flags
from grader.reading import UnreadableNotebook, read_notebook

_LISTED = 10


def repairs(path: str, released: bytes, handed_in: bytes) -> list[str]:
    """Sentences about the notebook ``path`` as it was ``handed_in``, against the one students were given."""
    try:
        given, theirs = read_notebook(released)["cells"], read_notebook(handed_in)["cells"]
    except UnreadableNotebook:
        return []
    known = _marked(given)
    found: dict[str, list[dict[str, Any]]] = {}
    for cell in theirs:
        found.setdefault(grade_id_of(cell), []).append(cell)
    sentences = [_about(grade_id, *known[grade_id], found.get(grade_id, [])) for grade_id in known]
    strange = Counter(flags.grade_id for cell in theirs if (flags := read_flags(cell)) and flags.grade_id not in known)
    sentences += [f"Cell “{grade_id[:60]}” is not of this assignment; it ran as a cell of the student's." for grade_id in strange]
    return [f"{path}: {sentence}" for sentence in sentences if sentence][:_LISTED]


def _marked(cells: list[dict[str, Any]]) -> dict[str, tuple[dict[str, Any], Flags]]:
    return {flags.grade_id: (cell, flags) for cell in cells if (flags := read_flags(cell)) and flags.grade_id}


def _about(grade_id: str, given: dict[str, Any], flags: Flags, copies: list[dict[str, Any]]) -> str:
    if not copies:
        done = "the answer counts as missing" if flags.solution else "the teacher's was put back"
        return f"Cell “{grade_id}” was deleted; {done}."
    if len(copies) > 1:
        return f"Cell “{grade_id}” is there {len(copies)} times; {'the last changed one' if flags.solution else 'one'} counts."
    if copies[0]["cell_type"] != given["cell_type"]:
        return f"Cell “{grade_id}” was made a {copies[0]['cell_type']} cell; it was run as what it is."
    if not flags.solution and copies[0]["source"] != given["source"]:
        return f"Cell “{grade_id}” is locked and was changed; the teacher's was run."
    return ""
