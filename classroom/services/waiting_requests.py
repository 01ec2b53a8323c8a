"""How many of students' requests wait for an answer, in one query."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classroom.models import AskedState, Assignment, Course, ExtensionRequest, RegradeRequest, RegradeState, Submission


class WaitingRequests(NamedTuple):
    """Requests for more time, and for a second look at points."""

    time: int
    regrade: int


def waiting_requests(session: Session, *, course: Course) -> WaitingRequests:
    """What waits in a course."""
    time = select(func.count()).select_from(ExtensionRequest).join(ExtensionRequest.assignment)
    regrade = select(func.count()).select_from(RegradeRequest).join(RegradeRequest.submission).join(Submission.assignment)
    here = Assignment.course_id == course.id
    counts = select(
        time.where(here, ExtensionRequest.state == AskedState.open).scalar_subquery(),
        regrade.where(here, RegradeRequest.state == RegradeState.open).scalar_subquery(),
    )
    return WaitingRequests._make(session.execute(counts).one())
