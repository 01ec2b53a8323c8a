from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.errors import Conflict, Forbidden, HomeroomError, NotFound
from classroom.models import Course, Enrolment, EnrolmentStatus, Operation, OperationKind, Person, Role
from classroom.services import courses, people

MakeEnrolment = Callable[..., Enrolment]


def test_a_new_course_has_its_owner_and_is_provisioned(session: Session, now: datetime) -> None:
    owner = people.ensure_person(session, hub_name="Tessa", display_name="Tessa", email="T@Example.org", now=now)

    made = courses.create_course(session, owner=owner, slug="bio1", title="Biology", timezone="Europe/Berlin", now=now)

    assert [(e.course.slug, e.role) for e in courses.enrolments_of(session, person=owner)] == [("bio1", Role.owner)]
    assert session.scalars(select(Operation)).one().course_id == made.id


@pytest.mark.parametrize("slug", ["", "B", "1bio", "bio_1", "bio-", "-bio", "Bio1", "../etc", "a" * 41])
def test_a_course_needs_a_plain_short_name(session: Session, teacher: Enrolment, now: datetime, slug: str) -> None:
    with pytest.raises(HomeroomError):
        courses.create_course(session, owner=teacher.person, slug=slug, title="Biology", now=now)


def test_two_courses_cannot_have_one_short_name(session: Session, teacher: Enrolment, now: datetime) -> None:
    with pytest.raises(Conflict):
        courses.create_course(session, owner=teacher.person, slug="bio1", title="Again", now=now)


def test_a_time_zone_is_checked(session: Session, teacher: Enrolment, now: datetime) -> None:
    with pytest.raises(HomeroomError, match="time zone"):
        courses.create_course(session, owner=teacher.person, slug="bio2", title="B", timezone="Mars/Base", now=now)


def test_somebody_who_exists_is_never_changed(session: Session, student: Enrolment, now: datetime) -> None:
    same = people.ensure_person(session, hub_name="sam", display_name="Other", email="other@example.org", now=now)

    assert same is student.person
    assert (same.display_name, same.email) == ("Sam", "sam@example.org")


def test_enrolling_twice_is_enrolling_once(session: Session, course: Course, student: Enrolment, now: datetime) -> None:
    again = people.enrol(session, course=course, person=student.person, role=Role.owner, roster_key="x", now=now)

    assert again is student
    assert student.role == Role.student


def test_a_roster_key_belongs_to_one_person(
    session: Session, course: Course, student: Enrolment, make_enrolment: MakeEnrolment, now: datetime
) -> None:
    other = Course(slug="chem1", title="Chemistry", created_at=now)
    eve = make_enrolment("eve", into=other)

    with pytest.raises(Conflict):
        people.enrol(session, course=course, person=eve.person, role=Role.student, roster_key="1001", now=now)


def test_a_dropped_student_keeps_their_rows_and_comes_back(
    session: Session, teacher: Enrolment, student: Enrolment, now: datetime
) -> None:
    student.provisioned_at = now

    people.drop(session, enrolment=student, actor=teacher.person, now=now)
    dropped = student.status
    people.drop(session, enrolment=student, actor=teacher.person, now=now)
    people.restore(session, enrolment=student, actor=teacher.person, now=now)

    assert dropped == EnrolmentStatus.dropped
    assert student.status == EnrolmentStatus.active
    assert student.provisioned_at is None
    assert session.scalars(select(Operation)).one().kind == OperationKind.provision


@pytest.mark.parametrize(
    "case",
    [
        (Role.owner, Role.student, Role.owner, True),
        (Role.owner, Role.teacher, Role.student, True),
        (Role.teacher, Role.student, Role.grader, True),
        (Role.teacher, Role.student, Role.teacher, False),
        (Role.teacher, Role.student, Role.owner, False),
        (Role.teacher, Role.owner, Role.student, False),
        (Role.grader, Role.student, Role.grader, False),
        (Role.student, Role.student, Role.grader, False),
    ],
)
def test_who_may_give_which_role(
    session: Session, teacher: Enrolment, make_enrolment: MakeEnrolment, now: datetime, case: tuple[Role, Role, Role, bool]
) -> None:
    actor, target, role, allowed = case
    acting, changed = make_enrolment("ada", actor), make_enrolment("ben", target)

    if allowed:
        people.change_role(session, enrolment=changed, role=role, actor=acting.person, now=now)
    else:
        with pytest.raises(Forbidden):
            people.change_role(session, enrolment=changed, role=role, actor=acting.person, now=now)

    assert changed.role == (role if allowed else target)


def test_the_last_owner_stays(session: Session, teacher: Enrolment, now: datetime) -> None:
    with pytest.raises(Conflict):
        people.drop(session, enrolment=teacher, actor=teacher.person, now=now)
    with pytest.raises(Conflict):
        people.change_role(session, enrolment=teacher, role=Role.teacher, actor=teacher.person, now=now)


def test_a_teacher_of_another_course_changes_nobody(
    session: Session, student: Enrolment, make_enrolment: MakeEnrolment, now: datetime
) -> None:
    stranger = make_enrolment("eve", Role.owner, into=Course(slug="chem1", title="Chemistry", created_at=now))

    with pytest.raises(NotFound):
        people.drop(session, enrolment=student, actor=stranger.person, now=now)


@pytest.fixture
def class_of_300(session: Session, course: Course, now: datetime) -> None:
    section = people.ensure_section(session, course=course, name="Lab 2")
    for number in range(300):
        person = Person(hub_name=f"s{number}", display_name=f"Student {number:03}", email=f"s{number}@x.org", created_at=now)
        session.add(
            Enrolment(course=course, person=person, role=Role.student, roster_key=str(number), section=section, created_at=now)
        )
    session.commit()


def test_a_page_of_people_takes_three_queries_at_most(
    session: Session,
    course: Course,
    class_of_300: None,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    session.expunge_all()
    with count_queries() as queries:
        page = people.people_page(session, course=course, page=2, page_size=50)
        names = [(row.person.display_name, row.section.name if row.section else "") for row in page.items]

    assert names[0] == ("Student 050", "Lab 2")
    assert (page.page, page.pages, page.total) == (2, 6, 300)
    assert len([query for query in queries if query.startswith("SELECT")]) <= 3


@pytest.mark.parametrize(("search", "found"), [("student 007", 1), ("s29@x", 1), ("lab 2", 300), ("100%", 0), ("nobody", 0)])
def test_people_are_found_by_what_one_knows_of_them(
    session: Session, course: Course, class_of_300: None, search: str, found: int
) -> None:
    page = people.people_page(session, course=course, search=search, page=99, page_size=50)

    assert page.total == found
    assert page.page == page.pages
