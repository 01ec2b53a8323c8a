"""The one line for all servers: who asked, in which order they are started, and how their start went.

The hub starts only so many servers at once and refuses the rest. So nobody asks it directly: people and the seats of guests have
places in this line, by arrival, and the worker (services/server_starts.py) asks for as many as the hub bears. Whoever waits in
person goes before those whose server is only warmed, for a class or for guests who are to come.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from classroom.messages import SERVERS_QUEUE
from classroom.models import Owner, Person, Seat, ServerStart, StartState
from classroom.services import outbox

SERVE_TASK = "classroom.serve_line"
MOST_TRIES = 5
"""Times the hub is asked for one start before it counts as failed."""
_LONGEST_REASON = 500

_WAITING = ServerStart.state == StartState.waiting
_STARTING = ServerStart.state == StartState.starting
_IN_ORDER = (ServerStart.warm, ServerStart.asked_at, ServerStart.id)
_MAY_START = or_(ServerStart.seat_id.is_(None), ServerStart.seat.has(Seat.made_at.is_not(None) & Seat.closed_at.is_(None)))
"""A guest may be in line before the seat is made; the hub knows it only then."""

_OWNERS = (joinedload(ServerStart.person), joinedload(ServerStart.seat).joinedload(Seat.seminar))


def ask(session: Session, *, owner: Owner, now: datetime) -> ServerStart:
    """Put somebody who wants their server into the line. Whoever is in it keeps the place; asking twice is asking once."""
    start = _row(session, owner, now)
    if start.state is StartState.waiting and start.warm:
        start.asked_at = now
    elif not start.is_live:
        _begin(session, start, now=now, warm=False)
    start.warm = False
    return start


def ask_ahead(session: Session, *, owner: Owner, now: datetime) -> bool:
    """Put a server into the line that is wanted soon; whether it was not in it already."""
    known = start_of(session, owner=owner)
    if known is not None and known.is_live:
        return False
    _begin(session, known or _row(session, owner, now), now=now, warm=True)
    return True


def start_of(session: Session, *, owner: Owner) -> ServerStart | None:
    """The newest start of this server."""
    return session.scalar(select(ServerStart).where(_is_of(owner)))


def forget(session: Session, *, seat_ids: Collection[int]) -> None:
    """Take these seats out of the line: whoever sat there has no server any more."""
    session.execute(delete(ServerStart).where(ServerStart.seat_id.in_(seat_ids)))


def place_of(session: Session, start: ServerStart) -> int:
    """How many wait up to and with this one: 1 is next."""
    same = and_(ServerStart.asked_at == start.asked_at, ServerStart.id <= start.id)
    earlier = and_(ServerStart.warm == start.warm, or_(ServerStart.asked_at < start.asked_at, same))
    before: ColumnElement[bool] = or_(ServerStart.warm.is_(False), earlier) if start.warm else earlier
    return session.scalar(select(func.count()).select_from(ServerStart).where(_WAITING, before)) or 1


def is_idle(session: Session) -> bool:
    """Whether nobody waits and nothing starts."""
    return session.scalar(select(ServerStart.id).where(_WAITING | _STARTING).limit(1)) is None


def starting(session: Session) -> Sequence[ServerStart]:
    """The starts that the hub was asked for, with whose they are."""
    return session.scalars(select(ServerStart).where(_STARTING).options(*_OWNERS)).all()


def claim(session: Session, *, at_once: int, now: datetime) -> list[ServerStart]:
    """Take those whose turn it is, so that never more than ``at_once`` start together. None while the line is held.

    Warm starts take at most half of the places: somebody who comes meanwhile finds one.
    """
    if session.scalar(select(exists().where(_WAITING, ServerStart.held_until > now))):
        return []
    busy = starting(session)
    places, warm_places = at_once - len(busy), max(1, at_once // 2) - sum(one.warm for one in busy)
    if places <= 0:
        return []
    line = select(ServerStart).where(_WAITING, _MAY_START).order_by(*_IN_ORDER).limit(places)
    mine = line.options(*_OWNERS).with_for_update(of=ServerStart, skip_locked=True)
    taken = []
    for start in session.scalars(mine):
        if start.warm and warm_places <= 0:
            break
        warm_places -= start.warm
        start.state, start.changed_at, start.held_until, start.tries = StartState.starting, now, None, start.tries + 1
        taken.append(start)
    return taken


def hold(start: ServerStart, *, seconds: float, reason: str, now: datetime) -> None:
    """Back to the same place: the hub takes nobody for so long."""
    _move(start, StartState.waiting, now, reason)
    start.held_until = now + timedelta(seconds=seconds)
    start.tries -= 1  # nothing was tried


def ready(start: ServerStart, *, now: datetime) -> None:
    """The server runs."""
    _move(start, StartState.ready, now, "")


def failed(start: ServerStart, *, reason: str, now: datetime) -> None:
    """The server could not be started; ``reason`` is for staff."""
    _move(start, StartState.failed, now, reason)


def _is_of(owner: Owner) -> ColumnElement[bool]:
    return ServerStart.person_id == owner.id if isinstance(owner, Person) else ServerStart.seat_id == owner.id


def _row(session: Session, owner: Owner, now: datetime) -> ServerStart:
    """The owner's row, made if it is their first. Two requests at once make one."""
    known = start_of(session, owner=owner)
    if known is not None:
        return known
    made = ServerStart(state=StartState.ready, asked_at=now, changed_at=now, tries=0, reason="", warm=False)
    made.person_id, made.seat_id = (owner.id, None) if isinstance(owner, Person) else (None, owner.id)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return session.scalars(select(ServerStart).where(_is_of(owner))).one()
    return made


def _begin(session: Session, start: ServerStart, *, now: datetime, warm: bool) -> None:
    _move(start, StartState.waiting, now, "")
    start.asked_at, start.held_until, start.tries, start.warm = now, None, 0, warm
    session.flush()
    outbox.enqueue(session, task=SERVE_TASK, queue=SERVERS_QUEUE, arguments={}, now=now)


def _move(start: ServerStart, state: StartState, now: datetime, reason: str) -> None:
    start.state, start.changed_at, start.reason = state, now, reason[:_LONGEST_REASON]
