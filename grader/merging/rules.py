"""What becomes of one cell, by who changed it. Each rule is a line in docs/explanation/updates.md."""

from dataclasses import dataclass, field
from typing import Any

from grader.merging import marks
from grader.merging.cells import Cell, as_kind, digest, flags_of, named, with_source
from grader.merging.report import Change, ChangeKind
from grader.merging.slots import Slot


@dataclass(slots=True)
class Settled:
    """The cells that stand where one cell of the teacher's belongs, and what is to be said about it."""

    cell: Cell | None = None
    """The teacher's cell, with whoever's text; None when it is gone."""
    before: list[Cell] = field(default_factory=list)
    after: list[Cell] = field(default_factory=list)
    change: Change | None = None


def settle(slot: Slot) -> Settled:
    """Decide about one cell of the teacher's."""
    if slot.new is None:
        return _taken_out(slot)
    settled = _not_there(slot, slot.new) if slot.theirs is None else _there(slot, slot.theirs, slot.new)
    if settled.cell is not None:
        # Grading knows which of several copies counts; of a question that is none any more, no copy grades.
        copies = slot.copies if flags_of(slot.new) else [own(copy) for copy in slot.copies]
        settled.before = [*copies, *(settled.before or ([slot.text] if slot.text else []))]
    return settled


def own(cell: Cell) -> Cell:
    """A cell of the student's own. Whatever its metadata say, it grades nothing: a cell from elsewhere would disturb it."""
    return {**cell, "metadata": {key: value for key, value in cell["metadata"].items() if key != "nbgrader"}}


def three_way(base: dict[str, Any], theirs: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Each entry as the student has it if they changed it, else as it is in the new release."""
    keys = sorted(base.keys() | theirs.keys() | new.keys())
    chosen = {key: new if theirs.get(key) == base.get(key) else theirs for key in keys}
    return {key: source[key] for key, source in chosen.items() if key in source}


def _taken_out(slot: Slot) -> Settled:
    base, theirs = slot.base, slot.theirs
    assert base
    if theirs is None:
        return Settled()
    settled = Settled(after=[own(copy) for copy in slot.copies])
    if theirs["source"] == base["source"] or not theirs["source"].strip():
        settled.change = Change(ChangeKind.removed, named(base))
    else:
        settled.after += marks.left_behind(_at_rest(theirs, base), base)
        settled.change = Change(ChangeKind.work_stayed, named(base))
    return settled


def _not_there(slot: Slot, new: Cell) -> Settled:
    """The student does not have the cell: it is new, or they deleted it."""
    if slot.base is None:
        return Settled(new, change=Change(ChangeKind.arrived, named(new)))
    if flags_of(new):
        return Settled(new, change=Change(ChangeKind.returned, named(new)))
    if new["source"] != slot.base["source"]:
        return Settled(new, change=Change(ChangeKind.arrived, named(new)))
    return Settled()


def _there(slot: Slot, theirs: Cell, new: Cell) -> Settled:
    if theirs["source"] == new["source"]:
        return Settled(_joined(slot, theirs, new, theirs["source"]))
    base = slot.base["source"] if slot.base else None
    if theirs["source"] == base:
        return _corrected(slot, theirs, new)
    if new["source"] == base or (slot.base_digest and digest(new["source"]) == slot.base_digest):
        return Settled(_joined(slot, theirs, new, theirs["source"]))
    if not theirs["source"].strip():
        return _corrected(slot, theirs, new)
    flags = flags_of(new)
    if flags and flags.solution:
        change = Change(ChangeKind.answer_stayed, named(new))
        return Settled(_joined(slot, theirs, new, theirs["source"]), before=[marks.new_text(new)], change=change)
    settled = _corrected(slot, theirs, new)
    settled.after = marks.moved(_at_rest(theirs, new))
    settled.change = Change(ChangeKind.text_moved, named(new))
    return settled


def _corrected(slot: Slot, theirs: Cell, new: Cell) -> Settled:
    return Settled(_joined(slot, theirs, new, new["source"]), change=Change(ChangeKind.corrected, named(new)))


def _at_rest(theirs: Cell, teachers: Cell) -> Cell:
    """What a student wrote into a locked cell was never run when it was graded, and will not be as a cell of its own."""
    flags = flags_of(teachers)
    is_code = theirs["cell_type"] == "code"
    return as_kind(theirs, "raw") if is_code and flags and flags.is_locked else theirs


def _joined(slot: Slot, theirs: Cell, new: Cell, source: str) -> Cell:
    """The cell with this text, and the rest of both."""
    base = slot.base or {"metadata": {}}
    cell = with_source(as_kind(theirs, _kind(slot, theirs, new, source)), source)
    metadata = three_way(base["metadata"], marks.unmarked(theirs["metadata"]), new["metadata"])
    for key in ("nbgrader", "deletable", "editable"):
        metadata.pop(key, None)
        if key in new["metadata"]:
            metadata[key] = new["metadata"][key]
    # An empty cell is known by its place alone, which may be another one next time; so it keeps its id.
    ids = (new.get("id"), theirs.get("id")) if source.strip() else (theirs.get("id"), new.get("id"))
    cell = {**cell, "metadata": metadata, "id": ids[0] or ids[1]}
    attached = three_way(*(_attachments(face) for face in (base, theirs, new)))
    if attached and cell["cell_type"] != "code":
        return {**cell, "attachments": attached}
    return {key: value for key, value in cell.items() if key != "attachments"}


def _kind(slot: Slot, theirs: Cell, new: Cell, source: str) -> str:
    """A student may make a code cell a Markdown cell and the other way round, but not where it is graded or corrected."""
    is_theirs = not flags_of(new) and source == theirs["source"] and slot.base and slot.base["cell_type"] == new["cell_type"]
    kind: str = theirs["cell_type"] if is_theirs else new["cell_type"]
    return kind


def _attachments(cell: Cell) -> dict[str, Any]:
    found = cell.get("attachments")
    return found if isinstance(found, dict) else {}
