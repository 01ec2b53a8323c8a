"""What seminars do by the clock: codes are replaced, seats are made and warmed, files given out, notebooks looked at.

At the end all is put away.

Every few seconds a worker takes each living seminar in turn. It holds it by a lease, so that two never work at the same one,
and does what is due; each step marks what it has done, so a worker that died midway costs a minute. What fails is a sentence
for the teacher and is tried again with the next tick.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from classroom.errors import HomeroomError
from classroom.models import Guest, GuestState, Seat, Seminar
from classroom.models.seminar import DOORS
from classroom.services import guest_checks, join_codes, kept_work, seats, seminar_progress, seminar_wall, server_line
from classroom.services.operation_context import OperationContext
from classroom.services.placing import Parcel
from hub_bridge.client import HubClient, HubError
from hub_bridge.homes import HomeFull, HomeRefused
from hub_bridge.names import new_guest_name

LEASE = timedelta(seconds=60)
BATCH = 10
"""Seats made, or put away, before the next commit."""
NOTEBOOK_LIMIT = 5_000_000
"""Largest notebook the wall reads, bytes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One worker's turn at one seminar."""

    context: OperationContext
    seminar: Seminar
    hub: HubClient
    archives: kept_work.Archives

    @property
    def now(self) -> datetime:
        return self.context.now()

    def prolong(self, session: Session) -> None:
        """The sign of life that keeps others away."""
        session.execute(update(Seminar).where(Seminar.id == self.seminar.id).values(worked_until=self.now + LEASE))

    def seats(self, *conditions: object) -> Sequence[Seat]:
        """Seats of the seminar with their guests, to be worked on without a transaction."""
        with self.context.sessions() as session:
            session.connection(execution_options={"homeroom_read_only": True})
            wanted = select(Seat).where(Seat.seminar_id == self.seminar.id, *conditions)  # type: ignore[arg-type]
            return session.scalars(wanted.order_by(Seat.guest_id.is_(None), Seat.id).options(joinedload(Seat.guest))).all()


def tick(context: OperationContext) -> int:
    """Do what is due, and return for how many seminars. Never raises for one of them: the others have their turn."""
    with context.sessions() as session:
        session.connection(execution_options={"homeroom_read_only": True})
        living = session.scalars(select(Seminar).where(Seminar.removed_at.is_(None)).order_by(Seminar.id)).all()
    now, days = context.now(), context.settings.seminar_days
    _rotate_codes(context, [seminar.id for seminar in living if join_codes.is_due(seminar, now=now)])
    due = [seminar for seminar in living if _is_due(seminar, now=now, days=days)]
    if not due:
        return 0
    with context.hub() as hub:
        return sum(_turn(context, hub, seminar.id) for seminar in due)


def _rotate_codes(context: OperationContext, due: list[int]) -> None:
    """New codes for the walls. Without a turn: one that makes two hundred seats would hold them up."""
    for seminar_id in due:
        try:
            with context.sessions.begin() as session:
                join_codes.rotate(session, seminar=session.get_one(Seminar, seminar_id), now=context.now())
        except Exception:
            log.exception("the code of seminar %d was not replaced", seminar_id)


def _turn(context: OperationContext, hub: HubClient, seminar_id: int) -> bool:
    seminar = _take(context, seminar_id)
    if seminar is None:
        return False
    turn = _Turn(context, seminar, hub, kept_work.Archives(context.settings.archives))
    try:
        trouble = _work(turn)
    except (HubError, HomeroomError, HomeRefused, HomeFull) as error:
        log.warning("seminar %d: %s", seminar_id, error)
        trouble = _again(str(error))
    except Exception:
        log.exception("seminar %d broke", seminar_id)
        trouble = "Something unexpected went wrong. It is tried again; the log says more."
    with context.sessions.begin() as session:
        session.execute(update(Seminar).where(Seminar.id == seminar_id).values(worked_until=None, trouble=trouble))
    return True


def _take(context: OperationContext, seminar_id: int) -> Seminar | None:
    """The seminar as it is now, if nobody else is at it."""
    now = context.now()
    with context.sessions.begin() as session:
        taken = session.scalar(
            update(Seminar)
            .where(Seminar.id == seminar_id, or_(Seminar.worked_until.is_(None), Seminar.worked_until < now))
            .values(worked_until=now + LEASE)
            .returning(Seminar.id)
            .execution_options(synchronize_session=False)
        )
        return session.get(Seminar, seminar_id, populate_existing=True) if taken else None


