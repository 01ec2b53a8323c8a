"""How often one person may have their folder read for Look and Submit: far more often than anybody presses a button.

Never in the way of a deadline: in the minute before a student's own one nothing is counted.
"""

from datetime import datetime, timedelta

from flask import current_app

from classroom.models import Assignment, Enrolment
from classroom.services import deadlines
from classroom.services.throttle import Throttle
from classroom.web.context import db

AT_MOST = 12
"""Looks and hand-ins of one student for one assignment, in SECONDS."""
SECONDS = 20
LAST_MINUTE = timedelta(minutes=1)


def check(enrolment: Enrolment, assignment: Assignment, *, now: datetime) -> None:
    """Count one, or raise TooManyTries: then nothing was read, and what was handed in stands."""
    due_at = deadlines.due_for(db(), enrolment=enrolment, assignment=assignment)
    if due_at is not None and now <= due_at <= now + LAST_MINUTE:
        return
    name = f"{enrolment.id}/{assignment.id}"
    _takes().check(name)
    _takes().failed(name)


def _takes() -> Throttle:
    what = "looks and hand-ins of this assignment within seconds; what you handed in last stands"
    found: Throttle = current_app.extensions.setdefault("homeroom.takes", Throttle(limit=AT_MOST, seconds=SECONDS, what=what))
    return found
