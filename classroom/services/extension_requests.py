"""Students ask for more time; teachers answer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload

from classroom.errors import Conflict, HomeroomError, NotFound
from classroom.models import (
    AskedState,
    Assignment,
    Course,
    Enrolment,
    Extension,
    ExtensionRequest,
    NotificationKind,
    Person,
)
from classroom.services import access, deadlines, extensions, notifications
from classroom.services.request_texts import check_answer, check_reason


def ask(
    session: Session, *, enrolment: Enrolment, assignment: Assignment, until: datetime | None, reason: str, now: datetime
) -> ExtensionRequest:
    """Ask for time until ``until``. Raises HomeroomError about what was typed, Conflict while an earlier request is open."""
    reason = check_reason(reason)
    if not access.is_open(assignment, now=now):
        raise HomeroomError(f"{assignment.title} is not open yet.")
    due_at = deadlines.due_for(session, enrolment=enrolment, assignment=assignment)
    if due_at is None:
        raise HomeroomError(f"{assignment.title} has no due date, so you need no more time.")
    if until is None:
        raise HomeroomError("Say until when you need time.")
    if until <= max(due_at, now):
        raise HomeroomError("Ask for a time that is later than your due date, and still to come.")
    if until > now + extensions.LONGEST:
        raise HomeroomError(f"Ask for at most {extensions.LONGEST.days} days.")
    request = ExtensionRequest(enrolment_id=enrolment.id, assignment_id=assignment.id, until=until, reason=reason, asked_at=now)
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError as error:
        raise Conflict("You have asked for more time already. Wait for the answer, or withdraw that request first.") from error
    notifications.tell_teachers(session, course=assignment.course, key=f"asked-time:{request.id}", now=now)
    return request


def withdraw(request: ExtensionRequest, *, now: datetime) -> None:
    """The student does not need it any more. Raises Conflict when it was answered."""
    _check_open(request)
    request.state, request.answered_at = AskedState.withdrawn, now


def grant(
    session: Session, *, request: ExtensionRequest, until: datetime | None, answer: str, actor: Person, now: datetime
) -> datetime:
    """Give the time that was asked for, or until another ``until``; returns the student's new deadline."""
    _check_open(request)
    answer = check_answer(answer, needed=False)
    minutes = extensions.minutes_until(request.assignment, until or request.until)
    due_at = extensions.give(
        session,
        assignment=request.assignment,
        enrolment_ids=[request.enrolment_id],
        minutes=minutes,
        actor=actor,
        now=now,
    )
    _close(request, AskedState.granted, answer, actor, now)
    return due_at


def decline(session: Session, *, request: ExtensionRequest, answer: str, actor: Person, now: datetime) -> None:
    """Say no, with words for the student, who is told."""
    _check_open(request)
    _close(request, AskedState.declined, check_answer(answer, needed=True), actor, now)
    notifications.tell(
        session,
        person_ids=[request.enrolment.person_id],
        kind=NotificationKind.extension_declined,
        key=f"declined-time:{request.id}",
        course=request.assignment.course,
        assignment=request.assignment,
        now=now,
    )


def own_requests(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> Sequence[ExtensionRequest]:
    """What the student has asked for here, newest first."""
    mine = select(ExtensionRequest).where(
        ExtensionRequest.enrolment_id == enrolment.id, ExtensionRequest.assignment_id == assignment.id
    )
    return session.scalars(mine.order_by(ExtensionRequest.id.desc()).limit(20)).all()


def own_request(session: Session, *, enrolment: Enrolment, assignment: Assignment, request_id: int) -> ExtensionRequest:
    """One of the student's own. Raises NotFound."""
    found = session.get(ExtensionRequest, request_id)
    if found is None or (found.enrolment_id, found.assignment_id) != (enrolment.id, assignment.id):
        raise NotFound("You have made no such request.")
    return found


def request_in(session: Session, *, course: Course, request_id: int) -> ExtensionRequest:
    """A request in the course, for its staff. Raises NotFound."""
    found = session.scalar(_of(course).where(ExtensionRequest.id == request_id))
    if found is None:
        raise NotFound("There is no such request in this course.")
    return found


def requests_of(session: Session, *, course: Course, is_open: bool, limit: int) -> Sequence[ExtensionRequest]:
    """The course's requests: those that wait, oldest first, or the answered ones, newest first."""
    if is_open:
        wanted = _of(course).where(ExtensionRequest.state == AskedState.open).order_by(ExtensionRequest.id)
    else:
        wanted = _of(course).where(ExtensionRequest.state != AskedState.open).order_by(ExtensionRequest.id.desc())
    return session.scalars(wanted.limit(limit)).all()


def extra_now(session: Session, *, requests: Sequence[ExtensionRequest]) -> dict[int, Extension]:
    """By request id, the extra time its student has for the assignment now."""
    known = deadlines.extensions_of(session, enrolment_ids={request.enrolment_id for request in requests})
    found = {request.id: known.get((request.enrolment_id, request.assignment_id)) for request in requests}
    return {id_: extension for id_, extension in found.items() if extension is not None}


def _of(course: Course) -> Select[ExtensionRequest]:
    return (
        select(ExtensionRequest)
        .join(ExtensionRequest.assignment)
        .where(Assignment.course_id == course.id)
        .options(
            contains_eager(ExtensionRequest.assignment),
            joinedload(ExtensionRequest.enrolment).joinedload(Enrolment.person),
            joinedload(ExtensionRequest.answered_by),
        )
    )


def _check_open(request: ExtensionRequest) -> None:
    if request.state is not AskedState.open:
        raise Conflict("This request was answered or withdrawn in the meantime. Look at it again.")


def _close(request: ExtensionRequest, state: AskedState, answer: str, actor: Person, now: datetime) -> None:
    request.state, request.answer = state, answer
    request.answered_at, request.answered_by_id = now, actor.id
