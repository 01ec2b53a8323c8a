"""One person added by hand: checked like a roster of one row, but with any role the acting teacher may give."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from classroom.errors import Conflict, Forbidden, HomeroomError
from classroom.models import TEACHERS, Course, Enrolment, EnrolmentStatus, Person, Role
from classroom.services import access, people
from classroom.services.rosters.columns import Field
from classroom.services.rosters.parse import Line, Table, clean_cell
from classroom.services.rosters.people import Reading, RosterPerson, RowProblem, read_people
from classroom.services.rosters.plan import Step, make_plan

_HEADERS = ("Name", "E-mail", "Student ID", "Section")
_COLUMNS = {Field.name: 0, Field.email: 1, Field.student_id: 2, Field.section: 3}


def add_by_hand(
    session: Session,
    *,
    course: Course,
    name: str,
    email: str,
    student_id: str,
    section: str,
    role: Role,
    actor: Person,
    now: datetime,
) -> Enrolment:
    """Put somebody into the course. An account they have already is used, and is not changed.

    Raises HomeroomError about what was typed, Conflict when they are in the course already, Forbidden for a role that only an
    owner gives.
    """
    mine = access.teacher_in(session, person=actor, course_slug=course.slug)
    if role in TEACHERS and mine.role is not Role.owner:
        raise Forbidden("Only an owner of the course may add owners and teachers.")
    listed = _listed(name, email, student_id, section)
    plan = make_plan(session, course=course, reading=Reading((replace(listed, role=role),), (), ()))
    _refuse(plan.problems)
    step = next(one for one in plan.steps if one.row is not None)
    if step.enrolment is not None:
        raise Conflict(_there_already(step.enrolment))
    return _enrol(session, course, step, now)


def _listed(name: str, email: str, student_id: str, section: str) -> RosterPerson:
    cells = tuple(clean_cell(text) for text in (name, email, student_id, section))
    reading = read_people(Table(_HEADERS, _COLUMNS, (Line(1, cells, beyond=False),)))
    _refuse(reading.problems)
    return reading.people[0]


def _refuse(problems: tuple[RowProblem, ...]) -> None:
    sentences = [
        f"{problem.column}: {problem.message}" if problem.column else problem.message
        for problem in problems
        if problem.severity == "error"
    ]
    if sentences:
        raise HomeroomError(" ".join(sentences))


def _there_already(enrolment: Enrolment) -> str:
    name = enrolment.person.display_name
    if enrolment.status is EnrolmentStatus.dropped:
        return f"{name} was dropped from this course. Find them on the people page and restore them."
    return f"{name} is in this course already."


def _enrol(session: Session, course: Course, step: Step, now: datetime) -> Enrolment:
    person = step.person or people.ensure_person(
        session, hub_name=step.hub_name, display_name=step.name, email=step.email, now=now
    )
    section = people.ensure_section(session, course=course, name=step.section) if step.section else None
    return people.enrol(
        session,
        course=course,
        person=person,
        role=step.role,
        roster_key=step.key,
        section=section,
        student_id=step.student_id,
        now=now,
    )
