"""A student's page over all their courses: what is due first, then what comes, then what is handed in."""

from dataclasses import dataclass
from datetime import UTC, datetime

from classroom.models import Enrolment
from classroom.services.student_assignments import students_views
from classroom.web.context import db, now
from classroom.web.study.standing import Standing, standing

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Agenda:
    """The assignments of one person, in three lists. ``done`` also holds what is closed without anything handed in."""

    to_do: list[Standing]
    later: list[Standing]
    done: list[Standing]

    def __bool__(self) -> bool:
        return bool(self.to_do or self.later or self.done)


def agenda(enrolments: list[Enrolment]) -> Agenda:
    """The assignments of the courses in which this person is a student."""
    rows = [standing(item, now=now()) for item in students_views(db(), enrolments=enrolments, now=now())]
    return Agenda(
        to_do=sorted((row for row in rows if row.is_to_do), key=_due),
        later=sorted((row for row in rows if row.opens_later), key=_opens),
        done=sorted((row for row in rows if not row.is_to_do and not row.opens_later), key=_last_change, reverse=True),
    )


def _due(row: Standing) -> datetime:
    return row.item.due_at or _NEVER


def _opens(row: Standing) -> datetime:
    return row.item.assignment.opens_at or _NEVER


def _last_change(row: Standing) -> datetime:
    return row.item.submission.received_at if row.item.submission else _due(row)