def _is_due(seminar: Seminar, *, now: datetime, days: int) -> bool:
    if seminar.closed_at is not None:
        return seminar.ends_at + timedelta(days=days) <= now
    return seminar.opened_at is not None or seminar.starts_at - DOORS <= now or seminar.is_over(now)


def _work(turn: _Turn) -> str | None:
    """Do what is due; returns what could not be done for single guests, which holds up nobody else."""
    problems: list[str] = []
    seminar, now = turn.seminar, turn.now
    if seminar.closed_at is None:
        _clear_given_up(turn)
    if seminar.closed_at is not None:
        _remove(turn)
    elif now >= seminar.ends_at + timedelta(minutes=turn.context.settings.seminar_grace):
        _close(turn)
    else:
        _show_out(turn)
        if not seminar.is_over(now):
            _plan_seats(turn)
            _make_seats(turn)
            problems = _give_out(turn)
        _look(turn)
        if not seminar.is_over(now):
            _warm(turn)
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{_again(problems[0])}{more}" if problems else None


def _again(problem: str) -> str:
    return f"{problem[:400].rstrip('.')}. It is tried again."


def _plan_seats(turn: _Turn) -> None:
    """As many rows as there may be guests, so that nobody who comes has to wait for an account."""
    planned = turn.seats(or_(Seat.guest_id.is_not(None), Seat.closed_at.is_(None)))
    missing = turn.seminar.capacity - len(planned)
    if missing > 0:
        with turn.context.sessions.begin() as session:
            session.add_all(Seat(seminar_id=turn.seminar.id, hub_name=new_guest_name(), version=0) for _ in range(missing))


def _make_seats(turn: _Turn) -> None:
    parcel: Parcel | None = None
    unmade = turn.seats(Seat.made_at.is_(None), Seat.closed_at.is_(None))
    for start in range(0, len(unmade), BATCH):
        parcel = parcel or _pack(turn)
        given = seats.make(unmade[start : start + BATCH], parcel=parcel, hub=turn.hub, homes=turn.context.homes)
        with turn.context.sessions.begin() as session:
            seats.note(session, given, made_at=turn.now)
            turn.prolong(session)


def _give_out(turn: _Turn) -> list[str]:
    """A new version into every home that lacks it, one after the other; returns a sentence for each that would not take it."""
    lacking = turn.seats(Seat.made_at.is_not(None), Seat.closed_at.is_(None), Seat.version < turn.seminar.version)
    parcel = _pack(turn) if lacking else None
    problems = []
    for seat in lacking:
        assert parcel
        try:
            given = seats.deliver(seat, parcel=parcel, homes=turn.context.homes)
        except (HomeRefused, HomeFull) as error:
            problems.append(f"{seat.guest.name if seat.guest else 'A free seat'} could not be given the new files: {error}")
            continue
        with turn.context.sessions.begin() as session:
            seats.note(session, {seat.id: given})
            turn.prolong(session)
    return problems


def _pack(turn: _Turn) -> Parcel:
    return seats.pack(turn.seminar, files=turn.context.files, now=turn.now)


def _warm(turn: _Turn) -> None:
    """Put free seats into the line for servers, behind everybody who waits, until as many as the teacher wanted were warmed."""
    missing = turn.seminar.prewarm - len(turn.seats(Seat.warmed_at.is_not(None)))
    if missing <= 0:
        return
    free = turn.seats(Seat.guest_id.is_(None), Seat.made_at.is_not(None), Seat.warmed_at.is_(None), Seat.closed_at.is_(None))
    with turn.context.sessions.begin() as session:
        for seat in free[:missing]:
            server_line.ask_ahead(session, owner=seat, now=turn.now)
        _mark(session, free[:missing], warmed_at=turn.now)


def _look(turn: _Turn) -> None:
    """Read the notebooks that were saved since the last look."""
    released: bytes | None = None
    for seat in turn.seats(Seat.guest_id.is_not(None), Seat.made_at.is_not(None), Seat.closed_at.is_(None)):
        guest = seat.guest
        rel = f"{turn.seminar.folder}/{turn.seminar.notebook}"
        stamp = turn.context.homes.stamp(seat.hub_name, rel) if guest else None
        if guest is None or stamp is None or stamp == guest.seen:
            continue
        released = seminar_wall.released_notebook(turn.seminar, turn.context.files) if released is None else released
        found = seminar_progress.states(_saved(turn, seat, rel), released)
        with turn.context.sessions.begin() as session:
            row = session.get_one(Guest, guest.id)
            row.progress = seminar_progress.updated(row.progress, found, by="notebook", now=turn.now)
            row.seen = stamp
            turn.prolong(session)


