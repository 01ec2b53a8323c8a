"""Releases on their way into the students' homes. What a student changed is never lost; see placing.py for each file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload

from classroom.models import (
    Assignment,
    Delivery,
    Enrolment,
    Operation,
    OperationKind,
    Person,
    Release,
)
from classroom.services import manifests, operations, updates
from classroom.services.delivery_gaps import lacks_somebody, receives
from classroom.services.operation_context import OperationContext
from classroom.services.placing import History, Parcel, Recipient, Update
from classroom.services.side_by_side import side_by_side
from grader.files import FileStore
from hub_bridge.homes import HomeFull, HomeRefused, Homes
from hub_bridge.keeping import Keeper

BATCH = 50
RETRY_AFTER = timedelta(minutes=10)
"""A home that could not take its files is tried again after so long."""


def start_delivery(session: Session, *, assignment: Assignment, now: datetime, actor: Person | None = None) -> Operation | None:
    """Deliver the current release: to everyone when a person asks, else to those who lack it.

    None when there is nothing to deliver yet: not published, not open, or no release.
    """
    if assignment.published_at is None or assignment.release_id is None or (assignment.opens_at or now) > now:
        return None
    operation = operations.start(
        session, kind=OperationKind.deliver, course=assignment.course, assignment=assignment, actor=actor, now=now
    )
    if actor is not None:
        operation.created_by_id = actor.id  # also of one that was waiting to serve the rest: now it serves everyone
    return operation


def start_due(session: Session, *, now: datetime) -> int:
    """Start deliveries of open assignments that a student lacks, and return how many: newly opened, or somebody came late."""
    due = (
        select(Assignment)
        .options(joinedload(Assignment.course))
        .where(
            Assignment.published_at.is_not(None),
            Assignment.release_id.is_not(None),
            or_(Assignment.opens_at.is_(None), Assignment.opens_at <= now),
            lacks_somebody(retry_since=now - RETRY_AFTER),
        )
    )
    started = [start_delivery(session, assignment=assignment, now=now) for assignment in session.scalars(due)]
    return len(started)


def run_deliver(context: OperationContext, operation_id: int) -> None:
    """Put the files of the assignment's release into every home that needs them, 50 people at a time."""
    with context.sessions() as session:
        operation = operations.claim(session, operation_id=operation_id, now=context.now())
        if operation is None:
            return
        parcel = _pack(session, context.files, session.get_one(Assignment, operation.assignment_id), context.now())
        waiting = _waiting(session, operation, parcel)
        operations.advance(operation, done=0, total=len(waiting), now=context.now())
        session.commit()
    problems: list[str] = []
    for start in range(0, len(waiting), BATCH):
        outcomes = _deliver_batch(context, parcel, waiting[start : start + BATCH])
        problems += [outcome.problem for outcome in outcomes if outcome.problem]
        with context.sessions() as session:
            _record(session, parcel, outcomes, context.now())
            operation = session.get_one(Operation, operation_id)
            operations.advance(operation, done=start + len(outcomes), total=len(waiting), now=context.now())
            session.commit()
    with context.sessions.begin() as session:
        operations.finish(session.get_one(Operation, operation_id), now=context.now(), problems=problems)


def deliver_now(
    session: Session, *, files: FileStore, homes: Homes, enrolment: Enrolment, assignment: Assignment, now: datetime
) -> list[str]:
    """Put the current release into one home at once, for somebody who opens it; returns the paths where their own version stayed.

    Serves staff, too, and puts back what was deleted. Raises HomeRefused, HomeFull, Unavailable.
    """
    parcel = _pack(session, files, assignment, now)
    person = enrolment.person
    history = updates.histories(session, releases=parcel.digests, enrolment_ids=[enrolment.id])[enrolment.id]
    homes.ensure(person.hub_name, person.uid)
    outcome = _Outcome(enrolment.id)
    outcome.take(Recipient(_keeper(homes, person, parcel), parcel, history))
    _record(session, parcel, [outcome], now)
    return outcome.kept


