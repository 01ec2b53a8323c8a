"""Who lacks a release, asked of the database in one go."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select

from classroom.models import Assignment, Delivery, Enrolment, Operation, OperationKind, OperationState
from classroom.services.class_list import is_student


def lacks_somebody(*, retry_since: datetime) -> ColumnElement[bool]:
    """Assignments whose release some student lacks while nobody is delivering it.

    Who could not be served is left out until the last delivery was started before ``retry_since``.
    """
    new = ~_has_row() | _lost_row()
    failed = _has_row() & ~_tried_since(retry_since)
    lacking = select(Enrolment.id).where(receives(), Enrolment.course_id == Assignment.course_id, ~_has_it(), new | failed)
    return and_(~_live(), exists(lacking))


def receives() -> ColumnElement[bool]:
    """Active students whose home is there."""
    return and_(is_student(), Enrolment.provisioned_at.is_not(None))


def _row(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Delivery.enrolment_id == Enrolment.id, Delivery.release_id == Assignment.release_id, *more)


def _has_row() -> ColumnElement[bool]:
    return _row()


def _has_it() -> ColumnElement[bool]:
    return _row(Delivery.delivered_at.is_not(None))


def _lost_row() -> ColumnElement[bool]:
    """Delivered once, then the release was taken back and has now come again."""
    return _row(Delivery.delivered_at.is_(None), Delivery.error.is_(None))


def _operations(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Operation.kind == OperationKind.deliver, Operation.assignment_id == Assignment.id, *more)


def _live() -> ColumnElement[bool]:
    return _operations(Operation.state.in_([OperationState.queued, OperationState.running]))


def _tried_since(time: datetime) -> ColumnElement[bool]:
    return _operations(Operation.created_at >= time)
