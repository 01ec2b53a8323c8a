"""Where a student stands with an assignment, in a word and a colour, and what they can do now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from classroom.services import manifests
from classroom.services.student_assignments import StudentAssignment, StudentState

SOON = timedelta(days=2)
_STATES: dict[StudentState, tuple[str, str]] = {
    "graded": ("Graded", "good"),
    "being_graded": ("Being graded", "info"),
    "handed_in": ("Handed in", "good"),
    "opens_later": ("Opens later", "neutral"),
}
"""How states read in which the deadline does not matter."""


@dataclass(frozen=True)
class Standing:
    """One assignment of the list: the row's facts and how its state reads."""

    item: StudentAssignment
    label: str
    tone: str
    opens_later: bool
    takes_work: bool
    """Whether something handed in now is accepted."""
    notebooks: int

    @property
    def is_to_do(self) -> bool:
        """Nothing is handed in, and there is still a way to."""
        return self.item.submission is None and self.takes_work


def standing(item: StudentAssignment, *, now: datetime) -> Standing:
    """How ``item`` reads at this moment."""
    label, tone = _words(item, now)
    release = item.assignment.release
    return Standing(
        item=item,
        label=label,
        tone=tone,
        opens_later=item.state == "opens_later",
        takes_work=item.state != "opens_later" and not _is_closed(item, now),
        notebooks=len(manifests.notebooks(release.release_files)) if release else 0,
    )


def _words(item: StudentAssignment, now: datetime) -> tuple[str, str]:
    if item.state in _STATES:
        return _STATES[item.state]
    if item.due_at is None:
        return "To do", "info"
    if item.due_at < now:
        return ("Closed", "neutral") if _is_closed(item, now) else ("Overdue", "danger")
    return ("Due soon", "warning") if item.due_at - now < SOON else ("To do", "info")


def _is_closed(item: StudentAssignment, now: datetime) -> bool:
    return item.due_at is not None and item.due_at < now and not item.assignment.accepts_late
