"""The codes that let people into a seminar: the one on the wall, and those before it, which work a little longer.

A teacher replaces the code by hand, or the clock does it every few minutes. Either way nobody who is just typing is turned away,
and nobody who is in notices anything: seats and personal codes have nothing to do with join codes. What bounds guessing and
joining counts by network address and by seminar, never by code, so a new code is no fresh start for anybody.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from classroom.errors import Conflict, HomeroomError
from classroom.models import OldCode, Seminar
from classroom.services import seminar_codes

GRACE = timedelta(minutes=10)
"""A code that was replaced still lets in those who are just typing it."""
EVERY = (0, 5, 10, 30)
"""Minutes after which the clock may replace a code; 0: never."""


def by_code(session: Session, code: str, *, now: datetime) -> Seminar | None:
    """The seminar that a typed join code lets into. Codes work until the seminar is over."""
    code = seminar_codes.typed(code)
    if len(code) != seminar_codes.CODE_LENGTH:
        return None
    was = exists().where(OldCode.seminar_id == Seminar.id, OldCode.code == code, OldCode.until > now)
    return session.scalar(select(Seminar).where((Seminar.code == code) | was, Seminar.ends_at > now, Seminar.closed_at.is_(None)))


def lets_in(session: Session, *, seminar: Seminar, code: str, now: datetime) -> bool:
    """Whether ``code`` is this seminar's, or was until a few minutes ago."""
    return by_code(session, code, now=now) is seminar


def renew(session: Session, *, seminar: Seminar, now: datetime) -> None:
    """A new join code. The one before works for ten minutes more; those who are in stay in."""
    _check_running(seminar, now)
    _replace(session, seminar, now)


def close_old(session: Session, *, seminar: Seminar) -> None:
    """Let nobody in any more with a code that was replaced: it went where it should not. Doing it twice changes nothing."""
    session.execute(delete(OldCode).where(OldCode.seminar_id == seminar.id))


def old_until(session: Session, *, seminar: Seminar, now: datetime) -> datetime | None:
    """Until when the last of the old codes works; None when there is none."""
    living = select(func.max(OldCode.until)).where(OldCode.seminar_id == seminar.id, OldCode.until > now)
    return session.scalar(living)


def check_minutes(minutes: int) -> int:
    """Minutes after which the clock may replace a code. Raises HomeroomError."""
    if minutes not in EVERY:
        raise HomeroomError(f"A new code comes every {', '.join(map(str, EVERY[1:-1]))} or {EVERY[-1]} minutes, or never.")
    return minutes


def rotate_every(session: Session, *, seminar: Seminar, minutes: int, now: datetime) -> None:
    """Have the clock replace the code every so many minutes from now on; 0 ends that."""
    _check_running(seminar, now)
    seminar.code_minutes, seminar.code_since = check_minutes(minutes), now
    session.flush()


def is_due(seminar: Seminar, *, now: datetime) -> bool:
    """Whether the clock has to replace the code."""
    changes = seminar.code_changes_at(now)
    return changes is not None and changes <= now


def rotate(session: Session, *, seminar: Seminar, now: datetime) -> bool:
    """Replace the code if it is time; whether that was done. Of several who try at once, one does."""
    return is_due(seminar, now=now) and _replace(session, seminar, now)


def free_code(session: Session) -> str:
    """A code that lets into no seminar now, nor did a few minutes ago."""
    while True:
        code = seminar_codes.new_code()
        taken = exists().where(Seminar.code == code) | exists().where(OldCode.code == code)
        if not session.scalar(select(taken)):
            return code


def _replace(session: Session, seminar: Seminar, now: datetime) -> bool:
    """Only while the code is the one that was read: whoever comes second finds another and leaves it."""
    old = seminar.code
    replaced = session.scalar(
        update(Seminar)
        .where(Seminar.id == seminar.id, Seminar.code == old)
        .values(code=free_code(session), code_since=now)
        .returning(Seminar.id)
        .execution_options(synchronize_session=False)
    )
    if replaced is not None:
        session.execute(delete(OldCode).where(OldCode.until <= now))
        session.add(OldCode(code=old, seminar_id=seminar.id, until=now + GRACE))
        session.flush()
    session.refresh(seminar, ["code", "code_since"])
    return replaced is not None


def _check_running(seminar: Seminar, now: datetime) -> None:
    if seminar.is_over(now):
        raise Conflict("This seminar is over.")
