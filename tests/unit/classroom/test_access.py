"""The truth table of access: who gets what, who gets NotFound, who Forbidden."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from classroom.errors import Forbidden, HomeroomError, NotFound
from classroom.models import Assignment, Course, Enrolment, EnrolmentStatus, Release, Role, Submission, Trigger
from classroom.services import access

Fetch = Callable[..., Enrolment]


@pytest.mark.parametrize(
    ("role", "fetch", "refusal"),
    [
        (Role.owner, access.enrolment_in, None),
        (Role.owner, access.staff_in, None),
        (Role.owner, access.teacher_in, None),
        (Role.teacher, access.teacher_in, None),
        (Role.grader, access.staff_in, None),
        (Role.grader, access.teacher_in, Forbidden),
        (Role.student, access.enrolment_in, None),
        (Role.student, access.staff_in, Forbidden),
        (Role.student, access.teacher_in, Forbidden),
    ],
)
def test_each_role_gets_what_is_theirs(
    session: Session, make_enrolment: Fetch, role: Role, fetch: Fetch, refusal: type[HomeroomError] | None
) -> None:
    enrolment = make_enrolment("ada", role)

    if refusal is None:
        assert fetch(session, person=enrolment.person, course_slug="bio1") is enrolment
    else:
        with pytest.raises(refusal):
            fetch(session, person=enrolment.person, course_slug="bio1")


@pytest.mark.parametrize("fetch", [access.enrolment_in, access.staff_in, access.teacher_in])
def test_a_stranger_does_not_learn_that_the_course_exists(
    session: Session, make_enrolment: Fetch, now: datetime, fetch: Fetch
) -> None:
    other = Course(slug="chem1", title="Chemistry", created_at=now)
    stranger = make_enrolment("eve", Role.owner, into=other)

    with pytest.raises(NotFound) as of_a_course:
        fetch(session, person=stranger.person, course_slug="bio1")
    with pytest.raises(NotFound) as of_nothing:
        fetch(session, person=stranger.person, course_slug="nothing")

    assert str(of_a_course.value) == str(of_nothing.value)


def test_a_dropped_student_is_a_stranger(session: Session, student: Enrolment) -> None:
    student.status = EnrolmentStatus.dropped

    with pytest.raises(NotFound):
        access.enrolment_in(session, person=student.person, course_slug="bio1")


def test_somebody_whose_account_is_off_is_a_stranger(session: Session, teacher: Enrolment) -> None:
    teacher.person.active = False

    with pytest.raises(NotFound):
        access.teacher_in(session, person=teacher.person, course_slug="bio1")


@pytest.fixture
def assignment(session: Session, course: Course, now: datetime) -> Assignment:
    made = Assignment(course=course, slug="hw1", title="Homework 1", created_at=now)
    release = Release(
        assignment=made, digest="0" * 64, source_files=[], release_files=[], questions=[], max_score=0, created_at=now
    )
    session.add_all([made, release])
    session.flush()
    made.release = release
    session.commit()
    return made


def test_staff_see_an_assignment_before_it_is_published(
    session: Session, teacher: Enrolment, assignment: Assignment, now: datetime
) -> None:
    assert access.open_assignment(session, enrolment=teacher, slug="hw1", now=now) is assignment


def test_for_students_an_assignment_begins_when_it_is_published_and_open(
    session: Session, student: Enrolment, assignment: Assignment, now: datetime
) -> None:
    with pytest.raises(NotFound):
        access.open_assignment(session, enrolment=student, slug="hw1", now=now)
    assignment.published_at, assignment.opens_at = now, now + timedelta(hours=1)
    with pytest.raises(NotFound):
        access.open_assignment(session, enrolment=student, slug="hw1", now=now)

    opened = access.open_assignment(session, enrolment=student, slug="hw1", now=now + timedelta(hours=1))

    assert opened is assignment


def test_an_assignment_of_another_course_is_not_found(session: Session, assignment: Assignment, now: datetime) -> None:
    other = Course(slug="chem1", title="Chemistry", created_at=now)
    session.add(other)
    session.flush()

    with pytest.raises(NotFound):
        access.assignment_in(session, course=other, slug="hw1")


def test_a_submission_opens_for_its_student_and_for_the_staff_of_its_course_only(
    session: Session, student: Enrolment, make_enrolment: Fetch, assignment: Assignment, now: datetime
) -> None:
    classmate = make_enrolment("ben")
    other = Course(slug="chem1", title="Chemistry", created_at=now)
    submission = Submission(
        enrolment=student,
        assignment=assignment,
        release=assignment.release,
        attempt=1,
        digest="0" * 64,
        files=[],
        received_at=now,
        trigger=Trigger.student,
    )
    session.add_all([other, submission])
    session.flush()

    assert access.own_submission(session, enrolment=student, submission_id=submission.id) is submission
    assert access.submission_in(session, course=student.course, submission_id=submission.id) is submission
    with pytest.raises(NotFound):
        access.own_submission(session, enrolment=classmate, submission_id=submission.id)
    with pytest.raises(NotFound):
        access.submission_in(session, course=other, submission_id=submission.id)
