"""In which environment a server starts: the one its seminar wants, while the settings offer it.

A name may be taken out of the settings while a seminar still wants it. Then its notebooks run in Homeroom's own Python, and the
teacher is told: a class that stands before closed doors would be worse, and many notebooks run there, too.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from classroom.errors import Conflict, HomeroomError
from classroom.models import Guest, GuestState, Seat, Seminar
from classroom.services import server_line
from hub_bridge.environments import DEFAULT


def in_force(wanted: str, offered: Collection[str]) -> str:
    """The environment that a wish comes to."""
    return wanted if wanted in offered else DEFAULT


def check(wanted: str, offered: Collection[str]) -> str:
    """The wish, if it is offered. Raises HomeroomError."""
    if wanted not in offered:
        raise HomeroomError(f"There is no environment “{wanted[:60]}” here. Choose one of these: {', '.join(offered)}.")
    return wanted


def is_in_use(session: Session, *, seminar: Seminar) -> bool:
    """Whether somebody is in, so that it can't be changed any more: their notebook runs in it."""
    inside = exists().where(Guest.seminar_id == seminar.id, Guest.state == GuestState.admitted)
    return bool(session.scalar(select(inside)))


def change(session: Session, *, seminar: Seminar, wanted: str, offered: Collection[str], now: datetime) -> None:
    """Another environment for a seminar in which nobody is yet. Raises HomeroomError, Conflict.

    Seats whose servers were started beforehand run in the old one. They are given up: the clock clears them and makes others.
    """
    check(wanted, offered)
    if seminar.is_over(now):
        raise Conflict("This seminar is over.")
    if wanted == seminar.environment:
        return
    if is_in_use(session, seminar=seminar):
        raise Conflict("Guests are in already, and their notebooks run. Make another seminar for another environment.")
    seminar.environment = wanted
    warmed = (Seat.seminar_id == seminar.id, Seat.guest_id.is_(None), Seat.warmed_at.is_not(None), Seat.closed_at.is_(None))
    given_up = session.scalars(update(Seat).where(*warmed).values(closed_at=now, warmed_at=None).returning(Seat.id)).all()
    server_line.forget(session, seat_ids=given_up)
    session.flush()
