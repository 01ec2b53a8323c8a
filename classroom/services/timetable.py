"""When classes meet, and the servers that are started before they do.

The clock (tasks) looks here; a few minutes before a class begins its students get places in the line for servers, behind
everybody who waits in person. Each class is served once.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from classroom.config import Settings
from classroom.errors import HomeroomError, NotFound
from classroom.models import ClassTime, Course, Enrolment, Person, Section, ServerStart
from classroom.services import server_line
from classroom.services.delivery_gaps import receives

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONGEST_MINUTES = 24 * 60
MOST_CLASSES = 100
"""Weekly hours of one course."""
LATE = timedelta(minutes=5)
"""A class that began while the clock stood still is still served so long."""
WEEK = 7


def add(
    session: Session,
    *,
    course: Course,
    section_id: int | None,
    weekday: int,
    begins: time,
    minutes: int,
    timezone: str,
    last_day: date | None,
) -> ClassTime:
    """A weekly hour more; the same one twice is one. Raises HomeroomError about what was typed."""
    if not 0 <= weekday < WEEK:
        raise HomeroomError("Choose a day of the week.")
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise HomeroomError(f"A class lasts between 1 and {LONGEST_MINUTES:,} minutes.")
    if timezone not in available_timezones():
        raise HomeroomError(f"“{timezone[:60]}” is no time zone. Write it like Europe/Berlin.")
    if section_id is not None and session.scalar(_section(course, section_id)) is None:
        raise HomeroomError("This course has no such section.")
    known = classes_of(session, course=course)
    for one in known:
        if (one.section_id, one.weekday, one.begins, one.timezone) == (section_id, weekday, begins, timezone):
            one.minutes, one.last_day = minutes, last_day
            return one
    if len(known) >= MOST_CLASSES:
        raise HomeroomError(f"A timetable holds at most {MOST_CLASSES} classes.")
    made = ClassTime(
        course=course,
        section_id=section_id,
        weekday=weekday,
        begins=begins,
        minutes=minutes,
        timezone=timezone,
        last_day=last_day,
    )
    session.add(made)
    session.flush()
    return made


def remove(session: Session, *, course: Course, class_time_id: int) -> None:
    """Take a class out of the timetable. Raises NotFound."""
    found = session.scalar(select(ClassTime).where(ClassTime.id == class_time_id, ClassTime.course_id == course.id))
    if found is None:
        raise NotFound("There is no such class in the timetable.")
    session.delete(found)


def classes_of(session: Session, *, course: Course) -> Sequence[ClassTime]:
    """The course's timetable, from Monday on."""
    mine = select(ClassTime).where(ClassTime.course_id == course.id).options(joinedload(ClassTime.section))
    return session.scalars(mine.order_by(ClassTime.weekday, ClassTime.begins, ClassTime.id)).all()


def next_beginning(one: ClassTime, *, after: datetime) -> datetime | None:
    """When this class begins next, not before ``after``; None when there is none any more.

    An hour that daylight saving takes away counts as the hour after it, one that it gives twice as the first of the two.
    """
    zone = ZoneInfo(one.timezone)
    today = after.astimezone(zone).date()
    for days in range(-1, WEEK + 2):
        day = today + timedelta(days=days)
        if day.weekday() != one.weekday or (one.last_day is not None and day > one.last_day):
            continue
        begins = datetime.combine(day, one.begins, tzinfo=zone)
        if begins >= after:
            return begins
    return None


def due(session: Session, *, settings: Settings, now: datetime) -> list[ClassTime]:
    """The classes that begin within the settings' minutes and were not served yet."""
    if not settings.warm_limit:
        return []
    until = now + timedelta(minutes=settings.warm_minutes)
    found = []
    for one in session.scalars(select(ClassTime).order_by(ClassTime.id)):
        begins = next_beginning(one, after=now - LATE)
        if begins is not None and begins <= until and one.warmed_for != begins:
            found.append(one)
    return found


def warm(session: Session, *, class_time: ClassTime, running: Collection[str], settings: Settings, now: datetime) -> int:
    """Put the class's students into the line, at most the settings' ``warm_limit``; how many.

    Those whose server runs (hub names in ``running``) need none. Whoever had a server last comes first: they are the likeliest
    to come.
    """
    class_time.warmed_for = next_beginning(class_time, after=now - LATE)
    asked = 0
    for person in session.scalars(_students(class_time)):
        if asked >= settings.warm_limit:
            break
        if person.hub_name not in running:
            asked += server_line.ask_ahead(session, owner=person, now=now)
    return asked


def _students(class_time: ClassTime) -> Select[Person]:
    mine = (
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(ServerStart, ServerStart.person_id == Person.id)
        .where(Enrolment.course_id == class_time.course_id, receives(), Person.active)
    )
    if class_time.section_id is not None:
        mine = mine.where(Enrolment.section_id == class_time.section_id)
    return mine.order_by(ServerStart.asked_at.desc().nulls_last(), Person.id)


def _section(course: Course, section_id: int) -> Select[int]:
    return select(Section.id).where(Section.id == section_id, Section.course_id == course.id)
