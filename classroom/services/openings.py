"""That a student has begun: pressing Open once is the sign."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Assignment, Delivery, Enrolment


def note_opened(session: Session, *, enrolment: Enrolment, assignment: Assignment, now: datetime) -> None:
    """Remember when the assignment was opened first; call it after the delivery. Later openings change nothing."""
    mine = select(Delivery).where(Delivery.enrolment_id == enrolment.id, Delivery.release_id == assignment.release_id)
    delivery = session.scalar(mine)
    if delivery is not None and delivery.opened_at is None:
        delivery.opened_at = now