@dataclass(slots=True)
class _Outcome:
    """What came of one delivery."""

    enrolment_id: int
    kept: list[str] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    problem: str | None = None

    def take(self, recipient: Recipient) -> None:
        """Bring every file into the home and note what came of it."""
        for path in recipient.parcel.contents:
            arrival = recipient.take(path)
            if arrival.stayed:
                self.kept.append(path)
            if arrival.update:
                self.updates.append(arrival.update)


def _pack(session: Session, files: FileStore, assignment: Assignment, now: datetime) -> Parcel:
    assert assignment.release is not None
    releases = session.execute(
        select(Release.id, Release.digest, Release.release_files).where(Release.assignment_id == assignment.id)
    ).all()
    return Parcel(
        release_id=assignment.release.id,
        folder=f"{assignment.course.slug}/{assignment.slug}",
        contents=manifests.load(files, assignment.release.release_files),
        digests={id_: manifests.digests(manifest) for id_, _, manifest in releases},
        names={digest: id_ for id_, digest, _ in releases},
        files=files,
        now=now,
    )


def _waiting(session: Session, operation: Operation, parcel: Parcel) -> Sequence[int]:
    """Enrolments to serve. Those served since the operation was started are left out, so that it goes on where it was."""
    served = [Delivery.enrolment_id == Enrolment.id, Delivery.release_id == parcel.release_id, Delivery.delivered_at.is_not(None)]
    if operation.created_by_id is not None:
        served.append(Delivery.delivered_at >= operation.created_at)
    to_serve = select(Enrolment.id).where(Enrolment.course_id == operation.course_id, receives(), ~exists().where(*served))
    return session.scalars(to_serve.order_by(Enrolment.id)).all()


def _deliver_batch(context: OperationContext, parcel: Parcel, enrolment_ids: Sequence[int]) -> list[_Outcome]:
    """The work on the disk, without a lock on the database."""
    with context.sessions() as session:
        session.connection(execution_options={"homeroom_read_only": True})
        people = session.execute(
            select(Enrolment.id, Person).join(Enrolment.person).where(Enrolment.id.in_(enrolment_ids)).order_by(Enrolment.id)
        ).all()
        histories = updates.histories(session, releases=parcel.digests, enrolment_ids=enrolment_ids)
    return side_by_side(lambda one: _deliver(context.homes, parcel, one[0], one[1], histories[one[0]]), people)


def _deliver(homes: Homes, parcel: Parcel, enrolment_id: int, person: Person, history: History) -> _Outcome:
    outcome = _Outcome(enrolment_id)
    try:
        outcome.take(Recipient(_keeper(homes, person, parcel), parcel, history))
    except (HomeRefused, HomeFull) as error:
        outcome.problem = f"{person.display_name}: {error}"
    return outcome


def _keeper(homes: Homes, person: Person, parcel: Parcel) -> Keeper:
    return Keeper(homes, person.hub_name, person.uid, parcel.folder)


def _record(session: Session, parcel: Parcel, outcomes: list[_Outcome], now: datetime) -> None:
    rows = {
        row.enrolment_id: row
        for row in session.scalars(
            select(Delivery).where(
                Delivery.release_id == parcel.release_id,
                Delivery.enrolment_id.in_([outcome.enrolment_id for outcome in outcomes]),
            )
        )
    }
    for outcome in outcomes:
        row = rows.get(outcome.enrolment_id)
        if row is None:
            row = Delivery(enrolment_id=outcome.enrolment_id, release_id=parcel.release_id)
            session.add(row)
        row.kept = outcome.kept
        row.error = outcome.problem[:500] if outcome.problem else None
        if outcome.problem is None:
            row.delivered_at = now
        rows[outcome.enrolment_id] = row
    session.flush()
    updates.record(session, {rows[outcome.enrolment_id].id: outcome.updates for outcome in outcomes}, now=now)
