"""What became of files that students had changed when a new release came: noted, shown, taken back."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from classroom.errors import HomeroomError, NotFound
from classroom.models import Assignment, Delivery, Enrolment, FileUpdate, Owner, Person, UpdateOutcome
from classroom.services import manifests
from classroom.services.class_list import is_student
from classroom.services.placing import History, Update
from grader.files import FileStore
from hub_bridge.homes import Homes
from hub_bridge.keeping import Keeper


@dataclass(frozen=True, slots=True)
class UpdateCount:
    """How a release met files that students had changed, in numbers of files; ``marked``: merged, and to be looked at."""

    merged: int
    marked: int
    beside: int
    undone: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.merged + self.beside + self.undone


@dataclass(frozen=True, slots=True)
class Exchange:
    """A file in a home that is to be replaced: by the copy called ``copy``, or by ``data``."""

    owner: Owner
    folder: str
    path: str
    copy: str | None = None
    data: bytes | None = None


def histories(session: Session, *, releases: Collection[int], enrolment_ids: Sequence[int]) -> Mapping[int, History]:
    """What each of these people was given of these releases so far."""
    found: defaultdict[int, History] = defaultdict(History)
    # A release that was taken back and comes again has lost its date, but it was there before all others that have one.
    was_there = Delivery.delivered_at.is_not(None) | Delivery.error.is_(None)
    mine = (Delivery.enrolment_id.in_(enrolment_ids), Delivery.release_id.in_(releases))
    rows = session.execute(
        select(Delivery.enrolment_id, Delivery.release_id, Delivery.delivered_at).where(*mine, was_there)
    ).all()
    for enrolment_id, release_id, _ in sorted(rows, key=lambda row: (row[2] is not None, row[2] or 0)):
        found[enrolment_id].received.append(release_id)
    if found:
        outcomes = select(Delivery.enrolment_id, Delivery.release_id, FileUpdate.path, FileUpdate.outcome)
        for enrolment_id, release_id, path, outcome in session.execute(outcomes.join(FileUpdate.delivery).where(*mine)):
            found[enrolment_id].outcomes[release_id, path] = outcome
    return found


def record(session: Session, updates: Mapping[int, Sequence[Update]], *, now: datetime) -> None:
    """Note what became of files, by delivery; what was noted before about the same file and delivery is replaced."""
    met = [delivery_id for delivery_id, mine in updates.items() if mine]
    if not met:
        return
    rows = session.scalars(select(FileUpdate).where(FileUpdate.delivery_id.in_(met)))
    known = {(row.delivery_id, row.path): row for row in rows}
    for delivery_id in met:
        for update in updates[delivery_id]:
            row = known.get((delivery_id, update.path))
            if row is None:
                row = FileUpdate(delivery_id=delivery_id, path=update.path)
                session.add(row)
            row.outcome, row.changes, row.marked = update.outcome, update.changes, update.marked
            row.reason, row.kept_as, row.happened_at = update.reason, update.kept_as, now
    session.flush()


def own_updates(session: Session, *, enrolment: Enrolment, assignment: Assignment) -> list[FileUpdate]:
    """What became of this person's files when the current release came, by path."""
    mine = _current(assignment).where(Delivery.enrolment_id == enrolment.id)
    return list(session.scalars(mine.order_by(FileUpdate.path)))


def update_count(session: Session, *, assignment: Assignment) -> UpdateCount:
    """How the current release met what students had changed."""
    rows = session.execute(
        select(FileUpdate.outcome, func.count(), func.count().filter(FileUpdate.marked > 0))
        .join(FileUpdate.delivery)
        .join(Delivery.enrolment)
        .where(Delivery.release_id == (assignment.release_id or 0), is_student())
        .group_by(FileUpdate.outcome)
    )
    counts = {outcome: (count, marked) for outcome, count, marked in rows}
    merged, marked = counts.get(UpdateOutcome.merged, (0, 0))
    beside, undone = counts.get(UpdateOutcome.beside, (0, 0))[0], counts.get(UpdateOutcome.undone, (0, 0))[0]
    return UpdateCount(merged=merged, marked=marked, beside=beside, undone=undone)


