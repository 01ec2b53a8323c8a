"""Notebook cells as the gate (``grader.reading``) gives them: what names one, and the shape the format allows."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from grader.nbgrader_format import Flags, read_flags

Cell = dict[str, Any]

FIRST_MINOR_WITH_IDS = 5
_KEYS = {
    "code": ("id", "cell_type", "metadata", "source", "outputs", "execution_count"),
    "markdown": ("id", "cell_type", "metadata", "source", "attachments"),
    "raw": ("id", "cell_type", "metadata", "source", "attachments"),
}
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_OUTPUTS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "stream": {"name": str, "text": (str, list)},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict},
    "error": {"ename": str, "evalue": str, "traceback": list},
}
_NAME_LIMIT = 60


def flags_of(cell: Cell | None) -> Flags | None:
    """The nbgrader flags of a cell that has a grade id; None for any other."""
    flags = read_flags(cell) if cell else None
    return flags if flags and flags.grade_id else None


def grade_id_of(cell: Cell | None) -> str:
    """The grade id of a cell, empty when it has none."""
    flags = flags_of(cell)
    return flags.grade_id if flags else ""


def digest(text: str) -> str:
    """What tells one text from another, short enough for metadata."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def named(cell: Cell) -> str:
    """What a person would call the cell: its grade id, else the beginning of its text."""
    lines = (line.strip().lstrip("#").strip() for line in cell["source"].splitlines())
    text = grade_id_of(cell) or next((line for line in lines if line), "an empty cell")
    return text if len(text) <= _NAME_LIMIT else f"{text[: _NAME_LIMIT - 1]}…"


def with_source(cell: Cell, source: str) -> Cell:
    """The cell with another text. Outputs are of the text that made them, so they stay only where it is the same."""
    if source == cell["source"]:
        return cell
    return {**cell, "source": source} | ({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {})


def as_kind(cell: Cell, cell_type: str) -> Cell:
    """The cell as one of another type."""
    if cell["cell_type"] == cell_type:
        return cell
    changed = {key: value for key, value in cell.items() if key in _KEYS[cell_type]} | {"cell_type": cell_type}
    return changed | ({"outputs": [], "execution_count": None} if cell_type == "code" else {})


def in_shape(cells: Iterable[Cell], *, minor: int) -> list[Cell]:
    """The cells with nothing that notebook format 4.``minor`` does not know, and from 4.5 on with an id each. No text changes."""
    shaped = [_shaped(cell) for cell in cells]
    if minor < FIRST_MINOR_WITH_IDS:
        return [{key: value for key, value in cell.items() if key != "id"} for cell in shaped]
    taken: set[str] = set()
    return [cell | {"id": _free_id(cell, number, taken)} for number, cell in enumerate(shaped)]


def _shaped(cell: Cell) -> Cell:
    kept = {key: cell[key] for key in _KEYS[cell["cell_type"]] if key in cell}
    if "outputs" in kept:
        kept["outputs"] = [output for output in kept["outputs"] if _is_output(output)]
        count = kept.get("execution_count")
        kept["execution_count"] = count if type(count) is int and count >= 0 else None
    if not isinstance(kept.get("attachments", {}), dict):
        del kept["attachments"]
    return kept


def _is_output(output: object) -> bool:
    if not isinstance(output, dict):
        return False
    needed = _OUTPUTS.get(output["output_type"]) if isinstance(output.get("output_type"), str) else None
    return needed is not None and all(isinstance(output.get(name), kind) for name, kind in needed.items())


def _free_id(cell: Cell, number: int, taken: set[str]) -> str:
    """The cell's own id, or another if it has none or somebody else's; always the same one for the same notebook."""
    given = cell.get("id")
    found = given if isinstance(given, str) and _ID.fullmatch(given) else digest(f"{number}\n{cell['source']}")
    while found in taken:
        found = digest(found)
    taken.add(found)
    return found