def _saved(turn: _Turn, seat: Seat, rel: str) -> bytes:
    try:
        return turn.context.homes.read(seat.hub_name, rel, limit=NOTEBOOK_LIMIT) or b""
    except HomeRefused:  # too large, or no plain file: nothing for the wall
        return b""


def _clear_given_up(turn: _Turn) -> None:
    """Seats on which nobody sits, closed because their servers run in an environment that is wanted no more."""
    for seat in turn.seats(Seat.guest_id.is_(None), Seat.closed_at.is_not(None), Seat.home_removed_at.is_(None)):
        _stop(turn, seat)
        turn.context.homes.remove(seat.hub_name)
        _note(turn, [seat], home_removed_at=turn.now)


def _show_out(turn: _Turn) -> None:
    """Stop the servers of those who were shown out, and have the hub forget them. Their homes stay until the end."""
    for seat in turn.seats(Seat.closed_at.is_(None), Seat.made_at.is_not(None), Seat.guest_id.is_not(None)):
        if seat.guest and seat.guest.state == GuestState.refused:
            _stop(turn, seat)
            _note(turn, [seat], closed_at=turn.now)


def _close(turn: _Turn) -> None:
    """Stop all servers, put the work away, and have the hub forget the guests."""
    for seat in turn.seats(or_(Seat.closed_at.is_(None), Seat.home_removed_at.is_(None))):
        _clear(turn, seat)
    with turn.context.sessions.begin() as session:
        session.execute(
            update(Guest)
            .where(Guest.seminar_id == turn.seminar.id, Guest.state == GuestState.waiting)
            .values(state=GuestState.refused)
        )
        session.execute(
            update(Seminar).where(Seminar.id == turn.seminar.id, Seminar.closed_at.is_(None)).values(closed_at=turn.now)
        )


def _stop(turn: _Turn, seat: Seat) -> None:
    """Take the seat out of the line before the hub forgets it: a start that is under way ends with the hub's user."""
    with turn.context.sessions.begin() as session:
        server_line.forget(session, seat_ids=[seat.id])
    turn.hub.stop_server(seat.hub_name)
    turn.hub.remove_user(seat.hub_name)


def _clear(turn: _Turn, seat: Seat) -> None:
    homes, guest = turn.context.homes, seat.guest
    if seat.made_at is not None and seat.closed_at is None:
        _stop(turn, seat)
    if guest is not None and homes.exists(seat.hub_name):
        guest.seat = seat
        kept_work.archive(guest, homes=homes, archives=turn.archives, now=turn.now)
        with turn.context.sessions.begin() as session:
            row = session.get_one(Guest, guest.id)
            row.archived_at, row.archive_problem = guest.archived_at, guest.archive_problem
    removed = None
    if guest is None or guest.archive_problem is None:  # what could not be put away has to stay where it is
        homes.remove(seat.hub_name)
        removed = turn.now
    _note(turn, [seat], closed_at=seat.closed_at or turn.now, home_removed_at=removed)


def _remove(turn: _Turn) -> None:
    """Delete what was put away, homes that had to stay, and the guests' names."""
    for seat in turn.seats(Seat.home_removed_at.is_(None)):
        turn.context.homes.remove(seat.hub_name)
        _note(turn, [seat], home_removed_at=turn.now)
    turn.archives.remove(turn.seminar)
    with turn.context.sessions.begin() as session:
        gone = update(Guest).where(Guest.seminar_id == turn.seminar.id)
        session.execute(gone.values(name="Guest", email=None, progress={}, link_nonce=None, archived_at=None))
        guest_checks.forget_all(session, seminar=turn.seminar)
        session.execute(update(Seminar).where(Seminar.id == turn.seminar.id).values(removed_at=turn.now))


def _note(turn: _Turn, worked_on: Sequence[Seat], **values: datetime | int | None) -> None:
    """Write down what was done to these seats."""
    with turn.context.sessions.begin() as session:
        _mark(session, worked_on, **values)
        if values.get("closed_at") is not None:  # somebody may have asked for a server meanwhile
            server_line.forget(session, seat_ids=[seat.id for seat in worked_on])
        turn.prolong(session)


def _mark(session: Session, worked_on: Sequence[Seat], **values: datetime | int | None) -> None:
    session.execute(update(Seat).where(Seat.id.in_([seat.id for seat in worked_on])).values(**values))
