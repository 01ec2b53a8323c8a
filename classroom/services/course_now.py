"""What goes on in a course at this moment, in numbers: a few queries, cheap enough to be asked every second."""

from dataclasses import dataclass

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from classroom.models import Assignment, Course, Delivery, Enrolment, EnrolmentStatus, GradeJob, JobState, Role, Submission
from classroom.services.class_list import is_student, newest_attempts


@dataclass(frozen=True, slots=True)
class HeadCount:
    """Active people of a course; ``waiting`` are those whose account is still being set up."""

    students: int
    staff: int
    waiting: int


@dataclass(frozen=True, slots=True)
class GradingNow:
    """An assignment that the machine is grading: how many people's work there is, how many jobs are still on their way."""

    assignment: Assignment
    total: int
    waiting: int

    @property
    def done(self) -> int:
        """People whose work is through."""
        return max(self.total - self.waiting, 0)


@dataclass(frozen=True, slots=True)
class JobsNow:
    """Everybody's newest attempt at one assignment: how many there are, and for how many the machine is at work."""

    total: int
    running: int
    waiting: int

    @property
    def done(self) -> int:
        """Attempts that nothing is on its way for."""
        return max(self.total - self.running - self.waiting, 0)


def jobs_now(session: Session, *, assignment: Assignment) -> JobsNow:
    """How far the machine is with an assignment."""
    newest = newest_attempts(Submission.assignment_id == assignment.id)
    live = and_(GradeJob.submission_id == Submission.id, GradeJob.state != JobState.done)
    rows = session.execute(
        select(GradeJob.state, func.count(func.distinct(Submission.id)))
        .select_from(Submission)
        .outerjoin(GradeJob, live)
        .where(Submission.id.in_(newest))
        .group_by(GradeJob.state)
    )
    counts = dict(rows.all())
    running, waiting = counts.get(JobState.running, 0), counts.get(JobState.queued, 0)
    return JobsNow(total=sum(counts.values()), running=running, waiting=waiting)


def head_count(session: Session, *, course: Course) -> HeadCount:
    """How many people are in the course."""
    students, everybody, waiting = session.execute(
        select(
            func.coalesce(func.sum(case((Enrolment.role == Role.student, 1), else_=0)), 0),
            func.count(),
            func.coalesce(func.sum(case((Enrolment.provisioned_at.is_(None), 1), else_=0)), 0),
        ).where(Enrolment.course_id == course.id, Enrolment.status == EnrolmentStatus.active)
    ).one()
    return HeadCount(students=students, staff=everybody - students, waiting=waiting)


def grading_now(session: Session, *, course: Course) -> list[GradingNow]:
    """The course's assignments with live grade jobs, in its order."""
    live = (
        select(Submission.assignment_id, func.count().label("waiting"))
        .join(GradeJob, GradeJob.submission_id == Submission.id)
        .where(GradeJob.state != JobState.done)
        .group_by(Submission.assignment_id)
        .subquery()
    )
    people = (
        select(Submission.assignment_id, func.count(func.distinct(Submission.enrolment_id)).label("total"))
        .group_by(Submission.assignment_id)
        .subquery()
    )
    rows = session.execute(
        select(Assignment, people.c.total, live.c.waiting)
        .join(live, live.c.assignment_id == Assignment.id)
        .join(people, people.c.assignment_id == Assignment.id)
        .where(Assignment.course_id == course.id)
        .order_by(Assignment.position, Assignment.id)
    )
    return [GradingNow(assignment, total, waiting) for assignment, total, waiting in rows]


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """Active students, and of how many the current release has arrived, could not be placed, or lies beside a changed file."""

    enrolled: int
    delivered: int
    failed: int
    kept: int


def delivery_count(session: Session, *, assignment: Assignment) -> DeliveryCount:
    """How far the current release of the assignment got."""
    mine = and_(Delivery.enrolment_id == Enrolment.id, Delivery.release_id == (assignment.release_id or 0))
    rows = session.execute(
        select(Delivery.delivered_at, Delivery.error, Delivery.kept)
        .select_from(Enrolment)
        .outerjoin(Delivery, mine)
        .where(Enrolment.course_id == assignment.course_id, is_student())
    ).all()
    return DeliveryCount(
        enrolled=len(rows),
        delivered=sum(delivered_at is not None for delivered_at, _, _ in rows),
        failed=sum(error is not None and delivered_at is None for delivered_at, error, _ in rows),
        kept=sum(bool(kept) for _, _, kept in rows),
    )
