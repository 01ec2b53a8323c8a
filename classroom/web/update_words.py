"""How it reads what became of a file that a student had changed when a new version came."""

from collections import Counter
from dataclasses import dataclass

from flask import Flask

from classroom.models import FileUpdate
from classroom.web.words import plural
from grader.merging import MARKED, ChangeKind

_SHORT = {
    ChangeKind.arrived: ("new cell", ""),
    ChangeKind.corrected: ("corrected cell", ""),
    ChangeKind.returned: ("deleted cell that came back", "deleted cells that came back"),
    ChangeKind.removed: ("cell taken out", "cells taken out"),
    ChangeKind.answer_stayed: ("answer whose question changed", "answers whose questions changed"),
    ChangeKind.text_moved: ("cell changed on both sides", "cells changed on both sides"),
    ChangeKind.work_stayed: ("cell taken out that holds work", "cells taken out that hold work"),
}
_LONG = {
    ChangeKind.arrived: "is new.",
    ChangeKind.corrected: "was corrected.",
    ChangeKind.returned: "had been deleted and came back, because it is graded or locked.",
    ChangeKind.removed: "was taken out.",
    ChangeKind.answer_stayed: "was changed, but is answered already: the answer stayed, the new text is shown right before it.",
    ChangeKind.text_moved: "was changed on both sides: the new text is in its place, the other one right after it.",
    ChangeKind.work_stayed: "was taken out, but holds work: it stayed, without points.",
}


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """One cell: its name, as the student or the teacher wrote it, and what became of it."""

    cell: str
    sentence: str
    is_marked: bool


def init_app(app: Flask) -> None:
    """Make them known to the templates."""
    app.jinja_env.filters.update(update_in_short=in_short, update_changes=changes)


def in_short(update: FileUpdate) -> str:
    """``2 new cells, 1 corrected cell``."""
    counts = Counter(change["kind"] for change in update.changes)
    found = [plural(counts[kind], *words) for kind, words in _SHORT.items() if counts[kind]]
    return ", ".join(found) or "only what cannot be seen, such as points"


def changes(update: FileUpdate) -> list[ChangeWords]:
    """Each cell, those to look at first."""
    found = [(ChangeKind(change["kind"]), change["cell"]) for change in update.changes]
    words = [ChangeWords(cell, _LONG[kind], kind in MARKED) for kind, cell in found]
    return sorted(words, key=lambda one: not one.is_marked)
