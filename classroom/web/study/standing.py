"""Where a student stands with an assignment, in a word and a colour, and what they can do now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from classroom.services.assignments import StudentAssignment

SOON = timedelta(days=2)


@dataclass(frozen=True)
class Standing:
    """One assignment of the list: the row's facts and how its state reads."""

    item: StudentAssignment
    label: str
    tone: str
    opens_later: bool
    takes_work: bool
    """Whether something handed in now is accepted."""


def standing(item: StudentAssignment, *, now: datetime) -> Standing:
    """How ``item`` reads at this moment."""
    label, tone = _words(item, now)
    return Standing(
        item=item,
        label=label,
        tone=tone,
        opens_later=item.state == "not_opened",
        takes_work=item.state != "not_opened" and not _is_closed(item, now),
    )


def _words(item: StudentAssignment, now: datetime) -> tuple[str, str]:
    if item.state == "graded":
        return "Graded", "good"
    if item.submission is not None:
        return ("Handed in late", "warning") if item.submission.late else ("Handed in", "good")
    if item.state == "not_opened":
        return "Opens later", "neutral"
    if item.due_at is None:
        return "To do", "info"
    if item.due_at < now:
        return ("Closed", "neutral") if _is_closed(item, now) else ("Overdue", "danger")
    return ("Due soon", "warning") if item.due_at - now < SOON else ("To do", "info")


def _is_closed(item: StudentAssignment, now: datetime) -> bool:
    return item.due_at is not None and item.due_at < now and not item.assignment.accepts_late
