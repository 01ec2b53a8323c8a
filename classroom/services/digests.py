"""Mail about what happened: at once or once a day, as each person likes. Links, no scores, no comments.

A digest is marked as sent before it goes out: a crash in between costs a mail, whose news stand on the portal; two workers at
once never send two.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, joinedload

from classroom.config import PORTAL_PREFIX
from classroom.errors import Unavailable
from classroom.models import Course, MailRhythm, Notification, Person
from classroom.services import mail, notification_words, opt_out
from classroom.services.mail import Mailer, MailRefused
from classroom.services.operation_context import OperationContext

log = logging.getLogger(__name__)

STALE = timedelta(days=3)
"""News so old are not mailed any more: the mail server was away, or somebody has turned mails on again."""
_MOST_LINES = 30


@dataclass(frozen=True, slots=True)
class _Line:
    """One piece of news in a mail."""

    course: str
    sentence: str
    url: str


def send_due(context: OperationContext) -> int:
    """Mail everybody whose digest is due, one commit for each person; returns how many mails went out."""
    settings = context.settings
    if not settings.smtp_host:
        return 0
    with context.sessions() as session:
        session.connection(execution_options={"homeroom_read_only": True})
        people = _due_people(session, hour=settings.digest_hour, now=context.now())
    if not people:
        return 0
    try:
        with Mailer(settings) as mailer:
            return sum(_send(context, mailer, person_id) for person_id in people)
    except Unavailable as error:
        log.warning("digests wait: %s", error)
        return 0


def _due_people(session: Session, *, hour: int, now: datetime) -> list[int]:
    """Who has unread news and whose hour has come."""
    oldest = (
        select(
            Notification.person_id,
            func.min(Notification.created_at).label("since"),
            func.min(Course.timezone).label("zone"),
        )
        .join(Notification.course)
        .where(*_unmailed(now))
        .group_by(Notification.person_id)
        .subquery()
    )
    waiting = (
        select(Person, oldest.c.since, oldest.c.zone)
        .join(oldest, oldest.c.person_id == Person.id)
        .where(Person.active, Person.email.is_not(None), Person.mail_rhythm != MailRhythm.off)
        .order_by(Person.id)
    )
    rows = session.execute(waiting).all()
    return [person.id for person, since, zone in rows if is_due(person, since=since, zone=zone, hour=hour, now=now)]


def is_due(person: Person, *, since: datetime, zone: str, hour: int, now: datetime) -> bool:
    """Whether news that wait ``since`` then may go out now: at once, or when ``hour`` has struck in the person's zone.

    ``zone`` is that of a course, for those who have chosen none.
    """
    if person.mail_rhythm is MailRhythm.at_once:
        return True
    local = now.astimezone(ZoneInfo(person.timezone or zone))
    struck = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if struck > local:
        struck -= timedelta(days=1)
    return since <= struck and (person.digest_at is None or person.digest_at < struck)


def _unmailed(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Notification.mailed_at.is_(None), Notification.read_at.is_(None), Notification.created_at > now - STALE)


def _send(context: OperationContext, mailer: Mailer, person_id: int) -> bool:
    with context.sessions.begin() as session:
        person = session.get_one(Person, person_id)
        news = _take(session, person, context.now())
        if not news:
            return False  # another worker was faster
        ids, before, person.digest_at = [one.id for one in news], person.digest_at, context.now()
        message = _message(context, person, news)
    if message is None:
        return False
    try:
        mailer.send(message)
    except MailRefused as error:
        log.warning("digest for person %d: %s", person_id, error)
        return False
    except Unavailable:
        with context.sessions.begin() as session:
            session.execute(update(Notification).where(Notification.id.in_(ids)).values(mailed_at=None))
            session.get_one(Person, person_id).digest_at = before
        raise
    return True


def _take(session: Session, person: Person, now: datetime) -> Sequence[Notification]:
    mine = select(Notification).where(Notification.person_id == person.id, *_unmailed(now))
    whole = mine.options(joinedload(Notification.course), joinedload(Notification.assignment)).order_by(Notification.id)
    news = session.scalars(whole).all()
    for one in news:
        one.mailed_at = now
    return news


def _message(context: OperationContext, person: Person, news: Sequence[Notification]) -> EmailMessage | None:
    settings = context.settings
    base = f"{settings.portal_url}{PORTAL_PREFIX}"
    stop = f"{base}/mail/stop/{opt_out.token_of(person, settings.secret_key.get_secret_value())}"
    lines = [_line(one, person, base) for one in news]
    try:
        message = mail.write(
            "digest",
            sender=settings.mail_from,
            to=(person.display_name, person.email or ""),
            subject=_subject(lines),
            name=person.display_name,
            lines=lines[:_MOST_LINES],
            more=max(0, len(lines) - _MOST_LINES),
            portal=f"{base}/notifications/",
            account=f"{base}/account",
            stop=stop,
        )
    except MailRefused as error:
        log.warning("digest for person %d: %s", person.id, error)
        return None
    message["List-Unsubscribe"] = f"<{stop}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _line(one: Notification, person: Person, base: str) -> _Line:
    zone = person.timezone or one.course.timezone

    def time(moment: datetime) -> str:
        local = moment.astimezone(ZoneInfo(zone))
        return f"{local:%a} {local.day} {local:%b, %H:%M} ({zone})"

    return _Line(one.course.title, notification_words.sentence(one, time=time), f"{base}{notification_words.path(one)}")


def _subject(lines: Sequence[_Line]) -> str:
    courses = sorted({line.course for line in lines})
    return f"News in {courses[0]}" if len(courses) == 1 else f"News in {len(courses)} courses"
