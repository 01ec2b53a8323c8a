"""The cells that a merge writes, and what it notes in metadata (``metadata.homeroom``) to know them again.

A student may change any of it. So a note is only believed about the cell that carries it, and a cell of ours counts as
ours only while its text is still the one that was written.
"""

import re
from typing import Any

from grader.cell_notes import KEY
from grader.merging.cells import Cell, digest, grade_id_of
from grader.reading import UnreadableNotebook, read_notebook

_UPDATE = "update"
_RELEASE = "release"
_TICKS = re.compile(r"`{3,}")

_NEW_TEXT = "**Your teacher changed the cell below.** Your answer stayed as it is. This is the teacher's new text:"
_MOVED = "**Your teacher changed the cell above.** The cell below is your version of it; nothing of yours is lost."
_REMOVED = "**Your teacher took out the cell below.** It is still here because it holds your work. It is not graded."


def new_text(teachers: Cell) -> Cell:
    """The cell that shows the teacher's new text before an answer."""
    longest = max(map(len, _TICKS.findall(teachers["source"])), default=2)
    fence = "`" * (longest + 1)
    source = f"{_NEW_TEXT}\n\n{fence}\n{teachers['source']}\n{fence}"
    return _note(source, {"kind": "text", "of": grade_id_of(teachers)})


def moved(theirs: Cell) -> list[Cell]:
    """The student's version of a cell, as one of their own, with a word before it."""
    return [_note(_MOVED, {"kind": "note"}), _kept(theirs, {"kind": "kept"})]


def left_behind(theirs: Cell, base: Cell) -> list[Cell]:
    """What the student wrote into a cell that is no longer the teacher's. It knows whose answer it was, should that come back."""
    mark = {"kind": "kept", "of": grade_id_of(base), "base": digest(base["source"])}
    return [_note(_REMOVED, {"kind": "note"}), _kept(theirs, mark)]


def mark_of(cell: Cell) -> dict[str, Any] | None:
    """What a merge noted about a cell; None for one that no merge wrote."""
    ours = cell["metadata"].get(KEY)
    mark = ours.get(_UPDATE) if isinstance(ours, dict) else None
    return mark if isinstance(mark, dict) else None


def is_ours(cell: Cell, *kinds: str) -> bool:
    """Whether a merge wrote this cell as one of those kinds, and nobody has changed its text since."""
    mark = mark_of(cell)
    return mark is not None and mark.get("kind") in kinds and mark.get("digest") == digest(cell["source"])


def unmarked(metadata: dict[str, Any]) -> dict[str, Any]:
    """Metadata of a cell or a notebook without what merges noted."""
    return {key: value for key, value in metadata.items() if key != KEY}


def stamped(metadata: dict[str, Any], release: str) -> dict[str, Any]:
    """A notebook's metadata that say which release is merged into it."""
    return {**metadata, KEY: {_RELEASE: release}}


def release_of(data: bytes) -> str | None:
    """The release that was merged last into this notebook, as the notebook says; None when it says nothing."""
    try:
        ours = read_notebook(data)["metadata"].get(KEY)
    except UnreadableNotebook:
        return None
    release = ours.get(_RELEASE) if isinstance(ours, dict) else None
    return release if isinstance(release, str) else None


def _note(source: str, mark: dict[str, Any]) -> Cell:
    metadata = {KEY: {_UPDATE: {**mark, "digest": digest(source)}}}
    return {"cell_type": "markdown", "source": source, "metadata": metadata, "id": digest(f"{mark}\n{source}")}


def _kept(theirs: Cell, mark: dict[str, Any]) -> Cell:
    locks = {"nbgrader", "deletable", "editable"}
    metadata = {key: value for key, value in theirs["metadata"].items() if key not in locks}
    made = {**theirs, "metadata": {**metadata, KEY: {_UPDATE: mark}}}
    return made | {"id": digest(f"{theirs.get('id')}\n{theirs['source']}")}
