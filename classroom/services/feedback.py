"""Scores and comments released to students: on the portal at once, and as a page in their home."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from classroom.errors import HomeroomError, Unavailable
from classroom.models import (
    Assignment,
    Enrolment,
    Feedback,
    Operation,
    OperationKind,
    Person,
    Submission,
)
from classroom.services import manifests, notifications, operations
from classroom.services.class_list import newest_attempts
from classroom.services.operation_context import OperationContext
from classroom.services.submission_grades import SubmissionGrade, grades_of
from grader.feedback import QuestionFeedback, feedback_page
from grader.jobs import CellStatus, shown_of
from grader.view import NotebookView, UnreadableNotebook, notebook_view
from hub_bridge.homes import HomeFull, HomeRefused

BATCH = 50


def release_feedback(
    session: Session,
    *,
    assignment: Assignment | None = None,
    submission: Submission | None = None,
    actor: Person | None,
    now: datetime,
) -> int:
    """Show students their scores: one submission's, or those of every newest attempt that waits for nobody.

    Returns how many are new. Raises HomeroomError when the one submission still lacks points, or somebody must look at it first.
    """
    if submission is not None:
        wanted: Sequence[Submission] = [submission]
        assignment = session.get_one(Assignment, submission.assignment_id)
    else:
        assert assignment is not None
        wanted = _newest(session, assignment)
    grades = grades_of(session, submissions=wanted)
    if submission is not None and grades[submission.id].state != "complete":
        raise HomeroomError(_unfinished(grades[submission.id]))
    out = set(
        session.scalars(select(Feedback.submission_id).join(Feedback.submission).where(Submission.assignment_id == assignment.id))
    )
    new = [s for s in wanted if s.id not in out and grades[s.id].state == "complete"]
    session.add_all(Feedback(submission_id=s.id, released_at=now, released_by_id=actor.id if actor else None) for s in new)
    session.flush()
    if new:
        notifications.tell_of_feedback(session, assignment=assignment, submissions=new, now=now)
        _start(session, assignment, actor, now)
    return len(new)


def rewrite(session: Session, *, submission: Submission, now: datetime) -> None:
    """The scores of a submission changed: if they are released, its page in the home is written anew."""
    row = session.scalar(select(Feedback).where(Feedback.submission_id == submission.id))
    if row is not None:
        row.delivered_at = None
        _start(session, session.get_one(Assignment, submission.assignment_id), None, now)


def run_return_feedback(context: OperationContext, operation_id: int) -> None:
    """Write the feedback pages that are not in their homes yet, 50 at a time."""
    with context.sessions() as session:
        operation = operations.claim(session, operation_id=operation_id, now=context.now())
        if operation is None:
            return
        waiting = session.scalars(
            select(Feedback.id)
            .join(Feedback.submission)
            .where(Submission.assignment_id == operation.assignment_id, Feedback.delivered_at.is_(None))
            .order_by(Feedback.id)
        ).all()
        operations.advance(operation, done=0, total=len(waiting), now=context.now())
        session.commit()
    problems: list[str] = []
    for start in range(0, len(waiting), BATCH):
        outcomes = _return_batch(context, waiting[start : start + BATCH])
        problems += [problem for problem in outcomes.values() if problem]
        with context.sessions() as session:
            for row in session.scalars(
                select(Feedback).where(Feedback.id.in_([id_ for id_, problem in outcomes.items() if not problem]))
            ):
                row.delivered_at = context.now()
            operation = session.get_one(Operation, operation_id)
            operations.advance(operation, done=min(start + BATCH, len(waiting)), total=len(waiting), now=context.now())
            session.commit()
    with context.sessions.begin() as session:
        operations.finish(session.get_one(Operation, operation_id), now=context.now(), problems=problems)


def _return_batch(context: OperationContext, feedback_ids: Sequence[int]) -> dict[int, str | None]:
    """By feedback id, what stood in the way; what is held until somebody has looked is left out.

    The work on the disk, without a lock on the database.
    """
    with context.sessions() as session:
        session.connection(execution_options={"homeroom_read_only": True})
        whole = joinedload(Feedback.submission)
        rows = session.scalars(
            select(Feedback)
            .where(Feedback.id.in_(feedback_ids))
            .options(
                whole.joinedload(Submission.enrolment).joinedload(Enrolment.person),
                whole.joinedload(Submission.assignment).joinedload(Assignment.course),
            )
        ).all()
        grades = grades_of(session, submissions=[row.submission for row in rows])
    grade_of = {row: grades[row.submission_id] for row in rows}
    return {row.id: _return(context, row.submission, grade) for row, grade in grade_of.items() if not grade.held}


def _return(context: OperationContext, submission: Submission, grade: SubmissionGrade) -> str | None:
    assignment, person = submission.assignment, submission.enrolment.person
    folder = f"{assignment.course.slug}/{assignment.slug}/feedback/attempt-{submission.attempt}"
    graded = {question.notebook for question in grade.questions}
    try:
        for entry in submission.files:
            if entry["path"] in graded:
                page = _page(manifests.read(context.files, entry), entry["path"], submission, grade)
                name = PurePosixPath(entry["path"]).with_suffix(".html")
                context.homes.place(person.hub_name, f"{folder}/{name}", page.encode(), uid=person.uid, replace=True)
    except (HomeRefused, HomeFull, Unavailable) as error:
        return f"{person.display_name}: {error}"
    return None


def _page(data: bytes, notebook: str, submission: Submission, grade: SubmissionGrade) -> str:
    """What the student handed in, never the notebook as it was run: that one holds the hidden tests."""
    try:
        view = notebook_view(data)
    except UnreadableNotebook:
        view = NotebookView([])
    mine = [question for question in grade.questions if question.notebook == notebook]
    return feedback_page(
        title=submission.assignment.title,
        student=submission.enrolment.person.display_name,
        course=submission.assignment.course.title,
        handed_in=f"Attempt {submission.attempt}, {submission.received_at:%Y-%m-%d %H:%M} UTC",
        view=view,
        scores={
            question.grade_id: QuestionFeedback(
                points=question.points,
                max_points=question.max_points,
                status=cast("CellStatus", question.status),
                message=question.message,
                comment=question.comment,
                title=question.title,
            )
            for question in mine
        },
        total=sum(question.points or 0.0 for question in mine),
        max_total=sum(question.max_points for question in mine),
        shown=shown_of(submission.assignment.shown),
    )


def _newest(session: Session, assignment: Assignment) -> Sequence[Submission]:
    newest = newest_attempts(Submission.assignment_id == assignment.id)
    return session.scalars(select(Submission).where(Submission.id.in_(newest))).all()


def _unfinished(grade: SubmissionGrade) -> str:
    if grade.status is None:
        return "This submission is still being graded. Wait until it has a result."
    if grade.held:
        return "The machine asks for a person to look at this submission. Read why, mark it as looked at, then release."
    missing = [question.title or question.grade_id for question in grade.questions if question.points is None]
    return f"Not every question has points yet: {', '.join(missing[:5])}. Give them, then release."


def _start(session: Session, assignment: Assignment, actor: Person | None, now: datetime) -> None:
    operations.start(
        session, kind=OperationKind.return_feedback, course=assignment.course, assignment=assignment, actor=actor, now=now
    )
