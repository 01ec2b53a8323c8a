"""Access by fetching: each function returns the object if this person may hold it, and raises otherwise.

What a person may not know of is NotFound; what they may see but not do is Forbidden.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from classroom.errors import Forbidden, NotFound
from classroom.models import Assignment, Course, Enrolment, EnrolmentStatus, Person, Submission


def enrolment_in(session: Session, *, person: Person, course_slug: str) -> Enrolment:
    """The person's enrolment in the course, with course, person and section loaded. NotFound for strangers and the dropped."""
    enrolment = session.scalar(
        select(Enrolment)
        .join(Enrolment.course)
        .where(Course.slug == course_slug, Enrolment.person_id == person.id, Enrolment.status == EnrolmentStatus.active)
        .options(contains_eager(Enrolment.course), joinedload(Enrolment.person), joinedload(Enrolment.section))
    )
    if enrolment is None or not enrolment.person.active:
        raise NotFound("There is no such course, or you are not in it.")
    return enrolment


def staff_in(session: Session, *, person: Person, course_slug: str) -> Enrolment:
    """The same for somebody who may see students' work: owner, teacher or grader."""
    enrolment = enrolment_in(session, person=person, course_slug=course_slug)
    if not enrolment.is_staff:
        raise Forbidden("This page is for the teachers of the course.")
    return enrolment


def teacher_in(session: Session, *, person: Person, course_slug: str) -> Enrolment:
    """The same for somebody who may change the course: owner or teacher."""
    enrolment = enrolment_in(session, person=person, course_slug=course_slug)
    if not enrolment.is_teacher:
        raise Forbidden("Only the owner and the teachers of the course may do this.")
    return enrolment


def assignment_in(session: Session, *, course: Course, slug: str) -> Assignment:
    """An assignment of the course, published or not; for staff."""
    wanted = select(Assignment).where(Assignment.course_id == course.id, Assignment.slug == slug)
    assignment = session.scalar(wanted.options(joinedload(Assignment.release)))
    if assignment is None:
        raise NotFound("There is no such assignment in this course.")
    return assignment


def open_assignment(session: Session, *, enrolment: Enrolment, slug: str, now: datetime) -> Assignment:
    """An assignment as its student may see it: for them it does not exist before it is published and open."""
    assignment = assignment_in(session, course=enrolment.course, slug=slug)
    if not enrolment.is_staff and not is_open(assignment, now=now):
        raise NotFound("There is no such assignment in this course.")
    return assignment


def is_open(assignment: Assignment, *, now: datetime) -> bool:
    """Whether students see the assignment: it is published, has a release, and its opening time has come."""
    if assignment.published_at is None or assignment.release_id is None:
        return False
    return assignment.opens_at is None or assignment.opens_at <= now


def submission_in(session: Session, *, course: Course, submission_id: int) -> Submission:
    """A submission to an assignment of the course; for staff."""
    submission = session.scalar(
        select(Submission)
        .join(Submission.assignment)
        .where(Submission.id == submission_id, Assignment.course_id == course.id)
        .options(contains_eager(Submission.assignment), joinedload(Submission.enrolment).joinedload(Enrolment.person))
    )
    if submission is None:
        raise NotFound("There is no such submission in this course.")
    return submission


def own_submission(session: Session, *, enrolment: Enrolment, submission_id: int) -> Submission:
    """A submission by this very student."""
    wanted = select(Submission).where(Submission.id == submission_id, Submission.enrolment_id == enrolment.id)
    submission = session.scalar(wanted.options(joinedload(Submission.assignment)))
    if submission is None:
        raise NotFound("You have no such submission in this course.")
    return submission
