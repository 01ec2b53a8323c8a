"""Which attempts are late: handed in after their student's own deadline, as it stands now.

A deadline moves after work came in, too: somebody gets more time, or the due date is changed. Then the mark is written anew.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Assignment, Extension, Submission, Trigger
from classroom.services import deadlines


def is_late(*, due_at: datetime | None, received_at: datetime, trigger: Trigger) -> bool:
    """Whether an attempt came after ``due_at``. What the deadline's collection took was there in time, however long that took."""
    return trigger is not Trigger.deadline and due_at is not None and received_at > due_at


def mark_anew(session: Session, *, assignment: Assignment, enrolment_ids: Collection[int] | None = None) -> int:
    """Write the mark of every attempt anew, or only of these students', and return how many it changed. Again changes nothing.

    To be called after each change of a deadline. Points don't depend on it.
    """
    session.flush()
    wanted = select(Submission).where(Submission.assignment_id == assignment.id)
    extensions = select(Extension).where(Extension.assignment_id == assignment.id)
    if enrolment_ids is not None:
        wanted = wanted.where(Submission.enrolment_id.in_(enrolment_ids))
        extensions = extensions.where(Extension.enrolment_id.in_(enrolment_ids))
    more_time = {row.enrolment_id: row for row in session.scalars(extensions)}
    changed = 0
    for submission in session.scalars(wanted):
        due_at = deadlines.own_due_at(assignment, more_time.get(submission.enrolment_id))
        late = is_late(due_at=due_at, received_at=submission.received_at, trigger=submission.trigger)
        changed += late != submission.late
        submission.late = late
    session.flush()
    return changed
