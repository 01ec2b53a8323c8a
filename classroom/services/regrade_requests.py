"""Students ask for somebody to look at their points again, for some days after the feedback came back; staff answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload

from classroom.errors import Conflict, HomeroomError, NotFound
from classroom.models import (
    Assignment,
    Course,
    Enrolment,
    Feedback,
    ManualScore,
    NotificationKind,
    Person,
    RegradeRequest,
    RegradeState,
    Result,
    Submission,
)
from classroom.services import attempts, notifications
from classroom.services.request_texts import check_answer, check_reason

MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class RegradeWindow:
    """Until when a student may ask about an attempt; ``closes_at`` None: nobody may ask for this assignment."""

    closes_at: datetime | None
    is_open: bool


def window(session: Session, *, submission: Submission, now: datetime) -> RegradeWindow:
    """When asking about this attempt ends. It begins when its feedback is released."""
    days = submission.assignment.regrade_days
    released_at = session.scalar(select(Feedback.released_at).where(Feedback.submission_id == submission.id))
    if released_at is None or days == 0:
        return RegradeWindow(None, is_open=False)
    closes_at = released_at + timedelta(days=days)
    return RegradeWindow(closes_at, is_open=now <= closes_at)


def set_asking(session: Session, *, assignment: Assignment, days: int | None, shows_scheme: bool) -> None:
    """How many days after the release of feedback students may ask, 0 for not at all; whether feedback shows mark schemes."""
    if days is None or not 0 <= days <= MOST_DAYS:
        raise HomeroomError(f"Give a number of days from 0 to {MOST_DAYS}; 0 means that nobody can ask.")
    assignment.regrade_days, assignment.shows_scheme = days, shows_scheme
    session.flush()


def ask(session: Session, *, submission: Submission, notebook: str, grade_id: str, reason: str, now: datetime) -> RegradeRequest:
    """Ask about one question, or with both names empty about the whole attempt.

    Raises HomeroomError outside the window and about what was typed, Conflict while an earlier request is open, NotFound while
    the scores are not released.
    """
    reason = check_reason(reason)
    grade = attempts.released_grade(session, submission=submission)
    if not window(session, submission=submission, now=now).is_open:
        raise HomeroomError("The time for asking has passed. Talk to your teacher if something is wrong.")
    question = next((one for one in grade.questions if (one.notebook, one.grade_id) == (notebook, grade_id)), None)
    if grade_id and question is None:
        raise NotFound("This attempt has no such question.")
    request = RegradeRequest(
        submission_id=submission.id,
        notebook=notebook if question else "",
        grade_id=grade_id,
        title=(question.title or question.grade_id)[:255] if question else "",
        reason=reason,
        asked_at=now,
    )
    _check_first(session, request)
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError as error:
        raise Conflict("You have a question open about this attempt. Wait for the answer, or withdraw it first.") from error
    notifications.tell_teachers(session, course=submission.assignment.course, key=f"asked-regrade:{request.id}", now=now)
    return request


def withdraw(request: RegradeRequest, *, now: datetime) -> None:
    """The student has understood. Raises Conflict when it was answered."""
    _check_open(request)
    request.state, request.answered_at = RegradeState.withdrawn, now


def answer(session: Session, *, request: RegradeRequest, is_changed: bool, words: str, actor: Person, now: datetime) -> None:
    """Answer: points were changed (which is done on the submission's page) or stay. No without a word is no answer.

    Raises Conflict when it was answered, HomeroomError when points are said to be changed and nobody has graded since.
    """
    _check_open(request)
    if is_changed:
        _check_graded_since(session, request)
    request.answer = check_answer(words, needed=not is_changed)
    request.state = RegradeState.changed if is_changed else RegradeState.unchanged
    request.answered_at, request.answered_by_id = now, actor.id
    submission = request.submission
    notifications.tell(
        session,
        person_ids=[submission.enrolment.person_id],
        kind=NotificationKind.regrade_answered,
        key=f"answered-regrade:{request.id}",
        course=submission.assignment.course,
        assignment=submission.assignment,
        submission=submission,
        now=now,
    )


def requests_about(session: Session, *, submission: Submission) -> Sequence[RegradeRequest]:
    """Everything that was asked about one attempt, newest first."""
    mine = select(RegradeRequest).where(RegradeRequest.submission_id == submission.id)
    return session.scalars(mine.options(joinedload(RegradeRequest.answered_by)).order_by(RegradeRequest.id.desc())).all()


def own_request(session: Session, *, submission: Submission, request_id: int) -> RegradeRequest:
    """One that was made about this attempt. Raises NotFound."""
    found = session.get(RegradeRequest, request_id)
    if found is None or found.submission_id != submission.id:
        raise NotFound("You have made no such request.")
    return found


def request_in(session: Session, *, course: Course, request_id: int) -> RegradeRequest:
    """A request in the course, for its staff. Raises NotFound."""
    found = session.scalar(_of(course).where(RegradeRequest.id == request_id))
    if found is None:
        raise NotFound("There is no such request in this course.")
    return found


def requests_of(session: Session, *, course: Course, is_open: bool, limit: int) -> Sequence[RegradeRequest]:
    """The course's requests: those that wait, oldest first, or the answered ones, newest first."""
    if is_open:
        wanted = _of(course).where(RegradeRequest.state == RegradeState.open).order_by(RegradeRequest.id)
    else:
        wanted = _of(course).where(RegradeRequest.state != RegradeState.open).order_by(RegradeRequest.id.desc())
    return session.scalars(wanted.limit(limit)).all()


def _of(course: Course) -> Select[RegradeRequest]:
    submission = contains_eager(RegradeRequest.submission)
    return (
        select(RegradeRequest)
        .join(RegradeRequest.submission)
        .join(Submission.assignment)
        .where(Assignment.course_id == course.id)
        .options(
            submission.contains_eager(Submission.assignment),
            submission.joinedload(Submission.enrolment).joinedload(Enrolment.person),
            joinedload(RegradeRequest.answered_by),
        )
    )


def _check_first(session: Session, request: RegradeRequest) -> None:
    """An answer stands: the same question is asked once."""
    same = select(RegradeRequest.id).where(
        RegradeRequest.submission_id == request.submission_id,
        RegradeRequest.notebook == request.notebook,
        RegradeRequest.grade_id == request.grade_id,
        RegradeRequest.state.in_([RegradeState.changed, RegradeState.unchanged]),
    )
    if session.scalar(same.limit(1)) is not None:
        raise Conflict("You have asked about this already and have an answer. Talk to your teacher if it does not help.")


def _check_graded_since(session: Session, request: RegradeRequest) -> None:
    by_hand = select(ManualScore.id).where(
        ManualScore.submission_id == request.submission_id, ManualScore.created_at > request.asked_at
    )
    if request.grade_id:
        by_hand = by_hand.where(ManualScore.notebook == request.notebook, ManualScore.grade_id == request.grade_id)
    anew = select(Result.id).where(Result.submission_id == request.submission_id, Result.created_at > request.asked_at)
    if session.scalar(by_hand.limit(1)) is None and session.scalar(anew.limit(1)) is None:
        raise HomeroomError(
            "Nobody has given points for this since it was asked. Change them on the submission's page first, "
            "or answer that they stay."
        )


def _check_open(request: RegradeRequest) -> None:
    if request.state is not RegradeState.open:
        raise Conflict("This request was answered or withdrawn in the meantime. Look at it again.")
