"""Results that a person must look at before their score goes to the student, and who looked."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from classroom.errors import Conflict, HomeroomError, NotFound
from classroom.models import Person, Result, Review, Submission
from classroom.services import feedback
from classroom.services.replies import LONGEST_TEXT
from classroom.services.submission_grades import submission_grade


def review_of(session: Session, *, result: Result | None) -> Review | None:
    """The review of a result; None where the machine wanted none."""
    if result is None:
        return None
    return session.scalar(select(Review).where(Review.result_id == result.id).options(joinedload(Review.looked_by)))


def mark_looked_at(
    session: Session, *, submission: Submission, result_id: int, note: str, reviewer: Person, now: datetime
) -> Review:
    """Somebody has looked at what the machine noticed; the score is held no longer. A second time changes nothing.

    Raises Conflict when ``result_id``, the result that was looked at, is not the one that counts any more.
    """
    if len(note) > LONGEST_TEXT:
        raise HomeroomError(f"A note has at most {LONGEST_TEXT} characters.")
    if submission_grade(session, submission=submission).result_id != result_id:
        raise Conflict("This submission was graded again in the meantime. Look at what the machine says now.")
    review = session.scalar(select(Review).where(Review.result_id == result_id))
    if review is None:
        raise NotFound("The machine has not asked anybody to look at this submission.")
    if review.looked_at is None:
        review.looked_at, review.looked_by, review.note = now, reviewer, note.strip()
        session.flush()
        feedback.rewrite(session, submission=submission, now=now)
    return review
