"""Carries a roster out: all of it in the caller's transaction, or nothing."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from classroom.errors import Conflict, HomeroomError
from classroom.models import (
    Course,
    Enrolment,
    EnrolmentStatus,
    LinkKind,
    OperationKind,
    Person,
    Role,
    RosterUpload,
    Section,
    SignInLink,
)
from classroom.services import access, operations
from classroom.services.rosters.plan import Step
from classroom.services.rosters.preview import counts, is_blocked, planned
from grader.files import FileStore


def apply(
    session: Session,
    *,
    files: FileStore,
    upload: RosterUpload,
    fingerprint: str,
    drop_missing: bool,
    actor: Person | None,
    now: datetime,
) -> RosterUpload:
    """Do what the preview with this ``fingerprint`` showed; rows with errors are left out.

    Applying a second time changes nothing. Conflict when something else would happen by now than was shown.
    """
    course = session.get_one(Course, upload.course_id)
    if actor is not None:
        access.teacher_in(session, person=actor, course_slug=course.slug)
    if upload.applied_at is not None:
        return upload
    _table, plan = planned(session, files=files, upload=upload)
    if is_blocked(plan):
        raise HomeroomError("Nobody in this file can be enrolled. Correct the file and upload it again.")
    if plan.fingerprint != fingerprint:
        raise Conflict("The course changed since this preview was made. Look at it again, then confirm.")
    sections = _ensure_sections(session, course, (step.section for step in plan.steps))
    _enrol(session, course, [step for step in plan.steps if step.change == "new"], sections, now)
    for step in plan.steps:
        if step.enrolment and step.change == "changed":
            _change(step.enrolment, step, sections[step.section] if step.section else None)
        elif step.enrolment and step.change == "dropped" and drop_missing:
            step.enrolment.status, step.enrolment.provisioned_at = EnrolmentStatus.dropped, None
    _void_invitations(session, [step.person.id for step in plan.steps if step.person and "e-mail" in step.updates], now)
    upload.applied_at = now
    upload.summary = counts(plan) | ({} if drop_missing else {"dropped": 0})
    session.flush()
    operations.start(session, kind=OperationKind.provision, course=course, actor=actor, now=now)
    return upload


def _ensure_sections(session: Session, course: Course, names: Iterable[str | None]) -> dict[str, Section]:
    there = select(Section).where(Section.course_id == course.id)
    wanted = {name for name in names if name}
    missing = sorted(wanted - {section.name for section in session.scalars(there)})
    if missing:
        session.execute(insert(Section), [{"course_id": course.id, "name": name} for name in missing])
    return {section.name: section for section in session.scalars(there)}


def _void_invitations(session: Session, person_ids: list[int], now: datetime) -> None:
    """Somebody's address was corrected: a link that went to the wrong one must not open their account."""
    unused = (SignInLink.kind == LinkKind.invitation) & SignInLink.used_at.is_(None) & (SignInLink.expires_at > now)
    for start in range(0, len(person_ids), 500):
        session.execute(
            update(SignInLink)
            .where(SignInLink.person_id.in_(person_ids[start : start + 500]), unused)
            .values(expires_at=now)
            .execution_options(synchronize_session=False)
        )


def _enrol(session: Session, course: Course, steps: list[Step], sections: dict[str, Section], now: datetime) -> None:
    """New people and enrolments, many in one statement: row by row would take one for each."""
    unknown = [
        {"hub_name": step.hub_name, "display_name": step.name, "email": step.email, "created_at": now}
        for step in steps
        if step.person is None
    ]
    ids = {step.hub_name: step.person.id for step in steps if step.person}
    if unknown:
        ids |= {name: number for number, name in session.execute(insert(Person).returning(Person.id, Person.hub_name), unknown)}
    enrolments = [
        {
            "course_id": course.id,
            "person_id": ids[step.hub_name],
            "section_id": sections[step.section].id if step.section else None,
            "role": step.role,
            "roster_key": step.key,
            "student_id": step.student_id,
            "created_at": now,
        }
        for step in steps
    ]
    if enrolments:
        session.execute(insert(Enrolment), enrolments)


def _change(enrolment: Enrolment, step: Step, section: Section | None) -> None:
    enrolment.section, enrolment.student_id, enrolment.roster_key = section, step.student_id, step.key
    if "name" in step.updates:
        enrolment.person.display_name = step.name
    if "e-mail" in step.updates:
        enrolment.person.email, enrolment.invited_at = step.email, None
    if {"role", "status"} & set(step.updates):
        enrolment.role, enrolment.status, enrolment.provisioned_at = Role(step.role), EnrolmentStatus.active, None
