"""The example course with a teacher and students, for a first look. Seeding twice changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

import classroom
from classroom.config import Settings
from classroom.errors import HomeroomError
from classroom.models import Course, Enrolment, EnrolmentStatus, Person, Role
from classroom.services import assignments, courses, people, releases, rosters
from classroom.services.course_folder import folder_assignments, planned_dates, read_course_file
from grader.files import FileStore

TEACHER = ("teacher", "Tara Teacher", "tara.teacher@school.example")
STUDENTS = (("ada", "Ada Lindqvist", "ada.lindqvist@school.example"), ("ben", "Ben Achterberg", "ben.achterberg@school.example"))
PUBLISHED = 2
"""So many assignments are out already; publishing the next is for the visitor to try."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody a visitor may sign in as."""

    person: Person
    role: Role
    course: Course


def seed(session: Session, *, settings: Settings, files: FileStore, now: datetime) -> list[DemoPerson]:
    """The example course's people, the teacher, ada and ben first; the course is made if it is not there."""
    folder = example_folder()
    slug = read_course_file(folder).slug
    if session.scalar(select(Course.id).where(Course.slug == slug)) is None:
        _make(session, folder, settings=settings, files=files, now=now)
    return _people(session, slug)


def example_folder() -> Path:
    """Where the example course is: inside the package when installed, beside it in a checkout."""
    package = Path(classroom.__file__).parent
    places = (package / "_courses" / "example", package.parent / "courses" / "example")
    return next((place for place in places if place.is_dir()), places[-1])


def _make(session: Session, folder: Path, *, settings: Settings, files: FileStore, now: datetime) -> None:
    plan = read_course_file(folder)
    hub_name, display_name, email = TEACHER
    teacher = people.ensure_person(session, hub_name=hub_name, display_name=display_name, email=email, now=now)
    teacher.creates_courses = True
    course = courses.create_course(
        session, owner=teacher, slug=plan.slug, title=plan.title, timezone=plan.timezone, folder=str(folder), now=now
    )
    for hub_name, display_name, email in STUDENTS:
        # Before the roster is read, which then knows them by their e-mail.
        people.ensure_person(session, hub_name=hub_name, display_name=display_name, email=email, now=now)
    _enrol(session, course, folder, settings=settings, files=files, now=now)
    for number, slug in enumerate(folder_assignments(course)):
        release, problems = releases.from_folder(
            session, files=files, course=course, assignment_slug=slug, actor=teacher, now=now
        )
        if release is None:
            raise HomeroomError(f"The example course does not release: {slug}: {problems[0].message}")
        if number < PUBLISHED:
            release.assignment.opens_at, release.assignment.due_at = planned_dates(course, slug, now=now)
            assignments.publish(session, assignment=release.assignment, actor=teacher, now=now)


def _enrol(session: Session, course: Course, folder: Path, *, settings: Settings, files: FileStore, now: datetime) -> None:
    upload = rosters.upload(
        session,
        files=files,
        course=course,
        actor=None,
        filename="roster.csv",
        data=(folder / "roster.csv").read_bytes(),
        limits=settings,
        now=now,
    )
    fingerprint = rosters.preview(session, files=files, upload=upload).fingerprint
    rosters.apply(session, files=files, upload=upload, fingerprint=fingerprint, drop_missing=False, actor=None, now=now)
    for hub_name, display_name, email in STUDENTS:
        person = people.ensure_person(session, hub_name=hub_name, display_name=display_name, email=email, now=now)
        enrolled = select(Enrolment.id).where(Enrolment.course_id == course.id, Enrolment.person_id == person.id)
        if session.scalar(enrolled) is None:
            people.enrol(session, course=course, person=person, role=Role.student, roster_key=email, now=now)


def _people(session: Session, slug: str) -> list[DemoPerson]:
    enrolments = session.scalars(
        select(Enrolment)
        .join(Enrolment.course)
        .join(Enrolment.person)
        .where(Course.slug == slug, Enrolment.status == EnrolmentStatus.active)
        .options(contains_eager(Enrolment.course), contains_eager(Enrolment.person))
        .order_by(Enrolment.id)
    )
    first = [TEACHER[0], *(hub_name for hub_name, _, _ in STUDENTS)]
    found = [DemoPerson(enrolment.person, enrolment.role, enrolment.course) for enrolment in enrolments]
    return sorted(found, key=lambda one: first.index(one.person.hub_name) if one.person.hub_name in first else len(first))
