"""The line for students' servers: who asked, in which order they are started, and how their start went.

The hub starts only so many servers at once and refuses the rest. So nobody asks it directly: everybody has a place in this
line, by arrival, and the worker (services/server_starts.py) asks for as many as the hub bears. Whoever waits in person goes
before those whose server is only warmed for a class.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from classroom.messages import SERVERS_QUEUE
from classroom.models import Person, ServerStart, StartState
from classroom.services import outbox

SERVE_TASK = "classroom.serve_line"
MOST_TRIES = 5
"""Times the hub is asked for one start before it counts as failed."""
_LONGEST_REASON = 500

_WAITING = ServerStart.state == StartState.waiting
_STARTING = ServerStart.state == StartState.starting
_IN_ORDER = (ServerStart.warm, ServerStart.asked_at, ServerStart.id)


def ask(session: Session, *, person: Person, now: datetime) -> ServerStart:
    """Put somebody who wants their server into the line. Whoever is in it keeps the place; asking twice is asking once."""
    start = _row(session, person, now)
    if start.state is StartState.waiting and start.warm:
        start.asked_at = now
    elif not start.is_live:
        _begin(session, start, now=now, warm=False)
    start.warm = False
    return start


def ask_ahead(session: Session, *, person: Person, now: datetime) -> bool:
    """Put somebody into the line whose class begins soon; whether they were not in it already."""
    known = start_of(session, person=person)
    if known is not None and known.is_live:
        return False
    _begin(session, known or _row(session, person, now), now=now, warm=True)
    return True


def start_of(session: Session, *, person: Person) -> ServerStart | None:
    """The newest start of this person's server."""
    return session.scalar(select(ServerStart).where(ServerStart.person_id == person.id))


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
    """The starts that the hub was asked for, with their people."""
    return session.scalars(select(ServerStart).where(_STARTING).options(joinedload(ServerStart.person))).all()


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
    line = select(ServerStart).where(_WAITING).order_by(*_IN_ORDER).limit(places)
    mine = line.options(joinedload(ServerStart.person, innerjoin=True)).with_for_update(of=ServerStart, skip_locked=True)
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


def _row(session: Session, person: Person, now: datetime) -> ServerStart:
    """The person's row, made if it is their first. Two requests at once make one."""
    known = start_of(session, person=person)
    if known is not None:
        return known
    made = ServerStart(person_id=person.id, state=StartState.ready, asked_at=now, changed_at=now, tries=0, reason="", warm=False)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return session.scalars(select(ServerStart).where(ServerStart.person_id == person.id)).one()
    return made


def _begin(session: Session, start: ServerStart, *, now: datetime, warm: bool) -> None:
    _move(start, StartState.waiting, now, "")
    start.asked_at, start.held_until, start.tries, start.warm = now, None, 0, warm
    session.flush()
    outbox.enqueue(session, task=SERVE_TASK, queue=SERVERS_QUEUE, arguments={}, now=now)


def _move(start: ServerStart, state: StartState, now: datetime, reason: str) -> None:
    start.state, start.changed_at, start.reason = state, now, reason[:_LONGEST_REASON]
