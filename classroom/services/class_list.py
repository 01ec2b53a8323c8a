"""Who is a student of a course now, and which of their attempts count: as every list and number means it."""

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import contains_eager

from classroom.models import Enrolment, EnrolmentStatus, Person, Role, Submission


def is_student() -> ColumnElement[bool]:
    """Enrolments of students who were not dropped."""
    return and_(Enrolment.role == Role.student, Enrolment.status == EnrolmentStatus.active)


def student_ids(course_id: int) -> Select[int]:
    """Ids of the enrolments of a course's students."""
    return select(Enrolment.id).where(Enrolment.course_id == course_id, is_student())


def newest_attempts(*conditions: ColumnElement[bool]) -> Select[int]:
    """Ids of the submissions that count, each person's last one to an assignment, among those that meet ``conditions``."""
    return select(func.max(Submission.id)).where(*conditions).group_by(Submission.enrolment_id, Submission.assignment_id)


def students_by_name(course_id: int) -> Select[Enrolment]:
    """A course's students with person and section, which more conditions may speak of."""
    return (
        select(Enrolment)
        .join(Enrolment.person)
        .outerjoin(Enrolment.section)
        .where(Enrolment.course_id == course_id, is_student())
        .options(contains_eager(Enrolment.person), contains_eager(Enrolment.section))
        .order_by(func.lower(Person.display_name), Enrolment.id)
    )