def update_list(session: Session, *, assignment: Assignment) -> list[FileUpdate]:
    """The same, file by file, with the students; by name."""
    wanted = _current(assignment).join(Delivery.enrolment).join(Enrolment.person).where(is_student())
    loaded = contains_eager(FileUpdate.delivery).contains_eager(Delivery.enrolment).contains_eager(Enrolment.person)
    return list(session.scalars(wanted.options(loaded).order_by(Person.display_name, Person.id, FileUpdate.path)))


def before_update(session: Session, *, enrolment: Enrolment, assignment: Assignment, path: str) -> Exchange | None:
    """What is needed to take the update of ``path`` back; None when it is taken back already. Raises HomeroomError."""
    row = next((row for row in own_updates(session, enrolment=enrolment, assignment=assignment) if row.path == path), None)
    if row is not None and row.outcome is UpdateOutcome.undone:
        return None
    if row is None or row.outcome is not UpdateOutcome.merged or row.kept_as is None:
        raise HomeroomError("There is no update of this file that could be taken back.")
    return Exchange(enrolment.person, _folder(assignment), path, copy=row.kept_as)


def released_file(session: Session, *, files: FileStore, enrolment: Enrolment, assignment: Assignment, path: str) -> Exchange:
    """What is needed to put the released version of ``path`` in place of the student's. Raises NotFound, HomeroomError."""
    manifest = assignment.release.release_files if assignment.release else []
    entry = next((entry for entry in manifest if entry["path"] == path), None)
    if entry is None:
        raise NotFound(f"{assignment.title} has no such file.")
    if _delivery(session, enrolment, assignment) is None:
        raise HomeroomError(f"{assignment.title} is not in your home yet. Open it first.")
    return Exchange(enrolment.person, _folder(assignment), path, data=manifests.read(files, entry))


def before_undo(session: Session, *, enrolment: Enrolment, assignment: Assignment, path: str) -> Exchange | None:
    """What is needed to have the update of ``path`` after all; None when it is there. Raises HomeroomError."""
    row = next((row for row in own_updates(session, enrolment=enrolment, assignment=assignment) if row.path == path), None)
    if row is not None and row.outcome is UpdateOutcome.merged:
        return None
    if row is None or row.outcome is not UpdateOutcome.undone or row.kept_as is None:
        raise HomeroomError("There is no update of this file that you took back.")
    return Exchange(enrolment.person, _folder(assignment), path, copy=row.kept_as)


def put_back(homes: Homes, exchange: Exchange, *, now: datetime) -> str | None:
    """Work on the home: what is there now is kept, then replaced. Returns the copy's name; None when it was there already.

    Raises HomeroomError, HomeRefused, HomeFull; then nothing was lost.
    """
    keeper = Keeper(homes, exchange.owner.hub_name, exchange.owner.uid, exchange.folder)
    data = exchange.data if exchange.copy is None else keeper.read(exchange.path, exchange.copy)
    if data is None:
        raise HomeroomError(f"The copy of {exchange.path} from then is not there any more, so nothing was changed.")
    return keeper.replace(exchange.path, data, now=now)


def record_put_back(
    session: Session,
    *,
    enrolment: Enrolment,
    assignment: Assignment,
    exchange: Exchange,
    outcome: UpdateOutcome,
    kept_as: str | None,
    now: datetime,
) -> None:
    """Note what a student did about an update. What it had changed stays on record, and so does a copy's name if none is new."""
    delivery = _delivery(session, enrolment, assignment)
    if delivery is None:  # taken back in the meantime; what was done in the home stands
        return
    mine = select(FileUpdate).where(FileUpdate.delivery_id == delivery.id, FileUpdate.path == exchange.path)
    row = session.scalar(mine) or FileUpdate(delivery_id=delivery.id, path=exchange.path)
    if kept_as is not None or row.outcome is not outcome:
        row.kept_as = kept_as
    row.outcome, row.happened_at = outcome, now
    session.add(row)
    session.flush()


def _current(assignment: Assignment) -> Select[FileUpdate]:
    return select(FileUpdate).join(FileUpdate.delivery).where(Delivery.release_id == (assignment.release_id or 0))


def _delivery(session: Session, enrolment: Enrolment, assignment: Assignment) -> Delivery | None:
    mine = select(Delivery).where(Delivery.enrolment_id == enrolment.id, Delivery.release_id == (assignment.release_id or 0))
    return session.scalar(mine)


def _folder(assignment: Assignment) -> str:
    return f"{assignment.course.slug}/{assignment.slug}"
