"""People and their places in a course: enrolled, given a role, dropped, restored. Nobody is ever deleted."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from classroom.errors import Conflict, Forbidden, HomeroomError
from classroom.models import Course, Enrolment, EnrolmentStatus, OperationKind, Person, Role, Section
from classroom.services import access, operations
from classroom.services.pages import Page, page_of
from hub_bridge.names import is_hub_name


def ensure_person(session: Session, *, hub_name: str, display_name: str, email: str | None, now: datetime) -> Person:
    """The person with this hub name, made if there is none. Somebody who exists is never changed."""
    hub_name = hub_name.strip().lower()
    if person := session.scalar(select(Person).where(Person.hub_name == hub_name)):
        return person
    if not is_hub_name(hub_name):
        raise HomeroomError("An account name has at most 32 lower-case letters, digits and inner hyphens, a letter first.")
    person = Person(
        hub_name=hub_name,
        display_name=display_name.strip() or hub_name,
        email=(email or "").strip().lower() or None,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person


def ensure_section(session: Session, *, course: Course, name: str) -> Section:
    """The section of the course with this name, made if there is none."""
    if section := session.scalar(select(Section).where(Section.course_id == course.id, Section.name == name)):
        return section
    section = Section(course_id=course.id, name=name)
    session.add(section)
    session.flush()
    return section


def enrol(
    session: Session,
    *,
    course: Course,
    person: Person,
    role: Role,
    roster_key: str,
    section: Section | None = None,
    student_id: str | None = None,
    now: datetime,
) -> Enrolment:
    """The person's enrolment in the course, made if there is none. An existing one keeps its role and status."""
    taken = select(Enrolment).where(
        Enrolment.course_id == course.id, or_(Enrolment.person_id == person.id, Enrolment.roster_key == roster_key)
    )
    for enrolment in session.scalars(taken):
        if enrolment.person_id != person.id:
            raise Conflict(f"Somebody else in the course has the key “{roster_key}” already.")
        return enrolment
    enrolment = Enrolment(
        course=course, person=person, role=role, section=section, roster_key=roster_key, student_id=student_id, created_at=now
    )
    session.add(enrolment)
    session.flush()
    _provision(session, enrolment, None, now)
    return enrolment


def people_page(
    session: Session,
    *,
    course: Course,
    search: str = "",
    role: Role | None = None,
    section_id: int | None = None,
    state: str = "",
    page: int = 1,
    page_size: int,
) -> Page[Enrolment]:
    """People of the course by name, the dropped at the end; ``search`` looks into names, e-mails, ids and sections.

    ``state`` is ``active``, ``waiting`` (accounts still being set up), ``dropped`` or empty for everybody.
    """
    wanted = (
        select(Enrolment)
        .join(Enrolment.person)
        .outerjoin(Enrolment.section)
        .where(Enrolment.course_id == course.id)
        .options(contains_eager(Enrolment.person), contains_eager(Enrolment.section))
        .order_by(Enrolment.status != EnrolmentStatus.active, func.lower(Person.display_name), Enrolment.id)
    )
    for word in search.split()[:5]:
        columns = (Person.display_name, Person.email, Person.hub_name, Enrolment.student_id, Section.name)
        wanted = wanted.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if role is not None:
        wanted = wanted.where(Enrolment.role == role)
    if section_id is not None:
        wanted = wanted.where(Enrolment.section_id == section_id)
    if state:
        is_dropped = state == EnrolmentStatus.dropped
        wanted = wanted.where(Enrolment.status == (EnrolmentStatus.dropped if is_dropped else EnrolmentStatus.active))
    if state == "waiting":
        wanted = wanted.where(Enrolment.provisioned_at.is_(None))
    return page_of(session, wanted, page=page, page_size=page_size)


def sections_of(session: Session, *, course: Course) -> list[Section]:
    """The course's sections by name."""
    return list(session.scalars(select(Section).where(Section.course_id == course.id).order_by(Section.name)))


def drop(session: Session, *, enrolment: Enrolment, actor: Person | None, now: datetime) -> None:
    """Take the person out of the course: no access from now on, their work stays. Dropping twice changes nothing."""
    _check_may_change(session, enrolment, actor)
    _keep_an_owner(session, enrolment)
    _set(session, enrolment, actor, now, status=EnrolmentStatus.dropped)


def restore(session: Session, *, enrolment: Enrolment, actor: Person | None, now: datetime) -> None:
    """Let a dropped person in again; they find their work as it was."""
    _check_may_change(session, enrolment, actor)
    _set(session, enrolment, actor, now, status=EnrolmentStatus.active)


def change_role(session: Session, *, enrolment: Enrolment, role: Role, actor: Person | None, now: datetime) -> None:
    """Give the person another role. Only an owner makes or unmakes owners and teachers; one owner always stays."""
    _check_may_change(session, enrolment, actor, role)
    if role != Role.owner:
        _keep_an_owner(session, enrolment)
    _set(session, enrolment, actor, now, role=role)


def enrolment_by_id(session: Session, *, course: Course, enrolment_id: int) -> Enrolment | None:
    """An enrolment of the course by id, with its person; dropped ones too, for the people page of a teacher."""
    wanted = select(Enrolment).where(Enrolment.id == enrolment_id, Enrolment.course_id == course.id)
    return session.scalar(wanted.options(joinedload(Enrolment.person), joinedload(Enrolment.course)))


def _check_may_change(session: Session, enrolment: Enrolment, actor: Person | None, role: Role | None = None) -> None:
    if actor is None:  # the operator, at the command line
        return
    mine = access.teacher_in(session, person=actor, course_slug=enrolment.course.slug)
    if mine.role != Role.owner and (enrolment.is_teacher or role in (Role.owner, Role.teacher)):
        raise Forbidden("Only an owner of the course may change owners and teachers.")


def _keep_an_owner(session: Session, enrolment: Enrolment) -> None:
    if enrolment.role != Role.owner:
        return
    others = select(func.count()).where(
        Enrolment.course_id == enrolment.course_id,
        Enrolment.role == Role.owner,
        Enrolment.status == EnrolmentStatus.active,
        Enrolment.id != enrolment.id,
    )
    if not session.scalar(others):
        raise Conflict("A course needs an owner. Make somebody else owner first.")


def _set(session: Session, enrolment: Enrolment, actor: Person | None, now: datetime, **values: Role | EnrolmentStatus) -> None:
    if all(getattr(enrolment, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(enrolment, name, value)
    enrolment.provisioned_at = None
    _provision(session, enrolment, actor, now)


def _provision(session: Session, enrolment: Enrolment, actor: Person | None, now: datetime) -> None:
    session.flush()
    operations.start(session, kind=OperationKind.provision, course=enrolment.course, actor=actor, now=now)
