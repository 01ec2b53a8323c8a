"""Courses and who is in them."""

import re
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from classroom.errors import Conflict, HomeroomError
from classroom.models import Course, Enrolment, EnrolmentStatus, Person, Role
from classroom.services import people

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")
_LONGEST_TITLE = 200


def create_course(
    session: Session,
    *,
    owner: Person,
    slug: str,
    title: str,
    timezone: str = "UTC",
    folder: str | None = None,
    now: datetime,
) -> Course:
    """A new course with its owner. Whether this person may create courses at all is for the caller to ask."""
    slug, title = slug.strip(), title.strip()
    if not _SLUG.fullmatch(slug):
        raise HomeroomError("A course's short name has 2 to 40 lower-case letters, digits and hyphens and begins with a letter.")
    if not title or len(title) > _LONGEST_TITLE:
        raise HomeroomError("A course needs a title of at most 200 characters.")
    if timezone not in available_timezones():
        raise HomeroomError(f"“{timezone[:60]}” is no time zone. Write it like Europe/Berlin.")
    if session.scalar(select(Course.id).where(Course.slug == slug)) is not None:
        raise Conflict(f"There is a course “{slug}” already. Choose another short name.")
    course = Course(slug=slug, title=title, timezone=timezone, folder=folder, created_at=now)
    session.add(course)
    session.flush()
    people.enrol(session, course=course, person=owner, role=Role.owner, roster_key=owner.email or owner.hub_name, now=now)
    return course


def enrolments_of(session: Session, *, person: Person) -> list[Enrolment]:
    """The person's active enrolments with their courses, by title."""
    mine = (
        select(Enrolment)
        .join(Enrolment.course)
        .where(Enrolment.person_id == person.id, Enrolment.status == EnrolmentStatus.active)
        .options(contains_eager(Enrolment.course))
        .order_by(Course.title, Course.id)
    )
    return list(session.scalars(mine)) if person.active else []
